"""Whole projects on their way in, and what their builds say of it."""

import zipfile

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from onemap.ingest.intake import take_in
from onemap.pipeline import run
from onemap.spec.project import load_project
from tests.conftest import SAMPLE
from tests.projects import PLOTS, small_project
from tests.webmaps import CRS, as_web_map

# Made up, each with digits that stand nowhere else.
SEVEN = {"dx": -21.73914, "dy": 113.86425, "dz": 57.29136, "rx": 1.21873, "ry": -2.32697, "rz": 3.43581, "ds": 5.54793}


def intake_of(folder, text):
    (folder / "project.toml").write_text(text, "utf-8")
    return take_in(load_project(folder))


def sample_with(folder, old, new):
    """Take the sample in with a line of its project file exchanged; its files stay where they are."""
    text = (SAMPLE / "project.toml").read_text("utf-8")
    assert old in text
    return intake_of(folder, text.replace(old, new).replace('path = "', f'path = "{SAMPLE.as_posix()}/'))


def crs_of(intake, layer):
    return next(source.crs for source in intake.sources if source.layer == layer)


RECEPTORS = SAMPLE / "生态环境局" / "敏感受体.geojson"


@pytest.fixture(scope="module", params=["gcj02", "bd09"])
def web_map(request, tmp_path_factory):
    """The sample's receptors as a web map has them, in a file that claims to be CGCS2000, and of which map."""
    folder = tmp_path_factory.mktemp(request.param)
    truth = gpd.read_file(RECEPTORS)
    there = truth[~truth.geometry.isna() & ~truth.geometry.is_empty].to_crs(CRS)
    there["geometry"] = as_web_map(there.geometry, request.param)
    there.to_crs(4490).to_file(folder / "敏感受体.gpkg", layer="t")
    return folder, request.param


def sample_with_web_map(folder, web_map, more=""):
    source, _ = web_map
    text = (SAMPLE / "project.toml").read_text("utf-8").replace('path = "', f'path = "{SAMPLE.as_posix()}/')
    old = f'path = "{RECEPTORS.as_posix()}"'
    return intake_of(folder, text.replace(old, f'path = "{(source / "敏感受体.gpkg").as_posix()}"\n{more}'))


def test_a_layer_of_a_web_map_is_reported_and_no_other(tmp_path, web_map):
    intake = sample_with_web_map(tmp_path, web_map)
    offset = intake.issues.query("kind == 'likely_offset'")
    assert offset["layer"].tolist() == ["sensitive_receptor"]
    assert crs_of(intake, "sensitive_receptor").inferred == web_map[1]
    assert crs_of(intake, "sensitive_receptor").confidence == "cannot-tell"


def test_a_file_of_a_web_map_lies_right_when_the_project_says_so(tmp_path, web_map, sample_atlas):
    intake = sample_with_web_map(tmp_path, web_map, f'coord_type = "{web_map[1]}"')
    assert intake.issues.query("kind == 'likely_offset'").empty
    came = intake.layers["sensitive_receptor"].frame.set_index("receptor_code").geometry
    truth = sample_atlas.layers["sensitive_receptor"].frame.set_index("receptor_code").geometry
    apart = came.distance(truth.reindex(came.index)).dropna()
    assert len(apart) > 100
    assert apart.max() < 0.1


def test_without_townships_the_built_in_box_says_where_the_county_is(tmp_path):
    text = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n[sources.river]\npath = "河流.geojson"\n'
    intake = intake_of(tmp_path, text.replace("河流.geojson", (SAMPLE / "水利局" / "河流.geojson").as_posix()))
    assert (crs_of(intake, "river").accepted, crs_of(intake, "river").confidence) == ("EPSG:4326", "likely")


def write_dem(path, crs="EPSG:4490"):
    cells = {"driver": "GTiff", "width": 60, "height": 40, "count": 1, "dtype": "float32", "nodata": -9999.0}
    heights = np.add.outer(np.arange(40.0), np.arange(60.0))
    with rasterio.open(path, "w", crs=crs, transform=Affine(0.002, 0, 112.7, 0, -0.002, 34.93), **cells) as file:
        file.write(heights.astype("float32"), 1)


