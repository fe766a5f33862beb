"""Shapes from WKB: rings that do not close, arcs, and kinds that no map can show become shapes or faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from onemap.ingest.raw import Fault
from onemap.text import tr

CURVES: Final = range(8, 15)
SURFACES: Final = range(15, 18)
"""Kinds of WKB, without their hundreds for Z and M: arcs of all sorts; solids, TINs and triangles."""

COLLECTION: Final = 7
ARC_STEP_DEG: Final = 0.25
"""A chord over this angle leaves an arc of 4 km radius by a centimetre."""


@dataclass
class Shapes:
    """The shapes of a layer, as its batches come in."""

    parts: list[NDArray[np.object_]] = field(default_factory=list)
    curved: list[int] = field(default_factory=list)
    """The rows whose shapes have arcs: GEOS can only do straight lines."""
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, wkb: NDArray[np.object_]) -> None:
        """Take in the shapes of a batch."""
        try:
            shapes = shapely.from_wkb(wkb, on_invalid="ignore")
        except NotImplementedError:
            curved = np.array([_kind(one) in CURVES for one in wkb])
            self.curved += [int(at) + self.count for at in np.flatnonzero(curved)]
            wkb = wkb.copy()
            wkb[curved] = None
            shapes = shapely.from_wkb(wkb, on_invalid="ignore")
        lost = shapely.is_missing(shapes) & np.array([one is not None for one in wkb])
        for at in np.flatnonzero(lost):
            shapes[at] = self._rescue(wkb[at], self.count + int(at))
        for at in np.flatnonzero(shapely.get_type_id(shapes) == COLLECTION):
            if _has_arcs(shapes[at]):
                shapes[at] = None
                self._tell_kind(self.count + int(at))
        self.parts.append(shapes)
        self.count += len(shapes)

    def straighten(self, path: Path | bytes, layer: str | None, ids: NDArray[np.int64]) -> None:
        """Read the shapes with arcs again, as straight lines that leave them by less than a centimetre."""
        shapes = self.array()
        with fine_arcs():
            # Without Arrow GDAL straightens, though only for features that it is asked for by name.
            _, found, wkb, _ = pyogrio.raw.read(
                path, layer=layer, columns=[], fids=ids[self.curved].tolist(), return_fids=True
            )
        rows = dict(zip(ids.tolist(), range(len(ids)), strict=True))
        shapes[[rows[one] for one in found.tolist()]] = shapely.from_wkb(wkb, on_invalid="ignore")
        self.parts = [shapes]

    def array(self) -> NDArray[np.object_]:
        """Return the shapes of all batches."""
        return np.concatenate(self.parts) if self.parts else np.array([], dtype=object)

    def _rescue(self, wkb: bytes, row: int) -> Any:
        """Return a shape whose rings were closed, and tell of it; or None, and why."""
        if _kind(wkb) in SURFACES:
            self._tell_kind(row)
            return None
        shape = shapely.from_wkb(wkb, on_invalid="fix")
        if shape is None or shape.is_empty:
            message = tr("its shape cannot be read: a ring with fewer than three corners, or damaged bytes")
            self.faults.append(
                Fault("invalid_geometry", message, tr("draw it again in the source"), row, action="blanked")
            )
            return None
        message, hint = (
            tr("a ring that does not close; it was closed"),
            tr("compare the repaired shape with the source"),
        )
        self.faults.append(Fault("invalid_geometry", message, hint, row, action="repaired"))
        return shape

    def _tell_kind(self, row: int) -> None:
        message = tr("its shape is a solid, a TIN or a mixture with arcs, which no map of areas can show")
        hint = tr("ask for it as a plain polygon, line or point")
        self.faults.append(Fault("wrong_geometry", message, hint, row, action="blanked"))


@contextmanager
def fine_arcs() -> Iterator[None]:
    """Let GDAL draw arcs and circles finely; its own 4 degrees leave a circle of 100 m by 6 cm."""
    pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": ARC_STEP_DEG})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": None})


def closed_lines_as_polygons(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return shapes whose closed lines have become polygons."""
    lines = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    closed = lines & shapely.is_closed(shapes) & (shapely.get_num_coordinates(shapes) > 3)
    areas = shapes.copy()
    areas[closed] = [shapely.Polygon(shapely.get_coordinates(one)) for one in shapes[closed]]
    return areas


def _kind(wkb: bytes | None) -> int:
    """Return the kind of a WKB shape, less what it says of Z and M."""
    return 0 if wkb is None else int.from_bytes(wkb[1:5], "little") % 1000


def _has_arcs(collection: Any) -> bool:
    try:
        shapely.get_parts(collection)
    except NotImplementedError:
        return True
    return False
