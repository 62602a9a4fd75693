"""How a program is started: the commands that there are, and what each of them imports in order."""
