"""How many tokens a text may be, without any vendor's tokenizer (they are downloaded).

An estimate on the high side: byte-pair vocabularies spend about four bytes of English and three and
a half of Spanish on a token, and at most one token on a byte.
"""

from math import ceil

BYTES_A_TOKEN = 3.0
AROUND_A_MESSAGE = 8
"""Role names and separators of the chat format."""


def tokens(text: str) -> int:
    return ceil(len(text.encode()) / BYTES_A_TOKEN)


def prompt_tokens(system: str, user: str) -> int:
    return tokens(system) + tokens(user) + 2 * AROUND_A_MESSAGE
