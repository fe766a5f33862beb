"""The cells of rasters: sampled at places at full resolution, and averaged for drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from rasterio import CRS, Affine
from rasterio.enums import Resampling
from rasterio.warp import reproject
from rasterio.windows import Window

from onemap.geodesy import LONLAT
from onemap.ingest.placement.candidates import Box
from onemap.ingest.rasters import Cells, RasterSource, opened
from onemap.ingest.raw import Fault
from onemap.ingest.values import DTYPES, read_value
from onemap.model import Raster
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.text import tr

TILE: Final = 512
"""Cells a side of what is read at once to sample."""

STRIP: Final = 4_000_000
"""Cells of what is read at once to average, roughly."""

SIDE: Final = 1500
"""The most cells a side of a raster that is drawn."""


def sample(raster: RasterSource, points: gpd.GeoSeries) -> NDArray[np.float64]:
    """Return the value of a raster at each point: that of the cell in which it lies, whose centre is the nearest.

    Nothing is interpolated: a value is one that the raster has.

    Parameters
    ----------
    points
        Points in any CRS; others are sampled at a point inside (polygons) or on them (lines).

    Returns
    -------
    ndarray
        NaN outside the raster, where it has no value, and for what is null or empty.

    Raises
    ------
    UnreadableError
        The file breaks off.
    """
    values = np.full(len(points), np.nan)
    if raster.crs is None or points.empty:
        return values
    spots = np.array(shapely.point_on_surface(points.array))
    spots[shapely.is_empty(spots)] = None
    to_own = pyproj.Transformer.from_crs(points.crs, raster.crs, always_xy=True)
    columns, rows = raster.cells_of(*to_own.transform(shapely.get_x(spots), shapely.get_y(spots)))
    # The comparisons are false for NaN and infinity too.
    inside = np.flatnonzero((columns >= 0) & (columns < raster.width) & (rows >= 0) & (rows < raster.height))
    column, row = columns[inside].astype(int), rows[inside].astype(int)
    tiles = row // TILE * (raster.width // TILE + 1) + column // TILE
    order = np.argsort(tiles, kind="stable")
    if not len(order):
        return values
    starts = np.flatnonzero(np.diff(tiles[order], prepend=-1))
    with opened(raster.path) as file:
        for members in np.split(order, starts[1:]):
            left, top = column[members].min(), row[members].min()
            right, bottom = column[members].max() + 1, row[members].max() + 1
            window = raster.read(file, Window(left, top, right - left, bottom - top))
            values[inside[members]] = window[row[members] - top, column[members] - left]
    return _as_written(values, raster)


def _as_written(values: NDArray[np.float64], raster: RasterSource) -> NDArray[np.float64]:
    """Return 12.3 for the single-precision 12.3, which as double is 12.300000190734863."""
    if raster.dtype != "float32" or raster.scaling != (1.0, 0.0):
        return values
    written: NDArray[np.float64] = values.astype(np.float32).astype(str).astype(float)
    return written


def fill_samples(
    frame: gpd.GeoDataFrame, spec: LayerSpec, rasters: Mapping[str, Sequence[RasterSource]]
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Fill the fields that sample a raster, where the source had no value of its own.

    Polygons and lines are sampled at one point inside or on them, not averaged. What the field does not allow is
    blanked as it would be from a source.

    Parameters
    ----------
    rasters
        For each raster layer its files; where they overlap, the first that has a value.
    """
    faults: list[Fault] = []
    for name, field in spec.fields.items():
        files = rasters.get(field.sample or "", ())
        wanted = frame.index[frame[name].isna()]
        if not files or wanted.empty:
            continue
        values, found = _readings(_first(files, frame.geometry[wanted]), wanted, (name, field))
        faults += found
        frame = frame.assign(**{name: frame[name].fillna(pd.Series(values, wanted, dtype=DTYPES[field.type]))})
    return frame, faults


