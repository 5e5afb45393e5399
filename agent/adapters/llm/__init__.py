"""How a language model answers the port `LanguageModel`."""
