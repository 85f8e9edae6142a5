"""The built-in criteria, one a file: the file's path is the rule's id."""
