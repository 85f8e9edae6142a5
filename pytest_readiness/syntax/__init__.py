"""From text to positioned data, one module per syntax; nothing here knows what the data means."""
