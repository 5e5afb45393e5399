"""The safety room: hears danger in what a patient writes and holds the fixed cards."""
