"""One file as text: how it is decoded and parsed, its imports and comments. Nothing in it runs."""
