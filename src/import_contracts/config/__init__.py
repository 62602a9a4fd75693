"""Configuration: found, read, checked, edited."""
