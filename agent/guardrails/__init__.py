"""Checks on what goes out; one a file, each a guardrails-ai validator, all fail closed."""
