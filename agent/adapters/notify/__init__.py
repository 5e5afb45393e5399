"""How people are reached beside the desk page."""
