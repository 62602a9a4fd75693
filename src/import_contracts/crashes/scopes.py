"""Where operations run: in a module, in a class, in a comprehension, or in a function that is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from import_contracts.crashes.memory import ABSENT, Names
from import_contracts.crashes.operations import Code


@dataclass(slots=True, eq=False)
class Scope:
    """Where operations run. ``kind`` is "module", "class", "function" or "comprehension"."""

    kind: str
    module: str
    space: Names
    """The names of the module."""
    outer: tuple[Names, ...] = ()
    """The local names of the functions around, the innermost last."""
    local: Names | None = None
    """The names of the class, function or comprehension; None in a module."""
    code: Code | None = None
    """The function that is called."""
    arguments: tuple[object, ...] = ()
    """Its first argument, and itself."""
    parent: Scope | None = None
    """The scope around a comprehension."""
    yields: Callable[[object], object] | None = None
    """What is done with a value that a generator function yields."""
    line: int = 0
    """The line that runs."""
    lazy: str = ""
    """What is imported here by a lazy import whose name was used; "" anywhere else."""

    @property
    def around(self) -> tuple[Names, ...]:
        """The local names that a function or class in here can see."""
        return self.outer if self.local is None or self.kind == "class" else (*self.outer, self.local)

    @property
    def own(self) -> Names | None:
        """The dictionary in which all names are bound; None if it is not the same for each."""
        if self.local is None:
            return self.space
        is_apart = self.parent is not None or (self.code is not None and (self.code.globals or self.code.nonlocals))
        return None if is_apart else self.local

    def binding(self, name: str) -> Names:
        """Return the dictionary in which a name is bound."""
        if self.parent is not None and self.local is not None and name not in self.local:
            return self.parent.binding(name)
        if self.local is None or (self.code and name in self.code.globals):
            return self.space
        if self.code and name in self.code.nonlocals:
            return next((each for each in reversed(self.outer) if name in each), self.local)
        return self.local

    def find(self, name: str) -> tuple[Names, object]:
        """Return the dictionary that has a name, and its value there: ABSENT if nothing has it."""
        if self.local is None:
            return self.space, self.space.get(name, ABSENT)
        if name in self.local and not (self.code and name in self.code.globals):
            return self.local, self.local[name]
        if self.parent is not None and self.parent.kind == "class":
            return self.parent.find(name)
        if not (self.code and name in self.code.globals):
            for names in reversed(self.outer):
                if name in names:
                    return names, names[name]
        return self.space, self.space.get(name, ABSENT)
