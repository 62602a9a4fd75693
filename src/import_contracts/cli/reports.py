"""Which report goes where: the options ``--format`` and ``--output``, each given once or several times."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import click

from import_contracts.cli.terminal import look_options, style, write
from import_contracts.problems import Problem, UserError
from import_contracts.reporters import FORMATS
from import_contracts.reporters.style import Wanted


class Reporting(click.Command):
    """A command with `report_options`, of which it makes the parameter ``reports``.

    A command that ``annotates`` adds annotations on standard output in GitHub Actions, if no format is asked for.
    """

    def __init__(self, *args: Any, annotates: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._annotates = annotates

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments, with the order in which formats and files were named."""
        order = [each.name for each in self.make_parser(ctx).parse_args(list(args))[2]]
        rest = super().parse_args(ctx, args)
        given = {name: iter(ctx.params.pop(name) or ()) for name in ("formats", "outputs")}
        pairs = paired([(name, next(given[name])) for name in order if name in given and not ctx.resilient_parsing])
        if self._annotates and "formats" not in order and os.environ.get("GITHUB_ACTIONS") == "true":
            pairs = (*pairs, Wanted("github"))
        look = {"verbose": ctx.params.pop("verbose"), "color": ctx.params.pop("color")}
        ctx.params["reports"] = tuple(replace(each, style=style(**look, output=each.output)) for each in pairs)
        return rest


def report_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that say which reports are wanted, and how they look."""
    output = click.option(
        "--output", "outputs", metavar="FILE", multiple=True, help="Write the report of the format before it to a file."
    )
    format_ = click.option(
        "--format",
        "formats",
        metavar="FORMAT",
        type=click.Choice(sorted(FORMATS)),
        multiple=True,
        help=f"One of {', '.join(sorted(FORMATS))}; default text. May be repeated, each with its --output.",
    )
    return format_(output(look_options(command)))


def paired(given: Sequence[tuple[str, str]]) -> tuple[Wanted, ...]:
    """Return which format goes where, of the options in the order in which they were given.

    As many files as formats belong to these in order. Otherwise a file belongs to the format before it, and a format
    without one goes to standard output. Raises UsageError, saying what to write, where that has no answer.
    """
    formats = [value for name, value in given if name == "formats"]
    outputs = [value for name, value in given if name == "outputs"]
    if len(set(outputs)) < len(outputs):
        twice = next(each for each in outputs if outputs.count(each) > 1)
        raise click.UsageError(f"Two reports would be written to '{twice}'. Give each --format an --output of its own.")
    if not formats and len(outputs) < 2:
        return (Wanted("text", output=outputs[0] if outputs else None),)
    if len(formats) == len(outputs):
        return tuple(Wanted(name, output=output) for name, output in zip(formats, outputs, strict=True))
    return _in_order(given)


def _in_order(given: Sequence[tuple[str, str]]) -> tuple[Wanted, ...]:
    found: list[Wanted] = []
    for name, value in given:
        if name == "formats":
            found.append(Wanted(value))
        elif found and found[-1].output is None:
            found[-1] = replace(found[-1], output=value)
        else:
            raise click.UsageError(f"'--output {value}' belongs to no format. Write: --format text --output {value}")
    printed = [each.format for each in found if each.output is None]
    if len(printed) > 1:
        first, second = printed[:2]
        raise click.UsageError(
            f"The formats {first} and {second} would both go to standard output. "
            f"Write: --format {first} --format {second} --output FILE"
        )
    return tuple(found)


def deliver(reports: Sequence[Wanted], texts: Sequence[str]) -> None:
    """Write every report, also where another cannot be written; raises UserError with all that could not."""
    problems: list[Problem] = []
    for wanted, text in zip(reports, texts, strict=True):
        try:
            write(text, wanted.output)
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(*problems)
