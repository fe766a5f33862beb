"""Invalid shapes made valid, where that keeps what was drawn: every repair is told with the area before and after."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from onemap.geodesy import area_m2, lonlat_of
from onemap.ingest.raw import Fault
from onemap.model import Action, Repair
from onemap.spec.layer import LayerSpec
from onemap.text import tr

KIND_OF_TYPE: Final = {0: "point", 1: "line", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon"}
"""Kind of geometry of shapely's type ids; collections (7) are of none."""

REPAIR_BUDGET: Final = 0.05
"""A repair that changes the area by more than this share is not made."""

_PLACE: Final = re.compile(r"\[(?P<x>[-\d.e+]+) (?P<y>[-\d.e+]+)")


def repair_geometry(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Make invalid shapes valid, where that keeps their kind and, within the budget, their area."""
    shapes = frame.geometry.copy()
    faults = []
    for at in frame.index[~shapely.is_missing(shapes.array) & ~shapely.is_valid(shapes.array)]:
        shape, gone_wrong = shapes[at], _Invalid.of(shapes[at], shapes.crs)
        repaired = _of_kind(shapely.make_valid(shape, method="structure", keep_collapsed=False), shape)
        areas = _Areas.of(shape, repaired, shapes.crs)
        if repaired.is_empty or abs(areas.change) > REPAIR_BUDGET:
            faults.append(gone_wrong.fault(at, _refused(gone_wrong.reason, areas)))
            shapes[at] = None
        else:
            faults.append(gone_wrong.fault(at, _repaired(gone_wrong.reason, areas), areas.log))
            shapes[at] = repaired
    return frame.set_geometry(shapes), faults


@dataclass(frozen=True)
class _Areas:
    """The area of a shape before and after its repair, m² on the ellipsoid.

    Before is what every GIS reports of the shape as it was drawn: outer rings less holes, what is covered twice counted
    twice, and what runs the other way round taken off. Where a repair gives another, nobody knows what was meant.
    """

    before: float
    after: float

    @classmethod
    def of(cls, shape: shapely.Geometry, repaired: shapely.Geometry, crs: Any) -> _Areas:
        plane = repaired.area
        ground = float(area_m2(gpd.GeoSeries([repaired], crs=crs)).iloc[0]) / plane if plane else 1.0
        return cls(shape.area * ground, plane * ground)

    @property
    def change(self) -> float:
        larger = max(self.before, self.after)
        return (self.after - self.before) / larger if larger else 0.0

    @property
    def log(self) -> Repair:
        share = self.after / self.before - 1 if self.before else None
        return Repair(f"{self.before:.2f} m²", f"{self.after:.2f} m²", share)


def _refused(reason: str, areas: _Areas) -> str:
    told = {"reason": reason, "before": areas.before, "after": areas.after}
    return tr("invalid geometry ({reason}); a repair would change its area from {before:.2f} to {after:.2f} m²", **told)


def _repaired(reason: str, areas: _Areas) -> str:
    told = {"reason": reason, "before": areas.before, "after": areas.after}
    if round(areas.after - areas.before, 2):
        return tr(
            "invalid geometry ({reason}); the repair changed its area from {before:.2f} to {after:.2f} m²", **told
        )
    return tr("invalid geometry ({reason})", reason=reason)


@dataclass(frozen=True)
class _Invalid:
    """Why a shape is invalid, and where, in degrees."""

    reason: str
    lon: float | None
    lat: float | None

    @classmethod
    def of(cls, shape: shapely.Geometry, crs: Any) -> _Invalid:
        said = shapely.is_valid_reason(shape)
        place = _PLACE.search(said)
        if place is None:
            return cls(_reason_words(said.split("[")[0]), None, None)
        lon, lat = lonlat_of(np.array([[float(place["x"]), float(place["y"])]]), crs)
        return cls(_reason_words(said.split("[")[0]), round(float(lon[0]), 7), round(float(lat[0]), 7))

    def fault(self, at: Any, message: str, repair: Repair | None = None) -> Fault:
        """Return what is told of a shape that was repaired, or else blanked."""
        hint = tr("compare the repaired shape with the source") if repair else tr("draw it again in the source")
        action: Action = "repaired" if repair else "blanked"
        return Fault("invalid_geometry", message, hint, at, "", self.reason, action, lon=self.lon, lat=self.lat,
                     repair=repair)  # fmt: skip


def _reason_words(reason: str) -> str:
    """Return GEOS's reason in the language spoken now; rare ones stay as GEOS says them."""
    words = {
        "Self-intersection": tr("its edges cross"),
        "Ring Self-intersection": tr("a ring touches itself"),
        "Hole lies outside shell": tr("a hole lies outside"),
        "Nested holes": tr("holes lie in one another"),
        "Holes are nested": tr("holes lie in one another"),
        "Nested shells": tr("parts lie in one another"),
        "Duplicate Rings": tr("a ring stands twice"),
        "Interior is disconnected": tr("its inside falls apart"),
        "Too few points in geometry component": tr("a ring has too few points"),
        "Invalid Coordinate": tr("a coordinate is no number"),
    }
    return words.get(reason, reason)


def _of_kind(shape: shapely.Geometry, like: shapely.Geometry) -> shapely.Geometry:
    """Return the parts of a repaired shape that are of the kind it was: a repair may leave lines behind."""
    kind = KIND_OF_TYPE.get(int(shapely.get_type_id(like)), "")
    parts = [p for p in shapely.get_parts(shape) if KIND_OF_TYPE.get(int(shapely.get_type_id(p))) == kind]
    return shapely.union_all(parts) if len(parts) != 1 else parts[0]
