"""The hillshade: light and shadow of a DEM as a picture that the paper and the classes below it shine through."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyproj
from folium.map import Layer as FoliumLayer
from folium.raster_layers import ImageOverlay
from jinja2 import Template
from numpy.typing import NDArray

from onemap.export.png import packed
from onemap.export.webmap.packing import MERCATOR
from onemap.geodesy import METRES
from onemap.model import Atlas, Raster
from onemap.text import tr

SUN_AZIMUTH, SUN_HEIGHT = np.radians(315), np.radians(45)
"""Light from the upper left, by which people see hills as hills."""

SHOWN_SLOPE: Final = 0.35
"""Relief is exaggerated until a steep slope of the county (19 of 20 are less) rises by this."""

EXAGGERATION: Final = 6.0
"""The most that relief is exaggerated: a plain stays a plain."""

SHADOW, LIGHT = 150, 110
"""Opacity, of 255, of the black of the deepest shadow and of the white of the fullest light."""

STEP: Final = 6
"""Steps of opacity: the eye sees no difference, and the picture takes a third."""

LARGEST: Final = 600_000
"""Bytes of the picture; a larger one is drawn in cells twice as large."""

_RADIUS: Final = 6378137.0  # of the sphere of web mercator, metres


class Hillshade(ImageOverlay):
    """The hillshade of one raster."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = new onemap.Hillshade(
                {{ this.url|tojson }}, {{ this.bounds|tojson }}, {{ this.options|tojson }});
            {% if this.show %}{{ this.get_name() }}.addTo({{ this._parent.get_name() }});{% endif %}
        {% endmacro %}
        """
    )

    def __init__(self, raster: Raster) -> None:
        while (drawn := packed(picture(raster), LARGEST)) is None:
            raster = _coarser(raster)
        url = f"data:image/png;base64,{b64encode(drawn).decode('ascii')}"
        super().__init__(url, _bounds(raster), pixelated=False, control=False, name=tr("Hillshade"))
        self._name, self._id = "Hillshade", raster.spec.id
        spec = raster.spec
        self.show = spec.style.shown
        self.options = {
            "title": self.layer_name,
            "group": spec.group_name,
            "basis": spec.basis,
            "order": spec.style.order,
            "opacity": spec.style.opacity,
        }

    def render(self, **kwargs: Any) -> Any:
        """Put the picture into the page."""
        # folium's own way adds the layer to the map once more each time that the page is rendered.
        super(FoliumLayer, self).render(**kwargs)  # type: ignore[no-untyped-call]


def hillshades(atlas: Atlas) -> list[Hillshade]:
    """Return the hillshades of an atlas: one for each DEM."""
    return [Hillshade(raster) for raster in atlas.rasters.values() if raster.spec.shading]


def picture(raster: Raster) -> NDArray[np.uint8]:
    """Return the hillshade of a raster in web mercator: black in shadow, white in light, clear where it is flat."""
    step, north = raster.transform[0], raster.transform[5]
    middles = north - step * (np.arange(len(raster.values)) + 0.5)
    # A metre of web mercator is less on the ground, by the cosine of the latitude.
    cells_m = (step / np.cosh(middles / _RADIUS))[:, np.newaxis]
    east, north_slope = slopes(raster.values.astype(float) * METRES.get(raster.spec.unit, 1.0), cells_m)
    steep = np.nanquantile(np.hypot(east, north_slope), 0.95) if np.isfinite(east).any() else 0.0
    factor = np.clip(SHOWN_SLOPE / max(steep, 1e-9), 1, EXAGGERATION)
    return _inked(brightness(east * factor, north_slope * factor))


def slopes(heights: NDArray[np.float64], cells_m: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how much the ground rises to the east and to the north, metre by metre, after Horn (1981).

    Parameters
    ----------
    heights
        Metres, rows from north to south; NaN where they are not known.
    cells_m
        The side of a cell on the ground, for each row.
    """
    rim = np.pad(heights, 1, constant_values=np.nan)
    rows, columns = heights.shape

    def beside(down: int, right: int) -> NDArray[np.float64]:
        shifted = rim[1 + down : 1 + down + rows, 1 + right : 1 + right + columns]
        # Ground that is not known goes on level, so that no rim is seen around what is known.
        return np.where(np.isnan(shifted), heights, shifted)

    weights = ((-1, 1), (0, 2), (1, 1))
    east = sum(weight * (beside(place, 1) - beside(place, -1)) for place, weight in weights)
    north = sum(weight * (beside(-1, place) - beside(1, place)) for place, weight in weights)
    return np.asarray(east / (8 * cells_m)), np.asarray(north / (8 * cells_m))


def brightness(east: NDArray[np.float64], north: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how bright the sun makes slopes: 0 in full shadow, 1 where it is level, more towards the sun."""
    across = np.cos(SUN_HEIGHT) * (np.sin(SUN_AZIMUTH) * east + np.cos(SUN_AZIMUTH) * north)
    light = (np.sin(SUN_HEIGHT) - across) / np.sqrt(1 + east**2 + north**2)
    return np.asarray(np.clip(light, 0, None) / np.sin(SUN_HEIGHT))


def _inked(bright: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return brightness as black and white ink, red-green-blue-opacity."""
    fullest = 1 / np.sin(SUN_HEIGHT) - 1
    dark, light = np.clip(1 - bright, 0, 1) * SHADOW, np.clip((bright - 1) / fullest, 0, 1) * LIGHT
    opacity = np.nan_to_num(np.where(bright < 1, dark, light))
    drawn = np.zeros((*bright.shape, 4), dtype=np.uint8)
    drawn[..., 3] = np.round(opacity / STEP) * STEP
    # What is clear is all of one colour: it packs better.
    drawn[..., :3] = np.where((bright > 1) & (drawn[..., 3] > 0), 255, 0)[..., np.newaxis]
    return drawn


def _coarser(raster: Raster) -> Raster:
    """Return a raster in cells twice as large, each the mean of four; the last row and column may stay out."""
    rows, columns = (max(1, length // 2) for length in raster.values.shape)
    squares = raster.values[: rows * 2, : columns * 2].reshape(rows, 2, columns, 2)
    step, _, west, _, _, north = raster.transform
    return replace(raster, values=squares.mean(axis=(1, 3)), transform=(step * 2, 0, west, 0, -step * 2, north))


def _bounds(raster: Raster) -> list[list[float]]:
    """Return [south, west] and [north, east] in degrees: between them web mercator is straight."""
    step, _, west, _, _, north = raster.transform
    rows, columns = raster.values.shape
    to_degrees = pyproj.Transformer.from_crs(MERCATOR, "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform([west, west + columns * step], [north - rows * step, north])
    return [[round(y, 8), round(x, 8)] for x, y in zip(longitude, latitude, strict=True)]
