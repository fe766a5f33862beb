"""What `onemap sketch` says of a file, and that what it says can be used."""

import tomllib
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from openpyxl import Workbook
from shapely import Point, box

from onemap.errors import KeyNotFoundError, PathError, ProjectError, SpecError
from onemap.ingest.intake import take_in
from onemap.sketch import sketch
from onemap.spec.layer import LayerSpec
from onemap.spec.project import load_project
from onemap.spec.toml import parse

REAL = Path(__file__).parents[2] / "shared" / "data"
FILES = sorted(
    path
    for pattern in ("bad_shapefiles/*.shp", "parcels/*.*", "power_plants/*", "qiyang_cd/*")
    for path in REAL.glob(pattern)
    if path.suffix
)
ENTERPRISES = [
    ["涉镉企业排查清单"],
    ["企业名称", "统一社会信用代码", "生产状态", "经度", "纬度", "联系人"],
    ["甲厂", "91410883MA00000001", "在产", 112.7, 34.9, "张三"],
    ["乙厂", "91410883MA00000002", "半死不活", 112.8, 34.9, "李四"],
]


@pytest.fixture
def enterprises(tmp_path):
    book = Workbook()
    book.active.title = "名单"
    for row in ENTERPRISES:
        book.active.append(row)
    book.save(tmp_path / "清单.xlsx")
    return tmp_path / "清单.xlsx"


def entry(text):
    """Return the part of a sketch that goes into the project file."""
    return tomllib.loads(text)


def test_a_known_kind_of_file_gets_an_entry_for_the_project(enterprises):
    (text,) = sketch(enterprises)
    (source,) = entry(text)["sources"]["cadmium_enterprise"]
    assert (source["layer"], source["x"], source["y"]) == ("名单", "经度", "纬度")


def test_the_columns_that_fill_nothing_are_named(enterprises):
    assert "联系人" in next(line for line in next(sketch(enterprises)).splitlines() if "未用到的列" in line)


def test_values_that_no_class_knows_are_counted(enterprises):
    assert "认不出：半死不活 1" in next(sketch(enterprises))


def test_the_entry_builds_as_it_stands(enterprises, tmp_path):
    head = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
    (tmp_path / "project.toml").write_text(head + next(sketch(enterprises)), "utf-8")
    assert len(take_in(load_project(tmp_path)).layers["cadmium_enterprise"].frame) == 2


def test_the_coordinate_system_is_held_against_the_county_that_is_named(enterprises):
    assert "孟州市" in next(sketch(enterprises, county="410883"))


def test_a_file_in_a_project_is_held_against_its_county(enterprises, tmp_path):
    (tmp_path / "project.toml").write_text('county = "410883"\n', "utf-8")
    text = next(sketch(enterprises))
    assert "孟州市" in text
    assert entry(text)["sources"]["cadmium_enterprise"][0]["path"] == "清单.xlsx"


def test_a_wrong_county_of_the_project_above_is_told(enterprises, tmp_path):
    (tmp_path / "project.toml").write_text('county = "4108"\n', "utf-8")
    with pytest.raises(ProjectError, match="county"):
        next(sketch(enterprises))


def test_each_sheet_gets_its_own_entry(tmp_path):
    book = Workbook()
    for name in ("一月", "二月"):
        sheet = book.create_sheet(name)
        for row in ENTERPRISES:
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "t.xlsx")
    layers = [entry(text)["sources"]["cadmium_enterprise"][0]["layer"] for text in sketch(tmp_path / "t.xlsx")]
    assert layers == ["一月", "二月"]


def test_the_layer_can_be_said(enterprises):
    assert "[[sources.priority_plot]]" in next(sketch(enterprises, layer="priority_plot"))


def test_a_layer_that_is_none_is_refused(enterprises):
    with pytest.raises(KeyNotFoundError):
        next(sketch(enterprises, layer="priority_plots"))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PathError):
        next(sketch(tmp_path / "none.shp"))


