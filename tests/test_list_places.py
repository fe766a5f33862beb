"""Where the records of lists lie: at their features, and what lies within reach of these."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from onemap.export.list_places import findings_points_part, reaches_part
from onemap.geodesy import around
from onemap.model import Layer
from tests.atlases import CRS, SOUTH, WEST, small_atlas

ELLIPSOID = pyproj.Geod(a=6378137, rf=298.257222101)
"""CGCS2000, as GB 22021-2008 has it."""


@given(st.floats(-60_000, 60_000), st.floats(-60_000, 60_000), st.sampled_from([50, 500, 5000]))
def test_what_lies_around_a_point_is_a_circle_on_the_ground(east: float, north: float, metres: float) -> None:
    centre = shapely.Point(WEST + east, SOUTH + north)
    corners = shapely.get_coordinates(around(centre, metres, CRS))
    to_degrees = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)
    x, y = to_degrees.transform(centre.x, centre.y)
    longitudes, latitudes = to_degrees.transform(*corners.T)
    _, _, far = ELLIPSOID.inv(np.full(len(corners), x), np.full(len(corners), y), longitudes, latitudes)
    # Away from its middle a circle of 5 km is in places of another scale than that of its middle.
    assert far == pytest.approx(np.full(len(corners), metres), rel=1e-4)


def test_every_record_without_a_line_is_at_its_feature(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    part = findings_points_part(atlas)
    assert part.frame["reason"].tolist() == atlas.findings["reason"][atlas.links.isna().to_numpy()].tolist()
    layer = atlas.layers["cadmium_enterprise"]
    shapes = dict(zip(layer.keys, layer.frame.geometry, strict=True))
    assert part.frame.geometry.iloc[0].equals(shapes["91410883MA0000001X"])


def test_a_record_whose_feature_has_no_place_is_kept_without_one(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path, located=False)
    part = findings_points_part(atlas)
    assert len(part.frame) == len(atlas.findings)
    assert part.frame.geometry.isna().all()


def test_around_each_feature_on_a_list_there_is_an_outline_for_each_distance_of_the_rule(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    frame = reaches_part(atlas).frame
    rules = {rule.id: rule for rule in atlas.rules if rule.radii}
    listed = atlas.findings[atlas.findings["rule"].isin(rules)].drop_duplicates(["rule", "of_layer", "of_key"])
    wanted = {(rule, key, reach) for rule, key in zip(listed["rule"], listed["of_key"], strict=True)
              for reach in rules[rule].radii}  # fmt: skip
    assert {*zip(frame["rule"], frame["of_key"], frame["reach_m"], strict=True)} == wanted
    assert len(frame) == len(wanted)


def test_an_outline_has_the_gravest_level_of_its_feature(tmp_path: Path) -> None:
    frame = reaches_part(small_atlas(tmp_path)).frame
    own = frame[(frame["rule"] == "enterprise_near_receptor") & (frame["of_key"] == "91410883MA0000001X")]
    assert {*own["level"]} == {"medium"}


def test_parcels_of_a_coverage_have_no_outlines(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    layer = atlas.layers["cadmium_enterprise"]
    covering = Layer(layer.spec.model_copy(update={"coverage": True}), layer.frame)
    frame = reaches_part(replace(atlas, layers={**atlas.layers, "cadmium_enterprise": covering})).frame
    assert "cadmium_enterprise" not in {*frame["of_layer"]}