def test_a_dem_is_a_source_as_any_other_and_is_drawn(tmp_path):
    write_dem(tmp_path / "高程.tif")
    small_project(tmp_path, more='[sources.elevation]\npath = "高程.tif"')
    intake = take_in(load_project(tmp_path))
    (source,) = [source for source in intake.sources if source.layer == "elevation"]
    assert (source.crs.accepted, source.crs.confidence) == ("EPSG:4490", "likely")
    assert "elevation" in intake.rasters


def test_a_dem_whose_zone_is_wrong_is_an_error_and_not_drawn(tmp_path):
    write_dem(tmp_path / "高程.tif", "EPSG:4548")
    small_project(tmp_path, more='[sources.elevation]\npath = "高程.tif"')
    intake = take_in(load_project(tmp_path))
    assert intake.issues.query("severity == 'error'")["layer"].tolist() == ["elevation"]
    assert intake.rasters == {}


def words_in(folder):
    """Return all bytes of a build, those of workbooks unpacked."""
    for file in (file for file in folder.rglob("*") if file.is_file()):
        yield file.read_bytes()
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                yield from (archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("as_text", [False, True])
def test_no_product_of_a_build_says_the_datum_parameters(tmp_path, as_text):
    (plot, _), *_ = PLOTS
    plots = gpd.GeoDataFrame([plot], geometry=[shapely.box(112.75, 34.9, 112.751, 34.901)], crs=4610)
    small_project(tmp_path)
    plots.to_crs("EPSG:2383").to_file(tmp_path / "地块.gpkg")
    given = f'"+towgs84={",".join(map(str, SEVEN.values()))}"'
    if not as_text:
        numbers = ", ".join(f"{key} = {value}" for key, value in SEVEN.items())
        given = f'{{ {numbers}, convention = "coordinate_frame" }}'
    project = tmp_path / "project.toml"
    text = project.read_text("utf-8").replace('priority_plot.geojson"', f'地块.gpkg"\ndatum_shift = {given}')
    project.write_text(text, "utf-8")
    atlas = run(load_project(tmp_path), tmp_path / "build")
    (source,) = [source for source in atlas.sources if source.layer == "priority_plot"]
    assert (source.kept, source.crs.declared) == (1, "EPSG:2383")
    digits = [str(abs(value)).encode() for value in SEVEN.values()]
    assert not [secret for content in words_in(tmp_path / "build") for secret in digits if secret in content]


def with_points(folder, *places):
    """Take in wells that lie at these places, in a file without any townships beside it."""
    names = [f"D{n}" for n in range(len(places))]
    wells = gpd.GeoDataFrame(
        {"DWBM": names, "DWMC": names}, geometry=gpd.points_from_xy(*zip(*places, strict=True)), crs=4490
    )
    wells.to_file(folder / "井.gpkg")
    head = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
    return intake_of(folder, f'{head}[sources.groundwater_point]\npath = "井.gpkg"\n')


INSIDE = [(112.7, 34.9), (112.71, 34.9), (112.72, 34.9)]


@pytest.mark.parametrize("stray", [(0, 0), (12.7, 34.9), (112.7, 3.49)])
def test_a_place_far_off_moves_no_zone_and_is_told(tmp_path, stray):
    intake = with_points(tmp_path, *INSIDE, *INSIDE, *INSIDE, stray)
    assert intake.crs == "EPSG:4547"
    assert intake.issues.query("kind == 'outside_county'")["row"].tolist() == [10]


def test_a_place_with_its_axes_exchanged_is_no_place_and_told(tmp_path):
    intake = with_points(tmp_path, *INSIDE, *INSIDE, *INSIDE, (34.9, 112.7))
    assert intake.issues.query("kind == 'invalid_geometry'")["action"].tolist() == ["blanked"]
    assert intake.layers["groundwater_point"].frame.geometry.isna().sum() == 1


def test_two_entries_that_name_one_file_are_accounted_apart(tmp_path):
    (tmp_path / "井.csv").write_text(
        "点位编码,点位名称,经度,纬度,类\nD1,甲,112.7,34.9,a\nD2,乙,112.7,34.9,b\n", "utf-8"
    )
    entry = '[[sources.groundwater_point]]\npath = "井.csv"\nonly = { "类" = ["%s"] }\n'
    intake = intake_of(tmp_path, 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n' + entry % "a" + entry % "b")
    assert [(source.rows, source.kept, source.dropped) for source in intake.sources] == [(2, 1, 1)] * 2


def test_records_that_lost_their_place_are_not_taken_for_repeats(tmp_path):
    reaches = gpd.GeoDataFrame(
        {"河流编码": ["R1", "R1"], "河流名称": ["示例河", "示例河"]},
        geometry=[shapely.LineString([(0, 0), (1, 1)]), shapely.LineString([(1, 1), (2, 2)])],
        crs=2383,
    )
    reaches.to_file(tmp_path / "河.gpkg")
    head = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
    intake = intake_of(tmp_path, f'{head}[sources.river]\npath = "河.gpkg"\n')
    assert len(intake.layers["river"].frame) == 2


def test_townships_in_files_of_their_own_are_not_held_against_one_another(tmp_path):
    (tmp_path / "镇").mkdir()
    for number, west in enumerate((112.56, 112.90, 112.70)):
        town = {"乡镇代码": [f"41088310{number}"], "乡镇名称": [f"示例{number}镇"]}
        shape = shapely.box(west, 34.85, west + 0.05, 34.95)
        gpd.GeoDataFrame(town, geometry=[shape], crs=4490).to_file(tmp_path / "镇" / f"{number}.gpkg")
    head = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
    intake = intake_of(tmp_path, f'{head}[sources.township]\npath = "镇"\n')
    assert [source.kept for source in intake.sources] == [1, 1, 1]
    assert intake.issues.query("severity == 'error'").empty


def test_metres_of_a_web_map_in_a_table_are_turned_back_as_those_in_a_file(tmp_path):
    truth = gpd.GeoSeries.from_xy(*zip(*INSIDE, strict=True), crs=4490).to_crs(CRS)
    moved = as_web_map(truth, "gcj02")
    rows = [f"D{n},井{n},{point.x},{point.y}" for n, point in enumerate(moved)]
    (tmp_path / "井.csv").write_text("\n".join(["点位编码,点位名称,X坐标,Y坐标", *rows]), "utf-8")
    head = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
    entry = f'[sources.groundwater_point]\npath = "井.csv"\ncrs = "{CRS}"\ncoord_type = "gcj02"\n'
    intake = intake_of(tmp_path, head + entry)
    assert intake.layers["groundwater_point"].frame.geometry.distance(truth).max() < 0.1
    assert "gcj02" in crs_of(intake, "groundwater_point").evidence


def test_a_raster_that_is_refused_keeps_its_record(tmp_path):
    write_dem(tmp_path / "高程.tif", "EPSG:2383")
    small_project(tmp_path, more='[sources.elevation]\npath = "高程.tif"')
    assert crs_of(take_in(load_project(tmp_path)), "elevation").declared == "EPSG:2383"


@pytest.mark.parametrize(("height", "told"), [(0, []), (120.5, ["dimensions_dropped"])])
def test_heights_that_say_something_are_told_once(tmp_path, height, told):
    wells = gpd.GeoDataFrame(
        {"DWBM": ["D1", "D2"], "DWMC": ["甲", "乙"]},
        geometry=[shapely.Point(112.7, 34.9, height), shapely.Point(112.71, 34.9, height)],
        crs=4490,
    )
    wells.to_file(tmp_path / "井.gpkg")
    head = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
    intake = intake_of(tmp_path, f'{head}[sources.groundwater_point]\npath = "井.gpkg"\n')
    assert intake.issues["kind"].tolist() == told
