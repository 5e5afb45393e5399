"""Deterministic services over several turns: slots, read-backs, confirmations, writes."""
