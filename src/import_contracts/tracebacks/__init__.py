"""Tracebacks: what Python, pytest and others print when an exception is raised, read from any log."""
