"""What a language model is asked: versioned templates as files, and how they are filled."""
