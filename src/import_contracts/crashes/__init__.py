"""What CPython does when it imports a module first: which imports fail, and where."""
