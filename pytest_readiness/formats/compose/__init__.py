"""Compose files. ``format`` finds the resources; the other modules are what it knows of them."""
