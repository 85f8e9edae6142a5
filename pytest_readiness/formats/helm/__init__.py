"""Helm charts: rendered by helm itself, judged as what comes out, at the lines of their templates."""
