"""GitHub workflows."""
