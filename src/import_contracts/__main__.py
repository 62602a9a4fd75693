"""``python -m import_contracts`` is the command."""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # the working directory, where the linted program may have a package called click or grimp

from import_contracts.cli import main

main()
