"""Finds true sentences about the practice in its own approved documents."""
