"""The commands without the command line: one module each, data in, data out."""
