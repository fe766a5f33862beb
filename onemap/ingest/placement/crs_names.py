"""What a declared coordinate system means: by its parameters, whatever it calls itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pyproj

from onemap.geodesy import LONLAT
from onemap.ingest.placement.datum import DEGREE, own_degrees
from onemap.ingest.placement.zones import (
    GEOGRAPHIC,
    MERCATOR,
    MODERN,
    SYSTEMS,
    Datum,
    TransverseMercator,
    codes_of,
    on_cgcs2000,
    systems,
)
from onemap.text import fold, tr

"""Radians."""

LONGEST: Final = 80
"""So many characters of a declaration are quoted."""

# Semi-major axis and inverse flattening, with how far a spelling may be off.
ELLIPSOIDS: Final[Mapping[Datum, tuple[float, float, float]]] = {
    "wgs84": (6378137.0, 298.257223563, 5e-7),
    "cgcs2000": (6378137.0, 298.257222101, 5e-7),
    "xian80": (6378140.0, 298.257, 1e-3),
    "beijing54": (6378245.0, 298.3, 1e-2),
}

NAMES: Final[Mapping[Datum, str]] = {
    "cgcs2000": r"cgcs|china.?2000|chinageodetic|chinese2000|\bd_2000\b|国家2000|大地坐标系2000|2000国家",
    "wgs84": r"(?<!to)wgs",
    "xian80": r"xi.?an|西安|iag.?75|iag.?1975",
    "beijing54": r"beijing|peking|北京|kras+ov",
}
"""The words by which a name, folded, says its datum."""


CUT_SHORT: Final = 1e-3
"""A unit that differs by less from a degree is a degree, of whose 0.0174532925… some digits were left out."""


@dataclass(frozen=True)
class Declaration:
    """What a declared coordinate system means.

    `crs` is None where nothing is declared, or nothing that can be used; `evidence` then says why.
    """

    name: str = ""
    """The EPSG code with exactly its datum and parameters, or else its own name."""
    accepted: str = ""
    """How it is called once accepted: Gauss-Krüger on WGS 84 goes by the CGCS2000 code of the same numbers."""
    crs: pyproj.CRS | None = None
    datum: Datum = "other"
    evidence: str = ""
    """How it was read."""
    contradiction: str = ""
    """What its name says against its parameters."""
    datum_unclear: bool = False
    """Whether that is its datum: GDAL reads MapInfo's Xian 1980 as a datum of that name on the ellipsoid of WGS 84."""

    @property
    def modern(self) -> bool:
        """Whether its numbers are CGCS2000's without a shift."""
        return self.datum in MODERN

    @property
    def coded(self) -> bool:
        """Whether the EPSG codes of its datum can be named in its place."""
        return self.modern or self.accepted in {system.name for system in systems(self.datum)}

    @property
    def doubtful(self) -> bool:
        """Whether nobody can be sure of it, wherever it puts the data."""
        return bool(self.contradiction) or self.datum not in ("cgcs2000", "wgs84")


def datum_title(datum: Datum) -> str:
    """Return a datum in the language spoken now."""
    titles: dict[Datum, str] = {
        "cgcs2000": "CGCS2000",
        "wgs84": "WGS 84",
        "grs80": tr("the ellipsoid of CGCS2000"),
        "xian80": tr("Xian 1980 / IAG 1975"),
        "beijing54": tr("Beijing 1954 / Krassovsky"),
        "other": tr("another ellipsoid"),
    }
    return titles[datum]


def read_declaration(declared: Any) -> Declaration:
    """Return what a declaration means: a pyproj CRS, "EPSG:…", any WKT, PROJJSON, or what is none of these."""
    if isinstance(declared, str):
        declared = declared.strip("\ufeff\0 \t\r\n")
    if declared is None or declared == "":
        return Declaration()
    try:
        crs = pyproj.CRS.from_user_input(declared)
    except (pyproj.exceptions.CRSError, UnicodeError):
        return Declaration(evidence=tr('the declaration "{text}" is not understood', text=_quoted(str(declared))))
    inner = crs.source_crs if crs.is_bound else None
    crs = inner or crs
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    name = _quoted(crs.name)
    if crs.ellipsoid is None or crs.is_geocentric or "undefined" in fold(name):
        return Declaration(evidence=tr('the declaration "{name}" names no place on the earth', name=name))
    try:
        read = _read(crs.to_2d())
        own_degrees(read.crs or crs, 0.0, 0.0)
    except (pyproj.exceptions.ProjError, ValueError, KeyError):
        # A unit of nothing, a latitude beyond the pole: PROJ takes it in, and cannot work with it.
        return Declaration(evidence=tr('the declaration "{name}" cannot be worked with', name=name))
    if inner is None or read.modern:
        return read
    # Nobody knows where they are from: GDAL writes them of its own accord.
    note = tr("the datum parameters written in the file were not used")
    return replace(read, evidence=read.evidence + tr("; ") + note)


