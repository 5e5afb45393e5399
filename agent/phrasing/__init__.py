"""Has a language model put approved words and results in its own, checked sentence by sentence."""
