"""Repository hygiene."""
