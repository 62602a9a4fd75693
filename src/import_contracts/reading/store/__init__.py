"""The cache: what earlier runs have read and reported, and what is needed to see that it still holds."""
