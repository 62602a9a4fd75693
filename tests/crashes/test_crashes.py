"""What crashes on import, by one small program for each rule of the language; CPython is asked about each as well."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from import_contracts.crashes import bodies, calls, search
from import_contracts.crashes.bodies import CodeCache
from import_contracts.crashes.crash import Crash, Frame
from import_contracts.crashes.memory import Names
from import_contracts.crashes.model import ImportModel, possible_imports
from import_contracts.crashes.modules import Modules
from import_contracts.crashes.operations import Code, ReadingContext
from import_contracts.crashes.reach import Reach
from import_contracts.crashes.reader import read_definition, read_module
from import_contracts.crashes.search import CrashSearch, search_crashes
from import_contracts.graph.kinds import Kind
from import_contracts.reading.source.text import Source
from tests.support.arranging import lint, write
from tests.support.crashes import Found, Outcome, imported_by_cpython, is_crash, predict

Files = dict[str, str]

HERE = (sys.version_info.major, sys.version_info.minor)
A_LAZY_MODULE = """
import sys
from types import ModuleType
origins = {}
for name in ["y"]: origins[name] = "p.b"
class Lazy(ModuleType):
    def __getattr__(self, name):
        if name in origins:
            module = __import__(origins[name], None, None, [name])
            setattr(self, name, getattr(module, name))
            return getattr(module, name)
        return ModuleType.__getattribute__(self, name)
old = sys.modules[__name__]
new = sys.modules[__name__] = Lazy(__name__)
new.__dict__.update({"__path__": __path__, "__spec__": __spec__, "VERSION": 1})
"""
A_REGISTRY = """
class Keeper:
    def __init__(self, registry, key): self.registry, self.key = registry, key
    def __call__(self, f):
        if self.key in self.registry.seen: raise KeyError(self.key)
        self.registry.seen[self.key] = f
        return f
class Registry:
    def __init__(self): self.seen = {{}}
    def put(self, key):
        def keep(f):
            if key in self.seen: raise KeyError(key)
            self.seen[key] = f
            return f
        return {}
