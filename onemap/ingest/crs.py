"""坐标体检: which coordinate system a source is in, proved by where it puts the features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from onemap.geodesy import LONLAT
from onemap.ingest.coordinates import CHINA
from onemap.ingest.raw import Fault
from onemap.model import Confidence, CrsRecord
from onemap.spec.project import FORCE, SourceSpec
from onemap.text import tr

SAMPLE: Final = 5000
"""So many coordinates of a source are tried in each candidate."""

MARGIN_DEG: Final = 0.1
"""Degrees around the county's box within which a feature still counts as the county's."""

MOST: Final = 0.5
"""A source lies in the county when more than this share of it does: a few strays are issues of their own."""

NEARLY_ALL: Final = 0.9
"""With less than this share in the county nobody is sure."""

# EPSG codes, from the EPSG registry: CGCS2000 Gauss-Krüger by width of zone, with zone prefix or by meridian.
MERIDIANS_3: Final = range(4534, 4555)
PREFIXED_3: Final = range(4513, 4534)
MERIDIANS_6: Final = range(4502, 4513)
PREFIXED_6: Final = range(4491, 4502)
UTM: Final = range(32643, 32654)
MERCATOR: Final = (3857,)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Proof:
    """What was found for a source: the record, the CRS to read it in (None: refused), and whether axes turn."""

    record: CrsRecord
    crs: pyproj.CRS | None
    swapped: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class _Case:
    """The coordinates of a source against the county, or against China where no county outline is known."""

    coordinates: NDArray[np.float64]
    county: Box | None

    def share(self, crs: pyproj.CRS, swapped: bool = False) -> float:
        """Return the share of the coordinates that lies in the county (or China) if they are in `crs`."""
        points = self.coordinates[:, ::-1] if swapped else self.coordinates
        longitude, latitude = _to_lonlat(crs).transform(points[:, 0], points[:, 1])
        west, south, east, north = self.county or CHINA
        return float(np.mean((longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)))

    def fits(self, crs: pyproj.CRS, swapped: bool = False) -> bool:
        """Tell whether most of the source lies where it should in `crs`."""
        return self.share(crs, swapped) > MOST

    @property
    def place(self) -> str:
        """What the coordinates are held against, in words."""
        return tr("the county (from the township layer)") if self.county else tr("China (there is no township layer)")


def county_box(townships: gpd.GeoSeries) -> Box:
    """Return the box of the townships with a margin, in degrees."""
    west, south, east, north = townships.to_crs(LONLAT).total_bounds
    return (west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG)


def prove(geometry: gpd.GeoSeries, declared: Any, source: SourceSpec, county: Box | None) -> Proof:
    """Prove the CRS of a source.

    Parameters
    ----------
    geometry
        The shapes, in the source's own numbers.
    declared
        The CRS that the file declares, or None.
    source
        The project's word: its `crs` declares where the file does not, or with "force:" overrules it.
    county
        Box of the county in degrees, or None where it is not known.
    """
    crs, words = _declared(declared, source)
    case = _Case(_coordinates(geometry), county)
    if crs is not None and not _on_cgcs2000(crs):
        return _refused(words)
    if len(case.coordinates) == 0:
        record = CrsRecord(words, "", words, "cannot-tell", tr("there are no coordinates to test"))
        return Proof(record, crs or pyproj.CRS(LONLAT))
    if crs is None:
        return _inferred(case)
    if source.crs and source.crs.startswith(FORCE):
        return Proof(CrsRecord(words, "", words, "likely", tr("forced by the project")), crs)
    return _confirmed(case, crs, words)


def _declared(declared: Any, source: SourceSpec) -> tuple[pyproj.CRS | None, str]:
    asked = source.crs or ""
    if asked.startswith(FORCE) or (declared is None and asked):
        declared = asked.removeprefix(FORCE)
    if declared is None and source.coord_type:
        # GCJ-02 and BD-09 have been turned into WGS 84; WGS 84 and CGCS2000 agree within centimetres.
        return pyproj.CRS(LONLAT), f"{source.coord_type} ({LONLAT})"
    if declared is None:
        return None, ""
    crs = pyproj.CRS.from_user_input(declared)
    authority = crs.to_authority(min_confidence=70)
    return crs, ":".join(authority) if authority else crs.name


def _on_cgcs2000(crs: pyproj.CRS) -> bool:
    """Tell by its ellipsoid whether a CRS needs no datum shift to CGCS2000: WGS 84, GRS 80 and CGCS2000 itself."""
    geodetic = crs.geodetic_crs
    ellipsoid = geodetic.ellipsoid if geodetic else None
    return (
        ellipsoid is not None
        and abs(ellipsoid.semi_major_metre - 6378137) < 1
        and abs(ellipsoid.inverse_flattening - 298.2572) < 1e-3
    )


def _coordinates(geometry: gpd.GeoSeries) -> NDArray[np.float64]:
    coordinates: NDArray[np.float64] = shapely.get_coordinates(geometry.array)
    coordinates = coordinates[np.isfinite(coordinates).all(axis=1)]
    thinned: NDArray[np.float64] = coordinates[:: max(1, len(coordinates) // SAMPLE)]
    return thinned


def _refused(words: str) -> Proof:
    evidence = tr("no transformation parameters to CGCS2000")
    message = tr("{crs} cannot be turned into CGCS2000 without parameters; PROJ would shift it by nothing", crs=words)
    hint = tr("ask for the data in CGCS2000, from whoever holds the parameters")
    return Proof(
        CrsRecord(words, "", "", "cannot-tell", evidence), None, False,
        (Fault("crs_unproved", message, hint, value=words, action="blanked", severity="error"),),
    )  # fmt: skip


def _confirmed(case: _Case, crs: pyproj.CRS, words: str) -> Proof:
    share = case.share(crs)
    if share > MOST:
        evidence = tr("{share:.1%} of its coordinates lie in {place}", share=share, place=case.place)
        rivals = _rivals(case, crs)
        if rivals:
            evidence += tr("; so they would in {rivals}", rivals=", ".join(rivals))
        confidence: Confidence = "sure" if case.county and share >= NEARLY_ALL and not rivals else "likely"
        return Proof(CrsRecord(words, words, words, confidence, evidence), crs)
    if case.fits(crs, swapped=True):
        evidence = tr("with the axes exchanged it lies in {place}", place=case.place)
        fault = Fault(
            "axes_swapped", tr("the axes are exchanged"), tr("they were exchanged for this build"),
            value=words, action="repaired",
        )  # fmt: skip
        return Proof(CrsRecord(words, words, words, "sure", evidence), crs, True, (fault,))
    found = _distinct(case)
    inferred = " / ".join(name for name, _ in found)
    message = tr("declared as {crs}, but then it does not lie in {place}", crs=words, place=case.place)
    if found:
        hint = tr(
            'it would lie there in {inferred}; if that is right: crs = "force:{first}"',
            inferred=inferred,
            first=found[0][0],
        )
    else:
        hint = tr("no usual coordinate system puts it there: ask where the data is from")
    fault = Fault("crs_conflict", message, hint, value=words, action="blanked")
    return Proof(CrsRecord(words, inferred, "", "cannot-tell", message), None, False, (fault,))


def _inferred(case: _Case) -> Proof:
    found = _distinct(case)
    if len(found) != 1:
        names = " / ".join(name for name, _ in found) or tr("none")
        message = tr("no coordinate system is declared, and its numbers cannot tell; possible: {names}", names=names)
        fault = Fault(
            "crs_unproved", message, tr("ask for it, and declare it in the project: crs = …"),
            action="blanked", severity="error",
        )  # fmt: skip
        return Proof(CrsRecord("", names, "", "cannot-tell", message), None, False, (fault,))
    name, crs = found[0]
    evidence = tr("of the usual systems only {name} puts it in {place}", name=name, place=case.place)
    message = tr("no coordinate system is declared; taken as {name}: {evidence}", name=name, evidence=evidence)
    hint = tr('ask for it, and declare it in the project: crs = "{name}"', name=name)
    fault = Fault("crs_unproved", message, hint, value=name)
    return Proof(CrsRecord("", name, name, "likely", evidence), crs, False, (fault,))


def _rivals(case: _Case, crs: pyproj.CRS) -> list[str]:
    """Return the other systems in plain metres that put the source elsewhere in the county, as UTM about 111 E does."""
    if case.county is None or np.abs(case.coordinates).max() <= 360:
        return []
    here = _middle(case, crs)
    names = [f"EPSG:{code}" for code in (*MERIDIANS_3, *UTM)]
    # Five metres: as far as the same projection on another of the ellipsoids may lie.
    return [
        name for name in names
        if case.fits(other := pyproj.CRS(name)) and np.abs(np.subtract(_middle(case, other), here)).max() > 5e-5
    ]  # fmt: skip


def _middle(case: _Case, crs: pyproj.CRS) -> tuple[float, float]:
    """Return the longitude and latitude of the source's middle if it is in `crs`."""
    longitude, latitude = _to_lonlat(crs).transform(*np.median(case.coordinates, axis=0))
    return longitude, latitude


@lru_cache(maxsize=128)
def _to_lonlat(crs: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, LONLAT, always_xy=True)


def _distinct(case: _Case) -> list[tuple[str, pyproj.CRS]]:
    """Return the candidates that fit, each place once: 4546 and 4508 for one are the same numbers."""
    found: dict[tuple[float, float], tuple[str, pyproj.CRS]] = {}
    for name in _candidates(case):
        crs = pyproj.CRS(name)
        if case.fits(crs):
            longitude, latitude = _middle(case, crs)
            found.setdefault((round(longitude, 5), round(latitude, 5)), (name, crs))
    return list(found.values())


def _candidates(case: _Case) -> Iterator[str]:
    """Yield the systems that Chinese files come in."""
    if np.abs(case.coordinates).max() <= 360:
        yield LONLAT
        return
    zones = (MERIDIANS_3, PREFIXED_3, MERIDIANS_6, PREFIXED_6, UTM, MERCATOR)
    yield from (f"EPSG:{code}" for zone in zones for code in zone)
