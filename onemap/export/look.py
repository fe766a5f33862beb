"""The colours of what is not a layer: levels, severities, links."""

from __future__ import annotations

from typing import Final

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

SEVERITY_FILLS: Final = {"error": "#c0392b", "warning": "#e08a1e", "info": "#5b7f95"}
"""Symbols of issues on the map."""

LINK: Final = "#6c3483"
"""Lines from a feature to its receptor: nothing else on the map is violet."""

LINK_WIDTHS: Final = {"high": 2.6, "medium": 1.8, "low": 1.2, "unknown": 1.0}
"""Pixels."""
