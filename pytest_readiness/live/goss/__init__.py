"""The state of a host in the vocabulary of goss (https://github.com/goss-org/goss), asked through testinfra.

`read.load` and `read.from_mapping` make assertions, `judge.judge` holds one against a host.
"""
