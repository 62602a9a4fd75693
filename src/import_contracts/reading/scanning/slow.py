"""Why files are read slowly: the reason why grimp's fast scanner cannot be used, once that is known."""

from __future__ import annotations


class _Slow:
    """``reason`` is "" as long as the fast scanner was not needed, or can be used."""

    reason = ""

    @property
    def note(self) -> str:
        """A sentence for people who ask where the time goes; "" without a reason."""
        return f"the files were read one by one: {self.reason}" if self.reason else ""


SLOW = _Slow()
"""That of this process: the installed grimp stays the same."""
