"""Criteria that a team writes in YAML, compiled to the same `Rule` that ``@rule`` makes."""
