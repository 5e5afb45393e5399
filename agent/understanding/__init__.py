"""What a patient's words ask for: wishes with their intents, dates, choices, yes and no, names."""

# Before numpy: one thread for its linear algebra, which on small matrices is ten times faster.
import knowledge.quiet  # noqa: F401
