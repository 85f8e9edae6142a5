"""Hosts, through any backend of testinfra, in the vocabulary of goss."""

from .kind import KIND

__all__ = ["KIND"]
