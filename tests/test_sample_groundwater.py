"""The lists of groundwater of the sample county, against a few lines over the raw files and the printed limits."""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections import defaultdict
from itertools import combinations

import geopandas as gpd
import openpyxl
import pyproj
import pytest
import shapely

from onemap.console import show_known
from onemap.export import manifest, tables
from onemap.export.formats import geopackage
from onemap.record import explain, open_build
from tests.conftest import SAMPLE
from tests.printed import GBT14848

CLASSES = "ⅠⅡⅢⅣⅤ"
LIMITS = {item: [float(limit) for limit in limits] for item, *limits in map(str.split, GBT14848.strip().splitlines())
          if "不得检出" not in limits}  # fmt: skip
MOMENT = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
GEOD = pyproj.Geod(a=6378137, rf=298.257222101)


def rows():
    sheet = openpyxl.load_workbook(SAMPLE / "水利局" / "地下水监测数据.xlsx")["监测数据"]
    _, header, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(header, line, strict=True)) for line in lines]


def register():
    with (SAMPLE / "水利局" / "地下水点位.csv").open(encoding="gb18030", newline="") as file:
        return list(csv.DictReader(file))


def class_of(text):
    """Return the number of a class as the bureau writes it; 0 where it is blank."""
    return next((n for n, (sign, word) in enumerate(zip(CLASSES, "一二三四五", strict=True), 1)
                 if sign in text or word in text), 0)  # fmt: skip


def amount(row):
    """Return (from, to) in mg/L of a line: what is below detection lies from 0; without a unit nothing is known."""
    text, unit = str(row["检测结果"]), row["单位"]
    if text.endswith("μg/L"):
        text, unit = text.removesuffix("μg/L"), "μg/L"
    digits = text.removesuffix("L")
    if digits.count(".") > 1 or not unit:
        return None
    value = float(digits) / (1000 if unit == "μg/L" else 1)
    return (0.0 if text.endswith("L") else value, value)


def item_class(item, value):
    if item == "pH":
        return 1 if 6.5 <= value <= 8.5 else 4 if 5.5 <= value <= 9 else 5
    return 1 + sum(value > limit for limit in LIMITS[item])


def samples():
    """Return for each code and day the best and the worst class that its sample can have."""
    found = defaultdict(list)
    for row in rows():
        item = row["检测项目"].replace("（以N计）", "").replace("（六价）", "(六价)")
        if item in LIMITS or item == "pH":
            span = amount(row)
            ends = [item_class(item, value) for value in span] if span else [1, 5]
            found[row["井号"], row["采样日期"].date()].append((min(ends), max(ends)))
    return {at: (max(low for low, _ in ends), max(high for _, high in ends)) for at, ends in found.items()}


SAMPLES = samples()
CODES = [line["点位编码"] for line in register()]
ALONE = [code for code in CODES if CODES.count(code) == 1]
YEAR = {(code, day): ends for (code, day), ends in SAMPLES.items() if day.year == 2026}


def found(atlas, rule):
    return atlas.findings[(atlas.findings["rule"] == rule) & (atlas.findings["of_key"] != "")]


def test_the_classes_of_this_year_are_those_of_the_printed_limits(sample_atlas):
    expected = {}
    for (code, day), (low, high) in YEAR.items():
        if code in ALONE and high > 3:
            expected[code, day.isoformat()] = {4: "medium", 5: "high"}[low] if low == high else "unknown"
    listed = found(sample_atlas, "groundwater_class")
    listed = listed[listed["to_key"] != ""]
    assert dict(zip(zip(listed["of_key"], listed["to_key"], strict=True), listed["level"], strict=True)) == expected
    assert {*expected.values()} == {"high", "medium", "unknown"}


def test_the_times_over_are_those_of_the_worst_item(sample_atlas):
    worst = defaultdict(float)
    for row in rows():
        item, span = row["检测项目"].replace("（以N计）", ""), amount(row)
        if item in LIMITS and span and span[0] == span[1]:
            key = row["井号"], row["采样日期"].date().isoformat()
            worst[key] = max(worst[key], span[0] / LIMITS[item][2] - 1)
    listed = found(sample_atlas, "groundwater_class").dropna(subset="value")
    assert len(listed) > 20
    for row in listed.itertuples():
        assert row.value == pytest.approx(worst[row.of_key, row.to_key], abs=0.0006)


