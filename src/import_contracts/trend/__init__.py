"""The program at earlier commits: its files from git's objects, what is counted there, and what was counted before."""
