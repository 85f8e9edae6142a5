"""goss files and what they expect, without any host: `read.load` and `read.from_mapping` make assertions."""