def test_points_without_a_sample_and_samples_without_a_point_are_told(sample_atlas):
    listed = found(sample_atlas, "groundwater_class")
    told = {*listed.loc[(listed["level"] == "unknown") & (listed["to_key"] == ""), "of_key"]}
    silent = {code for code in ALONE if not any(own == code for own, _ in YEAR)}
    strange = {code for code, _ in SAMPLES if code not in CODES}
    assert told == silent | strange | {code for code in CODES if CODES.count(code) > 1}
    assert silent
    assert strange


def latest(code):
    return max(day for own, day in YEAR if own == code)


def test_the_change_is_that_of_the_latest_class_from_the_baseline(sample_atlas):
    expected = {}
    for line in register():
        code, base = line["点位编码"], class_of(line["考核基准类别"])
        if code in ALONE and any(own == code for own, _ in YEAR):
            low, high = YEAR[code, latest(code)]
            sure = base and (low == high or high <= base)
            worse = high - base
            expected[code] = "unknown" if not sure else "high" if worse >= 2 else "medium" if worse == 1 else ""
    listed = found(sample_atlas, "groundwater_change")
    listed = dict(zip(listed["of_key"], listed["level"], strict=True))
    assert {code: listed.get(code, "") for code in expected} == expected
    assert {*expected.values()} == {"high", "medium", "unknown", ""}


def test_the_unstable_points_are_those_whose_classes_differ_this_year(sample_atlas):
    expected = {}
    for code in ALONE:
        ends = [span for (own, _), span in YEAR.items() if own == code]
        apart = max((high for _, high in ends), default=0) - min((low for low, _ in ends), default=0)
        sure = len(ends) > 1 and all(low == high for low, high in ends)
        level = "high" if apart >= 2 else "medium" if apart == 1 else ""
        expected |= {code: level if sure else "unknown"} if not sure or level else {}
    listed = found(sample_atlas, "groundwater_unstable")
    listed = listed[listed["of_key"].isin(ALONE)]
    assert dict(zip(listed["of_key"], listed["level"], strict=True)) == expected
    assert {*expected.values()} == {"high", "medium", "unknown"}


def series():
    """Return for each code and item the values by day, what is below detection as the limit and True."""
    found = defaultdict(dict)
    for row in rows():
        item, span = row["检测项目"].replace("（以N计）", "").replace("（六价）", "(六价)"), amount(row)
        if item in LIMITS and span:
            found[row["井号"], item][row["采样日期"].date()] = (span[1], span[0] < span[1])
    return found


def rises(values):
    """Tell whether values rise: S, its variance with ties, and the upper tail of the normal distribution."""
    score = sum((after > before) - (after < before) for before, after in combinations(values, 2))
    n = len(values)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in map(values.count, set(values)))
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    return score > 0 and math.erfc((score - 1) / math.sqrt(variance) / math.sqrt(2)) / 2 < 0.05


def expected_trends():
    expected = {}
    for (code, item), days in series().items():
        values = [days[day] for day in sorted(days)]
        limits = {value for value, below in values if below}
        plain = [value for value, below in values if not below]
        told = len(values) >= 4 and plain and len(limits) < 2 and (not limits or min(plain) >= max(limits))
        if code in ALONE and told and rises([value / 2 if below else value for value, below in values]):
            expected[code, item] = "high" if values[-1][0] > LIMITS[item][2] else "medium"
    return expected


def test_the_rising_items_are_those_of_a_mann_kendall_test_made_here(sample_atlas):
    listed = found(sample_atlas, "groundwater_trend")
    listed = listed[listed["level"] != "unknown"]
    items = listed["to_label"].str.split("由").str[0]
    assert dict(zip(zip(listed["of_key"], items, strict=True), listed["level"], strict=True)) == expected_trends()
    assert {*listed["level"]} == {"high", "medium"}


def test_of_points_with_few_samples_or_other_detection_limits_no_trend_is_told(sample_atlas):
    few = {code for code in ALONE if len({day for own, day in SAMPLES if own == code}) < 4}
    listed = found(sample_atlas, "groundwater_trend")
    unknown = listed[(listed["level"] == "unknown") & listed["of_key"].isin(ALONE)]
    changed = {*unknown["of_key"]} - few
    assert few < {*unknown["of_key"]}
    assert changed == {code for (code, item), days in series().items() if code in ALONE and item == "镉"
                       and len({value for value, below in days.values() if below}) > 1
                       and not all(below for _, below in days.values())}  # fmt: skip


def concerns():
    """Return the points of class IV or V this year, by the register where there is no sample, or with a rise."""
    bad = {code for (code, _), (low, _) in YEAR.items() if low > 3 and code in ALONE}
    sampled = {code for code, _ in YEAR}
    by_register = {line["点位编码"] for line in register() if class_of(line["水质类别"]) > 3}
    return bad | {code for code, _ in expected_trends()} | (by_register - sampled) & {*ALONE}


