"""One module per way of showing the records of a run."""
