"""Rasters on their way in: opened, looked through, and their coordinate system proved."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyproj
import rasterio
from numpy.typing import NDArray
from rasterio import Affine, DatasetReader
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from onemap.geodesy import LONLAT
from onemap.ingest.placement.candidates import Box, Extent
from onemap.ingest.placement.crs import Proof, prove
from onemap.ingest.raw import Fault, UnreadableError
from onemap.spec.layer import LayerSpec
from onemap.spec.project import FORCE, SourceSpec
from onemap.text import tr

DRIVERS: Final = {".tif": "GTiff", ".tiff": "GTiff", ".img": "HFA", ".asc": "AAIGrid"}
"""GDAL's driver of each file ending. By itself it goes by what is inside, which could be a list of other files."""

SUSPECTS: Final = (-9999.0, -99999.0, -32768.0, 3.4e38)
"""Numbers that programs write for "no value"; of the last whatever is as large, either side of nought."""

PROBED: Final = 512
"""A raster is looked through in about so many cells a side."""

STRIP: Final = 32
"""So many rows of those cells are read at once."""

MARKS: Final = 41
"""So many points a side stand for a raster, or for a box, when one is brought into the coordinates of the other."""

Numbers = NDArray[np.float64]
Cells = tuple[float, float, float, float]
"""A box of cells: first column, first row, end of columns, end of rows."""


