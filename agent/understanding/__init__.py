"""What a patient's words ask for: wishes with their intents, dates, choices, yes and no, names."""
