"""What runs return: complete, frozen data. One module a command."""
