"""The suites of `make eval`: each a data set, a solver and a scorer."""
