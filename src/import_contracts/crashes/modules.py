"""The `sys.modules` of a fresh interpreter: what is loaded, what is partially initialized, and what each has bound."""

from __future__ import annotations

from dataclasses import dataclass, field

from import_contracts.crashes.bodies import Bodies
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.reach import Reach
from import_contracts.crashes.values import ModuleValue, Namespace


@dataclass(eq=False)
class World:
    """What fresh interpreters share that take the same branch of every condition that cannot be decided.

    ``component`` has the number of the strongly connected component of each module, as ``reach`` knew it when the first
    of them started. ``takes_last`` chooses the last branch of such a condition instead of the first.
    """

    model: ImportModel
    bodies: Bodies
    reach: Reach
    component: dict[str, int]
    takes_last: bool
    outcomes: dict[str, int | None] = field(default_factory=dict)
    """By the module that was imported first: the modules loaded after that, as bits; None if it failed."""
    spaces: dict[str, Namespace] = field(default_factory=dict)
    """The names of the modules that were loaded."""
    work: int = 0
    """How many operations at the top level of modules have been followed."""


class Modules:
    """The modules of one fresh interpreter.

    ``loaded`` are those that are initialized, as bits by their number. ``spaces`` has the names of those whose body was
    followed here. ``partial`` are those that are being imported, in this order.
    """

    def __init__(self, world: World) -> None:
        self.loaded = 0
        self.spaces: dict[str, Namespace] = {}
        self.partial: dict[str, None] = {}
        self._world = world
        self._numbers = world.model.modules

    def has(self, module: str) -> bool:
        """Tell whether a module of the program is in `sys.modules`."""
        return module in self.spaces or bool(self.loaded >> self._numbers[module] & 1)

    def space(self, module: str) -> Namespace:
        """Return the names of a module; unknown ones if its body was never followed."""
        return self.spaces.get(module) or self._world.spaces.get(module) or Namespace(has_unknown_names=True)

    def lacks(self, module: str, name: str) -> bool:
        """Tell whether a module is partially initialized and certainly has no such attribute."""
        return module in self.partial and not self.spaces[module].may_have(name)

    def load_known(self, module: str) -> bool:
        """Load a module with all that it imports, if its outcome is known and the same here; tell whether it was."""
        outcome = self._world.outcomes.get(module)
        if outcome is None or self._reaches_partial(module):
            return False
        self.loaded |= outcome
        return True

    def _reaches_partial(self, module: str) -> bool:
        component = self._world.component
        return any(component[each] == component[module] for each in self.partial)

    def begin(self, module: str) -> Namespace:
        """Put a module into `sys.modules`, partially initialized, and return its names."""
        space = self.spaces[module] = Namespace(has_unknown_names=module in self._world.bodies.unparsed)
        self.partial[module] = None
        return space

    def finish(self, module: str) -> None:
        """Note that a module is initialized, and bind it in its package."""
        del self.partial[module]
        self.loaded |= 1 << self._numbers[module]
        package, _, name = module.rpartition(".")
        if package in self.spaces:
            self.spaces[package].names[name] = ModuleValue(module)

    def fail(self, module: str) -> None:
        """Take a module out again whose import failed."""
        del self.partial[module]
        del self.spaces[module]

    def forget_names(self, module: str) -> None:
        """Note that a module may have any names, whether or not it is imported already."""
        if module in self.spaces:
            self.spaces[module].has_unknown_names = True
        elif module in self._numbers and not self.has(module):
            self.spaces[module] = Namespace(has_unknown_names=True)
