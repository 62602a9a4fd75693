"""Explanations: what a contract checks and covers, and how one module depends on another."""
