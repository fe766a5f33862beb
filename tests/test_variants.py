"""One layer in every coordinate system that bureaus send: each is named rightly or "cannot-tell", none wrongly."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest

from onemap.ingest.intake import take_in
from onemap.spec.project import load_project
from tests.projects import box, write_geojson

GEOD = pyproj.Geod(ellps="GRS80")
PLACES = np.random.default_rng(3).uniform((112.56, 34.81), (112.92, 34.99), (40, 2))
HEAD = 'title = "示例县一张图"\ncounty = "410883"\nperiod = "2026-11"\n'
TOWNSHIP = [({"乡镇代码": "410883101", "乡镇名称": "示例镇"}, box(112.55, 34.8, 112.93, 35.0))]
LAYER = "sensitive_receptor"


def table():
    numbers = [f"ST-{n:02d}" for n in range(len(PLACES))]
    return pd.DataFrame(
        {"受体编码": numbers, "受体名称": [f"示例小学{n}" for n in numbers], "受体类型": "学校", "乡镇": "示例镇"}
    )


def plane(crs, swapped=False):
    own = pyproj.CRS(crs)
    x, y = pyproj.Proj(own)(*PLACES.T) if own.is_projected else PLACES.T
    return (y, x) if swapped else (x, y)


def write_shapes(path, numbers, declared):
    frame = gpd.GeoDataFrame(table(), geometry=gpd.points_from_xy(*numbers), crs=declared)
    if path.suffix == ".shp":
        frame.to_file(path, encoding="GBK")
    else:
        frame.to_file(path, driver="GPKG")


def write_table(path, x, y):
    frame = table().assign(经度=x, 纬度=y)
    if path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False, encoding="gb18030")


def taken(folder, name, **keys):
    """Return what became of a file: its record in the manifest, the kinds of its issues, and how far it is off."""
    write_geojson(folder / "township.geojson", TOWNSHIP)
    lines = ["[sources.township]", 'path = "township.geojson"', f"[sources.{LAYER}]", f'path = "{name}"']
    lines += [f'{key} = "{value}"' for key, value in keys.items()]
    (folder / "project.toml").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    intake = take_in(load_project(folder))
    record = next(source.crs for source in intake.sources if source.layer == LAYER)
    issues = intake.issues[intake.issues["layer"] == LAYER]
    there = intake.layers[LAYER].frame.geometry.to_crs(4490)
    if there.isna().all():
        return record, set(issues["kind"]), None
    away = GEOD.inv(there.x.to_numpy(), there.y.to_numpy(), *PLACES.T)[2]
    return record, set(issues["kind"]), float(away.max())


DECLARED = ["EPSG:4490", "EPSG:4326", "EPSG:4547", "EPSG:4526"]


@pytest.mark.parametrize("ending", [".shp", ".gpkg"])
@pytest.mark.parametrize("crs", DECLARED)
def test_a_right_declaration_is_proved(tmp_path, crs, ending):
    write_shapes(tmp_path / f"t{ending}", plane(crs), crs)
    record, kinds, away = taken(tmp_path, f"t{ending}")
    # Here is no other layer to compare it with, so nobody can be sure.
    assert (record.declared, record.accepted, record.confidence, kinds) == (crs, crs, "likely", set())
    assert away < 0.001


@pytest.mark.parametrize("ending", [".shp", ".gpkg"])
def test_a_wrong_zone_is_refused_and_the_right_one_named(tmp_path, ending):
    write_shapes(tmp_path / f"t{ending}", plane("EPSG:4547"), "EPSG:4548")
    record, kinds, away = taken(tmp_path, f"t{ending}")
    assert (record.declared, record.inferred, record.accepted) == ("EPSG:4548", "EPSG:4547", "")
    assert (record.confidence, away) == ("cannot-tell", None)
    assert "crs_conflict" in kinds


@pytest.mark.parametrize("ending", [".shp", ".gpkg"])
@pytest.mark.parametrize("crs", ["EPSG:2414", "EPSG:2362", "EPSG:4610", "EPSG:4214"])
def test_older_datums_without_parameters_are_refused(tmp_path, crs, ending):
    write_shapes(tmp_path / f"t{ending}", plane(crs), crs)
    record, kinds, away = taken(tmp_path, f"t{ending}")
    assert (record.declared, record.accepted, record.confidence, away) == (crs, "", "cannot-tell", None)
    assert "crs_unproved" in kinds


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547", "EPSG:4526"])
def test_exchanged_axes_are_put_right(tmp_path, crs):
    write_shapes(tmp_path / "t.shp", plane(crs, swapped=True), crs)
    record, kinds, away = taken(tmp_path, "t.shp")
    assert (record.accepted, kinds) == (crs, {"axes_swapped"})
    assert away < 0.001


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547", "EPSG:4526", "EPSG:4497", "EPSG:3857"])
def test_without_a_prj_the_county_tells_the_system_but_nobody_is_sure(tmp_path, crs, swapped):
    write_shapes(tmp_path / "t.shp", plane(crs, swapped), crs)
    (tmp_path / "t.prj").unlink()
    record, kinds, away = taken(tmp_path, "t.shp")
    assert (record.declared, record.accepted, record.confidence) == ("", crs, "likely")
    assert "crs_unproved" in kinds
    assert away < 0.001


def test_without_a_prj_utm_and_gauss_krueger_cannot_be_told(tmp_path):
    write_shapes(tmp_path / "t.shp", plane("EPSG:4508"), "EPSG:4508")
    (tmp_path / "t.prj").unlink()
    record, _, away = taken(tmp_path, "t.shp")
    assert (record.confidence, record.inferred, away) == ("cannot-tell", "EPSG:4546 / EPSG:32649", None)


def dms(degrees):
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    return f"{whole}°{minutes}′{((degrees - whole) * 60 - minutes) * 60:.4f}″"


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("swapped", [False, True])
def test_degrees_minutes_and_seconds_are_degrees(tmp_path, ending, swapped):
    x, y = ([dms(value) for value in column] for column in PLACES.T)
    write_table(tmp_path / f"t{ending}", *((y, x) if swapped else (x, y)))
    record, kinds, away = taken(tmp_path, f"t{ending}", coord_type="cgcs2000")
    assert (record.accepted.startswith("cgcs2000"), record.confidence) == (True, "likely")
    assert kinds == ({"axes_swapped"} if swapped else set())
    assert away < 0.01


def gcj02(longitude, latitude):
    """Return GCJ-02 degrees by the published formula, written out here once more."""
    x, y = longitude - 105.0, latitude - 35.0

    def waves(value, *terms):
        return sum(size * math.sin(value / part * math.pi) for size, part in terms) * 2 / 3

    shared = waves(x, (20, 1 / 6), (20, 1 / 2))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + shared
    north += waves(y, (20, 1), (40, 3)) + waves(y, (160, 12), (320, 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + shared
    east += waves(x, (20, 1), (40, 3)) + waves(x, (150, 12), (300, 30))
    a, ee, phi = 6378245.0, 0.00669342162296594323, math.radians(latitude)
    root = 1 - ee * math.sin(phi) ** 2
    north = math.degrees(north * root**1.5 / (a * (1 - ee)))
    east = math.degrees(east * math.sqrt(root) / (a * math.cos(phi)))
    return longitude + east, latitude + north


def bd09(longitude, latitude):
    """Return BD-09 degrees of GCJ-02 degrees by the published formula."""
    turn = math.pi * 3000 / 180
    radius = math.hypot(longitude, latitude) + 0.00002 * math.sin(latitude * turn)
    angle = math.atan2(latitude, longitude) + 0.000003 * math.cos(longitude * turn)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("coord_type", ["gcj02", "bd09"])
def test_map_service_coordinates_are_turned_back(tmp_path, coord_type, ending):
    shifted = [gcj02(*place) for place in PLACES]
    if coord_type == "bd09":
        shifted = [bd09(*place) for place in shifted]
    assert min(GEOD.inv(*a, *b)[2] for a, b in zip(shifted, PLACES, strict=True)) > 500
    write_table(tmp_path / f"t{ending}", *np.array(shifted).T)
    record, _, away = taken(tmp_path, f"t{ending}", coord_type=coord_type)
    assert record.accepted.startswith(coord_type)
    assert away < 0.1