def up_gradient(place, shape, flow, to_lonlat):
    """Tell whether some of a shape within reach lies within 30 degrees of whence the water comes."""
    if shape.geom_type != "Point" and shape.intersects(place):
        return True
    edge = shape if shape.geom_type == "Point" else shapely.segmentize(shape.boundary, 0.5)
    here = to_lonlat.transform(place.x, place.y)
    turns = []
    for x, y in shapely.get_coordinates(edge):
        azimuth, _, metres = GEOD.inv(*here, *to_lonlat.transform(x, y))
        turns.append(abs((azimuth - flow - 180 + 180) % 360 - 180) if metres <= 1000 else 180)
    return min(turns) <= 30


def test_the_sources_are_those_within_reach_and_graded_by_whence_the_water_comes(sample_atlas):
    layers, flows = sample_atlas.layers, {line["点位编码"]: line["地下水流向(°)"] for line in register()}
    points = layers["groundwater_point"]
    to_lonlat = pyproj.Transformer.from_crs(sample_atlas.crs, "EPSG:4490", always_xy=True)
    expected = {}
    for at, place in points.frame.geometry.items():
        code = points.keys[at]
        for name in ("groundwater_discharger", "cadmium_enterprise", "priority_plot") if code in concerns() else ():
            shapes = layers[name].frame.geometry.dropna()
            lonlat = to_lonlat.transform(place.x, place.y)
            local = pyproj.CRS.from_proj4(f"+proj=aeqd +lat_0={lonlat[1]} +lon_0={lonlat[0]} +ellps=GRS80")
            distances = shapes.to_crs(local).distance(shapely.Point(0, 0))
            for to in distances[distances <= 1000].index:
                inside = flows[code] and up_gradient(place, shapes[to], float(flows[code]), to_lonlat)
                level = "medium" if flows[code] and inside else "low"
                expected[code, name, layers[name].keys[to]] = (level, pytest.approx(distances[to], abs=0.01))
    listed = found(sample_atlas, "groundwater_sources")
    listed = listed[listed["to_key"] != ""]
    keys = zip(listed["of_key"], listed["to_layer"], listed["to_key"], strict=True)
    assert dict(zip(keys, zip(listed["level"], listed["value"], strict=True), strict=True)) == expected
    assert {level for level, _ in expected.values()} == {"medium", "low"}


def test_points_of_concern_near_which_there_is_nothing_are_told(sample_atlas):
    listed = found(sample_atlas, "groundwater_sources")
    with_source = {*listed.loc[listed["to_key"] != "", "of_key"]}
    alone = {*listed.loc[(listed["to_key"] == "") & listed["reason"].str.contains("1000米内"), "of_key"]}
    assert alone == concerns() - with_source
    assert alone


def test_no_line_claims_a_cause(sample_atlas):
    listed = found(sample_atlas, "groundwater_sources")
    assert listed.loc[listed["level"] != "unknown", "reason"].str.contains("待核查线索，不表示因果关系").all()


def test_the_lines_between_wells_and_sources_are_as_long_as_the_list_says(sample_atlas):
    listed = found(sample_atlas, "groundwater_sources")
    links = gpd.GeoSeries(sample_atlas.links[listed.index[listed["to_key"] != ""]]).to_crs("EPSG:4490")
    lengths = [GEOD.geometry_length(link) for link in links]
    assert lengths == pytest.approx(listed.loc[links.index, "value"].tolist(), abs=0.01)


def test_the_samples_reach_back_three_years():
    assert {day.year for _, day in SAMPLES} == {2024, 2025, 2026}
    assert max(day for _, day in SAMPLES) <= dt.date(2026, 11, 30)


def test_the_readings_of_a_point_are_told_together(sample_atlas, tmp_path, capsys):
    for writer in (tables, geopackage):
        writer.write(sample_atlas, tmp_path)
    manifest.write(sample_atlas, tmp_path, MOMENT, MOMENT)
    readings = sample_atlas.layers["groundwater_sample"].keys.value_counts()
    point, readings_of = explain(open_build(tmp_path), readings.index[0])
    assert (point.layer, point.records) == ("groundwater_point", ())
    assert (readings_of.layer, len(readings_of.records)) == ("groundwater_sample", readings.iloc[0])
    show_known(readings_of, sample_atlas.project.catalogue)
    assert "、<0." in capsys.readouterr().out
