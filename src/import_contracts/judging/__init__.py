"""Checking contracts and finding cycles, and the details that reports show about them."""