def _read(crs: pyproj.CRS) -> Declaration:
    """Return what a geographic or projected system means."""
    datum, own, code = _datum(crs), _quoted(crs.name), _claimed(crs)
    projection = _projection(crs)
    codes = _codes(crs, datum, projection)
    unclear = _datum_contradiction(crs, datum)
    stale = code in SYSTEMS and code not in codes
    contradiction = (
        unclear
        or (_zone_contradiction(crs.name, projection) if projection else "")
        or (_says(f"EPSG:{code}", _first_of(codes)) if stale else "")
    )
    chosen = code if code in codes else _chosen(codes, crs.name)
    accepted = f"EPSG:{chosen}" if chosen else f"EPSG:{code}" if code and not stale else own
    name, meant = accepted, pyproj.CRS(accepted) if chosen else _rebased(crs, datum)
    if unclear:
        evidence = tr('declared as "{name}"', name=own)
    elif chosen and SYSTEMS[chosen].datum != datum:
        name, evidence = own, tr('declared as "{name}", whose numbers are those of {crs}', name=own, crs=accepted)
    elif chosen and chosen != code:
        evidence = tr('declared as "{name}", by its parameters {crs}', name=own, crs=accepted)
    elif accepted == own:
        evidence = tr('declared as "{name}", a system of its own, read by its parameters', name=own)
    else:
        evidence = tr("declared as {crs}", crs=accepted)
    if datum == "grs80" and not unclear:
        evidence += tr("; on the ellipsoid of CGCS2000, and taken as CGCS2000")
    evidence += tr("; ") + contradiction if contradiction else ""
    return Declaration(name, accepted, meant, datum, evidence, contradiction, bool(unclear))


def _first_of(codes: Sequence[int]) -> str:
    return f"EPSG:{codes[0]}" if codes else tr("a system of its own")


def _claimed(crs: pyproj.CRS) -> int | None:
    """Return the EPSG code that a system itself carries."""
    carried = crs.to_json_dict().get("id", {})
    return int(carried["code"]) if carried.get("authority") == "EPSG" else None


def _datum(crs: pyproj.CRS) -> Datum:
    """Return the datum by the ellipsoid's numbers; names only tell CGCS2000 from others on the same ellipsoid."""
    ellipsoid = crs.ellipsoid
    if ellipsoid is None:
        return "other"
    a, rf, said = ellipsoid.semi_major_metre, ellipsoid.inverse_flattening, _datums_said(crs)
    for datum, (axis, inverse, off) in ELLIPSOIDS.items():
        if abs(a - axis) < 0.5 and abs(rf - inverse) < off:
            return "grs80" if datum == "cgcs2000" and "cgcs2000" not in said else datum
    if abs(a - 6378137) < 0.5 and abs(rf - 298.2572) < 1e-3:
        # A flattening cut short may be either's; they differ by centimetres.
        return "cgcs2000" if "cgcs2000" in said else "wgs84"
    return "other"


def _datums_said(crs: pyproj.CRS) -> set[Datum]:
    """Return the datums that the names of a system, of its base and of its datum say."""
    base = crs.geodetic_crs
    names = [crs.name, base.name if base else "", crs.datum.name if crs.datum else ""]
    return {datum for datum, words in NAMES.items() if any(re.search(words, fold(name)) for name in names)}


def _datum_contradiction(crs: pyproj.CRS, datum: Datum) -> str:
    # CGCS2000 and WGS 84 name the same numbers.
    others = [d for d in _datums_said(crs) if d != datum and not (d in MODERN and datum in MODERN)]
    return _says(" / ".join(datum_title(other) for other in sorted(others)), datum_title(datum)) if others else ""


