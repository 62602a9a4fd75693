"""How to remove an import from a cycle: usage of names, fixes, edits, plans."""
