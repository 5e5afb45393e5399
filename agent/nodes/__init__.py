"""The nodes of the graph; one verb a file."""
