"""The one error that bad input from a person (a file, a key, an option) becomes."""


class InputError(Exception):
    """Says in one line what is wrong and where (file, line, key); commands exit with status 2."""


class KnowledgeUnavailable(Exception):
    """The index cannot be read now; whoever asked has to do without."""
