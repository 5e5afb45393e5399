"""Keeps passages findable: Chroma for meaning, BM25 for words, a manifest for what is in them."""