@pytest.fixture
def unknown(tmp_path):
    frame = gpd.GeoDataFrame(
        {
            "站号": [f"S{n:03}" for n in range(12)],
            "降水": [0.2 + n / 10 for n in range(12)],
            "仪器": ["翻斗", "称重", "虹吸"] * 4,
            "启用日": ["2026-05-01"] * 12,
        },
        geometry=[Point(112.7 + n / 100, 34.9) for n in range(12)],
        crs="EPSG:4490",
    )
    frame.to_file(tmp_path / "雨量站.gpkg")
    return tmp_path / "雨量站.gpkg"


def draft(text):
    """Return the layer file in a sketch."""
    return text.split("#   并在工程文件中写")[0]


def test_an_unknown_kind_of_file_gets_a_draft_that_is_a_layer(unknown):
    spec = parse(LayerSpec, {"id": "mine", **tomllib.loads(draft(next(sketch(unknown))))}, "mine.toml", SpecError)
    assert (spec.geometry, spec.fields[spec.key].title) == (("point",), "站号")
    assert [field.type for field in spec.fields.values()] == ["text", "number", "class", "date"]
    assert [one.title for one in spec.fields[spec.class_field].classes.values()] == ["翻斗", "称重", "虹吸"]


def test_a_draft_and_its_entry_build_as_they_stand(unknown, tmp_path):
    text = next(sketch(unknown))
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "my_layer.toml").write_text(draft(text), "utf-8")
    head = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\nlayers = "layers"\n'
    (tmp_path / "project.toml").write_text(head + text[text.index("[[sources") :], "utf-8")
    intake = take_in(load_project(tmp_path))
    assert (len(intake.layers["my_layer"].frame), list(intake.issues["kind"])) == (12, [])


def test_quotes_in_names_do_not_break_the_entry(tmp_path):
    folder = tmp_path / 'a "b" \\ c'
    folder.mkdir()
    gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs="EPSG:4490").assign(**{'"x"': ["1"]}).to_file(folder / "t.geojson")
    for text in sketch(folder / "t.geojson"):
        assert tomllib.loads(text[text.index("[[sources") :])


@pytest.mark.skipif(not FILES, reason="the real data is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_of_every_real_file_something_is_said(path):
    assert all(text.startswith("# ") for text in sketch(path) if path.suffix != "")


@pytest.mark.parametrize(("name", "word"), [("t.mdb", ".gdb"), ("t.rar", "解压"), ("t.doc", ".xlsx")])
def test_a_kind_that_is_not_read_is_refused_with_advice(tmp_path, name, word):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(PathError) as fault:
        list(sketch(tmp_path / name))
    assert word in fault.value.hint


def test_what_a_folder_holds_beside_its_data_is_told(tmp_path, enterprises):
    (tmp_path / "地块.dbf").write_bytes(b"\3")
    (tmp_path / "照片.jpg").write_bytes(b"jpeg")
    text = next(sketch(tmp_path))
    assert "地块.shp" in text
    assert "照片.jpg" in text


def test_the_entry_of_a_file_in_a_full_zip_can_be_pasted(tmp_path, enterprises):
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        for place in ("甲镇", "乙镇"):
            archive.write(enterprises, f"{place}/清单.xlsx")
    texts = list(sketch(tmp_path / "t.zip"))
    (source,) = entry(texts[0])["sources"]["cadmium_enterprise"]
    lines = [f"{key} = '{source[key]}'" for key in ("path", "layer", "x", "y")]
    head = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
    (tmp_path / "project.toml").write_text("\n".join([head, "[sources.cadmium_enterprise]", *lines]), "utf-8")
    intake = take_in(load_project(tmp_path))
    assert list(intake.layers["cadmium_enterprise"].frame["enterprise_name"]) == ["甲厂", "乙厂"]


def test_a_raster_in_a_folder_is_a_raster(tmp_path):
    dem = {"driver": "GTiff", "width": 20, "height": 20, "count": 1, "dtype": "float32", "crs": "EPSG:4490"}
    with rasterio.open(tmp_path / "高程.tif", "w", transform=Affine(0.001, 0, 112.7, 0, -0.001, 34.92), **dem) as file:
        file.write(np.full((1, 20, 20), 120.0, dtype="float32"))
    assert list(entry(next(sketch(tmp_path)))["sources"]) == ["elevation"]
