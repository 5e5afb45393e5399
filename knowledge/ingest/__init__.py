"""Reads a practice's approved documents into passages."""
