"""The imports of many files at once, with grimp's scanner or our own."""
