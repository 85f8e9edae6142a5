"""The state of a host in the vocabulary of goss (https://github.com/goss-org/goss), asked through testinfra.

`judge.judge` holds one assertion against a host; those are read by `pytest_readiness.goss`.
"""
