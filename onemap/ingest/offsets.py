"""The offset coordinates of Chinese web maps, GCJ-02 and BD-09, back to WGS 84."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]

# Krassowsky 1940, on which the published offset is defined.
_A: Final = 6378245.0
_EE: Final = 0.00669342162296594323
_BAIDU: Final = np.pi * 3000 / 180


def gcj02_from_wgs84(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Return GCJ-02 degrees of WGS 84 degrees (the published algorithm; implementations agree within 1 m)."""
    x, y = longitude - 105.0, latitude - 35.0
    short = 20 * (np.sin(6 * np.pi * x) + np.sin(2 * np.pi * x))
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root
    north += (short + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root
    east += (short + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    phi = np.radians(latitude)
    curve = 1 - _EE * np.sin(phi) ** 2
    north = np.degrees(north / (_A * (1 - _EE) / curve**1.5))
    east = np.degrees(east / (_A / np.sqrt(curve) * np.cos(phi)))
    return longitude + east, latitude + north


def wgs84_from_gcj02(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Return WGS 84 degrees of GCJ-02 degrees, by iteration to well under a millimetre."""
    x, y = longitude, latitude
    for _ in range(8):
        east, north = gcj02_from_wgs84(x, y)
        x, y = x + longitude - east, y + latitude - north
    return x, y


def gcj02_from_bd09(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Return GCJ-02 degrees of BD-09 degrees, by iteration of the published forward formula."""
    x, y = longitude - 0.0065, latitude - 0.006
    goal_x, goal_y = x, y
    for _ in range(8):
        radius = np.hypot(x, y) + 2e-5 * np.sin(y * _BAIDU)
        angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _BAIDU)
        x, y = x + goal_x - radius * np.cos(angle), y + goal_y - radius * np.sin(angle)
    return x, y
