"""The privacy room: hides who a text is about before a model reads it, and puts it back after."""

# Before spaCy's numpy: one thread for its linear algebra, and no library that calls home.
import knowledge.quiet  # noqa: F401

# Before any module of the room imports spaCy or presidio for itself.
import agent.privacy.lean  # noqa: F401
