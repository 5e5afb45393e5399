"""The one error that bad input from a person (a file, a key, an option) becomes."""


class InputError(Exception):
    """Says in one line what is wrong and where (file, line, key); commands exit with status 2."""