def _first(rasters: Sequence[RasterSource], shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    """Return for each shape the value of the first raster that has one."""
    values = np.full(len(shapes), np.nan)
    for raster in rasters:
        missing = np.isnan(values)
        values[missing] = sample(raster, shapes[missing])
    return values


def _readings(
    values: NDArray[np.float64], index: pd.Index[Any], named: tuple[str, FieldSpec]
) -> tuple[list[Any], list[Fault]]:
    """Return sampled numbers as values of a field, and what is wrong with them."""
    name, field = named
    readings = []
    faults = []
    for at, value in zip(index, values, strict=True):
        whole = round(value) if field.type == "integer" and np.isfinite(value) else value
        reading = read_value(whole, field)
        readings.append(reading.value)
        if reading.kind:
            faults.append(Fault(reading.kind, reading.message, reading.hint, at, name, f"{value:g}", reading.action))
        elif reading.value is None and field.required:
            message = tr("{field} is blank, and the raster has no value there", field=field.label)
            hint = tr("fill it in; the record is kept")
            faults.append(Fault("missing_value", message, hint, at, name, severity="info"))
    return readings, faults


def preview(rasters: Sequence[RasterSource], crs: str, box: Box | None) -> Raster | None:
    """Return the rasters of a layer as one small raster, area-averaged; None where they have no value in the box.

    Parameters
    ----------
    crs
        What it is drawn in.
    box
        What is drawn, in degrees; None draws all there is.
    """
    drawn = [(raster, cells) for raster in rasters if (cells := _cells(raster, box)) is not None]
    if not drawn:
        return None
    transform, shape = _grid(drawn, crs, box)
    values = np.full(shape, np.nan, dtype=np.float32)
    for raster, cells in drawn:
        values = np.where(np.isnan(values), _warped(raster, cells, transform, (crs, shape)), values)
    if np.isnan(values).all():
        return None
    return Raster(rasters[0].layer, values, tuple(transform[:6]), crs)


def _warped(
    raster: RasterSource, cells: Cells, transform: Affine, onto: tuple[str, tuple[int, int]]
) -> NDArray[np.float32]:
    """Return the cells of one raster on the grid that is drawn."""
    crs, shape = onto
    every = max(1, round(transform.a / _side(_extent(raster, cells, crs), cells)))
    averaged, averaged_at = _averaged(raster, cells, every)
    values = np.full(shape, np.nan, dtype=np.float32)
    reproject(
        averaged,
        values,
        src_transform=averaged_at,
        src_crs=CRS.from_wkt(pyproj.CRS(raster.crs).to_wkt()),
        src_nodata=np.nan,
        dst_transform=transform,
        dst_crs=CRS.from_user_input(crs),
        dst_nodata=np.nan,
        resampling=Resampling.bilinear,
    )
    return values


def _cells(raster: RasterSource, box: Box | None) -> Cells | None:
    """Return the whole cells of a raster that are in a box and around it."""
    if raster.crs is None:
        return None
    inside = (0.0, 0.0, raster.width, raster.height) if box is None else raster.cells_within(box, LONLAT, raster.crs)
    if inside is None:
        return None
    west, north, east, south = inside
    return (
        max(0, np.floor(west) - 2), max(0, np.floor(north) - 2),
        min(raster.width, np.ceil(east) + 2), min(raster.height, np.ceil(south) + 2),
    )  # fmt: skip


def _grid(drawn: Sequence[tuple[RasterSource, Cells]], crs: str, box: Box | None) -> tuple[Affine, tuple[int, int]]:
    """Return the cells that are drawn: their transform, rows and columns."""
    extents = np.array([_extent(raster, cells, crs) for raster, cells in drawn])
    west, south = extents[:, :2].min(axis=0)
    east, north = extents[:, 2:].max(axis=0)
    if box is not None:
        limits = gpd.GeoSeries([shapely.box(*box)], crs=LONLAT).segmentize(0.1).to_crs(crs).total_bounds
        west, south = max(west, limits[0]), max(south, limits[1])
        east, north = min(east, limits[2]), min(north, limits[3])
    finest = min(_side(extent, cells) for extent, (_, cells) in zip(extents, drawn, strict=True))
    step = max(finest, (east - west) / SIDE, (north - south) / SIDE)
    shape = (max(1, round((north - south) / step)), max(1, round((east - west) / step)))
    return Affine(step, 0, west, 0, -step, north), shape


def _extent(raster: RasterSource, cells: Cells, crs: str) -> NDArray[np.float64]:
    bounds: NDArray[np.float64] = raster.points(cells).set_crs(raster.crs).to_crs(crs).total_bounds
    return bounds


def _side(extent: NDArray[np.float64], cells: Cells) -> float:
    """Return roughly the side of a cell, when so many cover an extent."""
    west, south, east, north = extent
    return float(np.sqrt((east - west) * (north - south) / ((cells[2] - cells[0]) * (cells[3] - cells[1]))))


def _averaged(raster: RasterSource, cells: Cells, every: int) -> tuple[NDArray[np.float32], Affine]:
    """Return the means of squares of `every` cells a side, and their transform; cells without a value do not count."""
    left, top, right, bottom = map(int, cells)
    columns = -(-(right - left) // every)
    rows_at_once = every * max(1, STRIP // (columns * every * every))
    strips = []
    with opened(raster.path) as file:
        for row in range(top, bottom, rows_at_once):
            height = min(rows_at_once, bottom - row)
            read = raster.read(file, Window(left, row, right - left, height))
            filled = ((0, -height % every), (0, columns * every - (right - left)))
            squares = np.pad(read, filled, constant_values=np.nan).reshape(-1, every, columns, every)
            counts = np.isfinite(squares).sum(axis=(1, 3))
            means = np.full(counts.shape, np.nan)
            np.divide(np.nansum(squares, axis=(1, 3)), counts, out=means, where=counts > 0)
            strips.append(means.astype(np.float32))
    a, b, c, d, e, f = raster.transform[:6]
    at = Affine(a * every, b * every, c + a * left + b * top, d * every, e * every, f + d * left + e * top)
    return np.concatenate(strips), at
