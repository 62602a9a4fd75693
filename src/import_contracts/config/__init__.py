"""The configuration: finding, reading, checking and editing it."""
