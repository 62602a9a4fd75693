"""What reads annotations at run time: functions of libraries and decorators; and what is known not to."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable

from import_contracts.reading.source.trees import dotted_name, last_name

EVALUATING = frozenset(
    {"TypeAdapter", "beartype", "class_schema", "evaluate_forward_ref", "from_callable", "get_annotations"}
    | {"get_type_hints", "parse_obj_as", "resolve_types", "schema_of", "signature", "structure", "typechecked"}
    | {"validate_arguments", "validate_call"}
)
"""The functions of libraries that evaluate the annotations of what they are given; some of them only when asked to."""
READING_LIBRARIES = frozenset(
    {"beartype", "cattr", "cattrs", "dependency_injector", "dishka", "fastapi", "injector", "kink", "lagom"}
    | {"marshmallow_dataclass", "msgspec", "punq", "pydantic", "sqlmodel", "starlette", "strawberry", "svcs"}
    | {"typeguard", "typer", "wired"}
)
"""Libraries whose functions evaluate the annotations of classes and functions that they are given."""

# Decorators and base classes that read no annotations, or leave those alone that are strings.
_HARMLESS_DECORATORS = frozenset(
    {"abstractmethod", "asynccontextmanager", "cache", "cached_property", "classmethod", "contextmanager", "dataclass"}
    | {"deleter", "deprecated", "final", "getter", "lru_cache", "overload", "override", "property", "runtime_checkable"}
    | {"setter", "staticmethod", "total_ordering", "wraps"}
)
HARMLESS_BASES = frozenset(
    {"ABC", "BaseException", "Enum", "Exception", "Flag", "Generic", "IntEnum", "IntFlag", "NamedTuple", "Protocol"}
    | {"StrEnum", "Thread", "TypedDict", "bool", "bytes", "dict", "float", "frozenset", "int", "list", "object", "set"}
    | {"str", "tuple", "type"}
)


def decorator_that_reads(decorators: Iterable[ast.expr], libraries: Container[str]) -> str:
    """Return the first decorator that may read annotations, as a sentence names it; "" if none may.

    ``libraries`` are names that are imported from libraries that read annotations.
    """
    for decorator in decorators:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        root = (dotted_name(called) or ("",))[0]
        if last_name(called) not in _HARMLESS_DECORATORS or root in libraries:
            return f"the decorator @{ast.unparse(called)}"
    return ""