registry = Registry()
@registry.put("z")
def f(): pass
"""
NODES = ("a", "b", "c.d", "c", "e.f.g", "e.f")
A_THEN_B = "from p.b import y\nx = 1"

# The files of package p, and what must not be imported first.
RULES: dict[str, tuple[Files, set[str]]] = {
    "a name that is not bound yet": (
        {"a": A_THEN_B, "b": "from p.a import x\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a name that is bound before": (
        {"a": "x = 1\nfrom p.b import y", "b": "from p.a import x\ny = 1"},
        {"p.b"},
    ),
    "a module alone needs nothing of it": (
        {"a": A_THEN_B, "b": "import p.a\ny = 1"},
        {"p.b"},
    ),
    "an attribute taken too early": (
        {"a": A_THEN_B, "b": "import p.a as a\ny = a.x"},
        {"p.a", "p.b"},
    ),
    "an attribute taken in a function": (
        {"a": A_THEN_B, "b": "import p.a as a\ny = 1\ndef f(): return a.x"},
        {"p.b"},
    ),
    "a function that is called at once": (
        {"a": A_THEN_B, "b": "import p.a as a\ny = 1\ndef f(): return a.x\nf()"},
        {"p.a", "p.b"},
    ),
    "a method of another object": (
        {
            "a": "class N:\n    def __init__(s, m): s.m = m\n    def load(s): __import__(s.m)\n"
            "N('os').load()\nN('p.b').load()\nx = 1",
            "b": "from p.a import x",
        },
        {"p.a"},
    ),
    "a function that gets another list": (
        {
            "a": "def load(names):\n    for each in names: __import__(each)\nload(['os'])\nload(['p.b'])\nx = 1",
            "b": "from p.a import x",
        },
        {"p.a"},
    ),
    "a function that another call has made": (
        {
            "a": "def loader(m):\n    def load(): __import__(m)\n    return load\n"
            "loader('os')()\nloader('p.b')()\nx = 1",
            "b": "from p.a import x",
        },
        {"p.a"},
    ),
    "an object that is changed between two calls": (
        {
            "a": "class N:\n    m = 'os'\n    def set(s, m): s.m = m\n    def load(s): __import__(s.m)\n"
            "n = N()\nn.load()\nn.set('p.b')\nn.load()\nx = 1",
            "b": "from p.a import x",
        },
        {"p.a"},
    ),
    "a package that replaces itself imports a submodule that is no attribute of it": (
        {"": A_LAZY_MODULE, "a": "from p import b\nx = 1", "b": "from p.a import x\ny = 1"},
        {"p.a"},
    ),
    "a package that replaces itself has the attributes that it puts into its dictionary": (
        {"": A_LAZY_MODULE + "new.__dict__['b'] = 1", "a": "from p import b\nx = 1", "b": "from p.a import x\ny = 1"},
        set(),
    ),
    "a package that replaces itself imports what its class asks for": (
        {"": A_LAZY_MODULE, "a": "from p import y\nx = 1", "b": "from p.a import x\ny = 1"},
        {"p.a"},
    ),
    "a package that replaces itself has its submodules": (
        {"": A_LAZY_MODULE, "a": "import p.c\nfrom p import c, VERSION\nx = 1", "c": "y = 1\nfrom p import a"},
        set(),
    ),
    "a package that replaces itself knows its name": (
        {
            "": A_LAZY_MODULE + "import importlib\nimportlib.import_module('.b', new.__name__)",
            "b": "from p.a import x\ny = 1",
            "a": A_THEN_B,
        },
        {"p", "p.a", "p.b"},
    ),
    "a package that replaces itself may have an initializer": (
        {
            "": A_LAZY_MODULE.replace("    def __get", "    def __init__(self, n): super().__init__(n)\n    def __get"),
            "a": "from p import b\nx = 1",
            "b": "from p.a import x\ny = 1",
        },
        {"p.a"},
    ),
    "a package that replaces itself may have a class that type makes": (
        {
            "": A_LAZY_MODULE.replace("Lazy(__name__)", "type('q.r'.rpartition('.')[2], (Lazy,), {})(__name__)"),
            "a": "from p import b\nx = 1",
            "b": "from p.a import x\ny = 1",
        },
        {"p.a"},
    ),
    "an object of another class may replace a package": (
        {
            "": "import sys\nclass C:\n    __path__ = __path__\n    x = 1\nsys.modules[__name__] = C()",
            "a": "from p import b\nx = 1",
            "b": "from p import x\nfrom p.a import x\ny = 1",
        },
        set(),
    ),
    "an object with any attributes may replace a package": (
        {
            "": "import sys\nclass C:\n    __path__ = __path__\n    def __init__(self): self.__dict__.update(b=1)\n"
            "sys.modules[__name__] = C()",
            "a": "from p import b\nx = 1",
            "b": "from p.a import x\ny = 1",
        },
        set(),
    ),
    "a name that a package computes and has not bound yet": (
        {"": "from p import a\nglobals().update((name, 1) for name in ['X', 'y'])", "a": "from p import X"},
        {"p", "p.a"},
    ),
    "a name that a package has computed": (
        {"": "globals().update((name, 1) for name in ['X', 'y'])\nfrom p import a", "a": "from p import X"},
        set(),
    ),
    "a name of a star that a package has not imported yet": (
        {"": "from p import a\nfrom string import *", "a": "from p import Formatter"},
        {"p", "p.a"},
    ),
    "a name that a package computes for its attributes": (
        {"": "from p import a\nfor name in ['y']: globals()[name] = 1", "a": "import p\np.y"},
        {"p", "p.a"},
    ),
    "a name that a function has not declared yet": (
        {"": "def f():\n    global y\n    y = 1\nfrom p import a\nf()", "a": "from p import y"},
        {"p", "p.a"},
    ),
    "a name that a function has declared": (
        {"": "def f():\n    global y\n    y = 1\nf()\nfrom p import a", "a": "from p import y"},
        set(),
    ),
    "a name that a class has not declared yet": (
        {"": "from p import a\nclass C:\n    global y\n    y = 1", "a": "from p import y"},
        {"p", "p.a"},
    ),
    "a name for a __getattr__ that a package has not defined yet": (
        {"": "from p import a\ndef __getattr__(name): return 1", "a": "from p import X"},
        {"p", "p.a"},
    ),
    "an attribute for a __getattr__ that a package has not defined yet": (
        {"": "from p import a\ndef __getattr__(name): return 1", "a": "import p\np.y"},
        {"p", "p.a"},
    ),
    "a metaclass beside the base of a library": (
        {
            "a": A_THEN_B,
            "b": "import unittest\nclass M(type):\n    def __new__(kind, *args):\n        from p.a import x\n"
            "        return type.__new__(kind, *args)\nclass C(unittest.TestCase, metaclass=M): pass\ny = 1",
        },
        {"p.a", "p.b"},
    ),
    "a deferred import": (
        {"a": A_THEN_B, "b": "y = 1\ndef f():\n    from p.a import x"},
        set(),
    ),
    "a function of several lines that is called at once": (
        {"a": A_THEN_B, "b": "import p.a as a\ny = 1\ndef f():\n    z = 1\n    return a.x\nf()"},
        {"p.a", "p.b"},
    ),
    "a deferred import in a function that is called at once": (
        {"a": A_THEN_B, "b": "y = 1\ndef f():\n    from p.a import x\n    return x\nf()"},
        {"p.a"},
    ),
    "a method of several lines that is called at once": (
        {
            "a": A_THEN_B,
            "b": "import p.a as a\ny = 1\nclass C:\n    def __init__(self):\n        z = 1\n        a.x\nC()",
        },
        {"p.a", "p.b"},
    ),
    "a class body runs": (
        {"a": A_THEN_B, "b": "class C:\n    from p.a import x\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a method does not": (
        {"a": A_THEN_B, "b": "import p.a as a\nclass C:\n    def m(self): return a.x\ny = 1"},
        {"p.b"},
    ),
    "a base class is looked up": (
        {"a": A_THEN_B, "b": "from p import a\nclass C(a.x): pass\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a decorator is looked up": (
        {"a": A_THEN_B, "b": "from p import a\n@a.x\ndef f(): pass\ny = 1"},
        {"p.a", "p.b"},
    ),
    "the arguments of a decorator are evaluated": (
        {"a": A_THEN_B, "b": "from p import a\ndef d(n): return d\n@d(a.x)\ndef f(): pass\ny = 1"},
        {"p.a", "p.b"},
    ),
    "those of a decorator of a class too": (
        {"a": A_THEN_B, "b": "from p import a\ndef d(n): return d\n@d(a.x)\nclass C: pass\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a default is evaluated": (
        {"a": A_THEN_B, "b": "from p import a\ndef f(n=a.x): pass\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a future annotation is not": (
        {
            "a": A_THEN_B,
            "b": "from __future__ import annotations\nfrom p import a\ndef f(n: a.x): pass\ny = 1",
        },
        {"p.b"},
    ),
    "nor is a quoted one": (
        {"a": A_THEN_B, "b": "from p import a\ndef f(n: 'a.x'): pass\ny = 1"},
        {"p.b"},
    ),
    "nor one of a local variable": (
        {"a": A_THEN_B, "b": "from p import a\ndef f():\n    n: a.x = 1\nf()\ny = 1"},
        {"p.b"},
    ),
    "what nobody can know does not end the program": (
        {
            "a": "import os\nif os.environ.get('P_CHECK'):\n    ok = False\n    if not ok:\n        raise SystemError\n"
            + A_THEN_B,
            "b": "from p.a import x\ny = 1",
        },
        {"p.a", "p.b"},
    ),
    "ImportError is caught": (
        {"a": A_THEN_B, "b": "try:\n    from p.a import x\nexcept ImportError:\n    x = 0\ny = 1"},
        set(),
    ),
    "a caught one of another kind is not": (
        {"a": A_THEN_B, "b": "try:\n    from p.a import x\nexcept KeyError:\n    x = 0\ny = 1"},
        {"p.a", "p.b"},
    ),
    "TYPE_CHECKING is false": (
        {
            "a": A_THEN_B,
            "b": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import x\ny = 1",
        },
        set(),
    ),
    "its else runs": (
        {
            "a": A_THEN_B,
            "b": "import typing\nif typing.TYPE_CHECKING:\n    pass\nelse:\n    from p.a import x\ny = 1",
        },
        {"p.a", "p.b"},
    ),
    "a version that is past": (
        {
            "a": A_THEN_B,
            "b": "import sys\nif sys.version_info < (3, 9):\n    from p.a import x\ny = 1",
        },
        set(),
    ),
    "a version that has come": (
        {
            "a": A_THEN_B,
            "b": "import sys\nif sys.version_info >= (3, 9):\n    from p.a import x\ny = 1",
        },
        {"p.a", "p.b"},
    ),
    "the parents run first": (
        {"": "from p.a import x", "a": A_THEN_B, "b": "from p.a import x\ny = 1"},
        {"p", "p.a", "p.b"},
    ),
    "a module of the package it is in": (
        {"": "from p.a import x\nlate = 1", "a": "from p import late\nx = 1"},
        {"p", "p.a"},
    ),
    "a submodule is imported if there is no such name": (
        {"": "from p import a", "a": "from p import b", "b": ""},
        set(),
    ),
    "a submodule that is being imported": (
        {"": "from p import a", "a": "from p import b", "b": "from p import a"},
        set(),
    ),
    "import a.b as c of one that is being imported": (
        {"a": "import p.b as b", "b": "import p.a as a"},
        set(),
    ),
    "a submodule is an attribute only when it is done": (
        {"a": "import p.b\nx = 1", "b": "import p\nimport p.a\ny = p.a"},
        {"p.a"},
    ),
    "__getattr__ of a module is asked": (
        {"a": "def __getattr__(name): return 1\nfrom p.b import y", "b": "from p.a import x\ny = 1"},
        {"p.b"},
    ),
    "what is found under the name of a module may have been imported differently": (
        {
            "": "import json\n__getattr__ = json.load(open('x'))\nimport p.a",
            "a": "from p import b\nx = 1",
            "b": "from p.a import x\ny = 1",
        },
        set(),
    ),
    "a variable is the platform": (
        {
            "a": "import os\nplatform = os.name\nif platform == 'posix':\n    from p.b import y\nx = 1",
            "b": "from p.a import x\ny = 1",
        },
        {"p.a", "p.b"},
    ),
    "a star takes what is there": (
        {"a": A_THEN_B, "b": "from p.a import *\ny = 1"},
        {"p.b"},
    ),
    "a star with __all__ wants all of it": (
        {"a": "__all__ = ['x']\nfrom p.b import y\nx = 1", "b": "from p.a import *\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a literal import_module": (
        {
            "a": A_THEN_B,
            "b": "import importlib\nimportlib.import_module('p.c')\ny = 1",
            "c": "from p.a import x",
        },
        {"p.a", "p.b"},
    ),
    "a literal __import__": (
        {"a": A_THEN_B, "b": "__import__('p.c')\ny = 1", "c": "from p.a import x"},
        {"p.a", "p.b"},
    ),
    "a name that was deleted": (
        {"a": "x = 1\ndel x\nfrom p.b import y", "b": "from p.a import x\ny = 1"},
        {"p.a", "p.b"},
    ),
    "an attribute is taken instead of a submodule": (
        {"a": A_THEN_B, "b": "from p.d import e\ny = 1", "d": "e = 1", "d.e": "from p.a import x"},
        set(),
    ),
    "__getattr__ of a package is not asked for a submodule that is imported, as an attribute": (
        {
            "": "def __getattr__(name):\n    from p.a import x\n    return x",
            "a": "import p.s\nx = 1",
            "s": "import p.b\np.b.y",
            "b": "y = 1",
        },
        set(),
    ),
    "__getattr__ of a package is not asked for a submodule that is imported, by its name": (
        {
            "": "def __getattr__(name):\n    from p.a import x\n    return x",
            "a": "import p.s\nx = 1",
            "s": "import p.b\nfrom p import b",
            "b": "y = 1",
        },
        set(),
    ),
    "__getattr__ of a package is not asked for a submodule that is imported, if there is one": (
        {
            "": "def __getattr__(name):\n    from p.a import x\n    return x",
            "a": "import p.s\nx = 1",
            "s": "import p.b\nhasattr(p, 'b')",
            "b": "y = 1",
        },
        set(),
    ),
    "__getattr__ of a package may have a cache": (
        {
            "": "import functools\n@functools.cache\ndef __getattr__(name): raise AttributeError",
            "a": "from p import b\nX = 1",
            "b": "from p.a import X",
        },
        {"p.a"},
    ),
    "__getattr__ of a package is asked before there is a submodule": (
        {
            "a": A_THEN_B,
            "b": "from p.d import e\ny = 1",
            "d": "def __getattr__(n): return n",
            "d.e": "from p.a import x",
        },
        set(),
    ),
    "a submodule that is an attribute of nothing": (
        {"a": A_THEN_B, "b": "from p.d import w, e\ny = 1", "d": "w = 1", "d.e": "from p.a import x"},
        {"p.a", "p.b"},
    ),
    "the package around runs first": (
        {"a": A_THEN_B, "b": "import p.d.e\ny = 1", "d": "from p.a import x", "d.e": ""},
        {"p.a", "p.b"},
    ),
    "what runs is what is imported, not what is around": (
        {"a": A_THEN_B, "b": "import p.d\ny = 1", "d": "", "d.e": "from p.a import x"},
        set(),
    ),
    "import a.b as c takes an attribute": (
        {
            "a": A_THEN_B,
            "b": "import p.d.e as z\ny = 1\nz.x",
            "d": "import p.d.e\nfrom p import a as e",
            "d.e": "x = 1",
        },
        {"p.a", "p.b"},
    ),
    "from a import b takes an attribute before a module": (
        {
            "a": A_THEN_B,
            "b": "from p.d import e as z\ny = 1\nz.x",
            "d": "import p.d.e\nfrom p import a as e",
            "d.e": "x = 1",
        },
        {"p.a", "p.b"},
    ),
    "an import that failed is tried again": (
        {
            "a": A_THEN_B,
            "b": "try:\n    import p.c\nexcept ImportError:\n    pass\nimport p.c\ny = 1",
            "c": "from p.a import x",
        },
        {"p.a", "p.b"},
    ),
    "an import that worked is not tried again": (
        {"a": "x = 1\nimport p.b", "b": "import p.a\nimport p.c\ny = 1", "c": "from p.a import x"},
        set(),
    ),
    "a star takes a module that a package lists": (
        {"a": A_THEN_B, "b": "from p.d import *\ny = 1", "d": "__all__ = ['e']", "d.e": "from p.a import x"},
        {"p.a", "p.b", "p.d.e"},
    ),
    "a star takes a module that a package adds to its list": (
        {
            "a": A_THEN_B,
            "b": "from p.d import *\ny = 1",
            "d": "__all__ = []\n__all__ += ['e']",
            "d.e": "from p.a import x",
        },
        {"p.a", "p.b", "p.d.e"},
    ),
    "a star takes a module that a package appends to its list": (
        {
            "a": A_THEN_B,
            "b": "from p.d import *\ny = 1",
            "d": "__all__ = []\n__all__.append('e')",
            "d.e": "from p.a import x",
        },
        {"p.a", "p.b", "p.d.e"},
    ),
    "a star takes no module that a package does not list": (
        {"a": A_THEN_B, "b": "from p.d import *\ny = 1", "d": "z = 1", "d.e": "from p.a import x"},
        set(),
    ),
    "a star passes on what cannot be known": (
        {"a": "from p.c import *\nfrom p.b import y", "b": "from p.a import x\ny = 1", "c": "globals()['x'] = 1"},
        {"p.b"},
    ),
    "a flag of a module in a package": (
        {
            "a": A_THEN_B,
            "b": "from p import d\nif d.e.OFF:\n    from p.a import x\ny = 1",
            "d": "from p.d import e",
            "d.e": "OFF = False",
        },
        set(),
    ),
    "a function of a submodule that is an attribute of its package": (
        {
            "a": A_THEN_B,
            "b": "import p.d.e\ny = 1\np.d.e.f()",
            "d": "",
            "d.e": "def f():\n    from p import a\n    a.x",
        },
        {"p.a"},
    ),
    "a name that a package takes from elsewhere": (
        {"": "from p.a import y\nfrom p.c import x", "a": "from p import x\ny = 1", "c": "x = 1"},
        {"p", "p.a", "p.c"},
    ),
    "a submodule that a package gives another name": (
        {"": "from p.a import y\nfrom . import c as x", "a": "from p import x\ny = 1", "c": ""},
        {"p", "p.a", "p.c"},
    ),
    "packages without a file": (
        {"n.a": "from p.n.b import y\nx = 1", "n.b": "from p.n.a import x\ny = 1", "c": "import p.n\nfrom p import n"},
        {"p.n.a", "p.n.b"},
    ),
    "a package without a file has no names": (
        {"a": A_THEN_B, "b": "from p.n import c\ny = 1", "n.c": "from p.a import x"},
        {"p.a", "p.b"},
    ),
    "a function of another module runs there": (
        {"a": A_THEN_B, "b": "from p.c import f\ny = 1\nf()", "c": "def f():\n    from p import a\n    a.x"},
        {"p.a"},
    ),
    "a function of another module has its names": (
        {"a": A_THEN_B, "b": "from p.c import f\na = 1\ny = 1\nf()", "c": "from p import a\ndef f(): a.x"},
        {"p.a", "p.b", "p.c"},
    ),
    "a class of another module too": (
        {
            "a": A_THEN_B,
            "b": "from p.c import C\na = 1\ny = 1\nclass D(C): pass\nD()",
            "c": "from p import a\nclass C:\n    def __init__(self): a.x",
        },
        {"p.a", "p.b", "p.c"},
    ),
    "what follows a call that failed runs in the module": (
        {
            "a": A_THEN_B,
            "b": "from p import a\ndef f(): a.x\ntry:\n    f()\nexcept AttributeError:\n    pass\ny = 1\nimport p.c",
            "c": "from p.b import y",
        },
        {"p.b", "p.c"},
    ),
    "what follows a call that may fail does too": (
        {
            "a": A_THEN_B,
            "b": "def f(): raise KeyError\nq = [][:]\nif q: f()\nif not q: pass\nelse: f()\ny = 1\nimport p.c",
            "c": "from p.b import y",
        },
        set(),
    ),
    "a function that is called later": (
        {"a": "from p import b\nx = 1\nb.f()", "b": "import p.a as a\ndef f(): a.x"},
        {"p.b"},
    ),
    "an unknown condition is taken as working": (
        {"a": A_THEN_B, "b": "import os\nif os.environ.get('NEVER'):\n    from p.a import x\ny = 1"},
        set(),
    ),
}

# What p.b does after `from p import a` and `from types import SimpleNamespace as N`, while p.a, which has no x yet, is
# being imported. The import fails at the line with the mark, and works where there is none.
TEXTS: dict[str, list[str]] = {
    "an expression": [
        "a.x  #!",
        "a.x.z  #!",
        "a.x[0]  #!",
        "a.x()  #!",
        "a.x().z  #!",
        "(a.x + 1).z  #!",
        "z = (a\n .x  #!\n)",
        "(a.x)(1)  #!",
        "print(a.x)  #!",
        "print(*[], a.x)  #!",
        "print(end=a.x)  #!",
        "{}[a.x]  #!",
        "{}[a.x:]  #!",
        "f'{a.x}'  #!",
        "z = [1, (2, a.x)]  #!",
        "z = -a.x  #!",
        "(z := a.x)  #!",
        "z = w = a.x  #!",
        "z: int = a.x  #!",
        "z = 0\nz += a.x  #!",
        "{}[a.x] = 1  #!",
        "a.x[0] = 1  #!",
        "a.x.z = 1  #!",
        "[a.x][0].z = 1  #!",
        "del a.x[0]  #!",
        "del a.x.z  #!",
        "assert a.x  #!",
        "raise a.x  #!",
        "raise KeyError from a.x  #!",
        "with a.x: pass  #!",
        "with open(a.x) as z: pass  #!",
        "for z in a.x: pass  #!",
        "while a.x: pass  #!",
        "if a.x: pass  #!",
        "match a.x:  #!\n    case _: pass",
        "lambda z=a.x: z  #!",
        "lambda *, z=a.x: z  #!",
        "lambda: a.x",
        "def f(z=a.x): pass  #!",
        "def f(*, w, z=a.x): pass  #!",
        "async def f(z=a.x): pass  #!",
        "class C(metaclass=a.x): pass  #!",
        "class C(a.x): pass  #!",
        "class C:\n    z = a.x  #!",
        "class C:\n    class D:\n        z = a.x  #!",
        "class C:\n    def m(self, z=a.x): pass  #!",
        "[z for z in a.x]  #!",
        "{z: z for z in a.x}  #!",
        "{z for z in a.x}  #!",
        "(z for z in a.x)  #!",
        "(a.x for z in [1])",
        "(z for z in [1] if a.x)",
    ],
    "a comprehension": [
        "[a.x for z in [1]]  #!\na.x",
        "{a.x for z in [1]}  #!\na.x",
        "{a.x: 1 for z in [1]}  #!\na.x",
        "{1: a.x for z in [1]}  #!\na.x",
        "[1 for z in [1] if a.x]  #!\na.x",
        "[1 for z in [1] for w in a.x]  #!\na.x",
        "[a.x for a in [N(x=1)]]\na.x  #!",
        "[a.x for z, (a, *w) in [(1, [N(x=1)])]]\na.x  #!",
        "[a.x for z in [1] for a in [N(x=1)]]\na.x  #!",
        "[z for a in [N(x=[1])] for z in a.x]\na.x  #!",
        "[a for a in [N(x=1)]]\n[a.x for z in [1]]  #!\na.x",
    ],
    "a name": [
        "a = N(x=1)\na.x",
        "a: N = N(x=1)\na.x",
        "(a := N(x=1))\na.x",
        "a, z = N(x=1), 1\na.x",
        "[z, *(a, w)] = 1, N(x=1), 1\na.x",
        "for a in [N(x=1)]: pass\na.x",
        "for a in [N(x=1)]:\n    a.x",
        "import io as a\na.x = 1\na.x",
        "from string import Template as a\na.x = 1\na.x",
        "from contextlib import nullcontext\nwith nullcontext(N(x=1)) as a:\n    a.x",
        "class a: x = 1\na.x",
        "def a(): pass\na.x = 1\na.x",
        "try:\n    raise KeyError\nexcept KeyError as a:\n    a.x = 1\n    a.x",
        "match N(x=1):\n    case a:\n        a.x",
        "match [1, N(x=1)]:\n    case [1, a]:\n        a.x",
        "class C:\n    a = 1\na.x  #!",
        "class C:\n    a = N(x=1)\n    a.x",
        "class C:\n    a = N(x=1)\n    def m(self): a.x  #!\nz = C()\nz.m()",
        "class C:\n    def __init__(self): a.x  #!\n    z = 1\nC()",
        "z = a\nz.x  #!",
        "z = w = a\nw.x  #!",
        "z: object = a\nz.x  #!",
        "z = a\nz = N(x=1)\nz.x",
        "z = a\ndel z\nz = N(x=1)\nz.x",
        "import p.a as z\nz.x  #!",
        "import p.a\np.a  #!",
        "import io, p.a as z\nz.x  #!",
        "import p.c, p.a as z\nz.x  #!",
        "from p import c as z, a as w\nw.x  #!",
        "from p.c import *\na.x  #!",
        "from .a import x  #!",
        "from . import a as z\nz.x  #!",
        "from ..a import x",
        "from p.c import flags\nflags.x",
    ],
    "an attribute that is set": [
        "a.x = 1\na.x",
        "a.x: int = 1\na.x",
        "(a.x, z) = 1, 2\na.x",
        "for a.x in [1]: pass\na.x",
        "a.z = 1\na.x  #!",
        "setattr(a, 'x', 1)\na.x",
        "setattr(a, 'z', 1)\na.x  #!",
        "setattr(a, 'xy'[0], 1)\na.x",
        "setattr(a.x, 'z', 1)  #!",
        "setattr(N(), 'x', 1)\na.x  #!",
        "z = 1\ntry:\n    setattr(a, 'x')\nexcept TypeError:\n    pass\na.x  #!",
        "import sys\nsys.modules['p.a'] = N(x=1)\nfrom p.a import x",
        "from sys import modules\nmodules['p.a'] = N(x=1)\nfrom p.a import x",
        "import sys\nsys.modules['p.c'] = N(x=1)\nfrom p.a import x  #!",
        "import sys\nsys.modules['p.c'] = N(late=1)\nfrom p.c import late",
        "{}['p.a'] = 1\nfrom p.a import x  #!",
    ],
    "a function": [
        "def f(): a.x  #!\nf()",
        "def f():\n    if 1:\n        a.x  #!\nf()",
        "def f():\n\n    z = 1\n\n    def g():\n        a.x  #!\n    g()\nf()",
        "class C:\n def __init__(self):\n  z = 1\n  a.x  #!\nC()",
        "class C:\n\tdef __init__(self):\n\t\ta.x  #!\nC()",
        "def f(): yield a.x\nf()",
        "def f(): yield from a.x\nf()",
        "async def f(): a.x\nf().close()",
        "def f(a): a.x\nf(N(x=1))",
        "def f(a, /): a.x\nf(N(x=1))",
        "def f(*, a): a.x\nf(a=N(x=1))",
        "def f(*a): a[0].x\nf(N(x=1))",
        "def f(**a): a.items\nf()",
        "def f():\n    a = N(x=1)\n    a.x\nf()",
        "def f():\n    a = N(x=1)\n    def g(): a.x\n    g()\nf()",
        "def f():\n    z = a\n    def g(): z.x  #!\n    g()\nf()",
        "def f():\n    z = a\n    def g():\n        z = N(x=1)\n        def h(): z.x\n        h()\n    g()\nf()",
        "def f():\n    z = N(x=1)\n    def g():\n        z = a\n        def h(): z.x  #!\n        h()\n    g()\nf()",
        "def f():\n    z = a\n    class C:\n        z.x  #!\nf()",
        "def f():\n    z = a\n    class C:\n        def __init__(self): z.x  #!\n    C()\nf()",
        "def f():\n    global z\n    z = a\n    z.x  #!\nf()",
        "z = a\ndef f():\n    global z\n    z = N(x=1)\nf()\nz.x",
        "z = a\ndef f():\n    z = N(x=1)\nf()\nz.x  #!",
        "z = a\nclass C:\n    z = N(x=1)\nz.x  #!",
        "def f():\n    z = a\n    del z\n    try: z.x\n    except NameError: pass\nf()",
        "def f():\n    return\n    a.x\nf()",
        "def f():\n    return a.x  #!\nf()",
        "def f():\n    for z in [1]:\n        return\n    a.x\nf()",
        "def f():\n    for z in [1]:\n        break\n    a.x  #!\nf()",
        "def f():\n    try:\n        return\n    finally:\n        a.x  #!\nf()",
        "def f():\n    try:\n        return\n    except KeyError:\n        pass\n    else:\n        a.x\nf()",
        "def f():\n    try:\n        return\n    finally:\n        pass\n    a.x\nf()",
        "def f():\n    try:\n        raise KeyError\n    except KeyError:\n        return\n    a.x\nf()",
        "def f():\n    if True:\n        return\n    a.x\nf()",
        "def f():\n    D = True\n    if D:\n        return\n    a.x\nf()",
        "def f(): f()\ntry:\n    f()\nexcept RecursionError:\n    pass\na.x  #!",
        "def f(): a.x\nclass C:\n    def f(self): pass\nC().f()",
        "def f(): a.x  #!\nz = f()",
        "def f(): a.x  #!\nz = f\nz()",
        "def f(): return 1\nz = f()\na.x  #!",
        "def f(g): pass\ndef h(): a.x  #!\nf(h())",
        "def f(): pass\ndef g():\n    a.x  #!\ng()",
        "(lambda: 1)()\na.x  #!",
        "def f(z: 'a.x') -> 'a.x': pass",
        "D = False\ndef f():\n    global D\n    if D:\n        a.x\n    D = True\nf()",
        "D = False\ndef f():\n    global D\n    if D:\n        a.x\n    D = True\nz = f()",
        "D = False\ndef f():\n    global D\n    if D:\n        a.x  #!\n    D = True\nf()\nf()",
        "D = False\ndef f():\n    global D\n    if D:\n        a.x  #!\n    D = True\nf()\nz = f()",
        "D = False\ndef f():\n    global D\n    if D:\n        a.x  #!\n    D = True\nz = f()\nz = f()",
    ],
    "a class": [
        "class C:\n    def __init__(self): a.x  #!\nz = C()",
        "class C:\n    def m(self): a.x  #!\nC.m(1)",
        "class C:\n    def m(self): a.x  #!\nz = C()\nz.m()",
        "class C:\n    def __init__(self): a.x  #!\nclass D(C): pass\nD()",
        "class C: pass\nclass E:\n    def __init__(self): a.x  #!\nclass D(C, E): pass\nD()",
        "class E:\n    def __init__(self): a.x\nclass D(N, E): pass\nD()",
        "class E:\n    def __init__(self): a.x\nclass F(E):\n    def __init__(self): pass\nF()",
        "class M(type):\n    def __call__(cls): return 1\nclass C(metaclass=M):\n    def __init__(self): a.x\nC()",
        "def d(c): return lambda: 1\n@d\nclass C:\n    def __init__(self): a.x\nC()",
        "class C:\n    z = a\nC.z.x  #!",
        "class C:\n    class D:\n        def __init__(self): a.x  #!\nC.D()",
        "class C:\n    z = N(x=1)\nC.z.x",
        "class C:\n    z = a\n    z.x  #!",
        "class C:\n    z = a\n    del z\nz = N(x=1)\nz.x",
        "class C:\n    raise KeyError\na.x",
    ],
    "a decorator": [
        "def d(f):\n    a.x\n    return f\ndef e(f):\n    a.x  #!\n    return f\n@d\n@e\ndef g(): pass",
        "def d(f):\n    a.x\n    return f\ndef e(f):\n    a.x  #!\n    return f\n@d\n@e\nclass C: pass",
        "def d(f): return lambda: 1\n@d\ndef f(): a.x\nf()",
        "d = [lambda f: len]\n@d[0]\ndef f(z): a.x\nf('')",
        "import functools\n@functools.cache\ndef f():\n    a.x  #!\nf()",
        "from functools import lru_cache\n@lru_cache(maxsize=1)\ndef f():\n    a.x  #!\nf()",
        "from functools import lru_cache\ndef d(f): return lambda: 1\n@d\n@lru_cache\ndef f(): a.x\nf()",
        "class C:\n    @staticmethod\n    def m():\n        a.x  #!\nC.m()",
        "class C:\n    @classmethod\n    def m(cls):\n        a.x  #!\nC.m()",
        "@a.x  #!\nclass C: pass",
    ],
    "a statement that ends the program": [
        "raise KeyError\na.x",
        "exit()\na.x",
        "quit()\na.x",
        "import sys\nsys.exit()\na.x",
        "import os\nos._exit(0)\na.x",
        "from sys import exit as leave\nimport sys\ntry:\n    sys.exit(1)\nexcept SystemExit:\n    a.x  #!",
        "try:\n    exit()\nexcept BaseException:\n    a.x  #!",
        "try:\n    exit()\nexcept:\n    a.x  #!",
        "try:\n    exit()\nexcept Exception:\n    pass\na.x",
        "exit(a.x)  #!",
    ],
    "an exception": [
        "try:\n    a.x\nexcept AttributeError:\n    pass",
        "try:\n    a.x\nexcept Exception:\n    pass",
        "try:\n    a.x\nexcept BaseException:\n    pass",
        "try:\n    a.x\nexcept:\n    pass",
        "try:\n    a.x  #!\nexcept ImportError:\n    pass",
        "try:\n    from p.a import x\nexcept Exception:\n    pass",
        "try:\n    from p.a import x\nexcept BaseException:\n    pass",
        "try:\n    from p.a import x  #!\nexcept AttributeError:\n    pass",
        "try:\n    from p.a import x  #!\nexcept ModuleNotFoundError:\n    pass",
        "import builtins\ntry:\n    a.x\nexcept builtins.AttributeError:\n    pass",
        "try:\n    a.x\nexcept (KeyError, AttributeError):\n    pass",
        "try:\n    a.x  #!\nexcept (KeyError, ValueError):\n    pass",
        "try:\n    a.x\nexcept KeyError:\n    pass\nexcept AttributeError:\n    pass",
        "try:\n    a.x\nexcept AttributeError:\n    pass\nexcept Exception:\n    a.x",
        "try:\n    a.x\nexcept* AttributeError:\n    pass",
        "try:\n    a.x\nexcept AttributeError:\n    a.x  #!",
        "try:\n    a.x  #!\nexcept AttributeError:\n    raise",
        "try:\n    a.x\nexcept AttributeError:\n    raise KeyError",
        "try:\n    raise KeyError\nexcept KeyError:\n    a.x  #!",
        "try:\n    raise KeyError('z')\nexcept KeyError:\n    a.x  #!",
        "import builtins\ntry:\n    raise builtins.KeyError\nexcept KeyError:\n    a.x  #!",
        "try:\n    raise KeyError\nexcept Exception:\n    a.x  #!",
        "try:\n    raise KeyError\nexcept BaseException:\n    a.x  #!",
        "try:\n    raise [KeyError][0]\nexcept Exception:\n    a.x  #!",
        "try:\n    raise KeyError\nexcept ValueError:\n    pass\na.x",
        "try:\n    raise ModuleNotFoundError\nexcept ModuleNotFoundError:\n    a.x  #!",
        "try:\n    raise ModuleNotFoundError\nexcept ImportError:\n    a.x  #!",
        "try:\n    raise ModuleNotFoundError\nexcept Exception:\n    a.x  #!",
        "try:\n    raise ModuleNotFoundError\nexcept BaseException:\n    a.x  #!",
        (
            "try: raise KeyError\nexcept KeyError:\n try: raise ValueError\n except ValueError: pass"
            "\n try: raise\n except KeyError: a.x  #!"
        ),
        (
            "try: raise KeyError\nexcept KeyError:\n try: raise ValueError\n except ValueError:"
            "\n  try: raise\n  except ValueError: a.x  #!"
        ),
        "try:\n    pass\nexcept KeyError:\n    a.x",
        "try:\n    pass\nexcept KeyError:\n    pass\nelse:\n    a.x  #!",
        "try:\n    raise KeyError\nexcept KeyError:\n    pass\nelse:\n    a.x",
        "try:\n    pass\nfinally:\n    a.x  #!",
        "try:\n    raise KeyError\nexcept KeyError:\n    pass\nfinally:\n    a.x  #!",
        "try:\n    z = 1\nexcept KeyError:\n    z = 2\na.x  #!",
        "def f(): a.x\ntry:\n    f()\nexcept AttributeError:\n    pass\na.x  #!",
        "def f(): a.x\ntry:\n    f()\nexcept AttributeError:\n    pass\nf = N(x=1)\nf.x",
        "class C:\n    try:\n        a.x\n    except AttributeError:\n        z = a\n    z.x  #!",
        "try:\n    class C:\n        a.x\nexcept AttributeError:\n    pass\na.x  #!",
        "try:\n    class C:\n        a.x\nexcept AttributeError:\n    z = a\nz.x  #!",
        "from contextlib import suppress\nwith suppress(AttributeError):\n    a.x",
        "import contextlib\nwith contextlib.suppress(KeyError, AttributeError):\n    a.x",
        "import contextlib\nwith contextlib.suppress(KeyError), contextlib.suppress(AttributeError):\n    a.x",
        "import contextlib\nwith contextlib.suppress(AttributeError):\n    a.x\na.x  #!",
        "import contextlib\nwith contextlib.suppress(AttributeError), contextlib.nullcontext():\n    a.x",
        "from contextlib import suppress\nwith suppress(KeyError):\n    a.x  #!",
        "from contextlib import suppress\nwith suppress():\n    a.x  #!",
        "from contextlib import nullcontext\nwith nullcontext(AttributeError):\n    a.x  #!",
        "import contextlib\nraises = contextlib.suppress\nwith raises(AttributeError):\n    a.x",
        "import contextlib\nassertRaises = contextlib.suppress\nwith assertRaises(AttributeError):\n    a.x",
    ],
    "a branch": [
        "if 0:\n    a.x",
        "if 1:\n    a.x  #!",
        "if 0:\n    pass\nelse:\n    a.x  #!",
        "if 1:\n    pass\nelif a.x:\n    pass",
        "if 0:\n    pass\nelif a.x:  #!\n    pass",
        "z = a.x if True else 1  #!",
        "z = a.x if False else 1",
        "z = 1 if False else a.x  #!",
        "z = 1 if a.x else 1  #!",
        "True and a.x  #!",
        "False and a.x",
        "True or a.x",
        "False or a.x  #!",
        "a.x and True  #!",
        "True and True and a.x  #!",
        "False or False or a.x  #!",
        "True and False and a.x",
        "False and True and a.x",
        "True or False or a.x",
        "D = False\nD and True and a.x",
        "True and False or a.x  #!",
        "D = False\nif D:\n    a.x",
        "D = True\nif D:\n    a.x  #!",
        "D = True\nif not D:\n    a.x",
        "D = False\nif not D:\n    a.x  #!",
        "D = not True\nif D:\n    a.x",
        "D = 1 + 1\nif not D:\n    a.x",
        "D = E = True\nif D and E:\n    a.x  #!",
        "D, E = True, False\nD = True\nE = False\nif D and E:\n    a.x",
        "D = True\nE = False\nif D or E:\n    a.x  #!",
        "D = False\nE = False\nif D or E:\n    a.x",
        "D = False\nE = False\nif not (D or E):\n    a.x  #!",
        "D = True\nif D:\n    z = a\nz.x  #!",
        "D = False\nif D:\n    pass\nelse:\n    z = a\nz.x  #!",
        "from p.c import FLAG\nif FLAG:\n    a.x  #!",
        "from p.c import FLAG as z\nif not z:\n    a.x",
        "from p import c\nif c.FLAG:\n    a.x  #!",
        "from p import c\nif c.OFF:\n    a.x",
        "D = N(x=False)\nif D.x:\n    a.x",
        "class C: x = False\nif C.x:\n    a.x",
        "import sys\nz = a.x if sys.version_info >= (3, 8) else 0  #!",
        "import sys\nz = a.x if sys.version_info < (3, 8) else 0",
        "import sys\nz = 0 if sys.version_info[:2] >= (3, 8) else a.x",
        "import sys\nz = sys.version_info[0] == 2 or a.x  #!",
        "import sys\nz = sys.version_info.major < 3 and a.x",
        "from sys import version_info\nz = version_info > (3, 8) and a.x  #!",
        "from sys import version_info as v\nz = () if v >= (3, 99) else a.x  #!",
        "from typing import TYPE_CHECKING\nz = None if TYPE_CHECKING else a.x  #!",
        "from typing import TYPE_CHECKING as t\nz = t and a.x",
        "from sys import platform\nz = platform != 'win32' and a.x  #!",
        "if callable(lambda: 0):\n    a.x  #!",
        "if callable(1):\n    a.x",
        "class C: pass\nif callable(C) and not callable(C()):\n    a.x  #!",
        "class C:\n    def __call__(self): pass\nif not callable(C()):\n    a.x",
        "if ((1 | 2) - 3 + True) * 2 == 2:\n    a.x  #!",
        "if (1 & 2) ^ 0:\n    a.x",
        "if (1, a.x) < (2, 0):  #!\n    pass",
        "if (1, [], len) < (2, [], len):\n    a.x  #!",
    ],
    "a loop": [
        "for z in [1]:\n    a.x  #!",
        "for z in (1,):\n    a.x  #!",
        "for z in {1}:\n    a.x  #!",
        "for z in []:\n    a.x",
        "for z in [*[]]:\n    a.x",
        "for z in [*[], 1]:\n    a.x  #!",
        "for z in [1]:\n    break\n    a.x",
        "for z in [1]:\n    continue\n    a.x",
        "for z in [1]:\n    break\na.x  #!",
        "for z in [1]:\n    continue\na.x  #!",
        "for z in [1]:\n    for w in [1]:\n        break\n    a.x  #!",
        "for z in [1]:\n    pass\nelse:\n    a.x  #!\na.x",
        "while True:\n    a.x  #!",
        "while 0:\n    a.x",
        "while True:\n    break\na.x  #!",
        "while False:\n    pass\nelse:\n    a.x  #!\na.x",
        "D = False\nwhile D:\n    a.x",
        "for z in [1]:\n    z = a\n    z.x  #!",
    ],
    "a match": [
        "match 1:\n    case 1:\n        a.x  #!\n    case 2:\n        a.x\na.x",
        "match 1:\n    case 1 if a.x:  #!\n        pass\na.x",
        "match 1:\n    case a.x:  #!\n        pass\na.x",
        "match 1:\n    case (a.x as z):  #!\n        pass\na.x",
        "match {1: 1}:\n    case {a.x: 1, **z}:  #!\n        pass\na.x",
        "match [1]:\n    case [*a]:\n        pass\na.count",
        "match {1: 1}:\n    case {1: 1, **a}:\n        pass\na.items",
    ],
}
# Whether a call in a module imports the module c beside it, or in it if it is a package.
CALLS: dict[tuple[str, str], bool] = {
    ("b", "importlib.import_module('p.c')"): True,
    ("b", "importlib.import_module('.c', __package__)"): True,
    ("b", "importlib.import_module('.c', package=__package__)"): True,
    ("b", "importlib.import_module('..c', __name__)"): True,
    ("b", "importlib.import_module('..c', package=__name__)"): True,
    ("b", "from importlib import import_module\nimport_module('p.c')"): True,
    ("b", "__import__('p.c')"): True,
    ("b", "importlib.import_module('.c', __name__)"): False,
    ("b", "importlib.import_module('.d', __package__)"): False,
    ("b", "importlib.import_module('p.d')"): False,
    ("b", "importlib.import_module('io', __package__)"): False,
    ("b", "importlib.import_module('.c', 'io')"): False,
    ("b", "importlib.import_module('.c')"): False,
    ("b", "importlib.reload('p.c')"): False,
    ("b", "print('p.c', __package__)"): False,
    ("d", "importlib.import_module('p.d.c')"): True,
    ("d", "importlib.import_module('.c', __package__)"): True,
    ("d", "importlib.import_module('.c', __name__)"): True,
    ("d", "importlib.import_module('.d.c', 'p')"): True,
    ("d", "importlib.import_module('..c', __name__)"): False,
}

# What p.c does, and whether p.b then gets a name that p.c has for p.a from it by a star.
STARS: dict[tuple[str, str], bool] = {
    ("z", "from p import a as z"): True,
    ("_z", "from p import a as _z"): False,
    ("__z__", "from p import a as __z__"): False,
    ("_z", "__all__ = ['_z']\nfrom p import a as _z"): True,
    ("_z", "__all__ = ('w', '_z')\nfrom p import a as _z\nw = 1"): True,
    ("__z__", "__all__ = ['__z__']\nfrom p import a as __z__"): True,
    ("_z", "__all__ = ['_z', 'w'][:1]\nfrom p import a as _z"): True,
    ("_z", "__all__ = ['_z'] + []\nfrom p import a as _z"): True,
    ("z", "__all__ = ['w']\nfrom p import a as z\nw = 1"): False,
    ("z", "__all__ = []\nfrom p import a as z"): False,
}

# What p.a does before `from p.b import y`, which takes x from it, and whether x is there by then.
BINDINGS: dict[str, bool] = {
    "x = 1": True,
    "x: int = 1": True,
    "x, z = 1, 2": True,
    "[z, *x] = 1, 2": True,
    "z = x = 1": True,
    "for x in [1]: pass": True,
    "(x := 1)": True,
    "z = [x := 1 for z in [1]]": True,
    "import io as x": True,
    "import os.path as x": True,
    "from io import open as x": True,
    "from p.c import FLAG as x": True,
    "from p import c as x": True,
    "import p.c as x": True,
    "def x(): pass": True,
    "async def x(): pass": True,
    "class x: pass": True,
    "from contextlib import nullcontext\nwith nullcontext() as x: pass": True,
    "try:\n    raise KeyError\nexcept KeyError:\n    x = 1": True,
    "match 1:\n    case x: pass": True,
    "match [1]:\n    case [*x]: pass": True,
    "match {}:\n    case {**x}: pass": True,
    "if 1: x = 1": True,
    "def f():\n    global x\n    x = 1\nf()": True,
    "def f(): globals()['x'] = 1\nf()": True,
    "globals()['x'] = 1": True,
    "globals().update(x=1)": True,
    "exec('x = 1')": True,
    "execfile = exec\nexecfile('x = 1')": True,
    "import sys\nsys.modules[__name__].x = 1": True,
    "import sys\nz = sys.modules[__name__]\nz.x = 1": True,
    "import sys\nsetattr(sys.modules[__name__], 'x', 1)": True,
    "import sys\nsys.modules.setdefault(__name__).x = 1": True,
    "import sys, types\nsys.modules[__name__] = types.SimpleNamespace(x=1)": True,
    "import sys, types\nsys.modules['p.a'] = types.SimpleNamespace(x=1)": True,
    "import p.a as z\nz.x = 1": True,
    "import p.a as z\nsetattr(z, 'x', 1)": True,
    "from p.c import *": True,
    "__getattr__ = {'x': 1}.get": True,
    "def f():\n    class C:\n        pass\n    global x\n    x = 1\nf()": True,
    "pass": False,
    "x: int": False,
    "class C: x = 1": False,
    "class C:\n    def x(self): pass": False,
    "class C:\n    class x: pass": False,
    "def f(): x = 1\nf()": False,
    "def f():\n    global z\n    z = str(1)\nf()": False,
    "lambda x: 1": False,
    "[x for x in [1]]": False,
    "x = 1\ndel x": False,
    "x = z = 1\ndel z, x": False,
    "if 0: x = 1": False,
    "while 0: x = 1": False,
    "z = {}\nz['x'] = 1": False,
    "z = {}\nz.update(x=1)": False,
    "from p.c import FLAG": False,
    "import p.c as z": False,
    "import p.a as z\nz.z = 1": False,
    "import sys\nsys.modules.get(__name__)": False,
    "import sys\nsys.modules.keys()": False,
    "import sys\nsys.modules.items()": False,
    "import sys\nsys.modules.values()": False,
    "import sys\nsys.modules.copy()": False,
    "import sys\nsys.modules['p']": False,
    "import sys\nsys.path.append(__name__)": False,
    "globals": False,
    "__path__ = []": False,
}

# The same where `q` is something that nobody can know, and `nothere` may not be installed: what fails in any case.
UNKNOWABLE = [
    "if q:\n    a.x",
    "if q:\n    a.x  #!\nelse:\n    a.x",
    "if q:\n    raise KeyError\na.x  #!",
    "if q:\n    raise KeyError\n    z = 1\na.x  #!",
    "if q:\n    pass\nelse:\n    raise KeyError\na.x  #!",
    "if q:\n    raise KeyError\nelse:\n    a.x  #!",
    "if q:\n    a.x  #!\nelse:\n    raise KeyError",
    "if q:\n    raise KeyError\nelse:\n    raise ValueError\na.x",
    "def f(): raise KeyError\ntry:\n    if q: f()\n    else: raise ValueError\nexcept KeyError:\n    a.x  #!",
    "D = True\nif q:\n    if D:\n        raise KeyError\na.x  #!",
    "D = True\nif q:\n    pass\nelse:\n    if D:\n        raise KeyError\na.x  #!",
    "def f(): raise KeyError\nif q:\n    f()\na.x  #!",
    "def f(): raise KeyError\nif q:\n    f()\nelse:\n    a.x  #!",
    "def f(): raise KeyError\nif q:\n    a.x  #!\nelse:\n    f()",
    "def f(): raise KeyError\nif q:\n    f()\nelse:\n    raise KeyError\na.x",
    "def f(): raise KeyError\nif q:\n    f()\nelse:\n    z = a\nz.x  #!",
    "if q:\n    z = a\nelse:\n    z = a\nz.x  #!",
    "z = a\nif q:\n    z = 1\nz.x",
    "z = a\nif q:\n    pass\nelse:\n    z = 1\nz.x",
    "z = a\nif q:\n    w = 1\nz.x  #!",
    "z = a\nif q:\n    pass\nelse:\n    pass\nz.x  #!",
    "z = a\nfor w in q:\n    z = 1\nz.x",
    "z = a\nfor z in q:\n    pass\nz.x",
    "z = a\nwhile q:\n    z = 1\nz.x",
    "z = a\ntry:\n    pass\nexcept KeyError:\n    z = 1\nz.x  #!",
    "z = a\ntry:\n    q()\nexcept KeyError:\n    z = 1\nz.x",
    "z = a\ntry:\n    pass\nexcept KeyError:\n    w = 1\nz.x  #!",
    "z = a\nq and (z := 1)\nz.x",
    "def f():\n    z = a\n    if q:\n        z = 1\n    z.x\nf()",
    "def f():\n    if q:\n        return\n    a.x\nf()",
    "def f():\n    for z in q:\n        return\n    a.x\nf()",
    "def f():\n    for z in q:\n        break\n    a.x  #!\nf()",
    "def f(z): z.x  #!\nf(a)",
    "def f(): a.x\n[f for z in [1]]",
    "for z in q:\n    a.x",
    "for z in [*q]:\n    a.x",
    "for z in q:\n    pass\na.x  #!",
    "for z in q:\n    a.x\na.x  #!",
    "while q:\n    a.x",
    "while q:\n    a.x\na.x  #!",
    "D = True\nwhile D:\n    a.x  #!",
    "z = q if q else a.x",
    "q and a.x",
    "q or a.x",
    "match q:\n    case 1:\n        a.x",
    "match q:\n    case 1:\n        a.x\n    case 2:\n        pass\na.x  #!",
    "z = q.z\nz.x",
    "z = q\nz.x\na.x  #!",
    "z = q()\nz.x",
    "class C(q): pass\nC().x",
    "class C(q):\n    def __init__(self): a.x\nC()",
    "class C:\n    def __init__(self): a.x\nclass D(q, C): pass\nD()",
    "class C:\n    def __init__(self): a.x\nclass D(q.C, C): pass\nD()",
    "class C:\n    def __init__(self): a.x\nclass D(q(), C): pass\nD()",
    "class C:\n    def __init__(self): a.x\nclass D(C.E, C): pass\nD()",
    "class C:\n    z = q\n    def __init__(self): a.x  #!\nC.z.w\nC()",
    "setattr(q, 'x', 1)\na.x  #!",
    "setattr(a, q, 1)\na.x",
    "setattr(a, 1, 1)\na.x",
    "q.z = 1\na.x  #!",
    "import sys\nsys.modules[q] = 1\na.x  #!",
    "def f():\n    z = dict()\n    if q: z['k'] = 1\n    if 'k' in z: a.x\nf()",
    "def f():\n    z = dict()\n    if q: z['k'] = 1\n    if 'w' not in z: a.x  #!\nf()",
    "def f():\n    z = dict()\n    if q: z['k'] = 1\n    if z.get('w') is None: a.x  #!\nf()",
    "def f():\n    z = dict()\n    if q: z['k'] = 1\n    if z.get('k') is None: a.x\nf()",
    "def f():\n    z = dict()\n    if q: z['k'] = 1\n    try: z['w']\n    except KeyError: a.x  #!\nf()",
    "def f():\n    z = dict()\n    if q: z['k'] = 1\n    try: z['k']\n    except KeyError: a.x\nf()",
    "def f():\n    z = dict()\n    z[q] = 1\n    if 'w' not in z: a.x\nf()",
    "import sys\nsys.modules['nothere'] = 1\na.x  #!",
    "if q or True:\n    a.x  #!",
    "if True or q:\n    a.x  #!",
    "if q or False:\n    a.x",
    "if q and True:\n    a.x",
    "if q and False:\n    pass\nelse:\n    a.x  #!",
    "if not q:\n    a.x",
    "if not q:\n    pass\nelse:\n    a.x",
    "D = True\nif q or D:\n    a.x  #!",
    "D = True\nif q and D:\n    a.x",
    "D = False\nif q and D:\n    pass\nelse:\n    a.x  #!",
    "D = False\nif q or D:\n    a.x",
    "D = False\nif not (q or D):\n    a.x",
    "D = True\nif not (q or D):\n    pass\nelse:\n    a.x  #!",
    "import nothere\na.x  #!",
    "try:\n    import nothere\nexcept ImportError:\n    pass\na.x  #!",
    "try:\n    import nothere\nexcept ImportError:\n    a.x",
    "try:\n    import nothere\nexcept ImportError:\n    pass\nelse:\n    a.x",
    "try:\n    import nothere\n    a.x\nexcept ImportError:\n    pass",
    "try:\n    import nothere.z\n    a.x\nexcept ImportError:\n    pass",
    "try:\n    from nothere import z\n    a.x\nexcept ImportError:\n    pass",
    "try:\n    from nothere import *\n    a.x\nexcept ImportError:\n    pass",
    "try:\n    __import__('nothere')\n    a.x\nexcept ImportError:\n    pass",
    "import importlib\ntry:\n    importlib.import_module('nothere')\n    a.x\nexcept ImportError:\n    pass",
    "try:\n    import nothere\n    a.x\nexcept ModuleNotFoundError:\n    pass",
    "try:\n    import nothere\n    from p.a import x\nexcept Exception:\n    pass",
    "try:\n    import nothere\nexcept Exception:\n    pass\nelse:\n    a.x",
    "try:\n    import nothere\nexcept BaseException:\n    pass\nelse:\n    a.x",
    "try:\n    import nothere\nexcept:\n    pass\nelse:\n    a.x",
    "try:\n    import nothere\nexcept KeyError:\n    pass\nelse:\n    a.x  #!",
    "try:\n    import nothere\nexcept ImportError:\n    raise\nelse:\n    a.x  #!",
    "try:\n    import nothere\nexcept ImportError:\n    raise KeyError\nelse:\n    a.x  #!",
    "try:\n    import nothere\nexcept KeyError:\n    pass\nexcept ImportError:\n    pass\nelse:\n    a.x",
    "try:\n    import json\nexcept ImportError:\n    pass\nelse:\n    a.x  #!",
    "try:\n    import os.path\nexcept ImportError:\n    pass\nelse:\n    a.x  #!",
    "try:\n    from json import loads\nexcept ImportError:\n    pass\nelse:\n    a.x  #!",
    "try:\n    import p.c\nexcept ImportError:\n    pass\nelse:\n    a.x  #!",
    "try:\n    class C:\n        import nothere\n        a.x\nexcept ImportError:\n    pass",
    "def f():\n    import p.nothere\n    a.x\ntry:\n    f()\nexcept ImportError:\n    pass",
    "class C:\n    def __init__(self):\n        import p.nothere\n        a.x\ntry: C()\nexcept ImportError:\n    pass",
    "def f():\n    try:\n        import nothere\n    except ImportError:\n        return\n    a.x\nf()",
    "try:\n    pass\nexcept ImportError:\n    pass\nimport p.nothere\na.x  #!",
    "try:\n    raise KeyError\nexcept (KeyError, ImportError):\n    pass\nimport p.nothere\na.x  #!",
    "try:\n    raise KeyError\nexcept ImportError:\n    pass\nexcept KeyError:\n    import p.nothere\n    a.x  #!",
    "try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    import p.nothere\n    a.x  #!",
    "try:\n try: pass\n except ImportError: pass\n import p.nothere\n a.x\nexcept ImportError: pass",
    "try:\n    if q:\n        pass\n    else:\n        import nothere\n    a.x\nexcept ImportError:\n    pass",
    "try:\n    if q:\n        import nothere\n    a.x\nexcept ImportError:\n    pass",
    "import nothere\nz = nothere.f()\ntry:\n    z.k\nexcept ImportError:\n    pass\nelse:\n    a.x",
    "import nothere\nz = nothere.f()\ntry:\n class C(dict, metaclass=z): pass\nexcept ImportError:\n pass\nelse:\n a.x",
    "import pickle\ntry:\n    pickle.loads(q)\nexcept ImportError:\n    pass\nelse:\n    a.x",
    "import pickle\ntry:\n    z = pickle.loads(b'')\nexcept ImportError:\n    pass\nelse:\n    a.x",
    "import multiprocessing\ntry:\n    multiprocessing.Lock()\nexcept ImportError:\n    pass\nelse:\n    a.x",
    "import timeit\ntry:\n    timeit.timeit('import q')\nexcept ImportError:\n    pass\nelse:\n    a.x",
    "from contextlib import suppress\nwith suppress(ImportError):\n    import nothere\n    a.x",
    "from contextlib import suppress\nwith suppress(ImportError):\n    import nothere\na.x  #!",
    "from contextlib import suppress\nwith suppress(ImportError):\n    pass\nimport p.nothere\na.x  #!",
    "import p.nothere\np.nothere.z\na.x  #!",
    "from p import nothere\nnothere.z\na.x  #!",
    "from p.nothere import z\nz.x\na.x  #!",
    "from p.nothere import a\na.x",
    "from p.nothere.z import a\na.x",
    "import p.nothere as a\na.x",
    "import p.c.nothere as a\na.x",
    "import p.a.nothere as z\na.x  #!",
    "from p.nothere import *\na.x  #!",
    "import importlib\nimportlib.import_module(q)\na.x  #!",
    "import importlib\nimportlib.import_module()\na.x  #!",
    "import importlib\nimportlib.import_module(1)\na.x  #!",
]

# How a statement may come to run in p.a.
BRANCHES = [
    "if q: {}",
    "if q:\n    pass\nelse: {}",
    "if q:\n    if q: {}",
    "if q:\n    if q:\n        pass\n    else: {}",
    "for z in q: {}",
    "while q: {}",
    "for z in q:\n    pass\nelse: {}",
    "while q:\n    pass\nelse: {}",
    "if q:\n    for z in q: {}",
    "if q:\n    while True: {}",
    "match q:\n    case 1: {}",
    "match q:\n    case 1: pass\n    case 2: {}",
    "try:\n    q()\nexcept KeyError: {}",
    "try:\n    q()\nexcept KeyError:\n    pass\nexcept ValueError: {}",
    "if q:\n    try: {}\n    finally: pass",
    "if q:\n    try: q()\n    except KeyError: {}",
    "if q:\n    try: q()\n    except KeyError: pass\n    except ValueError: {}",
    "if q:\n    try: pass\n    except KeyError: pass\n    else: {}",
    "if q:\n    try: pass\n    finally: {}",
]
# What binds x there, or may do so.
STATEMENTS = [
    "x = 1",
    "x: int = 1",
    "(x := 1)",
    "x = c",
    "x = c.z",
    "x = f()",
    "z = 1; x = 1",
    "import io as x",
    "import p.c as x",
    "import p.c as z; import p.c as x",
    "from io import open as x",
    "from p.c import FLAG as z, x",
    "from p import c as x",
    "from nothere import *",
    "from p.c import *",
    "globals()['x'] = 1",
]
# What p.a does that may bind x once somebody calls a function, or does not.
LATER: dict[str, bool] = {
    "def f():\n    global x\n    x = 1": False,
    "def f(): global x; x = 1": False,
    "\ndef f(): global x; x = 1": False,
    "def f(): pass\ndef g():\n    global z, x\n    z = x = 1": False,
    "def f():\n    global z\n    z = 1\ndef g():\n    global x\n    x = 1": False,
    "def f():\n    global x\n    x = 1\ndef g():\n    global z\n    z = 1": False,
    "def f():\n    z = 1\n    def g():\n        global x\n        x = 1": False,
    "class C:\n    def m(self):\n        global x\n        x = 1": False,
    "async def f():\n    global x\n    x = 1": False,
    "def f(): globals()['x'] = 1": False,
    "def f():\n    z = 1\n    globals().update(x=z)": False,
    "from p.nothere import *": True,
    "from nothere import *": True,
    "from p.c import *\nfrom p.nothere import *": True,
    "import sys\nsys.modules[q] = 1": True,
    "import p.a as z\nsetattr(z, q, 1)": True,
    "def f():\n    global z\n    z = str(1)": False,
    "def f():\n    z = str(1)\nglobal_z = 1": False,
    "def f(): return 1\nglobals": False,
    "def f():\n    z = 'globals()'": False,
    "def f():\n    def x(): pass": False,
    "def f():\n    global x\n    x = 1\nq(f)": True,
    "class C:\n    def m(self):\n        global x\n        x = 1\nq(C)": True,
    "def f(): globals()['x'] = 1\nq([f])": True,
    "import nothere\nnothere.setup(__name__)": True,
    "import nothere\nnothere.App(__name__)": False,
    "import nothere\nz = nothere.web.App(__name__, static_folder=None)": False,
    "from nothere import get_tracer\nz = get_tracer(__name__)": False,
    "import nothere\nclass C(nothere.C):\n    def __init__(self, n): super().__init__(n)\nC(__name__)": True,
    "import nothere\nclass C(nothere.C):\n    def __init__(self, n): super().__init__(n)\nC(f'{__name__}.x')": True,
    "import nothere\nclass C(nothere.C):\n    def __init__(self, n): super().__init__(n)\nC('p.a.x')": True,
    "import nothere\nclass C(nothere.C):\n    def __init__(self, n): super().__init__(n)\nC('p.a')": False,
}

# What is known of a condition, on Python 3.12, in the module p.b.
CONDITIONS: dict[str, bool | None] = {
    "True": True,
    "2": True,
    "'z'": True,
    "0": False,
    "''": False,
    "None": False,
    "not 0": True,
    "not 1": False,
    "-1": True,
    "q": None,
    "q()": None,
    "not q": None,
    "q.TYPE_CHECKING": False,
    "TYPE_CHECKING": False,
    "MYPY": False,
    "q.MYPY": False,
    "TYPE_CHECKING.z": None,
    "TC": False,
    "q.TC": None,
    "FLAG": None,
    "not TYPE_CHECKING": True,
    "__debug__": True,
    "not __debug__": False,
    "q.__debug__": None,
    "sys.platform == 'linux'": True,
    "sys.platform == 'win32'": False,
    "sys.platform != 'linux'": False,
    "sys.platform != 'win32'": True,
    "sys.platform == q": None,
    "sys.platform == 'linux' == q": None,
    "sys.platform in ('linux',)": None,
    "sys.platform > 'a'": None,
    "os.platform == 'linux'": None,
    "os.name == 'posix'": True,
    "os.name == 'nt'": False,
    "sys.implementation.name == 'cpython'": True,
    "sys.implementation.name == 'pypy'": False,
    "__name__ == '__main__'": False,
    "__name__ != '__main__'": True,
    "__name__ == 'p.b'": True,
    "__name__ == q": None,
    "q() == 'linux'": None,
    "sys.version_info >= (3, 12)": True,
    "sys.version_info >= (3, 13)": False,
    "sys.version_info >= (3,)": True,
    "sys.version_info >= (4,)": False,
    "sys.version_info >= (3, 11, 5)": True,
    "sys.version_info >= (3, 12, 1)": None,
    "sys.version_info > (3, 12)": True,
    "sys.version_info > (3, 13)": False,
    "sys.version_info < (3, 12)": False,
    "sys.version_info < (3, 13)": True,
    "sys.version_info <= (3, 12)": False,
    "sys.version_info <= (3, 13)": True,
    "sys.version_info == (3, 12)": False,
    "sys.version_info != (3, 12)": True,
    "sys.version_info == (3, 12, 0)": None,
    "sys.version_info in [(3, 12)]": None,
    "sys.version_info is (3, 12)": None,
    "sys.version_info >= q": None,
    "sys.version_info >= '3'": None,
    "sys.version_info >= 3": None,
    "sys.version_info >= {[]}": None,
    "(3, 12) <= sys.version_info": None,
    "(3,) <= sys.version_info < (4,)": None,
    "version_info >= (3, 12)": True,
    "version_info < (3, 12)": False,
    "q.version_info >= (3, 12)": None,
    "sys.hexversion >= 1": None,
    "sys.version_info[0] == 3": True,
    "sys.version_info[0] == 2": False,
    "sys.version_info[0] >= 3": True,
    "sys.version_info[0] < 3": False,
    "sys.version_info[1] == 12": True,
    "sys.version_info[1] >= 12": True,
    "sys.version_info[1] > 12": False,
    "sys.version_info[1] == 3": False,
    "sys.version_info[2] == 0": None,
    "sys.version_info[2] >= 0": None,
    "sys.version_info['z'] == 3": None,
    "sys.version_info[-1] == 3": None,
    "sys.version_info[q] == 3": None,
    "sys.version_info[:1] == (3,)": True,
    "sys.version_info[:1] == (3, 12)": False,
    "sys.version_info[:2] == (3, 12)": True,
    "sys.version_info[:2] >= (3, 12)": True,
    "sys.version_info[:2] <= (3, 12)": True,
    "sys.version_info[:2] > (3, 12)": False,
    "sys.version_info[:2] < (3, 12)": False,
    "sys.version_info[:2] == (3,)": False,
    "sys.version_info[:3] >= (3, 12)": None,
    "sys.version_info[:0] >= ()": None,
    "sys.version_info[:] >= (3, 12)": None,
    "sys.version_info[:q] >= (3, 12)": None,
    "sys.version_info[1:2] >= (12,)": None,
    "sys.version_info[0:1] >= (3,)": None,
    "version_info[0] == 3": True,
    "version_info[:2] == (3, 12)": True,
    "sys.version_info.major == 3": True,
    "sys.version_info.major == 12": False,
    "sys.version_info.minor == 12": True,
    "sys.version_info.minor == 3": False,
    "sys.version_info.minor >= 13": False,
    "sys.version_info.micro >= 0": None,
    "sys.version_info.major[0] == 3": None,
    "q[0] == 3": None,
    "q[:2] == (3, 12)": None,
    "True and True": True,
    "True and False": False,
    "False or True": True,
    "False or False": False,
    "q and False": False,
    "q and True": None,
    "q or True": True,
    "q or False": None,
    "q() and False": False,
    "q() or False": None,
    "not (q and False)": True,
    "not (q or True)": False,
    "not (q or False)": None,
    "not (q and q)": None,
    "True and sys.version_info < (3, 12)": False,
}

# What p.b does on Python 3.13, where the marked annotations are evaluated; 3.14 evaluates none.
ANNOTATIONS = [
    "def f(z: a.x): pass  #!",
    "def f(z: a.x, /): pass  #!",
    "def f(*, z: a.x): pass  #!",
    "def f(*z: a.x): pass  #!",
    "def f(**z: a.x): pass  #!",
    "def f() -> a.x: pass  #!",
    "async def f() -> a.x: pass  #!",
    "def f(z: int = 1) -> int: pass",
    "class C:\n    def m(self) -> a.x: pass  #!",
    "class C:\n    z: a.x  #!",
    "z: a.x  #!",
    "z: a.x = 1  #!",
    "z: 'a.x' = 1",
    "lambda z: a.x",
    "from __future__ import division\nz: a.x  #!",
    "from __future__ import annotations\nz: a.x",
    "from __future__ import annotations\ndef f() -> a.x: pass",
    "from __future__ import division, annotations\nz: a.x",
    "import __future__\nz: a.x  #!",
    "from p.c import annotations\nz: a.x  #!",
    "def f():\n    z: a.x = 1\nf()",
]

# What p.b does on Python 3.15.
LAZY = [
    "lazy from p.a import x",
    "lazy import p.a",
    "lazy import p.a as z",
    "lazy import p.a as z\nz.x  #!",
    "lazy from p.a import x  #!\nprint(x)",
    "lazy from p.a import x  #!\nx.z",
    "lazy from p.a import x  #!\nx()",
    "lazy from p.a import x  #!\nz = x",
    "lazy from p.a import x  #!\nclass C(x): pass",
    "lazy from p import a as z\nz.x  #!",
    "lazy from p.c import FLAG, OFF\nFLAG\na.x  #!",
    "lazy from p.a import z, x as w\nz = 1\nz",
    "lazy from p.a import x\nx = 1\nx.z",
    "z = 1; lazy from p.a import x",
    "if 1:\n    lazy from p.a import x",
    "lazy   \tfrom p.a import x",
    "lazy = 1\nfrom p.a import x  #!",
    "lazy from p.a import x\n[x for x in [1]]\na.x  #!",
    "lazy from p.a import x\nlazy from p.c import FLAG\nfrom p.a import x  #!",
    "from p import c\nlazy from p.c import FLAG\nfrom p.a import x  #!",
    "__lazy_modules__ = ['p.a']\nfrom p.a import x",
    "__lazy_modules__ = ('p.z', 'p.a')\nimport p.a as z",
    "__lazy_modules__ = ('p.a',)\nfrom p.a import x",
    "__lazy_modules__ = {'p.a'}\nfrom p.a import x",
    "__lazy_modules__ = {'p.a'}\nfrom p.a import x  #!\nx.z",
    "__lazy_modules__ = ['p.c']\nfrom p.a import x  #!",
    "__lazy_modules__ = ['p.a', 1]\nfrom p.a import x",
    "__lazy_modules__ = ['p.a', q]\nfrom p.a import x",
    "__lazy_modules__ = q\nfrom p.a import x",
    "lazy_modules = ['p.a']\nfrom p.a import x  #!",
    "class C:\n    __lazy_modules__ = ['p.a']\nfrom p.a import x  #!",
    "__lazy_modules__ = ['p.a']\nclass C:\n    from p.a import x  #!",
    "__lazy_modules__ = ['p.a']\ntry:\n    from p.a import x  #!\nexcept KeyError:\n    pass",
    "__lazy_modules__ = ['p.a']\ndef f():\n    from p.a import x  #!\nf()",
    "def f():\n    __lazy_modules__ = ['p.a']\n    from p.a import x  #!\nf()",
    "class C: pass\nlazy from p.a import x",
    "try:\n    pass\nexcept KeyError:\n    pass\nlazy from p.a import x",
    "from contextlib import suppress\nwith suppress(KeyError):\n    pass\nlazy from p.a import x",
]

# A line of p.a that binds x, or does not, after another one.
DEFINING: dict[str, bool] = {
    "x = 1": True,
    "x: int = 1": True,
    "x: int": False,
    "x += 1": True,
    "z = x = 1": True,
    "z, (x, w) = 1, (2, 3)": True,
    "x = z": True,
    "x = b": True,
    "x = b()": True,
    "for x in q: pass": True,
    "for z in q: x = 1": True,
    "while q: x = 1": True,
    "if q: x = 1": True,
    "with q as x: pass": True,
    "with q: x = 1": True,
    "async def x(): pass": True,
    "def x(): pass": True,
    "class x: pass": True,
    "import x": True,
    "import x.z": True,
    "import z as x": True,
    "import z.x": False,
    "import p.c as x": True,
    "from q import x": True,
    "from p import c as x": True,
    "from p.c import FLAG as x": True,
    "from p.c import x as z": False,
    "from p.c import *": True,
    "(x := 1)": True,
    "print(x := 1)": True,
    "del x": False,
    "x.z = 1": False,
    "x[0] = 1": False,
    "[x for x in q]": False,
    "lambda x: 1": False,
    "def f(x): x = 1": False,
    "class C: x = 1": False,
    "class C: import x": False,
    "class C: from p.c import FLAG as x": False,
    "class C: x = b": False,
    "x = y": True,
    "x = y()": True,
    "class C: x = y": False,
    "class C: x = y()": False,
    "if 0: x = 1": False,
}

LINES = [text for texts in TEXTS.values() for text in texts]


def path(module: str, files: Files) -> str:
    is_package = any(each.startswith(f"{module}.") for each in files) if module else True
    return "/".join(["p", *filter(None, module.split("."))]) + ("/__init__.py" if is_package else ".py")


def sources(files: Files) -> list[Source]:
    everything = {"": "", **files}
    return [
        Source(".".join(filter(None, ["p", module])), where, where.endswith("__init__.py"), text)
        for module, text in everything.items()
        for where in [path(module, everything)]
    ]


def predicted(files: Files, version: tuple[int, int] = HERE) -> dict[str, Crash]:
    return predict(Found(tuple(sources(files)), frozenset()), version)


def truth(folder: Path, files: Files) -> set[str]:
    write(folder, {each.path: each.text for each in sources(files)})
    found = imported_by_cpython(sys.executable, folder, [each.module for each in sources(files)])
    return {entry for entry, outcome in found.items() if is_crash(outcome)}


def marked(text: str) -> tuple[Files, int | None]:
    """Return the program of a text, and the line of p.b that fails."""
    lines = f"from p import a\nfrom types import SimpleNamespace as N\n{text}\ny = 1".split("\n")
    failing = [number for number, line in enumerate(lines, 1) if line.endswith("  #!")]
    c = "FLAG = True\nOFF = False\nimport string as flags\nflags.x = 1"
    return {"a": A_THEN_B, "b": "\n".join(lines), "c": c}, failing[0] if failing else None


def binding(text: str) -> Files:
    return {
        "a": f"{text}\nfrom p.b import y\nx = 1",
        "b": "from p.a import x\ny = 1",
        "c": "FLAG = True\nOFF = False\nx = 1",
    }


def failing_line(text: str, version: tuple[int, int] = HERE) -> int | None:
    """Return the line of p.b that fails where p.a is imported first."""
    crash = predicted(marked(text)[0], version).get("p.a")
    return crash.line if crash else None


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Outcome]:
    """Return what CPython says of the rules and texts: by what is asked about and the module that is imported first."""
    folder = tmp_path_factory.mktemp("programs")
    entries: dict[str, tuple[str, str]] = {}
    programs = [(rule, files) for rule, (files, _) in RULES.items()]
    programs += [(text, marked(text)[0]) for text in LINES]
    programs += [(text, binding(text)) for text in BINDINGS]
    for number, (key, files) in enumerate(programs):
        for each in sources(files):
            entries[_renamed(each.module, number)] = key, each.module
            write(folder, {_renamed(each.path, number): _renamed(each.text, number)})
    found = imported_by_cpython(sys.executable, folder, entries)
    return {entries[entry]: outcome for entry, outcome in found.items()}


def _renamed(text: str, number: int) -> str:
    """Return a text, a path or a module with another name of the package, so that one process imports many."""
    return re.sub(r"\bp\b", f"p{number}", text)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_the_language(rule: str) -> None:
    files, expected = RULES[rule]
    assert set(predicted(files)) == expected


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_holds_where_calls_are_remembered(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files, expected = RULES[rule]
    monkeypatch.setattr(calls, "_MOST_EXACT_CALLS", 0)
    assert set(predicted(files)) == expected


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.slow
def test_cpython_says_the_same(rule: str, told: dict[tuple[str, str], Outcome]) -> None:
    _, expected = RULES[rule]
    assert {entry for (key, entry), outcome in told.items() if key == rule and is_crash(outcome)} == expected


@pytest.mark.parametrize("text", LINES)
def test_a_text_fails_at_the_marked_line(text: str) -> None:
    files, line = marked(text)
    crash = predicted(files).get("p.a")
    assert (crash and (crash.importer, crash.line)) == (line and ("p.b", line))


@pytest.mark.parametrize("text", LINES)
@pytest.mark.slow
def test_cpython_fails_at_the_marked_line(text: str, told: dict[tuple[str, str], Outcome]) -> None:
    _, line = marked(text)
    outcome = told[text, "p.a"]
    assert (outcome[3] if outcome and is_crash(outcome) else None) == line


@pytest.mark.parametrize(("module", "call"), CALLS)
def test_a_call_imports_a_module(module: str, call: str) -> None:
    inner = {"b": "c", "d": "d.c"}[module]
    files = {"a": f"from p.{module} import y\nx = 1", "d": "", inner: "from p.a import x"}
    found = predicted(files | {module: f"import importlib\n{call}\ny = 1\ndef f(): import p.{inner}"})
    assert ("p.a" in found) == CALLS[module, call]


@pytest.mark.parametrize(("name", "text"), STARS)
def test_a_star_takes_a_name(name: str, text: str) -> None:
    files = {"a": A_THEN_B, "b": f"from p.c import *\n{name}.x\ny = 1", "c": text}
    assert ("p.a" in predicted(files)) == STARS[name, text]


@pytest.mark.parametrize("text", BINDINGS)
def test_a_statement_binds_a_name_in_time(text: str) -> None:
    assert ("p.a" not in predicted(binding(text))) == BINDINGS[text]


@pytest.mark.parametrize("text", BINDINGS)
def test_cpython_binds_it_too(text: str, told: dict[tuple[str, str], Outcome]) -> None:
    assert (told[text, "p.a"] is None) == BINDINGS[text]


@pytest.mark.parametrize("text", UNKNOWABLE)
def test_only_what_fails_in_any_case_is_a_crash(text: str) -> None:
    assert failing_line(text) == marked(text)[1]


@pytest.mark.parametrize("branch", BRANCHES)
@pytest.mark.parametrize("statement", ["x = 1", "from nothere import *"])
def test_a_branch_may_have_bound_a_name(branch: str, statement: str) -> None:
    assert "p.a" not in predicted(binding(branch.format(statement)))
    assert "p.a" in predicted(binding(branch.format("z = 1")))


@pytest.mark.parametrize("branch", ["if q: {}", "if q:\n    pass\nelse: {}", "if q:\n    while q: {}"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_may_have_bound_a_name(branch: str, statement: str) -> None:
    text = branch.format(statement)
    assert "p.a" not in predicted(binding(f"from p import c\ndef f(): pass\n{text}"))


@pytest.mark.parametrize("head", ["def x(): pass", "class x: pass", "class x(q):\n        pass", "async def x(): pass"])
@pytest.mark.parametrize("branch", ["if q:\n    {}", "if q:\n    pass\nelse:\n    {}"])
def test_a_definition_may_have_bound_a_name(branch: str, head: str) -> None:
    assert "p.a" not in predicted(binding(branch.format(head)))


@pytest.mark.parametrize("branch", ["if q: {}", "if q:\n    pass\nelse: {}"])
@pytest.mark.parametrize("statement", ["lazy from p.c import x", "lazy import p.c as x"])
def test_a_lazy_import_may_have_bound_a_name(branch: str, statement: str) -> None:
    text = branch.replace(" {}", "\n    {}").format(statement)
    assert "p.a" not in predicted(binding(text), (3, 15))


@pytest.mark.parametrize("text", LATER)
def test_a_function_may_bind_a_name_later(text: str) -> None:
    assert ("p.a" not in predicted(binding(text))) == LATER[text]


@pytest.mark.parametrize("text", CONDITIONS)
def test_what_is_known_of_a_condition(text: str) -> None:
    head = f"from typing import TYPE_CHECKING as TC\nif {text}:\n    "
    fails = failing_line(f"{head}a.x", (3, 12)), failing_line(f"{head}pass\nelse:\n    a.x", (3, 12))
    assert fails == {True: (5, None), False: (None, 7), None: (None, None)}[CONDITIONS[text]]


@pytest.mark.parametrize("text", ANNOTATIONS)
def test_an_annotation_is_evaluated_until_python_3_13(text: str) -> None:
    assert (failing_line(text, (3, 13)), failing_line(text, (3, 14))) == (marked(text)[1], None)


@pytest.mark.parametrize("text", LAZY)
def test_a_lazy_import_is_tried_on_first_use(text: str) -> None:
    assert failing_line(text, (3, 15)) == marked(text)[1]


@pytest.mark.parametrize("text", DEFINING)
def test_a_crash_tells_the_first_line_that_would_have_bound_the_name(text: str) -> None:
    files = {"a": f"from p.b import y\nz = b = 1\n{text}\n{text}", "b": "from p.a import x\ny = 1", "c": "x = FLAG = 1"}
    assert predicted(files)["p.a"].defined == (3 if DEFINING[text] else None)


@pytest.mark.parametrize("put", ["keep", "Keeper(self, key)"])
def test_what_a_call_returned_in_one_interpreter_is_not_used_in_another(
    put: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "_MOST_EXACT_CALLS", 0)
    a = f"{A_REGISTRY.format(put)}from p.b import y\nx = 1"
    assert predicted({"a": a, "b": "from p.a import x\ny = 1"}).keys() == {"p.a", "p.b"}


@pytest.mark.parametrize("body", ["return found, found", "found.append(found)\n    return found, found[0]"])
def test_a_list_that_a_call_returns_twice_is_one_list(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_MOST_EXACT_CALLS", 0)
    b = "from p.c import f\nf()\none, two = f()\none.append(1)\nif 1 in two:\n    from p.a import x\ny = 1"
    files = {"a": "from p.b import y\nx = 1", "b": b, "c": f"def f():\n    found = []\n    {body}"}
    assert "p.a" in predicted(files)


def test_a_crash_tells_where_for_what_and_how_it_came_to_it() -> None:
    crash = predicted({"a": "import os\nfrom p.b import y\nx = 1", "b": "from p.a import x\ny = 1"})["p.a"]
    assert (crash.importer, crash.line, crash.text) == ("p.b", 1, "from p.a import x")
    assert (crash.error, crash.imported, crash.name, crash.defined) == ("ImportError", "p.a", "x", 3)
    assert [(frame.module, frame.line) for frame in crash.stack] == [("p.a", 2), ("p.b", 1)]


@pytest.mark.parametrize(
    "name", ["__file__", "__builtins__", "__cached__", "__name__", "__doc__", "__spec__", "__loader__"]
)
def test_every_module_has_some_names_from_the_start(name: str) -> None:
    assert "p.a" not in predicted({"a": A_THEN_B, "b": f"from p import a\na.{name}\ny = 1"})


def test_a_package_has_a_path_from_the_start() -> None:
    assert predicted({"": "import p.b\n__path__ = __path__", "b": "from p import __path__"}) == {}


def test_a_crash_is_told_in_full() -> None:
    text = "import p.a as a\ndef f():\n    z = a\n    return (\n        z.x\n    )\n\nf()\ny = 1"
    assert predicted({"a": A_THEN_B, "b": text}, (3, 13))["p.a"] == Crash(
        entry="p.a",
        error="AttributeError",
        importer="p.b",
        imported="p.a",
        name="x",
        path="p/b.py",
        line=5,
        text="z.x",
        stack=(Frame("p.a", 1), Frame("p.b", 8), Frame("p.b", 5, is_call=True)),
        defined=2,
        works_from=None,
        message=(
            "AttributeError: partially initialized module 'p.a' from 'p/a.py' has no attribute 'x' "
            "(most likely due to a circular import)"
        ),
    )


def test_the_stack_has_modules_classes_and_calls_in_order() -> None:
    files = {
        "a": A_THEN_B,
        "b": "y = 1\nfrom p.d import e\nclass C:\n    z = e.f()",
        "d": "",
        "d.e": "z = 1\nclass C:\n    def m(self):\n        import p.c\n\ndef f():\n    z = C()\n    z.m()",
        "c": "y = 1\n\n\n\nfrom p.a import x",
    }
    crash = predicted(files)["p.a"]
    assert (crash.importer, crash.line, crash.text) == ("p.c", 5, "from p.a import x")
    assert crash.stack == (
        Frame("p.a", 1),
        Frame("p.b", 4),
        Frame("p.d.e", 8, is_call=True),
        Frame("p.d.e", 4, is_call=True),
        Frame("p.c", 5),
    )


def test_a_submodule_that_is_no_attribute_yet_is_what_is_partially_initialized() -> None:
    crash = predicted({"a": "import p.b\nx = 1", "b": "import p\nimport p.a\ny = p.a"})["p.a"]
    assert (crash.error, crash.imported, crash.name, crash.defined) == ("AttributeError", "p.a", None, None)


def test_the_text_of_the_last_line_is_told() -> None:
    crash = predicted({"a": A_THEN_B, "b": "from p import a\n  \n(  a.x)  "})["p.a"]
    assert (crash.line, crash.text) == (3, "(  a.x)")


@pytest.mark.parametrize(
    ("text", "files", "defined"),
    [
        ("from p.c import *", {"c": "x = 1"}, 2),
        ("from p.c import *", {"c": "z = 1"}, None),
        ("from p.nothere import *", {}, None),
        ("from os import *", {}, None),
        ("from p.c import *", {"c": "from p.d import *", "d": "x = 1"}, 2),
        ("from p.c import *", {"c": "from p.d import *", "d": "from p.c import *"}, None),
        ("from p.c import *", {"c": "from p.d import *\nx = 1", "d": "from p.c import *"}, 2),
        ("from p.d import *", {"c": "from p.d import *", "d": "from p.c import *\nfrom p.e import *", "e": "x = 1"}, 2),
        ("from p.c import *\nfrom p.d import *", {"c": "z = 1", "d": "x = 1"}, 3),
        ("from p.c import *\nx = 1", {"c": "x = 1"}, 3),
        ("raise KeyError\nx = 1", {}, None),
        ("import sys\nsys.exit()\nx = 1", {}, None),
    ],
)
def test_a_name_may_come_from_a_star(text: str, files: Files, defined: int | None) -> None:
    program = {"a": f"from p.b import y\n{text}", "b": "from p.a import x\ny = 1"}
    assert predicted(program | files)["p.a"].defined == defined


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "p.m"),
        ({"k": "import p.m", "l": "import p.m"}, "p.k"),
        ({"c": "", "c.d": "import p.m"}, "p.m"),
        ({"": "", "k": "import p.n"}, "p.m"),
        ({"a": "import p.m", "a.b": ""}, "p.a"),
        ({"m": "from p.n import y\nx = 1"}, None),
        ({"m": "from p.n import y\nx = 1", "k": "x = 1"}, None),
        ({"m": "from p.n import y\nx = 1", "k.l": "try:\n    import p.n\nexcept ImportError:\n    pass"}, None),
    ],
)
def test_it_works_from_the_outermost_module_and_the_first_of_these(files: Files, expected: str | None) -> None:
    ring = {"m": "x = 1\nfrom p.n import y", "n": "from p.m import x\ny = 1"}
    assert predicted(ring | files)["p.n"].works_from == expected


def test_only_the_entries_are_tried_if_they_are_given() -> None:
    found = Found(tuple(sources({"a": A_THEN_B, "b": "from p.a import x\ny = 1"})), frozenset())
    assert list(predict(found, HERE)) == ["p.a", "p.b"]
    assert list(predict(found, HERE, {"p.b", "p"})) == ["p.b"]
    assert list(predict(found, HERE, set())) == []


def test_each_text_is_read_once_for_all_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def reading(text: str, context: ReadingContext) -> Code:
        texts.append(text)
        return read_module(text, context)

    monkeypatch.setattr(bodies, "read_module", reading)
    cache = CodeCache()
    files = {"a": A_THEN_B, "b": "from p.a import x\ny = 1"}
    model = ImportModel(
        {each.module: each for each in sources(files)},
        {each.module: possible_imports(each, {"p", "p.a", "p.b"}) for each in sources(files)},
        HERE,
    )
    first, again = search_crashes(model, cache=cache), search_crashes(model, cache=cache)
    assert sorted(texts) == ["", *sorted(files.values())]
    assert first.crashes == again.crashes == search_crashes(model).crashes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import p.m\nz = = 1", {"p.n"}),
        ("import io\nimport p.m\nz = = 1", {"p.n"}),
        ("from p import m\nz = = 1", {"p.n"}),
        ("def f():\n    import p.m\nz = = 1", {"p.n", "p.e"}),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.m\nz = = 1", {"p.n", "p.e"}),
        ("z = = 1", {"p.n", "p.e"}),
    ],
)
def test_a_file_that_cannot_be_parsed_still_imports(text: str, expected: set[str]) -> None:
    ring = {"m": "x = 1\nfrom p.n import y", "n": "from p.m import x\ny = 1"}
    assert set(predicted({**ring, "e": "import p.u\nimport p.n", "u": text})) == expected


def test_what_fails_in_a_file_that_cannot_be_parsed_is_passed_over() -> None:
    files = {"a": "import p.u\nimport p.b\nx = 1", "b": "y = 1", "u": "import p.c\nz = = 1", "c": "from p.a import x"}
    assert predicted(files) == {}


def test_it_works_from_a_module_that_comes_to_it_another_way() -> None:
    files = {"": "", "a": "x = 1\nfrom p.b import y", "b": "from p.a import x\ny = 1"}
    assert predicted(files)["p.b"].works_from == "p.a"


def test_annotations_are_evaluated_before_python_3_14() -> None:
    files = {"a": A_THEN_B, "b": "from p import a\ndef f(n: a.x): pass\ny = 1"}
    assert set(predicted(files, (3, 13))) == {"p.a", "p.b"}
    assert set(predicted(files, (3, 14))) == {"p.b"}


def test_the_annotations_of_a_base_class_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def read_noted(lines: list[str], first: int) -> ast.stmt:
        read.append(first)
        return read_definition(lines, first)

    monkeypatch.setattr(bodies, "read_definition", read_noted)
    hook = "def __init_subclass__(cls): typing.get_type_hints(cls)"
    base = f"import typing\nclass Base:\n    y: 'b.y'\n    {hook}"
    classes = "".join(f"class C{number}(Base): pass\n" for number in range(5))
    files = {"": "", "a": f"{base}\n{classes}from p import b", "b": "from p.a import b\ny = 1"}
    assert "p.a" in predicted(files)
    assert sorted(read) == [2, 5, 6, 7, 8, 9]


def test_a_lazy_import_runs_when_its_name_is_used() -> None:
    unused = {"a": A_THEN_B, "b": "lazy from p.a import x\ny = 1"}
    used = {"a": A_THEN_B, "b": "lazy from p.a import x\ny = x"}
    assert set(predicted(unused, (3, 15))) == set()
    assert set(predicted(used, (3, 15))) == {"p.a", "p.b"}


def test_a_lazy_module_is_lazy_without_the_word() -> None:
    unused = {"a": A_THEN_B, "b": "__lazy_modules__ = ['p.a']\nfrom p.a import x\ny = 1"}
    assert set(predicted(unused, (3, 15))) == set()
    assert set(predicted(unused, (3, 14))) == {"p.a", "p.b"}


def test_a_lazy_name_that_is_passed_on_is_eager_for_whoever_takes_it() -> None:
    files = {"a": "from p.c import x\nz = 1", "b": "from p.a import z\nx = 1", "c": "lazy from p.b import x"}
    assert "p.a" in predicted(files, (3, 15))


def test_nothing_is_claimed_through_a_file_that_cannot_be_parsed() -> None:
    assert predicted({"a": A_THEN_B, "b": "from p.a import x\ny = = 1"}) == {}


@pytest.mark.parametrize("statement", ["from p import x", "from . import x", "from p.x import x", "import p.x"])
def test_a_name_that_may_be_a_compiled_submodule_is_none_to_crash_for(statement: str) -> None:
    files = {"": f"from p.a import y\n{statement}\nx = x", "a": "from p import x\ny = 1"}
    assert predicted(files | {"": files[""].removesuffix("x = x")}) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import p.compiled\nfrom p.a import x", {"p.a", "p.b"}),
        ("try:\n    import p.compiled\nexcept ImportError:\n    pass\nfrom p.a import x", {"p.a", "p.b"}),
        ("try:\n    import p.compiled\nexcept ImportError:\n    from p.a import x", set()),
        ("try:\n    import p.compiled\nexcept ImportError:\n    pass\nelse:\n    from p.a import x", set()),
    ],
)
def test_a_module_without_a_file_may_be_compiled_or_missing_where_it_is_tried(text: str, expected: set[str]) -> None:
    assert set(predicted({"a": A_THEN_B, "b": f"{text}\ny = 1"})) == expected


def model_of(files: Files, namespaces: tuple[str, ...] = ()) -> ImportModel:
    texts = {each.module: each for each in sources(files)}
    modules = texts.keys() | set(namespaces)
    return ImportModel(texts, {each: possible_imports(texts[each], modules) for each in texts}, HERE, namespaces)


def test_what_a_text_may_import_has_the_kind_of_the_most_eager_import() -> None:
    text = (
        "def f():\n    import p.c\n    import p.a\nimport p.a\nimport os\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import p.d\n    import p.c\nimport importlib\nimportlib.import_module('p.e')"
    )
    modules = {"p", "p.a", "p.b", "p.c", "p.d", "p.e"}
    kinds = {"p.a": Kind.RUNTIME, "p.c": Kind.DEFERRED, "p.e": Kind.RUNTIME}
    assert possible_imports(Source("p.b", "p/b.py", False, text), modules) == kinds


def test_packages_without_a_file_are_modules_too() -> None:
    model = model_of({"n.a": "", "b": ""}, ("q.r",))
    assert model.modules == {"p": 0, "p.b": 1, "p.n": 2, "p.n.a": 3, "q": 4, "q.r": 5}
    assert model.packages == {"p", "p.n", "q", "q.r"}


def test_an_import_starts_the_packages_around_it() -> None:
    model = model_of({"a": "import p.d.e", "b": "def f(): import p.a", "d": "", "d.e": "from p.b import *", "d.f": ""})
    assert model.started == {
        "p": set(),
        "p.a": {"p", "p.d", "p.d.e"},
        "p.b": {"p"},
        "p.d": {"p"},
        "p.d.e": {"p", "p.b", "p.d"},
        "p.d.f": {"p", "p.d"},
    }


def test_importers_are_all_that_may_come_to_a_module() -> None:
    model = model_of({"a": "import p.b", "b": "def f(): import p.d.e", "c": "", "d": "", "d.e": "", "f": "import p.c"})
    assert model.importers(["p.d.e"]) == {"p.a", "p.b", "p.d.e"}
    assert model.importers(["p.d"]) == {"p.a", "p.b", "p.d", "p.d.e"}
    assert model.importers(["p.c", "p.a"]) == {"p.a", "p.c", "p.f"}
    assert model.importers([]) == set()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a": "import p.b", "b": "import p.a", "c": "import p.a"}, ["p.a", "p.b"]),
        ({"a": "def f(): import p.b", "b": "import p.a"}, ["p.a", "p.b"]),
        ({"a": "import p.b", "b": ""}, []),
        ({"": "from p.a import x", "a": "x = 1"}, []),
        ({"": "from p.a import x", "a": "from p import b", "b": ""}, []),
        ({"": "from p.a import x", "a": "import p.b", "b": ""}, ["p", "p.a"]),
        ({"": "from p.a import x", "a": "from p import x"}, ["p", "p.a"]),
        ({"": "from p.a import x", "a": "import io; import p.b", "b": ""}, ["p", "p.a"]),
        ({"a": "from p.d import *", "d": "__all__ = ['e']", "d.e": "import p.a"}, ["p.a", "p.d.e"]),
        ({"a": "from p.d import z", "d": "__all__ = ['e']", "d.e": "import p.a"}, []),
    ],
)
def test_a_module_on_a_ring_is_risky(files: Files, expected: list[str]) -> None:
    assert sorted(model_of(files).risky) == expected


@given(
    edges=st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=12),
    roots=st.sets(st.sampled_from(NODES)),
)
def test_what_is_imported_comes_first(edges: list[tuple[str, str]], roots: set[str]) -> None:
    reach = Reach({node: [] for node in NODES})
    for importer, imported in edges:
        reach.add(importer, imported)
    reached = {node: _reached(node, edges) for node in NODES}
    component = reach.components()
    for one in NODES:
        for other in NODES:
            assert (component[one] == component[other]) == (one in reached[other] and other in reached[one])
    found = reach.lowest_first(roots, component)
    assert sorted(found) == sorted({each for root in roots for each in reached[root]})
    for place, module in enumerate(found):
        for later in found[place + 1 :]:
            if component[module] == component[later]:
                assert (module.count("."), module) < (later.count("."), later)
            else:
                assert later not in reached[module]


def _reached(node: str, edges: list[tuple[str, str]]) -> set[str]:
    found = {node}
    while more := {imported for importer, imported in edges if importer in found} - found:
        found |= more
    return found


@pytest.mark.parametrize(("count", "fails"), [(1, True), (30, True), (31, False)])
def test_calls_are_followed_thirty_deep(count: int, fails: bool) -> None:
    functions = [f"def f{number}(): f{number + 1}()" for number in range(1, count)]
    text = "\n".join([*functions, f"def f{count}(): a.x", "f1()"])
    assert (failing_line(text) is not None) == fails


@st.composite
def programs(draw: st.DrawFn) -> Files:
    """Draw a package of a few modules that take names from each other in many ways."""
    modules = ["a", "b", "c", "d", "d.e"]
    files: Files = {}
    for module in ["", *modules]:
        lines = []
        for number in range(draw(st.integers(0, 3))):
            other = draw(st.sampled_from(modules))
            name = draw(st.sampled_from("xyz"))
            lines.append(
                draw(
                    st.sampled_from(
                        [
                            f"from p.{other} import {name}",
                            f"from p.{other} import {name} as n{number}",
                            f"import p.{other}",
                            f"import p.{other} as m{number}\nv{number} = m{number}.{name}",
                            f"import p.{other} as m{number}\ndef f{number}(): return m{number}.{name}",
                            f"from p.{other} import *",
                            f"try:\n    from p.{other} import {name}\nexcept ImportError:\n    {name} = 0",
                            f"class C{number}:\n    from p.{other} import {name}",
                            f"def g{number}():\n    from p.{other} import {name}\ng{number}()",
                            f"{name} = {number}",
                            f"from p import {other.partition('.')[0]}",
                        ]
                    )
                )
            )
        files[module] = "\n".join([*lines, *draw(st.permutations(["x = 1", "y = 1", "z = 1"]))])
    return files


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(files=programs())
def test_of_any_program_cpython_says_the_same(files: Files, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert set(predicted(files)) == truth(tmp_path_factory.mktemp("program"), files)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(files=programs())
def test_only_modules_on_a_ring_have_to_be_tried_to_know_all_crashes(files: Files) -> None:
    found = predicted(files).keys()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImportModel, "risky", property(lambda self: tuple(self.modules)))
        assert predicted(files).keys() == found


@pytest.mark.parametrize(("word", "decisive", "other"), [("or", "True", "False"), ("and", "False", "True")])
@pytest.mark.parametrize("place", [0, 30, 49, 50, 51, 75, 119])
def test_of_many_values_the_first_that_decides_is_the_last_that_runs(
    word: str, decisive: str, other: str, place: int
) -> None:
    values = [other] * 120
    assert failing_line(f" {word} ".join([*values, "a.x"])) == 3
    values[place] = decisive
    assert failing_line(f" {word} ".join([*values, "a.x"])) is None
    values[place : place + 1] = ["a.x", decisive]
    assert failing_line(f" {word} ".join(values)) == 3


def test_calls_that_double_at_each_level_are_followed_in_part() -> None:
    doubling = "".join(f"def f{number}():\n    f{number - 1}()\n    f{number - 1}()\n" for number in range(1, 29))
    text = f"def f0(): pass\n{doubling}f28()\na.x  #!"
    assert failing_line(text) == marked(text)[1]


def test_a_function_that_was_not_followed_may_have_bound_a_name() -> None:
    deep = "".join(f"def f{number}(): f{number - 1}()\n" for number in range(1, 40))
    files = binding(f"def f0():\n    global x\n    x = 1\n{deep}f39()\ndef never(): pass")
    assert "p.a" not in predicted({**files, "a": files["a"].replace("\nx = 1", "", 1)})


@pytest.mark.parametrize(
    "text",
    [
        "y = " + " + ".join("1" * 2000),
        "if y: pass\n" + "elif y: pass\n" * 2000,
        "match q:\n" + " case 1: from p.a import z\n" * 2000,
        "def f():\n if y: pass\n" + " elif y: pass\n" * 2000 + "f()",
    ],
    ids=["sum", "elif", "match", "function"],
)
def test_a_text_that_nests_deeply_is_read_or_left_out(text: str) -> None:
    whole = f"y = 1\n{text}\na.x  #!"
    assert failing_line(whole) in {None, marked(whole)[1]}


def test_the_command_reads_a_sum_of_two_thousand_terms(tmp_path: Path) -> None:
    files = {"p/__init__.py": "", "p/a.py": f"y = {' + '.join('1' * 2000)}\nfrom p import b\nx = 1\n"}
    write(tmp_path, {**files, "p/b.py": "from p.a import x\n"})
    assert "1 module crashes" in lint(tmp_path, "cycles", "p", "--python", "3.11").out


# --- large cycles ------------------------------------------------------------------------------------------------


LETTERS = st.sampled_from("abcd")
BLIND = [
    "from p import {0}",
    "import p.{0}",
    "from p import {0} as other",
    "class {0}: pass",
    "def f(): return {0}.x",
    "print(1)",
    "x = 1",
]
SEEING = [
    "from p.{0} import x",
    "import p.{0} as {0}; {0}.x",
    "import p.{0}; p.{0}.x",
    "from p.{0} import *",
    "f()",
    "from p import x",
    "if p: from p import {0}",
    "try:\n    from p import {0}\nexcept ImportError: pass",
    "del x",
    "raise ValueError",
]
BODIES: st.SearchStrategy[str] = st.lists(st.tuples(st.sampled_from([*BLIND * 3, *SEEING]), LETTERS), max_size=4).map(
    lambda found: "\n".join(line.format(letter) for line, letter in found)
)
PROGRAMS: st.SearchStrategy[Files] = st.fixed_dictionaries(dict.fromkeys("abcd", BODIES), optional={"__init__": BODIES})


@settings(max_examples=300)
@given(PROGRAMS)
def test_one_module_of_a_cycle_stands_for_all_only_where_each_has_the_same_outcome(files: Files) -> None:
    shared = search_crashes(model_of(files))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "is_uniform", lambda *_: False)
        assert search_crashes(model_of(files)) == shared


def circle(size: int, line: str) -> Files:
    """Return modules of which each has a line about the next, and the last about the first."""
    return {f"m{number:03}": line.format(f"m{(number + 1) % size:03}") for number in range(size)}


def test_modules_that_need_nothing_of_each_other_are_followed_once_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_WORK", 3 * 100)
    assert search_crashes(model_of(circle(100, "from p import {0}"))) == CrashSearch((), ())
    assert len(search_crashes(model_of(circle(100, "import p.{0} as x"))).untried) > 90


def test_what_was_too_much_work_to_try_is_told_from_what_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    files = circle(10, "from p.{0} import x\nx = 1") | {"other": "import p.m003", "lone": "x = 1"}
    whole = search_crashes(model_of(files))
    assert [crash.entry for crash in whole.crashes] == [f"p.m{number:03}" for number in range(10)] + ["p.other"]
    monkeypatch.setattr(search, "_WORK", 60)
    found = search_crashes(model_of(files))
    assert found.untried
    assert set(found.untried) | {crash.entry for crash in found.crashes} == {crash.entry for crash in whole.crashes}
    assert "p.lone" not in found.untried
    asked = search_crashes(model_of(files), {"p.m009", "p.lone"})
    assert set(asked.untried) | {crash.entry for crash in asked.crashes} == {"p.m009"}


def test_calls_and_paths_are_work_too(monkeypatch: pytest.MonkeyPatch) -> None:
    files = circle(10, "def f(x):\n    if x: pass\nf(open('x'))\nimport p.{0} as x")
    assert search_crashes(model_of(files)).untried == ()
    monkeypatch.setattr(search, "_EFFORT", 60)
    assert search_crashes(model_of(files)).untried


def test_a_module_whose_package_fails_is_not_followed() -> None:
    files = {"": "import p.a\nraise ValueError", "a": "import p\nimport p.b", "b": "import p.a"}
    found = search_crashes(model_of(files))
    assert not found.crashes
    assert not found.untried
    assert found.world is not None
    assert found.world.interpreters == 1


def test_a_module_whose_package_crashes_crashes_in_the_same_way() -> None:
    files = {"": "from p.a import x", "a": "from p import y\nx = 1", "b": "pass"}
    files[""] += "\ny = 1"
    crashes = search_crashes(model_of(files)).crashes
    assert [crash.entry for crash in crashes] == ["p", "p.a", "p.b"]
    assert len({replace(crash, entry="") for crash in crashes}) == 1


def tried(files: Files) -> list[None]:
    """Return one element for each module that was tried, in all rounds of a search."""
    found: list[None] = []
    search_crashes(model_of(files), advance=lambda: found.append(None))
    return found


def test_what_may_be_loaded_is_followed_once_with_all_that_it_imports() -> None:
    count = 10
    files = {"a": "import os\nif os.environ: import p.m0\n" + "".join(f"import p.m{n}\n" for n in range(count))}
    for n in range(count):
        files[f"m{n}"] = "".join(f"import p.m{later}\n" for later in range(n + 1, count)) + "import p.a"
    found = search_crashes(model_of(files), {"p.a"})
    assert found.crashes == ()
    assert found.work < 2 * count**3


def begun(files: Files, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Return how often the body of each module is begun in a search."""
    found = Counter[str]()
    begin = Modules.begin

    def counted(modules: Modules, module: str) -> Names:
        found[module] += 1
        return begin(modules, module)

    monkeypatch.setattr(Modules, "begin", counted)
    search_crashes(model_of(files))
    return found


