"""Samples of soil and crops as bureaus and laboratories write them: columns, units, and what was not found."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from onemap.cli import main
from onemap.errors import SpecError
from onemap.export.formats import shapefiles
from onemap.ingest.columns import match_columns
from onemap.ingest.conform import conform
from onemap.ingest.intake import take_in
from onemap.ingest.numbers import parse_undetected
from onemap.ingest.values import read_value
from onemap.pipeline import check
from onemap.risk.limits import CROP, SOIL, judge
from onemap.spec.catalogue import load_catalogue
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.spec.project import SourceSpec, load_project
from onemap.spec.toml import parse
from onemap.text import speaking
from tests.printed import control, screening

CATALOGUE = load_catalogue()
SAMPLES = {name: CATALOGUE.layers[name] for name in ("soil_sample", "crop_sample")}
QIYANG = Path(__file__).parents[2] / "shared" / "data" / "qiyang_cd" / "pri_Cd_data.csv"
NUMBER = FieldSpec(title="镉", type="number", dbf="CD", minimum=0, below_detection=True)
HEAD = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
SOIL_HEADER = "样品编号,土地利用,pH值,镉,总汞（µg/kg）,经度,纬度"
SOURCE = '[sources.soil_sample]\npath = "s.csv"\nx = "经度"\ny = "纬度"\ncoord_type = "cgcs2000"\n'


def taken(folder: Path, *rows: str, header: str = SOIL_HEADER) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the frame and the issues of some soil samples."""
    (folder / "s.csv").write_text("\n".join([header, *rows]), "utf-8")
    (folder / "project.toml").write_text(HEAD + SOURCE, "utf-8")
    intake = take_in(load_project(folder))
    return intake.layers["soil_sample"].frame, intake.issues


@pytest.mark.parametrize(
    ("layer", "standard", "fields"), [("soil_sample", "gb15618", SOIL), ("crop_sample", "gb2762", CROP)]
)
def test_every_class_of_a_sample_is_one_of_its_standard(layer, standard, fields):
    words = CATALOGUE.layers[layer].fields[fields.of_class].classes
    assert [word for word in words if word not in CATALOGUE.standards[standard].class_of] == []


@pytest.mark.parametrize(
    ("word", "own_class"), [("paddy", "paddy"), ("irrigated", "other"), ("dry", "other"), ("garden", "other")]
)
def test_land_uses_of_the_layer_have_the_limits_that_are_printed_for_them(word, own_class):
    assert CATALOGUE.standards["gb15618"].class_of[word] == own_class


@pytest.mark.parametrize(("layer", "standard"), [("soil_sample", "gb15618"), ("crop_sample", "gb2762")])
def test_every_number_that_may_be_undetected_is_an_item_known_by_its_title(layer, standard):
    fields = {name: field for name, field in SAMPLES[layer].fields.items() if field.below_detection}
    known = CATALOGUE.standards[standard].item_of
    assert {name: known[field.title.lower()] for name, field in fields.items()} == {name: name for name in fields}


@pytest.mark.parametrize(
    "column",
    ["镉", "总镉", "Cd", "Cd(mg/kg)", "镉mg/kg", "镉（mg/kg）", "总镉(单位:mg/kg)", "Cd_mg/kg", "CD", "土壤镉 mg/kg"],
)
def test_cadmium_is_found_however_its_column_is_called(column):
    assert match_columns(SAMPLES["soil_sample"], [column], SourceSpec(path="t")) == {"cadmium": column}


@pytest.mark.parametrize("column", ["有效态镉", "Cr6+", "六价铬", "镉超标倍数", "稻米镉"])
def test_what_is_not_the_total_content_of_soil_is_not_taken_for_it(column):
    assert match_columns(SAMPLES["soil_sample"], [column], SourceSpec(path="t")) == {}


@pytest.mark.parametrize(
    "text", ["<0.05", "＜0.05", "< 0.05", "0.05L", "0.05（L）", "未检出（<0.05）", "ND(0.05)", "低于0.05"]
)
def test_a_limit_of_detection_is_read_however_it_is_written(text):
    reading = read_value(text, NUMBER)
    assert (reading.value, reading.undetected, reading.kind) == (0.05, True, "")


