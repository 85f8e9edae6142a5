"""Dockerfiles and container images."""
