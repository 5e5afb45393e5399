"""Tries a practice's EHR adapter on an invented patient and takes back what it did."""
