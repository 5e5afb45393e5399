"""Runs scripted conversations against the agent and scores them."""