def test_a_module_of_a_cycle_is_followed_once_if_it_touches_nothing_that_is_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    others = {f"m{number}": "import p.a" for number in range(10)}
    texts = "".join(f"    import p.{name}\n" for name in others)
    files = {**others, "a": f"import sys\nif sys.platform == 'win32':\n{texts}x = 1"}
    assert begun(files, monkeypatch)["p.a"] == 1


def test_a_module_that_crashes_is_not_followed_again_below_each_that_imports_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {"a": "from p.b import y\nx = 1", "b": "from p.a import x\ny = 1"}
    users = {f"m{number}": "import p.a" for number in range(10)}
    assert begun({**files, **users}, monkeypatch)["p.a"] == begun(files, monkeypatch)["p.a"]


@pytest.mark.parametrize(
    "files",
    [
        {"": "from p import a", "a": "from p import b\nb.f()", "b": "def f(): import p.c", "c": "import p.a"},
        {"a": "from p import b\nb.f()\nx = 1", "b": "def f(): import p.c", "c": "import p.a\ny = 1"},
    ],
)
def test_a_search_is_not_repeated_because_a_call_imports_more_than_the_text_says(files: Files) -> None:
    assert len(tried(files)) == 4


def test_a_module_that_a_call_makes_import_the_one_around_it_is_followed_in_it() -> None:
    files = {"a": "from p import b\nb.f()\nx = 1", "b": "def f(): import p.c", "c": "from p.a import x"}
    assert [crash.entry for crash in search_crashes(model_of(files)).crashes] == ["p.a"]