def _zone_contradiction(name: str, projection: TransverseMercator) -> str:
    """Return what a name says of meridian, zone or scale against its projection."""
    folded = fold(name).replace("_", "")
    utm = "utm" in folded
    meridian = re.search(r"cm(\d{2,3}(?:\.\d+)?)(?![\d.])", folded)
    zone = re.search(r"(?:zone|带号?)(\d{1,2})(?!\d)", folded) or re.search(r"(\d{2})(?:zone|带|n$)", folded)
    said, meridians = "", set()
    if meridian:
        said, meridians = f"CM {meridian[1]}", {float(meridian[1])}
    elif zone:
        number = int(zone[1])
        said = tr("zone {number}", number=number)
        meridians = {6 * number - 183} if utm else {3 * number, 6 * number - 3}
        if not utm and re.search(r"(?<!\d)3(?:-?deg|度)", folded):
            meridians = {3 * number}
    if meridians and not any(abs(projection.meridian - degrees) < 0.01 for degrees in meridians):
        return _says(said, f"{projection.meridian:g}°E" if projection.meridian % 3 == 0 else tr("another meridian"))
    scaled = abs(projection.scale - 1) > 1e-6
    if (utm and not scaled) or (scaled and re.search(r"gk|gauss|高斯", folded)):
        return _says("UTM" if utm else "Gauss-Krüger", tr("another scale"))
    return ""


def _says(said: str, meant: str) -> str:
    return tr("its name says {said}, its parameters {meant}", said=said, meant=meant)


def _projection(crs: pyproj.CRS) -> TransverseMercator | None:
    """Return the Transverse Mercator of a system in metres, east and north of the equator, or None."""
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator" or not _is_plain(crs, 1.0):
        return None
    values = {p.name: float(p.value) * _factor(p.unit_conversion_factor) for p in operation.params}
    if abs(values.get("Latitude of natural origin", 0.0)) > 1e-12:
        return None
    # What is not written has the value that GDAL gives it.
    return TransverseMercator(
        round(values.get("Longitude of natural origin", 0.0) / DEGREE, 9),
        values.get("False easting", 0.0),
        values.get("Scale factor at natural origin", 1.0),
        values.get("False northing", 0.0),
    )


def _factor(factor: float) -> float:
    """Return what a unit is in radians or metres; a degree whose digits were cut short is a degree."""
    return DEGREE if abs(factor / DEGREE - 1) < CUT_SHORT else factor


def _is_plain(crs: pyproj.CRS, unit: float) -> bool:
    """Tell whether a system counts east and north of Greenwich and the equator, in the unit."""
    greenwich = crs.prime_meridian is None or crs.prime_meridian.longitude == 0
    axes = {axis.direction for axis in crs.axis_info} == {"east", "north"}
    return greenwich and axes and all(abs(_factor(a.unit_conversion_factor) / unit - 1) < 1e-6 for a in crs.axis_info)


def _codes(crs: pyproj.CRS, datum: Datum, projection: TransverseMercator | None) -> tuple[int, ...]:
    """Return the codes of the systems with exactly the parameters of this one."""
    if datum not in MODERN and (datum not in _datums_said(crs) or "new" in fold(crs.name)):
        # New Beijing, Pulkovo and others share an ellipsoid with the old datums, not their codes.
        return ()
    if projection is not None:
        return codes_of(projection, datum)
    if crs.is_geographic:
        return (GEOGRAPHIC[datum],) if datum in GEOGRAPHIC and _is_plain(crs, DEGREE) else ()
    operation = crs.coordinate_operation
    popular = operation is not None and operation.method_name == "Popular Visualisation Pseudo Mercator"
    return (MERCATOR,) if popular and operation and not any(p.value for p in operation.params) else ()


def _chosen(codes: tuple[int, ...], name: str) -> int | None:
    """Return the code that a name means of several with the same parameters: 3-degree zones, unless it is silent."""
    if len(codes) < 2:
        return codes[0] if codes else None
    return codes[0] if re.search(r"(?<!\d)3(?:-?deg|度)", fold(name).replace("_", "")) else codes[-1]


def _rebased(crs: pyproj.CRS, datum: Datum) -> pyproj.CRS:
    """Return a system on CGCS2000 itself where its datum is as good."""
    if datum not in MODERN:
        return crs
    if crs.is_geographic:
        return pyproj.CRS(LONLAT) if _is_plain(crs, DEGREE) else crs
    if crs.prime_meridian is not None and crs.prime_meridian.longitude != 0:
        return crs
    return on_cgcs2000(crs)


def _quoted(text: str) -> str:
    """Return a text of the file's as it may be quoted: on one line, and short."""
    printable = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    short = " ".join(printable.split())
    return short if len(short) <= LONGEST else short[:LONGEST] + "…"
