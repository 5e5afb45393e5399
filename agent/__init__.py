"""Decides what is said and done in a patient's conversation."""