def test_a_module_that_may_change_all_others_is_followed_in_each_that_imports_it() -> None:
    files = {"a": "import p.b\nfrom p.a import x\nx = 1", "b": "import sys\nfor m in sys.modules.values(): f = m"}
    assert search_crashes(model_of(files)).crashes == ()


def test_a_module_that_gives_a_path_into_another_to_unknown_code_is_followed_in_it() -> None:
    files = {"a": "import p.b\nfrom p.a import x\nx = 1", "b": "import ext, p.c\next.setup('p.a.x', p.c)", "c": ""}
    assert search_crashes(model_of(files)).crashes == ()


@settings(max_examples=300)
@given(st.one_of(PROGRAMS, programs()))
def test_a_module_is_followed_again_wherever_its_import_may_have_another_outcome(files: Files) -> None:
    search = search_crashes(model_of(files))
    assert search.world
    may_raise = any(known.may_raise for known in search.world.outcomes.values() if known)
    found = {replace(crash, works_from=None) for crash in search.crashes}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Modules, "known", lambda *_: None)
        patch.setattr(Modules, "known_crash", lambda *_: None)
        again = {replace(crash, works_from=None) for crash in search_crashes(model_of(files)).crashes}
    assert found <= again
    assert found == again or may_raise, "only an import that may raise may be less certain where it is not followed"


