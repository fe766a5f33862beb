"""Vector files as they come; the bad ones are real ones, which are not in the repository."""

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

from onemap.ingest.intake import take_in
from onemap.ingest.vectors import read_vector
from onemap.spec.project import SourceSpec, load_project

REAL = Path(__file__).parents[2] / "shared" / "data"
BAD = sorted(REAL.glob("bad_shapefiles/*.shp"))
PROJECT = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n[sources.priority_plot]\npath = "{path}"\n'
POINTS = gpd.GeoDataFrame(
    {"地块编码": ["4108832260001", "4108832260002"], "地块名称": ["示例𠮷地块", "示例二"]},
    geometry=[Point(112.79, 34.91), Point(112.80, 34.92)],
    crs="EPSG:4490",
)


def taken(folder, path):
    (folder / "project.toml").write_text(PROJECT.format(path=path), "utf-8")
    return take_in(load_project(folder))


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "fgb", "parquet", "gdb", "shp"])
def test_every_format_gives_the_same_layer(tmp_path, ending):
    path = tmp_path / f"p.{ending}"
    if ending == "parquet":
        POINTS.to_parquet(path)
    else:
        columns = {"地块编码": "DKBM", "地块名称": "DKMC"} if ending == "shp" else {}
        POINTS.rename(columns=columns).to_file(
            path, driver="OpenFileGDB" if ending == "gdb" else None, encoding="utf-8"
        )
    intake = taken(tmp_path, path.name)
    assert len(intake.issues) == 0
    assert sorted(intake.layers["priority_plot"].frame["plot_name"]) == ["示例二", "示例𠮷地块"]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_shapefile_becomes_issues_and_never_a_traceback(tmp_path, path):
    assert "error" in set(taken(tmp_path, path.as_posix()).issues["severity"])


@pytest.mark.skipif(not BAD, reason="the real data is not here")
def test_chinese_names_of_a_shapefile_without_labels_are_read():
    raw = read_vector(REAL / "bad_shapefiles" / "chinese_encoding.shp", SourceSpec(path="t"))
    assert any("安徽" in str(value) for value in raw.frame.to_numpy().ravel())


@pytest.mark.skipif(not BAD, reason="the real data is not here")
def test_rings_that_do_not_close_are_closed_and_told(tmp_path):
    issues = taken(tmp_path, (REAL / "bad_shapefiles" / "221-1_28.03.202411-16.shp").as_posix()).issues
    assert set(issues.query("kind == 'invalid_geometry'")["action"]) == {"repaired"}


def test_a_file_that_is_no_parquet_is_unreadable(tmp_path):
    (tmp_path / "p.parquet").write_bytes(b"PAR1 not at all PAR1")
    assert list(taken(tmp_path, "p.parquet").issues["kind"]) == ["unreadable"]
