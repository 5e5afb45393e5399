"""The HTTP and WebSocket routes, one file a kind of caller."""
