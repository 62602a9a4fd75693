"""``python -m import_contracts`` is the command."""

from import_contracts.cli import main

main()