def test_a_part_of_a_program_knows_what_the_whole_knows_though_other_modules_change_what_it_has_made() -> None:
    part = {"a": "x = [1]", "c": "from p import a, e", "e": "import p.c"}
    whole = {**part, "b": "from ext import g\nfrom p import a, d\ng(a.x)", "d": "import p.b"}
    known = search_crashes(model_of(whole)).world
    assert known
    assert known.effects.of_others(())
    assert known.same_in(replace(model_of(part), like=known.model)) == {"p", "p.a", "p.c", "p.e"}


def test_an_entry_that_crashes_by_a_call_is_found_when_only_that_is_asked_for() -> None:
    files = {
        "a": "from p import b\nb.f()",
        "b": "def f(): import p.r",
        "r": "import p.s\nx = 1",
        "s": "from p.r import x",
    }
    model = model_of(files)
    whole = search_crashes(model)
    assert [crash.entry for crash in whole.crashes] == ["p.a", "p.r"]
    assert [crash.entry for crash in search_crashes(model, {"p.a"}).crashes] == ["p.a"]
    edited = replace(model_of({**files, "b": "def f(): import p.r\ny = 1"}), like=model)
    part = search_crashes(edited, {"p.s"}, before=[whole])
    again = replace(model_of({**files, "s": "y = 1\nfrom p.r import x"}), like=model)
    assert [crash.entry for crash in search_crashes(again, {"p.a"}, before=[whole, part]).crashes] == ["p.a"]
