"""The linted program: finding it, reading it, and caching what was read. It is never imported."""
