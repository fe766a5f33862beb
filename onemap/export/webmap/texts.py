"""Every text of the map that does not come from the data, in the language spoken now."""

from __future__ import annotations

from onemap.model import level_title
from onemap.spec.rule import LEVELS
from onemap.text import tr


def texts() -> dict[str, str]:
    """Return the texts of the map's scripts by the names that they use; words in braces are filled in there."""
    return {
        **_page_texts(), **_panel_texts(), **_feature_texts(), **_list_texts(), **_issue_texts(), **_score_texts(),
        **_units(),
    }  # fmt: skip


def level_titles() -> dict[str, str]:
    """Return the levels, worst first, with what a badge says."""
    return {level: level_title(level) for level in LEVELS}


def card_titles() -> dict[str, str]:
    """Return the titles of the overview numbers."""
    return {
        "enterprises": tr("enterprises"),
        "high": tr("high-level records"),
        "unknown": tr("records not judged"),
        "strict": tr("strict control (mu)"),
        "parcels": tr("farmland parcels"),
    }


def _page_texts() -> dict[str, str]:
    return {
        "dataOf": tr("data of {period}"),
        "internal": tr("internal edition"),
        "caution": tr("For internal use; this map has not been through map review"),
        "oldBrowser": tr(
            "This window runs in Internet Explorer mode, which cannot show the map. Open the file in Edge, "
            "Chrome, 360 (speed mode) or another current browser."
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
        "listedOn": tr("on {lists} lists, {count} reasons"),
        "moreReasons": tr("{count} more reasons"),
        "dataUsed": tr("Data: {source}"),
    }


def _list_texts() -> dict[str, str]:
    return {
        "allLevels": tr("All levels"),
        "noFindings": tr("No record in the lists of this build."),
        "noneChosen": tr("No record as chosen above."),
        "showMore": tr("show {count} more"),
        "wholeRule": tr("the whole list"),
        "allTownships": tr("All townships"),
        "townshipUnknown": tr("township not known"),
        "wordsInLists": tr("Filter by words"),
        "records": tr("{count} records"),
        "csv": tr("Download CSV"),
        "copy": tr("Copy"),
        "copied": tr("Copied"),
        "notCopied": tr("Could not copy"),
        "allLists": tr("all lists"),
        "toRecords": tr("Show these records in the lists"),
    }


def _issue_texts() -> dict[str, str]:
    return {
        "moreIssues": tr("{count} more in issues.xlsx"),
        "allSeverities": tr("All severities"),
        "allBureaus": tr("All bureaus and layers"),
        "wholeBureau": tr("{bureau}: all"),
        "noBureau": tr("not stated"),
        "rowAt": tr("row {row}"),
        "cellAt": tr("cell {cell}"),
        "error": tr("error"),
        "warning": tr("warning"),
        "info": tr("note"),
    }


def _score_texts() -> dict[str, str]:
    return {
        "indicator": tr("Indicator"),
        "farmland": tr("Farmland"),
        "rates": tr("Rates and targets"),
        "numbers": tr("How many"),
        "recordsByLevel": tr("Records on the lists"),
        "rate": tr("Rate (%)"),
        "notKnown": tr("not known"),
        "target": tr("target"),
        "met": tr("target met"),
        "missed": tr("target missed"),
        "nothing": tr("none there"),
        "points": tr("{points} below"),
        "doneOf": tr("{done} of {base} {unit} done"),
        "unknownOf": tr("{unknown} {unit} not known"),
        "targetOf": tr("target {target}%"),
        "leftOf": tr("{left} {unit} left"),
        "leftAtLeast": tr("{left} {unit} left at least"),
        "allOfThem": tr("Back to all townships"),
        "itsRecords": tr("Its {count} records on the lists"),
        "wholeCounty": tr("The county"),
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
