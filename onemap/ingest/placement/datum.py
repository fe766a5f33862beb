"""From Beijing 1954, Xian 1980 and other older datums to CGCS2000, with the parameters that the project gives.

The parameters are a state secret: nothing here says them, in no message and no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyproj
from numpy.typing import NDArray

from onemap.geodesy import GEOD
from onemap.ingest.placement.zones import on_cgcs2000
from onemap.spec.project import DatumShift
from onemap.text import tr

LEAST_M: Final = 1.0
MOST_M: Final = 300.0
"""Between so many metres the older datums lie from CGCS2000 in China; parameters that do otherwise are wrong."""

DEGREE: Final = np.pi / 180

Degrees = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Shift:
    """A way from the numbers of a system on an older datum to degrees of CGCS2000."""

    crs: pyproj.CRS
    words: str
    """What is said of it: its kind, never its parameters."""
    pipeline: str = field(repr=False)
    plane: bool = False
    """Whether it moves the plane metres of the system itself rather than its degrees."""

    def to_degrees(self, x: Any, y: Any) -> Degrees:
        """Return longitudes and latitudes, CGCS2000, of the system's numbers, x before y."""
        step = pyproj.Transformer.from_pipeline(self.pipeline)
        if self.plane:
            return own_degrees(on_cgcs2000(self.crs), *step.transform(x, y))
        return _two(step.transform(*own_degrees(self.crs, x, y)))

    def length_m(self, x: float, y: float) -> float:
        """Return by how many metres the parameters move a place; infinity where they lead nowhere."""
        try:
            return self._length_m(x, y)
        except pyproj.exceptions.ProjError:
            # Its message has the parameters in it.
            return float("inf")

    def _length_m(self, x: float, y: float) -> float:
        if self.plane:
            starts = [own_degrees(on_cgcs2000(self.crs), x, y)]
        else:
            degrees = own_degrees(self.crs, x, y)
            # What the other ellipsoid alone does to latitudes is not of the parameters; nor is it one to do nothing.
            starts = [degrees, _two(pyproj.Transformer.from_pipeline(_geocentric(self.crs)).transform(*degrees))]
        after = self.to_degrees(x, y)
        if not np.isfinite([*starts, after]).all() or abs(float(after[1])) > 90:
            return float("inf")
        return min(float(GEOD.inv(*start, *after)[2]) for start in starts)


def shifts(given: DatumShift | str, crs: pyproj.CRS) -> tuple[Shift, ...]:
    """Return the ways in which the project's parameters may be meant for a system: one, or for a pipeline two.

    A PROJ pipeline turns either the degrees of the older datum into those of CGCS2000, or, as four
    parameters of the plane do, the metres of the system into those of the same projection on CGCS2000.
    """
    seven = given if isinstance(given, DatumShift) else _to_wgs84(given)
    if seven is not None:
        convention = {
            "position_vector": tr("position vector"),
            "coordinate_frame": tr("coordinate frame rotation"),
        }[seven.convention]
        words = tr(
            "turned into CGCS2000 with the project's seven parameters ({convention})",
            convention=convention,
        )
        return (Shift(crs, words, _helmert(seven, crs)),)
    words = tr("turned into CGCS2000 with the project's PROJ string")
    pipeline = str(given)
    degrees = Shift(crs, words, pipeline)
    return (degrees, Shift(crs, words, pipeline, plane=True)) if crs.is_projected else (degrees,)


def _to_wgs84(text: str) -> DatumShift | None:
    """Return the parameters of "+towgs84=…", which PROJ and GDAL write as position vector; None of a pipeline."""
    if "+towgs84" not in text:
        return None
    words = [word for word in text.split() if word.startswith("+towgs84=")]
    values = [float(number) for number in words[0].removeprefix("+towgs84=").split(",")]
    return DatumShift(
        **dict(zip(("dx", "dy", "dz", "rx", "ry", "rz", "ds"), values, strict=False)), convention="position_vector"
    )


def _helmert(seven: DatumShift, crs: pyproj.CRS) -> str:
    return _geocentric(
        crs,
        f"+step +proj=helmert +x={seven.dx!r} +y={seven.dy!r} +z={seven.dz!r} +rx={seven.rx!r} +ry={seven.ry!r} "
        f"+rz={seven.rz!r} +s={seven.ds!r} +convention={seven.convention}",
    )


def _geocentric(crs: pyproj.CRS, step: str = "") -> str:
    """Return the pipeline from the ellipsoid of a system to that of CGCS2000, with a step in space between."""
    own = _shape(crs.ellipsoid) if crs.ellipsoid else ""
    return f"+proj=pipeline +step +proj=cart {own} {step} +step +inv +proj=cart +a={GEOD.a!r} +rf={1 / GEOD.f!r}"


def own_degrees(crs: pyproj.CRS, x: Any, y: Any) -> Degrees:
    """Return longitudes and latitudes of a system's numbers, x before y, on its own datum."""
    return _two(_unproject(crs).transform(x, y))


@lru_cache(maxsize=32)
def _unproject(crs: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, _in_degrees(crs.geodetic_crs), always_xy=True)


def _in_degrees(geodetic: pyproj.CRS | None) -> pyproj.CRS | None:
    """Return a geodetic system in degrees from Greenwich, as nearly all are."""
    if geodetic is None or geodetic.ellipsoid is None:
        return geodetic
    meridian = geodetic.prime_meridian
    plain = all(abs(axis.unit_conversion_factor / DEGREE - 1) < 1e-9 for axis in geodetic.axis_info[:2])
    if plain and (meridian is None or meridian.longitude == 0):
        return geodetic
    return pyproj.CRS.from_proj4(f"+proj=longlat {_shape(geodetic.ellipsoid)} +no_defs")


def _shape(ellipsoid: Any) -> str:
    """Return an ellipsoid, or a sphere, as PROJ writes it."""
    flattening = ellipsoid.inverse_flattening
    return f"+a={ellipsoid.semi_major_metre!r} " + (f"+rf={flattening!r}" if flattening else "+f=0")


def _two(values: Any) -> Degrees:
    return values[0], values[1]
