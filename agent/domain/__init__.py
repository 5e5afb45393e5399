"""Frozen values and enums that every room of the agent speaks in; standard library only."""
