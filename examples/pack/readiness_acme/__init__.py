"""Readiness rules of Acme."""