@dataclass(frozen=True)
class RasterSource:
    """A raster file that was opened and proved; its cells stay in the file until they are asked for."""

    layer: LayerSpec
    path: Path
    band: int
    width: int
    height: int
    dtype: str
    transform: Affine
    """From column and row to x and y, at the upper left corner of a cell."""
    scaling: tuple[float, float] = (1.0, 0.0)
    """What a stored number is multiplied by, and what is then added."""
    nodata: float | None = None
    """The number that the file declares to be no value."""
    blanks: tuple[float, ...] = ()
    """The numbers that are no value though the file does not say so."""
    proof: Proof | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def crs(self) -> pyproj.CRS | None:
        """The coordinate system that was accepted; None where it was refused, and nothing can be taken from it."""
        return self.proof.crs if self.proof else None

    @property
    def facts(self) -> dict[str, Any]:
        """What the manifest says of its cells; their size is in the raster's own numbers."""
        a, b, _, d, e, _ = self.transform[:6]
        return {
            "width": self.width,
            "height": self.height,
            "band": self.band,
            "dtype": self.dtype,
            "nodata": self.nodata if self.nodata is None or np.isfinite(self.nodata) else str(self.nodata),
            "blanked": list(self.blanks),
            "cell": [float(np.hypot(a, d)), float(np.hypot(b, e))],
        }

    def points(self, cells: Cells) -> gpd.GeoSeries:
        """Return points all over a box of cells, in the raster's own numbers."""
        west, north, east, south = cells
        columns, rows = np.meshgrid(np.linspace(west, east, MARKS), np.linspace(north, south, MARKS))
        a, b, c, d, e, f = self.transform[:6]
        return gpd.GeoSeries.from_xy((a * columns + b * rows + c).ravel(), (d * columns + e * rows + f).ravel())

    def cells_of(self, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
        """Return columns and rows, with their fractions, of coordinates in the raster's own numbers."""
        a, b, c, d, e, f = (~self.transform)[:6]
        return a * x + b * y + c, d * x + e * y + f

    def cells_within(self, box: Box, crs: object, own: pyproj.CRS) -> Cells | None:
        """Return the cells that a box in `crs` covers, where the raster's own numbers are in `own`; None for none."""
        west, south, east, north = box
        x, y = np.meshgrid(np.linspace(west, east, MARKS), np.linspace(south, north, MARKS))
        to_own = pyproj.Transformer.from_crs(crs, own, always_xy=True)
        columns, rows = self.cells_of(*to_own.transform(x.ravel(), y.ravel()))
        there = np.isfinite(columns) & np.isfinite(rows)
        if not there.any():
            return None
        columns, rows = columns[there].clip(0, self.width), rows[there].clip(0, self.height)
        cells = (float(columns.min()), float(rows.min()), float(columns.max()), float(rows.max()))
        return cells if cells[0] < cells[2] and cells[1] < cells[3] else None

    def read(self, file: DatasetReader, window: Window) -> Numbers:
        """Return the values of a window of the opened file; NaN where there is none."""
        stored = file.read(self.band, window=window, masked=True)
        numbers = stored.astype(float).filled(np.nan)
        numbers[np.isin(numbers, self.blanks) | ~np.isfinite(numbers)] = np.nan
        values = _scaled(numbers, self)
        values[_implausible(values, self.layer)] = np.nan
        return values


def open_raster(layer: LayerSpec, path: Path, source: SourceSpec, county: Extent | None) -> RasterSource:
    """Open a raster and prove where it lies.

    Parameters
    ----------
    source
        The project's word: its `layer` names the band where there are several, by number or description.
    county
        Where the county is, or None where it is not known.

    Raises
    ------
    UnreadableError
        It cannot be read, is a picture and not values, or does not say where it lies.
    """
    if source.coord_type in ("gcj02", "bd09"):
        message = tr("{file}: a raster in {coord_type} is not read", file=path.name, coord_type=source.coord_type)
        raise UnreadableError(message, tr("ask for it in CGCS2000 or WGS 84"))
    with opened(path) as file:
        band = _band(file, source, path.name)
        if file.transform.is_identity or file.transform.is_degenerate:
            message = tr("{file} does not say where it lies", file=path.name)
            raise UnreadableError(message, tr("ask for it as GeoTIFF, or together with its world file (.tfw)"))
        raster = RasterSource(
            layer=layer,
            path=path,
            band=band,
            width=file.width,
            height=file.height,
            dtype=file.dtypes[band - 1],
            transform=file.transform,
            scaling=(file.scales[band - 1], file.offsets[band - 1]),
            nodata=file.nodatavals[band - 1],
        )
        raster = _looked_through(raster, file)
        declared = _declared(file, path)
    return _placed(raster, declared, source, county)


@contextmanager
def opened(path: Path) -> Iterator[DatasetReader]:
    """Yield an open file; whatever keeps it from being read is UnreadableError, also while it is read."""
    try:
        with warnings.catch_warnings():
            # That it lies nowhere is told as UnreadableError.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            file = rasterio.open(path, driver=DRIVERS[path.suffix.lower()])
        with file:
            yield file
    except RasterioError as fault:
        # GDAL's messages name the file by its path, which is this machine's business.
        reason = str(fault.__cause__ or fault).replace(str(path), path.name)
        message = tr("{file} cannot be read: {reason}", file=path.name, reason=reason)
        hint = tr("open it in QGIS; if it fails there too, ask for the file again")
        raise UnreadableError(message, hint) from None


def _band(file: DatasetReader, source: SourceSpec, name: str) -> int:
    """Return the band with the values: the only one, or the one that the project names."""
    looks = file.colorinterp
    bands = [band for band, look in enumerate(looks, start=1) if look != ColorInterp.alpha]
    if {ColorInterp.red, ColorInterp.green, ColorInterp.blue} <= set(looks) or ColorInterp.palette in looks:
        message = tr("{file} is a picture: its cells are colours, not values", file=name)
        raise UnreadableError(message, tr("ask for the raster that the picture was made from"))
    if source.layer is None and len(bands) == 1:
        return bands[0]
    for band in bands:
        if source.layer and source.layer in (str(band), file.descriptions[band - 1]):
            return band
    known = ", ".join(f"{band} {file.descriptions[band - 1] or ''}".strip() for band in bands)
    if source.layer is None:
        message = tr("{file} has several bands: {bands}", file=name, bands=known)
    else:
        message = tr('{file} has no band "{band}"; it has: {bands}', file=name, band=source.layer, bands=known)
    raise UnreadableError(message, tr('name one in the project: layer = "1"'))


def _declared(file: DatasetReader, path: Path) -> str | None:
    """Return the CRS that a raster declares, or else the .prj beside it, as WKT."""
    texts = [file.crs.to_wkt()] if file.crs else []
    beside = sorted(path.parent.glob(f"{escape(path.stem)}.*"))
    texts += [other.read_text("utf-8", errors="replace") for other in beside if other.suffix.lower() == ".prj"]
    for text in texts:
        try:
            crs = pyproj.CRS.from_wkt(text)
        except pyproj.exceptions.CRSError:
            continue
        # Of heights above some datum nothing is wanted here.
        return crs.sub_crs_list[0].to_wkt() if crs.is_compound else text
    return None


def _looked_through(raster: RasterSource, file: DatasetReader) -> RasterSource:
    """Find undeclared "no value" numbers and implausible values in a sample of the cells."""
    stored = np.concatenate([*_probes(raster, file)]).astype(float)
    stored = stored[np.isfinite(stored)]
    blanks = _undeclared(stored)
    faults = [
        Fault(
            "out_of_range",
            tr("{value:g} stands for no value, but the file does not declare it", value=blank),
            tr("it is taken as no value; ask for the file with its nodata value set"),
            value=f"{blank:g}",
            action="blanked",
            severity="info",
        )
        for blank in blanks
    ]
    values = _scaled(stored[~np.isin(stored, blanks)], raster)
    strange = _implausible(values, raster.layer)
    if strange.any():
        message = tr(
            "{share:.1%} of its values are not between {low} and {high}: the least is {least:g}, the greatest {most:g}",
            share=strange.mean(),
            low=_limit(raster.layer.minimum),
            high=_limit(raster.layer.maximum),
            least=values.min(),
            most=values.max(),
        )
        hint = tr("they are taken as no value; check the unit of the raster")
        faults.append(Fault("out_of_range", message, hint, action="blanked"))
    if strange.all():
        hint = tr("check that it is the right file, sheet or layer")
        faults.append(Fault("no_data", tr("not one of its cells has a value"), hint))
    return replace(raster, blanks=blanks, faults=tuple(faults))


def _probes(raster: RasterSource, file: DatasetReader) -> Iterator[NDArray[Any]]:
    """Yield the values of some cells all over a raster, strip by strip: GDAL reads it whole, which takes a while."""
    every = max(1, -(-max(file.width, file.height) // PROBED))
    strip = every * STRIP
    for top in range(0, file.height, strip):
        rows = min(strip, file.height - top)
        shape = (-(-rows // every), -(-file.width // every))
        window = Window(0, top, file.width, rows)
        yield file.read(raster.band, window=window, out_shape=shape, masked=True).compressed()


def _undeclared(stored: Numbers) -> tuple[float, ...]:
    """Return the numbers that must mean "no value": usual ones for that, repeated, and far from all others."""
    numbers, counts = np.unique(stored, return_counts=True)
    suspects = np.isin(numbers, SUSPECTS) | (np.abs(numbers) >= max(SUSPECTS))
    found: list[float] = []
    # The farthest first: beside it, a nearer one does not look far from all others.
    for place in sorted(np.flatnonzero(suspects & (counts > 1)), key=lambda place: -abs(numbers[place])):
        others = numbers[~np.isin(numbers, [*found, numbers[place]])]
        if not len(others) or np.abs(others - numbers[place]).min() > np.ptp(others):
            found.append(float(numbers[place]))
    return tuple(found)


def _scaled(stored: Numbers, raster: RasterSource) -> Numbers:
    scale, offset = raster.scaling
    return stored * scale + offset


def _implausible(values: Numbers, layer: LayerSpec) -> NDArray[np.bool_]:
    low = -np.inf if layer.minimum is None else layer.minimum
    high = np.inf if layer.maximum is None else layer.maximum
    return (values < low) | (values > high)


def _limit(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"


def _placed(raster: RasterSource, declared: str | None, source: SourceSpec, county: Extent | None) -> RasterSource:
    """Prove where a raster lies: as any source, or where it is larger than the county, by the county lying in it."""
    proof = prove(raster.points((0, 0, raster.width, raster.height)), declared, source, county)
    if county is not None and (proof.crs is None or any(fault.kind == "crs_conflict" for fault in proof.faults)):
        # Not all of it lies in the county; perhaps the county lies in it.
        around = _around(raster, declared, source, county)
        proof = around or (_aside(raster, declared, source, proof) if proof.crs is None else proof)
    if proof.shift is not None:
        proof = _unshifted(proof)
    if proof.swapped:
        a, b, c, d, e, f = raster.transform[:6]
        raster = replace(raster, transform=Affine(d, e, f, a, b, c))
    return replace(raster, proof=_uncompared(proof), faults=(*raster.faults, *proof.faults))


def _uncompared(proof: Proof) -> Proof:
    """Return the proof of a raster, which may have been cut from a web map."""
    if proof.record.confidence != "sure":
        return proof
    unknown = tr("whether it is offset like web maps could not be tested: rasters are not compared with other layers")
    evidence = tr("; ").join([proof.record.evidence, unknown])
    return replace(proof, record=replace(proof.record, confidence="likely", evidence=evidence))


def _unshifted(proof: Proof) -> Proof:
    """Return the proof of a raster on an older datum, whose cells would have to be laid out anew."""
    message = tr("a raster on an older datum is not turned into CGCS2000 here")
    hint = tr("have its cells brought into CGCS2000 with the parameters, or ask for it in CGCS2000")
    fault = Fault("crs_unproved", message, hint, value=proof.record.declared, action="blanked", severity="error")
    record = replace(proof.record, accepted="", confidence="cannot-tell", evidence=message)
    return Proof(record, None, faults=(fault,))


def _around(raster: RasterSource, declared: str | None, source: SourceSpec, county: Extent) -> Proof | None:
    """Return the proof by those of its cells that would lie in the county; None where they prove nothing."""
    asked = (source.crs or "").removeprefix(FORCE)
    own = pyproj.CRS(asked if asked and (declared is None or source.crs != asked) else declared or LONLAT)
    cells = raster.cells_within(county.box, LONLAT, own)
    proof = prove(raster.points(cells), declared, source, county) if cells else None
    if cells is None or proof is None or proof.crs is None or proof.shift is not None:
        return None
    share = (cells[2] - cells[0]) * (cells[3] - cells[1]) / (raster.width * raster.height)
    evidence = tr("it is larger than the county, which has {share:.1%} of it", share=share)
    # Any system that puts so large a raster roughly there would do: nobody is sure.
    record = replace(proof.record, confidence="likely", evidence=evidence)
    return replace(proof, record=record)


def _aside(raster: RasterSource, declared: str | None, source: SourceSpec, refused: Proof) -> Proof:
    """Return the proof of a raster that lies elsewhere, such as a sheet of the next county: it is not used."""
    if refused.record.inferred or not refused.record.declared:
        return refused
    proof = prove(raster.points((0, 0, raster.width, raster.height)), declared, source, None)
    if proof.crs is None:
        return refused
    hint = tr("leave it out, or check which coordinate system it is in")
    fault = Fault("outside_county", tr("it does not reach the county, and is not used"), hint, action="dropped")
    return Proof(replace(proof.record, accepted=""), None, faults=(fault,))
