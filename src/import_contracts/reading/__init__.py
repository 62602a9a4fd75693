"""The linted program: found, read and remembered. Nothing of it is imported."""
