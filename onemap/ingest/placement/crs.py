"""坐标体检: which coordinate system a source is in, proved by where it puts the features.

The test sees a wrong zone, prefix, unit or axis order. It does not see a shift of some hundred metres: the datum
rests on the declaration, and the evidence says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from onemap.geodesy import LONLAT
from onemap.ingest.placement.candidates import MOST, SAME_DEG, Box, Case, Extent, Fit, listed
from onemap.ingest.placement.crs_names import Declaration, datum_title, read_declaration
from onemap.ingest.placement.datum import LEAST_M, MOST_M, Shift, own_degrees, shifts
from onemap.ingest.raw import Fault
from onemap.model import Confidence, CrsRecord
from onemap.spec.project import FORCE, SourceSpec
from onemap.text import tr

__all__ = ["Box", "Extent", "Proof", "county_box", "prove", "settle"]

SAMPLE: Final = 5000
"""About so many shapes of a source, and so many of their coordinates, are tested."""

MARGIN_DEG: Final = 0.1
"""Degrees around the county's box within which a feature still counts as the county's."""

NEARLY_ALL: Final = 0.9
"""With less than this share in the county nobody is sure."""


@dataclass(frozen=True)
class Proof:
    """What was found for a source: the record, and what `settle` needs to bring its shapes there."""

    record: CrsRecord
    crs: pyproj.CRS | None
    """The CRS of the settled shapes; None where it is refused."""
    swapped: bool = False
    faults: tuple[Fault, ...] = ()
    shift: Shift | None = field(default=None, repr=False)
    """From an older datum to degrees of CGCS2000."""

    @property
    def in_degrees(self) -> bool:
        """Whether the numbers of the source were degrees."""
        return self.shift is None and self.crs is not None and self.crs.is_geographic


@dataclass(frozen=True)
class _Word:
    """What is declared of a source, by the file or the project."""

    declaration: Declaration
    source: SourceSpec
    forced: bool = False

    @property
    def crs(self) -> pyproj.CRS | None:
        return self.declaration.crs

    @property
    def name(self) -> str:
        return self.declaration.name

    def locate(self, x: Any, y: Any) -> tuple[Any, Any]:
        # On its own datum: no shift is large enough to matter for the place.
        return own_degrees(self.declaration.crs or pyproj.CRS(LONLAT), x, y)


def county_box(townships: gpd.GeoSeries) -> Extent:
    """Return the box of the townships with a margin, in degrees."""
    west, south, east, north = townships.to_crs(LONLAT).total_bounds
    box = (west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG)
    return Extent(box, tr("the county (from the township layer)"))


def settle(shapes: gpd.GeoSeries, proof: Proof) -> gpd.GeoSeries:
    """Return shapes as `proof` found them: their axes in order, off the older datum, their CRS set."""
    if proof.swapped:
        shapes = shapes.transform(lambda pairs: pairs[:, ::-1])
    shift = proof.shift
    if shift is not None:
        shapes = shapes.transform(lambda pairs: np.column_stack(shift.to_degrees(pairs[:, 0], pairs[:, 1])))
    return shapes.set_crs(proof.crs, allow_override=True)


def prove(geometry: gpd.GeoSeries, declared: Any, source: SourceSpec, county: Extent | Box | None) -> Proof:
    """Prove the CRS of a source.

    Parameters
    ----------
    geometry
        The shapes, in the source's own numbers.
    declared
        The CRS that the file declares, in any spelling, or None.
    source
        The project's word: its `crs` declares where the file does not, or with "force:" overrules it; its
        `datum_shift` turns an older datum into CGCS2000.
    county
        Where the county is, or None where it is not known; a bare box is called the county.
    """
    extent = county if county is None or isinstance(county, Extent) else Extent(county, tr("the county"))
    case = Case(_coordinates(geometry), extent)
    word = _word(declared, source, case)
    if word.crs is None and source.datum_shift is not None:
        return _without_datum()
    if word.declaration.datum_unclear:
        return _unclear(word)
    if word.crs is not None and not word.declaration.modern and source.datum_shift is None:
        return _refused(word)
    if len(case.coordinates) == 0:
        record = CrsRecord(word.name, "", word.name, "cannot-tell", tr("there are no coordinates to test"))
        return Proof(record, pyproj.CRS(LONLAT))
    if word.crs is None:
        return _inferred(case, word)
    if case.share(word.locate) > MOST:
        return _confirmed(case, word, swapped=False)
    if case.share(word.locate, swapped=True) > MOST:
        return _confirmed(case, word, swapped=True)
    return _contradicted(case, word)


def _word(declared: Any, source: SourceSpec, case: Case) -> _Word:
    asked = source.crs or ""
    if asked.startswith(FORCE):
        return _Word(read_declaration(asked.removeprefix(FORCE)), source, True)
    declaration = read_declaration(declared)
    if declaration.crs is None and asked:
        told = read_declaration(asked)
        evidence = tr("; ").join(filter(None, [declaration.evidence, told.evidence, tr("so the project says")]))
        return _Word(replace(told, evidence=evidence), source)
    if declaration.crs is not None and asked:
        declaration = _overruling(declaration, read_declaration(asked))
    if declaration.crs is None and source.coord_type and len(case.coordinates) and case.in_degrees:
        # GCJ-02 and BD-09 have been turned into WGS 84; WGS 84 and CGCS2000 agree within centimetres.
        name = f"{source.coord_type} ({LONLAT})"
        evidence = tr("declared as {crs}", crs=name)
        return _Word(Declaration(name, name, pyproj.CRS(LONLAT), "cgcs2000", evidence), source)
    return _Word(declaration, source)


def _overruling(declaration: Declaration, asked: Declaration) -> Declaration:
    """Return what a file declares, with what the project says against it."""
    if asked.crs is None or asked.accepted == declaration.accepted:
        return declaration
    against = tr("the project says {asked}, the file {declared}", asked=asked.name, declared=declaration.name)
    contradiction = tr("; ").join(filter(None, [declaration.contradiction, against]))
    return replace(declaration, contradiction=contradiction, evidence=declaration.evidence + tr("; ") + against)


def _coordinates(geometry: gpd.GeoSeries) -> NDArray[np.float64]:
    shapes = geometry.array[:: max(1, len(geometry) // SAMPLE)]
    coordinates: NDArray[np.float64] = shapely.get_coordinates(shapes)
    coordinates = coordinates[np.isfinite(coordinates).all(axis=1)]
    thinned: NDArray[np.float64] = coordinates[:: max(1, len(coordinates) // SAMPLE)]
    return thinned


def _refused(word: _Word) -> Proof:
    datum = datum_title(word.declaration.datum)
    evidence = tr("{reading}; no transformation parameters to CGCS2000", reading=word.declaration.evidence)
    message = tr(
        "{crs} ({datum}) cannot be turned into CGCS2000 without parameters; PROJ would shift it by nothing",
        crs=word.name, datum=datum,
    )  # fmt: skip
    hint = tr("ask for the data in CGCS2000; whoever holds the parameters gives them as datum_shift in the project")
    fault = Fault("crs_unproved", message, hint, value=word.name, action="blanked", severity="error")
    return Proof(CrsRecord(word.name, "", "", "cannot-tell", evidence), None, False, (fault,))


def _unclear(word: _Word) -> Proof:
    """Return the proof of a declaration that names two datums: they lie some hundred metres apart."""
    told = word.declaration
    message = tr("{contradiction}: its datum cannot be told", contradiction=told.contradiction)
    hint = tr('ask which is right, and declare it in the project: crs = "force:…"')
    fault = Fault("crs_conflict", message, hint, value=word.name, action="blanked")
    return Proof(CrsRecord(word.name, "", "", "cannot-tell", told.evidence), None, False, (fault,))


def _without_datum() -> Proof:
    message = tr("the project gives datum parameters, but nobody says which datum the source is on")
    hint = tr('declare it in the project, for example crs = "EPSG:2435" (Beijing 1954) or "EPSG:2383" (Xian 1980)')
    fault = Fault("crs_unproved", message, hint, action="blanked", severity="error")
    return Proof(CrsRecord("", "", "", "cannot-tell", message), None, False, (fault,))


def _confirmed(case: Case, word: _Word, swapped: bool) -> Proof:
    """Return the proof of a declaration that puts the source in place."""
    declaration, crs, shift = word.declaration, word.crs, None
    if not declaration.modern:
        shift, length = _shift(case, word, swapped)
        if shift is None:
            return _wrong_shift(word, length)
        crs = pyproj.CRS(LONLAT)
    share = case.share(word.locate, swapped)
    same, others = _sorted_out(case, word, swapped)
    # Against the whole of China many zones fit; that says nothing.
    rivals = others if case.extent else []
    prefix = next((fit.system.prefix for fit in same if fit.system.prefix), None)
    evidence = tr("; ").join(
        filter(None, [
            declaration.evidence,
            tr("forced by the project") if word.forced else "",
            shift.words if shift else "",
            _share_told(share, case, swapped),
            tr("so they would in {rivals}", rivals=listed(rivals)) if rivals else "",
            _zone_told(prefix),
            tr("zone, axes and unit are tested, the datum rests on the declaration"),
        ])
    )  # fmt: skip
    proved = case.extent is not None and not case.extent.rough and share >= NEARLY_ALL and not rivals
    doubted = declaration.doubtful or word.forced or word.source.datum_shift is not None
    confidence: Confidence = "sure" if proved and not doubted else "likely"
    record = CrsRecord(word.name, declaration.accepted, declaration.accepted, confidence, evidence)
    return Proof(record, crs, swapped, tuple(_reservations(word, swapped)), shift)


def _reservations(word: _Word, swapped: bool) -> list[Fault]:
    """Return what is odd of a declaration that was accepted."""
    faults = []
    if swapped:
        message, hint = tr("the axes are exchanged"), tr("they were exchanged for this build")
        faults.append(Fault("axes_swapped", message, hint, value=word.name, action="repaired"))
    if word.declaration.contradiction:
        hint = tr('ask which is right, and declare it in the project: crs = "force:…"')
        message = tr(
            "{contradiction}; the parameters in the file were taken", contradiction=word.declaration.contradiction
        )
        faults.append(Fault("crs_unproved", message, hint, value=word.name))
    if word.declaration.modern and word.source.datum_shift is not None:
        message = tr("the project gives datum parameters, but {crs} needs none; they were not applied", crs=word.name)
        hint = tr('take datum_shift out, or declare the older datum: crs = "force:…"')
        faults.append(Fault("crs_conflict", message, hint, value=word.name, severity="warning"))
    return faults


def _shift(case: Case, word: _Word, swapped: bool) -> tuple[Shift | None, float]:
    """Return the first meaning of the parameters that moves the source as far as the older datums lie, or how far."""
    given = word.source.datum_shift
    if given is None or word.crs is None:
        return None, 0.0
    x, y = case.middle[::-1] if swapped else case.middle
    lengths = [(shift, shift.length_m(x, y)) for shift in shifts(given, word.crs)]
    right = [pair for pair in lengths if LEAST_M <= pair[1] <= MOST_M]
    return right[0] if right else (None, min(length for _, length in lengths))


def _wrong_shift(word: _Word, length: float) -> Proof:
    # Rounded, so that it says nothing of the parameters.
    size = tr("about {metres:.0f} m", metres=round(length, -2)) if length < 100_000 else tr("more than 100 km")
    message = tr("the project's datum parameters would move {crs} by {size}", crs=word.name, size=size)
    hint = tr("no older datum lies so in China: check their units, signs and convention")
    fault = Fault("crs_conflict", message, hint, value=word.name, action="blanked")
    return Proof(CrsRecord(word.name, "", "", "cannot-tell", message), None, False, (fault,))


def _contradicted(case: Case, word: _Word) -> Proof:
    """Return the proof of a declaration that puts the source elsewhere."""
    message = tr("declared as {crs}, but then it does not lie in {place}", crs=word.name, place=case.place)
    if word.crs is not None and word.crs.is_geographic and not case.in_degrees:
        message += tr("; its numbers are metres, not degrees")
    elif word.crs is not None and word.crs.is_projected and case.in_degrees:
        message += tr("; its numbers are degrees, not metres")
    # The zones of Beijing 1954 say nothing of a source on another datum with its ellipsoid.
    found = case.fits(word.declaration.datum) if word.declaration.coded else []
    # A plain code is in the message already.
    plain = word.declaration.evidence == tr("declared as {crs}", crs=word.name)
    evidence = message if plain else tr("; ").join([word.declaration.evidence, message])
    if word.forced and word.declaration.modern:
        hint = tr("it was taken as the project forces it; check that")
        fault = Fault("crs_conflict", message, hint, value=word.name, severity="warning")
        accepted = word.declaration.accepted
        return Proof(CrsRecord(word.name, _codes(found), accepted, "cannot-tell", evidence), word.crs, False, (fault,))
    if found:
        hint = tr(
            'it would lie there in {inferred}; if that is right: crs = "force:{first}"',
            inferred=listed(found), first=found[0].system.name,
        )  # fmt: skip
    else:
        hint = tr("no usual coordinate system puts it there: ask where the data is from")
    fault = Fault("crs_conflict", message, hint, value=word.name, action="blanked")
    return Proof(CrsRecord(word.name, _codes(found), "", "cannot-tell", evidence), None, False, (fault,))


def _inferred(case: Case, word: _Word) -> Proof:
    """Return the proof of a source of which nothing is declared."""
    found = case.fits("cgcs2000")
    read = word.declaration.evidence
    if len(found) != 1:
        names = listed(found) or tr("none")
        message = tr("no coordinate system is declared, and its numbers cannot tell; possible: {names}", names=names)
        hint = tr("ask for it, and declare it in the project: crs = …")
        fault = Fault("crs_unproved", message, hint, action="blanked", severity="error")
        evidence = tr("; ").join(filter(None, [read, message]))
        return Proof(CrsRecord("", _codes(found), "", "cannot-tell", evidence), None, False, (fault,))
    fit = found[0]
    name = fit.system.name
    evidence = tr("; ").join(
        filter(None, [
            read,
            tr("of the usual systems only {name} puts it in {place}", name=fit.name, place=case.place),
            _zone_told(fit.system.prefix),
            tr("zone, axes and unit are tested; Beijing 1954, Xian 1980, GCJ-02 and BD-09 would look the same"),
        ])
    )  # fmt: skip
    message = tr("no coordinate system is declared; taken as {name}: {evidence}", name=fit.name, evidence=evidence)
    hint = tr('ask for it, and declare it in the project: crs = "{name}"', name=name)
    faults = [Fault("crs_unproved", message, hint, value=name), *_reservations(word, fit.swapped)]
    return Proof(CrsRecord("", name, name, "likely", evidence), pyproj.CRS(name), fit.swapped, tuple(faults))


def _codes(fits: list[Fit]) -> str:
    return " / ".join(dict.fromkeys(fit.system.name for fit in fits))


def _share_told(share: float, case: Case, swapped: bool) -> str:
    if swapped:
        return tr(
            "with the axes exchanged {share:.1%} of its coordinates lie in {place}", share=share, place=case.place
        )
    return tr("{share:.1%} of its coordinates lie in {place}", share=share, place=case.place)


def _zone_told(prefix: int | None) -> str:
    return tr("the zone number {zone} stands before its x values", zone=prefix) if prefix else ""


def _sorted_out(case: Case, word: _Word, swapped: bool) -> tuple[list[Fit], list[Fit]]:
    """Return the systems that put the source at the declared place, and those that put it elsewhere in the county."""
    here = case.located(word.locate, swapped)
    same: list[Fit] = []
    others: list[Fit] = []
    for fit in case.fits(word.declaration.datum):
        # A tenth of a metre: what lies nearer is the same place.
        near = np.abs(np.subtract(fit.middle, here)).max() <= SAME_DEG
        (same if near else others).append(fit)
    return same, others