@pytest.mark.parametrize("text", ["未检出", "ND", "nd", "N.D.", "<DL", "低于检出限"])
def test_what_was_not_found_has_no_value_where_nobody_says_how_little_can_be_found(text):
    reading = read_value(text, NUMBER)
    assert (reading.value, reading.undetected, reading.kind) == (None, True, "")


@pytest.mark.parametrize("text", ["0.05", "0.05 l/h", "未检测", "<", "0.05~0.1", ">0.05", "5LL", "大于0.05"])
def test_what_says_nothing_of_detection_is_not_read_so(text):
    assert parse_undetected(text) is None


def test_other_numbers_have_no_limit_of_detection():
    plain = FieldSpec(title="井深", type="number", dbf="JS")
    assert read_value("<0.05", plain).kind == "wrong_type"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"undetected": {"title": "未检出", "dbf": "WJC"}}, "one text field lists them"),
        ({"cadmium": {"title": "镉", "dbf": "CD", "type": "number"}}, "one text field lists them"),
        ({"cadmium": {"title": "镉", "dbf": "CD", "below_detection": True}}, "only a number"),
        (
            {"undetected": {"title": "未检出", "dbf": "WJC", "type": "number", "lists_undetected": True}},
            "only a number",
        ),
    ],
)
def test_a_layer_says_where_it_lists_what_was_not_found(changes, told):
    fields = {
        "code": {"title": "编号", "dbf": "BH"},
        "cadmium": {"title": "镉", "dbf": "CD", "type": "number", "below_detection": True},
        "undetected": {"title": "未检出", "dbf": "WJC", "lists_undetected": True},
    }
    table = {"id": "s", "title": "样", "geometry": "point", "key": "code", "label": "code", "fields": fields}
    assert parse(LayerSpec, table, "s.toml", SpecError).undetected_field == "undetected"
    with speaking("en"), pytest.raises(SpecError, match=told):
        parse(LayerSpec, {**table, "fields": {**fields, **changes}}, "s.toml", SpecError)


def test_a_limit_of_detection_is_kept_and_its_item_listed(tmp_path):
    frame, _ = taken(tmp_path, "A1,水田,6,<0.01,80,112.79,34.91", "A2,旱地,8,0.2,未检出,112.79,34.92")
    assert frame["cadmium"].tolist() == [0.01, 0.2]
    assert frame["mercury"].tolist() == [0.08, pd.NA]
    assert frame["undetected"].tolist() == ["镉", "汞"]


def test_values_that_a_laboratory_wrote_right_are_no_issue(tmp_path):
    _, issues = taken(tmp_path, "A1,水田,6,<0.01,80,112.79,34.91", "A2,旱地,8,0.2,ND,112.79,34.92")
    assert issues[issues["field"].isin(["cadmium", "mercury"])].empty


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("300", 0.3),
        ("9", 0.009),
        ("0.002L", 2e-06),
        ("<20", 0.02),
        ("20L", 0.02),
        ("<0.02mg/kg", 0.02),
        ("0.3mg/kg", 0.3),
    ],
)
def test_micrograms_become_milligrams_and_no_hair_more(tmp_path, cell, value):
    frame, _ = taken(tmp_path, f"A1,水田,6,0.2,{cell},112.79,34.91")
    assert frame["mercury"].tolist() == [value]


def test_a_land_use_that_is_not_known_is_told_and_blank(tmp_path):
    frame, issues = taken(tmp_path, "A1,耕地,6,0.2,80,112.79,34.91")
    assert frame["land_use"].isna().all()
    assert "unknown_class" in set(issues["kind"])


