"""The state of a host in the vocabulary of goss (https://github.com/goss-org/goss), asked through testinfra."""
