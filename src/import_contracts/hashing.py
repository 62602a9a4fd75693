"""Digests of the content of files: BLAKE2b (RFC 7693), which Python has without OpenSSL.

Loading OpenSSL, as `hashlib` does, takes 2 ms and 3.5 MiB, a sixth of what a run that is remembered needs.
"""

try:
    from _blake2 import blake2b
except ImportError:  # it may be left out when Python is built
    from hashlib import blake2b


def hashed(*data: bytes | memoryview) -> str:
    """Return the digest of some data in 64 hexadecimal digits."""
    found = blake2b(digest_size=32)
    for part in data:
        found.update(part)
    return found.hexdigest()
