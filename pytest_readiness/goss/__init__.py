"""goss files as files that are read, without any host."""
