"""Rasters: what is opened and refused, where it is proved to lie, and what its cells say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.enums import ColorInterp
from shapely.geometry import LineString, Point, box

from onemap.errors import SpecError
from onemap.ingest.cells import fill_samples, preview, sample
from onemap.ingest.placement.candidates import Extent
from onemap.ingest.rasters import RasterSource, open_raster
from onemap.ingest.raw import UnreadableError
from onemap.spec.catalogue import load_catalogue
from onemap.spec.layer import LayerSpec
from onemap.spec.project import SourceSpec
from onemap.spec.toml import parse
from onemap.text import speaking

CRS = "EPSG:4547"
WEST, NORTH, CELL = 380_000.0, 3_870_000.0, 100.0
UPRIGHT = Affine(CELL, 0, WEST, 0, -CELL, NORTH)
COUNTY = (112.55, 34.8, 112.95, 35.0)
EXTENT = Extent(COUNTY, "the county")
ELEVATION = load_catalogue().layers["elevation"]
PLANE = 0.25 * np.arange(60)[:, None] + 2 * np.arange(80)[None, :]
"""Heights of 60 rows and 80 columns: 2 a column, a quarter a row, exact in single precision."""


def write(path: Path, values: Any = PLANE, **changes: Any) -> Path:
    """Write values, rows and columns or bands of them, as a GeoTIFF of `CRS`, or as `changes` have it."""
    bands = np.atleast_3d(np.asarray(values).T).T
    profile = {
        "driver": "GTiff", "width": bands.shape[2], "height": bands.shape[1], "count": len(bands),
        "dtype": "float32", "crs": CRS, "transform": UPRIGHT,
    }  # fmt: skip
    profile = {name: value for name, value in (profile | changes).items() if value is not None}
    with rasterio.open(path, "w", **profile) as file:
        file.write(bands.astype(profile["dtype"]))
    return path


def read(path: Path, spec: LayerSpec = ELEVATION, **keys: Any) -> RasterSource:
    return open_raster(spec, path, SourceSpec(path=path.name, **keys), EXTENT)


def centres(transform: Affine = UPRIGHT, rows: int = 60, columns: int = 80) -> gpd.GeoSeries:
    """Return the centres of all cells, row by row."""
    row, column = (place.ravel() + 0.5 for place in np.mgrid[:rows, :columns])
    a, b, c, d, e, f = transform[:6]
    return gpd.GeoSeries.from_xy(a * column + b * row + c, d * column + e * row + f, crs=CRS)


def kinds(raster: RasterSource) -> list[tuple[str, str]]:
    return [(fault.kind, fault.action) for fault in raster.faults]


# What its cells say


def test_a_cell_has_its_value_at_its_centre(tmp_path: Path) -> None:
    assert sample(read(write(tmp_path / "dem.tif")), centres()).tolist() == PLANE.ravel().tolist()


def test_points_come_in_any_crs(tmp_path: Path) -> None:
    values = sample(read(write(tmp_path / "dem.tif")), centres().to_crs("EPSG:4490"))
    assert values.tolist() == PLANE.ravel().tolist()


def test_a_value_is_that_of_the_nearest_centre_and_not_between(tmp_path: Path) -> None:
    raster = read(write(tmp_path / "dem.tif"))
    sides = gpd.GeoSeries([Point(WEST + 399.9, NORTH - 1), Point(WEST + 400.1, NORTH - 1)], crs=CRS)
    assert sample(raster, sides).tolist() == [PLANE[0, 3], PLANE[0, 4]]


@pytest.mark.parametrize(
    "transform",
    [
        Affine(CELL, 0, WEST, 0, CELL, NORTH - 6000),
        Affine(80, 60, WEST, 60, -80, NORTH),
        Affine(-CELL, 0, WEST + 8000, 0, -CELL, NORTH),
    ],
    ids=["south up", "rotated", "east left"],
)
def test_a_raster_may_lie_any_way(tmp_path: Path, transform: Affine) -> None:
    raster = read(write(tmp_path / "dem.tif", transform=transform))
    assert sample(raster, centres(transform)).tolist() == PLANE.ravel().tolist()


def test_the_values_of_a_point_raster_are_at_its_tie_points(tmp_path: Path) -> None:
    path = write(tmp_path / "dem.tif")
    with rasterio.open(path, "r+") as file:
        file.update_tags(AREA_OR_POINT="Point")
    with rasterio.open(path) as file:
        corner = file.transform
    assert sample(read(path), centres(corner)).tolist() == PLANE.ravel().tolist()


def test_many_tiles_are_sampled_as_one(tmp_path: Path) -> None:
    values = np.arange(1100 * 1300).reshape(1100, 1300) % 7919
    fine = Affine(10, 0, WEST, 0, -10, NORTH)
    raster = read(write(tmp_path / "dem.tif", values, transform=fine, tiled=True))
    some = np.random.default_rng(3).permutation(values.size)[:5000]
    assert sample(raster, centres(fine, 1100, 1300).iloc[some]).tolist() == values.ravel()[some].tolist()


def test_outside_there_is_no_value(tmp_path: Path) -> None:
    raster = read(write(tmp_path / "dem.tif"))
    around = [Point(WEST - 0.01, NORTH - 50), Point(WEST + 50, NORTH + 0.01), Point(WEST + 8000.01, NORTH - 50), None]
    assert np.isnan(sample(raster, gpd.GeoSeries([*around, Point()], crs=CRS))).all()


def test_the_declared_nodata_is_no_value(tmp_path: Path) -> None:
    raster = read(write(tmp_path / "dem.tif", np.where(PLANE == 2, 7, PLANE), nodata=7))
    values = sample(raster, centres())
    assert np.isnan(values).sum() == (np.where(PLANE == 2, 7, PLANE) == 7).sum() > 0


def test_a_masked_cell_is_no_value(tmp_path: Path) -> None:
    path = write(tmp_path / "dem.tif")
    with rasterio.open(path, "r+") as file:
        file.write_mask(PLANE > 10)
    assert np.isnan(sample(read(path), centres())).tolist() == (PLANE <= 10).ravel().tolist()


@pytest.mark.parametrize("number", [-9999, -32768, np.finfo("float32").min, -3.4028230607370965e38])
def test_an_undeclared_nodata_is_found_and_told(tmp_path: Path, number: float) -> None:
    raster = read(write(tmp_path / "dem.tif", np.where(PLANE < 20, number, PLANE)))
    assert kinds(raster) == [("out_of_range", "blanked")]
    assert raster.faults[0].severity == "info"
    assert np.isnan(sample(raster, centres())).tolist() == (PLANE < 20).ravel().tolist()


def test_a_usual_nodata_among_like_values_is_a_value(tmp_path: Path) -> None:
    spec = ELEVATION.model_copy(update={"minimum": None})
    raster = read(write(tmp_path / "dem.tif", np.linspace(-20_000, 0, 4800).reshape(60, 80).round()), spec)
    assert raster.blanks == ()


def test_what_the_layer_holds_impossible_is_no_value_and_told(tmp_path: Path) -> None:
    raster = read(write(tmp_path / "dem.tif", np.where(PLANE > 170, 20_000, PLANE)))
    assert kinds(raster) == [("out_of_range", "blanked")]
    assert np.nanmax(sample(raster, centres())) <= 170


def test_a_raster_without_a_value_says_so(tmp_path: Path) -> None:
    assert ("no_data", "kept") in kinds(read(write(tmp_path / "dem.tif", np.zeros((60, 80)), nodata=0)))


def test_scale_and_offset_of_the_file_are_applied(tmp_path: Path) -> None:
    path = write(tmp_path / "dem.tif", PLANE.astype(int), dtype="int16")
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.5,), (100,)
    assert sample(read(path), centres()).tolist() == (PLANE.astype(int) * 0.5 + 100).ravel().tolist()


def test_a_decimal_is_as_it_was_written(tmp_path: Path) -> None:
    assert set(sample(read(write(tmp_path / "ph.tif", np.full((60, 80), 12.3))), centres())) == {12.3}


@pytest.mark.parametrize("driver", ["HFA", "AAIGrid"])
def test_other_formats_are_read(tmp_path: Path, driver: str) -> None:
    path = tmp_path / {"HFA": "dem.img", "AAIGrid": "dem.asc"}[driver]
    rasterio.shutil.copy(write(tmp_path / "dem.tif"), path, driver=driver)
    assert sample(read(path), centres()).tolist() == PLANE.ravel().tolist()


# Which band


def test_one_of_several_bands_must_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "metals.tif", [PLANE, PLANE + 1])
    with pytest.raises(UnreadableError) as refused:
        read(path)
    assert 'layer = "1"' in refused.value.hint


def test_a_band_is_named_by_number_or_description(tmp_path: Path) -> None:
    path = write(tmp_path / "metals.tif", [PLANE, PLANE + 1])
    with rasterio.open(path, "r+") as file:
        file.descriptions = ("Pb", "Cd")
    assert (read(path, layer="2").band, read(path, layer="Cd").band) == (2, 2)


def test_a_band_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        read(write(tmp_path / "dem.tif"), layer="3")


def test_a_band_of_opacity_is_no_second_band(tmp_path: Path) -> None:
    path = write(tmp_path / "dem.tif", [PLANE % 200, PLANE * 0 + 255], dtype="uint8")
    with rasterio.open(path, "r+") as file:
        file.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
    assert read(path).band == 1


# What is refused


def test_a_photograph_is_not_values(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        read(write(tmp_path / "air.tif", [PLANE % 255] * 3, dtype="uint8", photometric="RGB"))


def test_a_coloured_picture_is_not_values(tmp_path: Path) -> None:
    path = write(tmp_path / "map.tif", PLANE % 255, dtype="uint8")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {0: (255, 0, 0, 255)})
    with pytest.raises(UnreadableError):
        read(path)


def test_a_raster_that_lies_nowhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        write(path, transform=None, crs=None)
    with pytest.raises(UnreadableError):
        read(path)


@pytest.mark.parametrize("content", [b"", b"no raster at all", b"II*\0\xff\xff\xff\xff"])
def test_what_is_no_raster_is_told_without_a_path(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "dem.tif"
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as refused:
        read(path)
    assert str(tmp_path) not in refused.value.message


def test_a_file_that_breaks_off_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "dem.tif")
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(UnreadableError):
        read(path)


def test_a_list_of_other_files_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "dem.tif"
    rasterio.shutil.copy(write(tmp_path / "real.tif"), tmp_path / "dem.vrt", driver="VRT")
    (tmp_path / "dem.vrt").rename(path)
    with pytest.raises(UnreadableError):
        read(path)


def test_offset_coordinates_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        read(write(tmp_path / "dem.tif"), coord_type="gcj02")


# Where it lies


def test_nobody_is_sure_of_a_raster_as_it_is_compared_with_nothing(tmp_path: Path) -> None:
    proof = read(write(tmp_path / "dem.tif")).proof
    assert proof and (proof.record.accepted, proof.record.confidence) == (CRS, "likely")


def test_a_wrongly_labelled_raster_is_not_used(tmp_path: Path) -> None:
    raster = read(write(tmp_path / "dem.tif", crs="EPSG:4548"))
    assert raster.crs is None
    assert kinds(raster) == [("crs_conflict", "blanked")]
    assert np.isnan(sample(raster, centres())).all()
    assert preview([raster], "EPSG:3857", None) is None


def test_an_older_datum_is_not_taken_for_ours(tmp_path: Path) -> None:
    assert read(write(tmp_path / "dem.tif", crs="EPSG:2384")).crs is None


def test_a_raster_on_an_older_datum_is_refused_also_with_parameters(tmp_path: Path) -> None:
    shift = {"dx": 12.0, "dy": -113.0, "dz": -41.0, "convention": "position_vector"}
    raster = read(write(tmp_path / "dem.tif", crs="EPSG:2384"), datum_shift=shift)
    assert raster.crs is None
    assert np.isnan(sample(raster, centres())).all()


def test_a_raster_without_crs_takes_the_projects_word(tmp_path: Path) -> None:
    raster = read(write(tmp_path / "dem.tif", crs=None), crs=CRS)
    assert raster.proof and raster.proof.record.accepted == CRS


def test_a_world_file_and_a_prj_beside_it_say_where_it_lies(tmp_path: Path) -> None:
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        path = write(tmp_path / "dem.tif", transform=None, crs=None)
    (tmp_path / "dem.tfw").write_text(f"{CELL}\n0\n0\n-{CELL}\n{WEST + CELL / 2}\n{NORTH - CELL / 2}\n")
    (tmp_path / "dem.prj").write_text(pyproj.CRS(CRS).to_wkt("WKT1_ESRI"))
    raster = read(path)
    assert raster.crs is not None
    assert sample(raster, centres()).tolist() == PLANE.ravel().tolist()


def test_a_grid_in_degrees_without_crs_is_known(tmp_path: Path) -> None:
    path = write(tmp_path / "dem.tif", crs=None, transform=Affine(0.004, 0, 112.6, 0, -0.003, 34.98))
    assert read(path).crs == pyproj.CRS("EPSG:4490")


DEGREES = Affine(1 / 60, 0, 112.0, 0, -1 / 60, 35.5)
"""A sheet of 80' by 60' around the county."""


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", None])
def test_a_sheet_larger_than_the_county_is_likely(tmp_path: Path, crs: str | None) -> None:
    proof = read(write(tmp_path / "dem.tif", crs=crs, transform=DEGREES)).proof
    assert proof and proof.crs and proof.record.confidence == "likely"


def test_a_sheet_of_the_next_county_is_left_out_and_told(tmp_path: Path) -> None:
    raster = read(write(tmp_path / "dem.tif", crs="EPSG:4490", transform=Affine(1 / 60, 0, 114, 0, -1 / 60, 35.5)))
    assert raster.crs is None
    assert kinds(raster) == [("outside_county", "dropped")]


# Fields that sample


def sampling(kind: str = "number", **keys: Any) -> LayerSpec:
    return parse(
        LayerSpec,
        {
            "id": "well", "title": "井", "geometry": "point", "key": "code", "label": "code",
            "fields": {
                "code": {"title": "编码", "dbf": "BM"},
                "ground": {"title": "地面高程", "dbf": "GC", "type": kind, "sample": "elevation", **keys},
            },
        },
        "well.toml",
        SpecError,
    )  # fmt: skip


def wells(values: list[float | None], dtype: str = "Float64") -> gpd.GeoDataFrame:
    """Return wells in the first row: in the fourth column, in the fifth, and outside."""
    points = [Point(WEST + 350, NORTH - 50), Point(WEST + 450, NORTH - 50), Point(WEST - 5000, NORTH)][: len(values)]
    frame = gpd.GeoDataFrame({"code": list("abc")[: len(values)]}, geometry=points, crs=CRS)
    return frame.assign(ground=gpd.pd.array(values, dtype=dtype))


@pytest.fixture
def dem(tmp_path: Path) -> dict[str, list[RasterSource]]:
    return {"elevation": [read(write(tmp_path / "dem.tif"))]}


def test_a_field_is_filled_only_where_the_source_had_nothing(dem: dict[str, list[RasterSource]]) -> None:
    frame, faults = fill_samples(wells([None, 99.5, None]), sampling(), dem)
    assert frame["ground"].fillna(-1).tolist() == [PLANE[0, 3], 99.5, -1]
    assert faults == []


def test_a_required_field_that_stays_blank_is_told(dem: dict[str, list[RasterSource]]) -> None:
    _, faults = fill_samples(wells([None, 99.5, None]), sampling(required=True), dem)
    assert [(fault.kind, fault.at, fault.field, fault.severity) for fault in faults] == [
        ("missing_value", 2, "ground", "info")
    ]


def test_a_whole_number_is_sampled_as_one(dem: dict[str, list[RasterSource]]) -> None:
    frame = wells([None], "Int64").set_geometry(gpd.GeoSeries([Point(WEST + 350, NORTH - 350)], crs=CRS))
    filled, _ = fill_samples(frame, sampling("integer"), dem)
    assert filled["ground"].tolist() == [7]
    assert filled["ground"].dtype == "Int64"


def test_a_sampled_value_obeys_the_field(dem: dict[str, list[RasterSource]]) -> None:
    frame, faults = fill_samples(wells([None, None]), sampling(maximum=7), dem)
    assert frame["ground"].fillna(-1).tolist() == [6, -1]
    assert [(fault.kind, fault.at, fault.action) for fault in faults] == [("out_of_range", 1, "blanked")]


def test_the_input_is_left_as_it_was(dem: dict[str, list[RasterSource]]) -> None:
    before = wells([None, 99.5, None])
    fill_samples(before, sampling(), dem)
    assert before["ground"].isna().tolist() == [True, False, True]


def test_where_sheets_join_each_has_its_part(tmp_path: Path) -> None:
    east = Affine(CELL, 0, WEST + 400, 0, -CELL, NORTH)
    sheets = [
        read(write(tmp_path / "1.tif", PLANE[:, :4])),
        read(write(tmp_path / "2.tif", PLANE[:, 4:] + 1000, transform=east)),
    ]
    frame, _ = fill_samples(wells([None, None]), sampling(), {"elevation": sheets})
    assert frame["ground"].tolist() == [PLANE[0, 3], PLANE[0, 4] + 1000]


def test_areas_and_lines_are_sampled_at_a_point_of_theirs(dem: dict[str, list[RasterSource]]) -> None:
    west, north = WEST + 310, NORTH - 10
    shapes = gpd.GeoSeries(
        [box(west, north - 80, west + 80, north), LineString([(west, north), (west + 80, north)])], crs=CRS
    )
    assert sample(dem["elevation"][0], shapes).tolist() == [PLANE[0, 3]] * 2


# Made small


@given(st.integers(0, 59), st.integers(0, 79))
def test_what_is_drawn_in_its_own_cells_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, row: int, column: int
) -> None:
    values = PLANE.copy()
    values[row, column] = np.nan
    raster = read(write(tmp_path_factory.mktemp("dem") / "dem.tif", values))
    drawn = preview([raster], CRS, None)
    assert drawn is not None
    assert drawn.transform == UPRIGHT[:6]
    assert np.array_equal(drawn.values, values.astype("float32"), equal_nan=True)


def test_a_large_raster_is_drawn_in_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onemap.ingest.cells.SIDE", 40)
    values = np.where(PLANE > 170, np.nan, PLANE)
    drawn = preview([read(write(tmp_path / "dem.tif", values))], CRS, None)
    assert drawn is not None and drawn.values.shape == (30, 40)
    assert drawn.values[:5, :5].tolist() == PLANE.reshape(30, 2, 40, 2).mean(axis=(1, 3))[:5, :5].tolist()
    assert np.isnan(drawn.values[-1, -1])


def test_only_the_box_is_drawn(tmp_path: Path) -> None:
    raster = read(write(tmp_path / "dem.tif", crs="EPSG:4490", transform=DEGREES))
    drawn = preview([raster], "EPSG:3857", COUNTY)
    assert drawn is not None
    step, _, west, _, _, north = drawn.transform
    rows, columns = drawn.values.shape
    corners = pyproj.Transformer.from_crs("EPSG:3857", "EPSG:4490", always_xy=True).transform(
        [west, west + columns * step], [north - rows * step, north]
    )
    assert np.allclose(np.ravel(corners), [112.55, 112.95, 34.8, 35.0], atol=1 / 60)


def test_a_plane_is_drawn_as_a_plane_in_web_mercator(tmp_path: Path) -> None:
    drawn = preview([read(write(tmp_path / "dem.tif", crs="EPSG:4490", transform=DEGREES))], "EPSG:3857", COUNTY)
    assert drawn is not None
    step, _, west, _, _, north = drawn.transform
    rows, columns = np.mgrid[: drawn.values.shape[0], : drawn.values.shape[1]] + 0.5
    longitude, latitude = pyproj.Transformer.from_crs("EPSG:3857", "EPSG:4490", always_xy=True).transform(
        west + columns * step, north - rows * step
    )
    expected = 2 * ((longitude - 112) * 60 - 0.5) + 0.25 * ((35.5 - latitude) * 60 - 0.5)
    assert np.allclose(drawn.values, expected, atol=0.15)


# The layer files


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"key": "code"}, "key"),
        ({"classes": {"a": {"title": "甲"}}}, "classes"),
        ({"geometry": ["raster", "point"]}, "raster"),
        ({"minimum": 5, "maximum": 4}, "minimum"),
    ],
)
def test_a_raster_layer_has_nothing_of_features(changes: dict[str, Any], word: str) -> None:
    table = {"id": "cadmium", "title": "镉", "geometry": "raster", "unit": "mg/kg"}
    assert parse(LayerSpec, table, "cadmium.toml", SpecError).is_raster
    with speaking("en"), pytest.raises(SpecError, match=word):
        parse(LayerSpec, table | changes, "cadmium.toml", SpecError)


def test_only_a_raster_is_shaded() -> None:
    table = {"id": "a", "title": "甲", "geometry": "point", "key": "k", "label": "k", "shading": True}
    with pytest.raises(SpecError, match="shading"):
        parse(LayerSpec, table | {"fields": {"k": {"title": "码", "dbf": "K"}}}, "a.toml", SpecError)


def test_another_layer_still_needs_its_keys() -> None:
    with pytest.raises(SpecError) as refused:
        parse(LayerSpec, {"id": "a", "title": "甲", "geometry": "point"}, "a.toml", SpecError)
    assert all(key in refused.value.message for key in ("key", "label", "fields"))


def test_only_a_number_is_sampled() -> None:
    with pytest.raises(SpecError):
        sampling("text")


Overlay = Callable[[str], Path]


@pytest.fixture
def overlay(tmp_path: Path) -> Overlay:
    """Write a layer of wells whose ground level is sampled from a layer."""

    def write_layer(name: str) -> Path:
        text = f"""
            title = "井"
            geometry = "point"
            key = "code"
            label = "code"
            [fields.code]
            title = "编码"
            dbf = "BM"
            [fields.ground]
            title = "地面高程"
            type = "number"
            dbf = "GC"
            sample = "{name}"
        """
        (tmp_path / "well.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write_layer


def test_a_field_samples_a_raster_of_the_catalogue(overlay: Overlay) -> None:
    assert load_catalogue(overlay("elevation")).layers["well"].fields["ground"].sample == "elevation"


def test_a_field_that_samples_what_is_not_there_is_told_what_was_meant(overlay: Overlay) -> None:
    with pytest.raises(SpecError) as refused:
        load_catalogue(overlay("elevaton"))
    assert "elevation" in refused.value.hint


def test_a_field_cannot_sample_a_layer_of_features(overlay: Overlay) -> None:
    with pytest.raises(SpecError, match="township"):
        load_catalogue(overlay("township"))


def test_no_rule_measures_a_raster() -> None:
    with pytest.raises(SpecError, match="elevation"):
        load_catalogue(changes={"enterprise_near_farmland": {"to": ["elevation"]}})
