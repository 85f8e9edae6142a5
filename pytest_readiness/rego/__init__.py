"""Policies in Rego, judged as conftest judges them: one check per policy rule and input file."""
