"""Every text of the map that does not come from the data, in the language spoken now."""

from __future__ import annotations

from onemap.model import level_title
from onemap.spec.rule import LEVELS
from onemap.text import tr


def texts() -> dict[str, str]:
    """Return the texts of the map's scripts by the names that they use; words in braces are filled in there."""
    return {**_page_texts(), **_panel_texts(), **_feature_texts(), **_list_texts(), **_units()}


def level_titles() -> dict[str, str]:
    """Return the levels, worst first, with what a badge says."""
    return {level: level_title(level) for level in LEVELS}


def card_titles() -> dict[str, str]:
    """Return the titles of the overview numbers."""
    return {
        "enterprises": tr("enterprises"),
        "high": tr("high-level records"),
        "strict": tr("strict control (mu)"),
        "parcels": tr("farmland parcels"),
    }


def _page_texts() -> dict[str, str]:
    return {
        "dataOf": tr("data of {period}"),
        "internal": tr("internal edition"),
        "caution": tr("For internal use; this map has not been through map review"),
        "oldBrowser": tr(
            "This window runs in Internet Explorer mode, which cannot show the map. Edge: menu … , Exit Internet "
            "Explorer mode. 360: switch to speed mode. Or open the file in Chrome or another current browser."
        ),
        "wholeMap": tr("Whole county"),
        "print": tr("Print"),
        "fullScreen": tr("Full screen"),
        "zoomIn": tr("Zoom in"),
        "zoomOut": tr("Zoom out"),
        "nothingLocated": tr("Nothing in this build has a place on the map; see the data issues."),
        "overviewMap": tr("Where the map is in the county"),
    }


def _panel_texts() -> dict[str, str]:
    return {
        "panel": tr("Lists, layers and statistics"),
        "search": tr("Search name, code or township"),
        "noMatch": tr("Nothing matches “{query}”"),
        "moreMatches": tr("{count} more; type more of the name"),
        "lists": tr("Risk lists"),
        "layers": tr("Layers"),
        "townships": tr("Townships"),
        "issues": tr("Data issues"),
        "legend": tr("Legend"),
        "fold": tr("Fold or unfold"),
        "noClass": tr("not classified"),
        "highRing": tr("on a list at the highest level"),
        "township": tr("Township"),
        "classShares": tr("Classes of farmland"),
        "total": tr("Total"),
        "outsideTownships": tr("outside every township"),
        "groundOnce": tr("every piece of ground counted once"),
        "sumOfAreas": tr("sum of the measured areas"),
        "noTownships": tr("No township is known in this build."),
        "showLayer": tr("Show or hide {layer}"),
    }


def _feature_texts() -> dict[str, str]:
    return {
        "close": tr("Close"),
        "measuredArea": tr("Measured area"),
        "place": tr("Place"),
        "source": tr("Source"),
        "sourceRow": tr("{path}, row {row}"),
        "asOf": tr("as of {date}"),
        "providedBy": tr("from {bureau}"),
        "why": tr("Why it is on the list"),
        "basis": tr("Basis: {basis}"),
        "alsoHere": tr("Also here"),
        "notLocated": tr("It has no place on the map."),
        "zoomTo": tr("show"),
    }


def _list_texts() -> dict[str, str]:
    return {
        "allLevels": tr("All levels"),
        "noFindings": tr("No record in the lists of this build."),
        "noneOfLevel": tr("No record at this level."),
        "showMore": tr("show {count} more"),
        "wholeRule": tr("the whole list"),
        "noIssues": tr("No issue was found in the data."),
        "moreIssues": tr("{count} more in issues.xlsx"),
        "error": tr("error"),
        "warning": tr("warning"),
        "info": tr("note"),
    }


def _units() -> dict[str, str]:
    return {
        "mu": tr("{number} mu"),
        "tenThousandMu": tr("{number} 0,000 mu"),
        "m2": tr("{number} m²"),
        "ha": tr("{number} ha"),
        "km2": tr("{number} km²"),
        "m": tr("{number} m"),
        "km": tr("{number} km"),
        "parcels": tr("{number} parcels"),
        "features": tr("{number} pcs"),
    }
