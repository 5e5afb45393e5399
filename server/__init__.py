"""Moves frames between browsers and the agent and checks who is asking."""
