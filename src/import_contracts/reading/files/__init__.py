"""Where a program is: its root packages, folders and modules, and the files outside it that reports depend on."""
