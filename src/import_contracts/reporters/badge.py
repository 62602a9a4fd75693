"""A badge for a README: the modules in runtime cycles, as a picture in SVG that needs no network."""

from __future__ import annotations

from import_contracts.reporters.exact import xml_text
from import_contracts.reports.trend import TrendReport
from import_contracts.wording import count

_LABEL = "import cycles"
_GREEN, _GRAY, _RED = "#2d7d32", "#5a6068", "#b3261e"  # each with white letters has a contrast of at least 4.5
_LETTER, _SPACE = 6.6, 12  # pixels: the mean width of a letter, which `textLength` makes exact, and the space around
_BADGE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {value}">
  <title>{label}: {value}</title>
  <clipPath id="round"><rect width="{width}" height="20" rx="3"/></clipPath>
  <g clip-path="url(#round)">
    <rect width="{left}" height="20" fill="#33383e"/>
    <rect x="{left}" width="{right}" height="20" fill="{color}"/>
  </g>
  <g fill="#fff" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11" text-anchor="middle">
    <text x="{middle_left:g}" y="14" textLength="{length_left}">{label}</text>
    <text x="{middle_right:g}" y="14" textLength="{length_right}">{value}</text>
  </g>
</svg>
"""


def as_badge(report: TrendReport) -> str:
    """Return the badge: green without a cycle, red if there are more modules in cycles than before, else gray."""
    change = report.changes[0]
    value = count(change.count.value, "module") if change.count.value else "none"
    color = _GREEN if not change.count.value else _RED if (change.difference or 0) > 0 else _GRAY
    lengths = [round(len(text) * _LETTER) for text in (_LABEL, value)]
    left, right = (length + _SPACE for length in lengths)
    badge = _BADGE.format(
        width=left + right,
        left=left,
        right=right,
        label=_LABEL,
        value=value,
        color=color,
        middle_left=left / 2,
        middle_right=left + right / 2,
        length_left=lengths[0],
        length_right=lengths[1],
    )
    return xml_text(badge)
