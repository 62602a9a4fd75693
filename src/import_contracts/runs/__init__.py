"""What each command does: one module a command, data in and data out."""
