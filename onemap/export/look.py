"""How everything looks, wherever it is drawn: the classes of layers, levels, severities, links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from onemap.export.words import severity_title
from onemap.model import level_title
from onemap.spec.layer import LayerSpec
from onemap.text import tr

UNCLASSIFIED: Final = "#9a9a94"
HATCH_INK: Final = 0.62
"""The ink of a hatch, as a share of the colour below it."""

LEVEL_TINTS: Final = {"high": "#f6c6c0", "medium": "#fbdfc0", "low": "#fbf2c0", "unknown": "#e2e5e7"}
"""Grounds of cells by level; the word is always written in them."""

SEVERITY_TINTS: Final = {"error": LEVEL_TINTS["high"], "warning": LEVEL_TINTS["medium"], "info": LEVEL_TINTS["unknown"]}

CONFIDENCE_TINTS: Final = {
    "sure": "#d8ecd3", "likely": LEVEL_TINTS["medium"], "cannot-tell": LEVEL_TINTS["high"],
}  # fmt: skip
"""Grounds of cells by how well a coordinate system is proved."""

OUTCOME_TINTS: Final = {
    **dict.fromkeys(("corrected", "done", "waived", "settled"), "#d8ecd3"),
    **dict.fromkeys(("pending", "ended", "held"), LEVEL_TINTS["medium"]),
    **dict.fromkeys(("overtaken", "lost", "refused"), LEVEL_TINTS["high"]),
}
"""Grounds of cells by what became of a decision."""

LEVEL_FILLS: Final = {"high": "#b3382c", "medium": "#c9772a", "low": "#8a7a35", "unknown": "#66757c"}
"""What stands for a level on the map; the style sheet of the one map has the same."""

SEVERITY_FILLS: Final = {"error": "#c0392b", "warning": "#e08a1e", "info": "#5b7f95"}
"""Symbols of issues on the map."""

LINK: Final = "#6c3483"
"""Lines from a feature to its receptor: nothing else on the map is violet."""

LINK_DASH: Final = "6 3"
REACH_DASH: Final = "4 3"
"""Of the outlines of what lies within reach, which are violet too."""

REACH_OPACITY: Final = 0.05

LINK_WIDTHS: Final = {"high": 2.6, "medium": 1.8, "low": 1.2, "unknown": 1.0}
"""Pixels."""


@dataclass(frozen=True)
class Look:
    """How the features of one class are drawn; lengths are pixels of 1/96 inch."""

    title: str
    """In the language spoken when it was made."""
    fill: str
    stroke: str
    width: float = 1.0
    """Of lines, and of what goes around shapes and symbols."""
    opacity: float = 1.0
    dash: str = ""
    shape: str = "circle"
    glyph: str = ""
    """One character inside a symbol."""
    size: float = 7.0
    """From the middle of a symbol to its edge."""
    hatch: str | None = None
    line: str = ""
    """The colour of what is itself a line, where that is not the stroke."""

    @property
    def line_colour(self) -> str:
        """The colour of what is itself a line."""
        return self.line or self.stroke


def looks(spec: LayerSpec) -> dict[str, Look]:
    """Return how the features of each class of a layer are drawn, by class id in the order of the legend.

    The last one, "", is of features without a class: a grey where a class looks like the layer.
    """
    classes, style = spec.fields[spec.class_field].classes if spec.class_field else {}, spec.style
    fill = UNCLASSIFIED if style.fill in {one.fill for one in classes.values()} else style.fill
    rest = Look(
        tr("not classified") if classes else spec.name, fill, style.stroke, style.width, style.opacity, style.dash,
        style.shape, style.glyph, style.size, line=fill if "point" in spec.geometry else "",
    )  # fmt: skip
    own = {
        own_id: replace(
            rest, title=one.label, fill=one.fill or style.fill, shape=one.shape or style.shape,
            glyph=one.glyph or style.glyph, hatch=one.hatch, line=rest.line and (one.fill or style.fill),
        )
        for own_id, one in classes.items()
    }  # fmt: skip
    return {**own, "": rest}


def finding_looks() -> dict[str, Look]:
    """Return how the records of lists are drawn, by level: lines to receptors, or else marks at features."""
    return {
        level: Look(level_title(level), LEVEL_FILLS[level], LEVEL_FILLS[level], width, dash=LINK_DASH, line=LINK)
        for level, width in LINK_WIDTHS.items()
    }


def reach_looks() -> dict[str, Look]:
    """Return how what lies within reach of a feature on a list is drawn, by level."""
    return {
        level: Look(level_title(level), LINK, LINK, width, opacity=REACH_OPACITY, dash=REACH_DASH)
        for level, width in LINK_WIDTHS.items()
    }


def issue_looks() -> dict[str, Look]:
    """Return how the places of issues are drawn, by severity."""
    return {
        severity: Look(severity_title(severity), fill, "#ffffff", shape="cross")
        for severity, fill in SEVERITY_FILLS.items()
    }
