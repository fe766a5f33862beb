"""Lists of samples above limits: which level, by which item, and what could not be judged."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from onemap.errors import SpecError
from onemap.model import Layer
from onemap.pipeline import build
from onemap.risk.assess import Ground, assess
from onemap.risk.measurement import Given
from onemap.spec.catalogue import load_catalogue
from onemap.spec.measures import make_rule
from onemap.spec.project import load_project
from onemap.text import speaking
from tests.printed import control, screening

CATALOGUE = load_catalogue()
QIYANG = Path(__file__).parents[2] / "shared" / "data" / "qiyang_cd" / "pri_Cd_data.csv"
SOIL = {"ph": 8.0, "land_use": "other", "cadmium": 0.1, "mercury": 0.1, "arsenic": 10, "lead": 20, "chromium": 50}


def samples(own_id: str, records: list[dict[str, Any]]) -> Layer:
    spec = CATALOGUE.layers[own_id]
    types = {name: "Float64" if field.type == "number" else "str" for name, field in spec.fields.items()}
    columns = {
        name: pd.array([record.get(name) for record in records], dtype=kind) for name, kind in types.items()
    }  # fmt: skip
    frame = gpd.GeoDataFrame(columns, geometry=[None] * len(records))
    frame["sample_code"] = [f"S{at}" for at in range(len(records))]
    return Layer(spec, frame.assign(located_in=""))


def listed(own_id: str, *records: dict[str, Any]) -> pd.DataFrame:
    ground = Ground(
        {own_id: samples(own_id, [*records])}, frozenset(), CATALOGUE.layers, None, Given(standards=CATALOGUE.standards)
    )
    return assess([CATALOGUE.rules[f"{own_id}_exceedance"]], ground)[0]


def soil(**changes: Any) -> pd.DataFrame:
    return listed("soil_sample", {**SOIL, **changes})


@pytest.mark.parametrize(
    ("cadmium", "levels"), [(0.6, []), (0.61, ["medium"]), (4.0, ["medium"]), (4.01, ["high"])]
)  # GB 15618-2018 table 1 and 3, 其他, pH > 7.5
def test_a_sample_is_medium_above_the_screening_value_and_high_above_the_control_value(cadmium, levels):
    assert soil(cadmium=cadmium)["level"].tolist() == levels


def test_the_worst_element_sets_the_level_and_is_named_with_its_value_and_limit():
    with speaking("zh"):
        row = soil(cadmium=0.9, lead=2000).iloc[0]
    assert (row["level"], row["to_key"], row["value"]) == ("high", "lead", pytest.approx(2000 / 170, abs=1e-3))
    assert "铅2000mg/kg（为筛选值170的11.76倍）" in row["reason"]
    assert "超过管制值" in row["reason"]


def test_without_ph_a_sample_cannot_be_judged_and_says_so():
    with speaking("zh"):
        row = soil(ph=None, cadmium=9).iloc[0]
    assert row["level"] == "unknown"
    assert "缺 pH" in row["reason"]


def test_what_is_sure_is_told_where_an_element_was_not_measured():
    with speaking("zh"):
        found = listed("soil_sample", {**SOIL, "cadmium": 0.9, "lead": None}, SOIL)
    assert found["level"].tolist() == ["unknown"]
    assert "镉0.9mg/kg" in found["reason"][0]
    assert "铅未测" in found["reason"][0]


def test_an_element_that_was_measured_in_no_sample_is_told_once_and_takes_nothing_from_the_others():
    with speaking("zh"):
        found = listed("soil_sample", {**SOIL, "cadmium": 0.9, "lead": None}, {**SOIL, "cadmium": 0.9, "lead": None})
    assert found["level"].tolist() == ["medium", "medium", "unknown"]
    assert found["of_key"].tolist() == ["S0", "S1", ""]
    assert "所有样品均未测铅" in found["reason"][2]


def test_an_element_below_detection_is_no_gap():
    found = listed("soil_sample", {**SOIL, "mercury": None, "undetected": "汞"})
    assert found.empty


def test_a_crop_above_its_limit_is_listed_by_the_limit_of_its_kind():
    found = listed(
        "crop_sample",
        {"crop": "wheat", "cadmium": 0.15, "mercury": 0.01, "arsenic": 0.1, "lead": 0.1, "chromium": 0.5},
        {"crop": "rice", "cadmium": 0.15, "mercury": 0.01, "inorganic_arsenic": 0.1, "lead": 0.1, "chromium": 0.5},
    )
    # GB 2762: 小麦 0.1, 稻谷 0.2 mg/kg of cadmium.
    assert found[["of_key", "level", "value"]].values.tolist() == [["S0", "high", 1.5]]


def test_what_was_measured_and_has_no_limit_here_is_not_passed_over():
    with speaking("zh"):
        found = listed("crop_sample", {"crop": "vegetable", "cadmium": 9.0, "mercury": 0.005})
    found = found[found["of_key"] == "S0"]
    assert found["level"].tolist() == ["unknown"]
    assert "镉没有限值" in found["reason"].iloc[0]


def test_a_limit_that_is_to_be_checked_says_so_in_the_list():
    with speaking("zh"):
        found = listed(
            "crop_sample", {"crop": "rice", "cadmium": 0.1, "inorganic_arsenic": 0.3, "lead": 0.1, "chromium": 0.5}
        )
    # GB 2762-2017 has 0.2 of inorganic arsenic for rice, GB 2762-2022 0.35 for husked rice.
    assert found["level"][0] == "high"
    assert "0.35" in found["reason"][0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"standard": "gb15681"}, "gb15618"), ({"items": ("cadmiun",)}, "cadmium"), ({"items": ("hch",)}, "hch")],
)
def test_a_standard_or_item_that_is_not_there_is_told_with_what_was_meant(tmp_path, changes, words):
    (tmp_path / "rules").mkdir()
    rule = CATALOGUE.rules["soil_sample_exceedance"].model_dump(exclude={"id"}, exclude_defaults=True)
    lines = [
        f"{name} = {value!r}" for name, value in rule.items() if isinstance(value, str | int) and name not in changes
    ]
    lines += [f"{name} = {list(value) if isinstance(value, tuple) else value!r}" for name, value in changes.items()]
    lines += ["levels = { high = 3, medium = 2 }"]
    (tmp_path / "rules" / "mine.toml").write_text("\n".join(lines), "utf-8")
    with pytest.raises(SpecError) as fault:
        load_catalogue(tmp_path)
    assert words in f"{fault.value} {fault.value.hint}"


def test_a_rule_without_a_standard_is_refused():
    rule = CATALOGUE.rules["soil_sample_exceedance"].model_dump(exclude={"standard"})
    with pytest.raises(SpecError, match="standard"):
        make_rule(rule)


def test_the_samples_of_qiyang_are_graded_as_the_printed_limits_say(tmp_path):
    if not QIYANG.is_file():
        pytest.skip("the shared data is not here")
    rows = list(csv.DictReader(QIYANG.read_text("utf-8").splitlines()[2:]))
    lands = {"Upland": "旱地", "Paddy": "水田"}
    table = [("样品编号", "经度", "纬度", "pH", "土地利用类型", "镉(mg/kg)")]
    table += [
        (f"Q-{at}", row["X"], row["Y"], row["pH"], lands[row["land_use"].strip().capitalize()], row["SoilCdtot"])
        for at, row in enumerate(rows)
    ]
    (tmp_path / "土壤样品.csv").write_text("\n".join(",".join(line) for line in table), "utf-8")
    text = 'title = "祁阳"\ncounty = "431121"\nperiod = "2026"\n[sources.soil_sample]\npath = "土壤样品.csv"\n'
    text += 'coord_type = "wgs84"\n'
    (tmp_path / "project.toml").write_text(text, "utf-8")
    found = build(load_project(tmp_path)).findings
    wanted: Counter[str] = Counter()
    for _, _, _, ph, land, cadmium in table[1:]:
        band = sum(float(ph) > edge for edge in (5.5, 6.5, 7.5))
        own = "水田" if land == "水田" else "其他"
        level = 1 + (float(cadmium) > screening("cadmium", own, band)) + (float(cadmium) > control("cadmium", band))
        wanted[{1: "", 2: "medium", 3: "high"}[level]] += 1
    del wanted[""]
    own = found[(found["rule"] == "soil_sample_exceedance") & (found["of_key"] != "")]
    assert Counter(own["level"]) == wanted