def test_what_was_not_found_comes_back_from_a_shapefile_that_we_wrote(tmp_path):
    rows = ["A1,水田,6,<0.01,未检出,112.79,34.91", "A2,旱地,8,0.2,80,112.79,34.92", "A3,旱地,8,1L,80,112.79,34.93"]
    before, _ = taken(tmp_path, *rows)
    written = shapefiles.write(check(load_project(tmp_path)), tmp_path)
    [path] = [path for path in written if path.suffix == ".shp"]
    text = HEAD + f'[sources.soil_sample]\npath = "{path.relative_to(tmp_path).as_posix()}"\n'
    (tmp_path / "project.toml").write_text(text, "utf-8")
    after = take_in(load_project(tmp_path)).layers["soil_sample"].frame
    fields = [*SAMPLES["soil_sample"].fields]
    pd.testing.assert_frame_equal(pd.DataFrame(before[fields]), pd.DataFrame(after[fields]))


cells = st.one_of(st.none(), st.floats(0, 90).map(str), st.sampled_from(["<0.01", "0.05L", "未检出", "ND", "三", "/"]))


@given(st.lists(st.tuples(cells, cells, st.sampled_from([None, "镉", "汞、镉", "其他项目"])), min_size=1, max_size=8))
def test_samples_that_fit_their_layer_are_not_changed_again(rows):
    spec = SAMPLES["soil_sample"]
    raw = {name: [None] * len(rows) for name in spec.fields} | {"sample_code": [f"S{at}" for at in range(len(rows))]}
    raw |= dict(zip(("cadmium", "mercury", "undetected"), map(list, zip(*rows, strict=True)), strict=True))
    frame = gpd.GeoDataFrame(raw, geometry=[Point(at, 0) for at in range(len(rows))], crs="EPSG:4547")
    once, _ = conform(frame, spec)
    twice, _ = conform(once, spec)
    pd.testing.assert_frame_equal(pd.DataFrame(once), pd.DataFrame(twice))
    for (cadmium, *_), listed in zip(rows, once["undetected"], strict=True):
        if cadmium in ("<0.01", "0.05L", "未检出", "ND"):
            assert "镉" in listed.split("、")


def test_a_sample_below_detection_is_judged_by_its_limit_of_detection(tmp_path):
    frame, _ = taken(tmp_path, "A1,水田,6,<0.5,1,112.79,34.91", "A2,水田,6,<0.4,1,112.79,34.92")
    judged = judge(frame, CATALOGUE.standards["gb15618"], SOIL, ["cadmium"])
    assert judged["level"].tolist() == [pd.NA, 1]
    assert judged["unknown"].tolist() == ["detection_limit", ""]


def test_real_samples_go_through_the_layer_to_the_levels_of_the_printed_table(tmp_path):
    if not QIYANG.is_file():
        pytest.skip("the shared data is not here")
    columns = 'columns = { sample_code = "编号", cadmium = "SoilCdtot" }'
    source = SOURCE.replace("经度", "X").replace("纬度", "Y").replace("cgcs2000", "wgs84") + columns
    lines = QIYANG.read_text("utf-8").splitlines()[2:]
    numbered = [f"{code},{line}" for code, line in zip(["编号", *range(1, len(lines))], lines, strict=True)]
    (tmp_path / "s.csv").write_text("\n".join(numbered), "utf-8")
    (tmp_path / "project.toml").write_text(HEAD.replace("410883", "431181") + source, "utf-8")
    frame = take_in(load_project(tmp_path)).layers["soil_sample"].frame
    wanted = Counter()
    for row in csv.DictReader(lines):
        land = {"Upland": "其他", "Paddy": "水田"}[row["land_use"]]
        ph, value = float(row["pH"]), float(row["SoilCdtot"])
        band = (ph > 5.5) + (ph > 6.5) + (ph > 7.5)
        wanted[1 + (value > screening("cadmium", land, band)) + (value > control("cadmium", band))] += 1
    assert Counter(judge(frame, CATALOGUE.standards["gb15618"], SOIL, ["cadmium"])["level"]) == wanted


def test_why_tells_a_limit_of_detection_from_a_value(tmp_path, capsys):
    taken(tmp_path, "A1,水田,6,<0.01,80,112.79,34.91")
    assert main(["build", str(tmp_path), "--out", str(tmp_path / "out"), "--only", "gpkg,csv,issues,lists"]) == 0
    assert main(["why", str(tmp_path / "out"), "A1"]) == 0
    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["镉", "<0.01", "mg/kg"] in told
    assert ["汞", "0.08", "mg/kg"] in told
