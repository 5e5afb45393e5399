"""The embedded demo EHR: SQLite, seeded from the practice folder."""
