"""The address at which a forge such as GitHub shows a file of a commit."""

from __future__ import annotations

import re
from urllib.parse import quote

_REMOTE = re.compile(r"(?:(?:https?|ssh|git)://)?(?:[^@/\s]+@)?([\w.-]+)(?::\d+)?[:/]([\w.~-]+(?:/[\w.~-]+)+)/?")

_FILES = {
    "github": "blob/{commit}/{{path}}#L{{line}}",
    "gitlab": "-/blob/{commit}/{{path}}#L{{line}}",
    "bitbucket": "src/{commit}/{{path}}#lines-{{line}}",
    "codeberg": "src/commit/{commit}/{{path}}#L{{line}}",
    "gitea": "src/commit/{commit}/{{path}}#L{{line}}",
    "forgejo": "src/commit/{commit}/{{path}}#L{{line}}",
}
"""Where each forge shows a file, after the address of the repository; by a part of the name of its host."""


def file_address(remote: str, commit: str) -> str:
    """Return the address of a file, with ``{path}`` and ``{line}``; "" if it is not known how the forge makes them.

    ``remote`` is the URL of the remote repository as git has it, ``commit`` a full hash. A user and a password in the
    URL are left out.
    """
    found = _REMOTE.fullmatch(remote)
    if found is None:
        return ""
    host, repository = found.groups()
    file = next((file for forge, file in _FILES.items() if forge in host.lower()), "")
    return file and f"https://{host}/{repository.removesuffix('.git')}/{file.format(commit=commit)}"


def inside(address: str, folder: str) -> str:
    """Return the address of a file whose path is relative to a folder, which is relative to the repository."""
    return address.replace("{path}", f"{quote(folder)}/{{path}}") if folder else address
