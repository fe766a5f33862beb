"""Every text of the map that does not come from the data, in the language spoken now."""

from __future__ import annotations

from onemap.model import level_title
from onemap.spec.rule import LEVELS
from onemap.text import tr


def texts() -> dict[str, str]:
    """Return the texts of the map's scripts by the names that they use; words in braces are filled in there."""
    return {
        **_page_texts(),
        **_panel_texts(),
        **_feature_texts(),
        **_list_texts(),
        **_issue_texts(),
        **_score_texts(),
        **_position_texts(),
        **_measure_texts(),
        **_sheet_texts(),
        **_key_texts(),
        **_units(),
    }


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
            "This window runs in Internet Explorer mode, which cannot show the map. Edge: menu … , Exit Internet "
            "Explorer mode. 360: switch to speed mode. Or open the file in Chrome or another current browser."
        ),
        "tooOld": tr(
            "This browser is too old for the map: it needs Chromium 86, Firefox 113, Safari 16.4 or a newer one."
        ),
        "wholeMap": tr("Whole county"),
        "print": tr("Print"),
        "fullScreen": tr("Full screen"),
        "zoomIn": tr("Zoom in"),
        "zoomOut": tr("Zoom out"),
        "nothingLocated": tr("Nothing in this build has a place on the map; see the data issues."),
        "noBaseMap": tr(
            "No tile of the base map “{title}” has come: there is no network, or its server does not answer. "
            "Everything else on the map works without it."
        ),
        "overviewMap": tr("Where the map is in the county"),
    }


def _panel_texts() -> dict[str, str]:
    return {
        "panel": tr("Lists, layers and statistics"),
        "search": tr("Search name, code, township or pinyin initials"),
        "found": tr("What was found"),
        "matches": tr("{count} found"),
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
        "copyLink": tr("Copy link"),
        "copyYourself": tr("Press Ctrl+C to copy"),
        "noSuchKey": tr("No feature has the code “{key}”"),
        "noSuchKeyReason": tr("The link may be for another period or edition of this map, or not be whole."),
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


def _position_texts() -> dict[str, str]:
    return {
        "switchDegrees": tr("Degrees, minutes and seconds, or decimal degrees"),
        "northEast": tr("X (north) {north}  Y (east) {east}"),
        "goToPosition": tr("Go to coordinates"),
        "positionExamples": tr("Type coordinates and press Enter; in any of these ways, in either order:"),
        "positionByClick": tr("A right click on the map tells the coordinates of that place."),
        "notAPosition": tr("“{text}” is not understood as coordinates."),
        "farOutside": tr("This place is {distance} outside the county: are the numbers right, and the zone?"),
        "outsideCounty": tr("{distance} outside the county"),
        "inSexagesimals": tr("Degrees, minutes, seconds"),
        "inDecimals": tr("Decimal degrees"),
    }


def _measure_texts() -> dict[str, str]:
    return {
        "measure": tr("Measuring"),
        "distance": tr("Distance"),
        "area": tr("Area"),
        "measureHelp": tr("Click to add points; a double click or Enter ends, Backspace takes one back, Esc leaves."),
        "measureAgain": tr("Click to measure anew; Esc leaves."),
        "nothingMeasured": tr("Click on the map"),
        "segments": tr("segments: {number}"),
        "perimeter": tr("perimeter {distance}"),
        "edgesCross": tr("Edges cross: no area"),
        "undo": tr("Take back a point"),
        "clear": tr("Clear"),
    }


def _key_texts() -> dict[str, str]:
    return {
        "map": tr("Map"),
        "skipToMap": tr("Skip to the map"),
        "keys": tr("Keys"),
        "keySearch": tr("go to the search field"),
        "keyRows": tr("walk through rows and results"),
        "keyOpen": tr("open the chosen one"),
        "keyTabs": tr("go to another tab"),
        "keyClose": tr("close the panel; empty the search field"),
        "keyMap": tr("move the map, while it has the focus"),
        "keyZoom": tr("make the map larger or smaller"),
        "keyHelp": tr("show this sheet"),
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


def _sheet_texts() -> dict[str, str]:
    return {
        "savePicture": tr("Save picture"),
        "pictureIsTainted": tr(
            "The picture cannot be saved: a base map on it comes from a server that does not allow this. "
            "Switch the base map off under “Layers”, or print instead."
        ),
        "pictureFailed": tr("The picture cannot be saved; print it as PDF instead."),
        "printMap": tr("Print the map"),
        "landscape": tr("Landscape"),
        "portrait": tr("Portrait"),
        "presentView": tr("Present view"),
        "sheetTitle": tr("Title of the map"),
        "madeBy": tr("Made by"),
        "checkedBy": tr("Checked by"),
        "madeOn": tr("Date of the map"),
        "labelled": tr("{label}: {value}"),
        "chosen": tr("what is chosen"),
        "withinReach": tr("within its reach"),
        "linked": tr("line to what was found"),
        "northLetter": tr("N"),
        "countyTotals": tr("Numbers and areas are those of the whole county."),
        "legendGoesOn": tr("{count} more entries have no room here."),
        "crsOf": tr("Coordinates: {name} ({code})"),
        "drawnInMercator": tr("Drawn in Mercator projection; the scale holds in the middle of the map."),
    }


def _units() -> dict[str, str]:
    return {
        "mu": tr("{number} mu"),
        "tenThousandMu": tr("{number} ×10⁴ mu"),
        "m2": tr("{number} m²"),
        "ha": tr("{number} ha"),
        "km2": tr("{number} km²"),
        "m": tr("{number} m"),
        "km": tr("{number} km"),
        "parcels": tr("{number} parcels"),
        "features": tr("{number} pcs"),
    }
