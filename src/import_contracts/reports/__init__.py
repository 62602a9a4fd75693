"""What runs return: complete, frozen data, one module for each command. Every report is a function of it."""
