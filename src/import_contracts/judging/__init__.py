"""Verdicts on contracts and cycles, and the evidence that reports show with them."""
