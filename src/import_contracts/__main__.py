"""``python -m import_contracts`` runs the command ``lint-imports``."""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # the working directory, which may contain a package named click or grimp

from import_contracts.cli import main

main()
