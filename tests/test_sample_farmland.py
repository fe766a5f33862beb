"""The sample's lists about polluted farmland, against a few lines that read its files and the printed limits."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections import Counter, defaultdict

import geopandas as gpd
import numpy as np
import openpyxl
import pyproj
import pytest
import shapely
from shapely.geometry import LineString

from tests.conftest import SAMPLE
from tests.printed import control, screening

GEOD = pyproj.Geod(a=6378137, rf=298.257222101)
ELEMENTS = {"镉": "cadmium", "汞": "mercury", "砷": "arsenic", "铅": "lead", "铬": "chromium"}
CLASSES = {"priority_protection": 1, "safe_use": 2, "strict_control": 3}
LEVELS = {1: "high", 2: "medium", 3: "low"}
CLUES = {1: "medium", 2: "low", 3: "low"}
TURNS = {"N": 0, "NNE": 1, "NE": 2, "ENE": 3, "E": 4, "ESE": 5, "SE": 6, "SSE": 7, "S": 8, "SSW": 9, "西南": 10,
         "西南偏西风": 11, "W": 12, "WNW": 13, "NW": 14, "NNW": 15}  # fmt: skip
"""The place of each direction of the wind in the rose, as the sample's file spells them."""


def rows_of(name):
    return list(csv.DictReader(io.StringIO((SAMPLE / name).read_bytes().decode("gb18030"))))


def soil_samples():
    """Return the samples of both files: code, point, unit, day, place, pH and the elements in mg/kg."""
    book = openpyxl.load_workbook(SAMPLE / "农业农村局" / "协同监测样品.xlsx")
    header, _, *cells = book["土壤样品"].iter_rows(min_row=2, values_only=True)
    found = []
    for row in (dict(zip(header, row, strict=True)) for row in cells):
        values = {}
        for name, item in ELEMENTS.items():
            # Whatever is below detection here is far below every limit.
            value = row[name]
            value = (None if value == "o.52" else 0.0) if isinstance(value, str) else value
            values[item] = value / 1000 if name == "汞" and value else value
        code, place = row["样品编号"], (row["经度"], row["纬度"])
        found.append((code, code, row["所在单元编码"], "2026", place, row["pH"],
                      "水田" if row["土地利用"] == "水田" else "其他", values))  # fmt: skip
    for row in rows_of("农业农村局/土壤定位监测.csv"):
        values = {item: float(row[f"{name}(mg/kg)"]) for name, item in ELEMENTS.items()}
        ph = float(row["pH"]) if row["pH"] else None
        found.append((row["样品编号"], row["监测点位编号"], row["所在单元编码"], row["采样日期"],
                      (float(row["经度"]), float(row["纬度"])), ph, "其他", values))  # fmt: skip
    return found


def level_range(ph, land, values):
    """Return the level that a sample has at least, and at most, by the printed limits."""
    if ph is None:
        return 1, 3
    band = sum(ph > edge for edge in (5.5, 6.5, 7.5))
    known = [
        1 + (value > screening(item, land, band)) + (value > control(item, band))
        for item, value in values.items()
        if value is not None
    ]
    return max(known), 3 if len(known) < len(values) else max(known)


def last_of_each_point():
    last = {}
    for sample in sorted(soil_samples(), key=lambda sample: sample[3]):
        last[sample[1]] = sample
    return list(last.values())


@pytest.fixture(scope="module")
def land(sample_atlas):
    layer = sample_atlas.layers["cultivated_land"]
    return gpd.GeoDataFrame(
        {"code": layer.keys, "class": layer.classes, "town": layer.townships}, geometry=layer.frame.geometry
    )


def strays(land, samples):
    """Return the codes of samples that lie more than 30 m from the unit that they name."""
    shapes = land.set_index("code").geometry
    points = gpd.GeoSeries(gpd.points_from_xy(*zip(*(one[4] for one in samples), strict=True)), crs="EPSG:4490")
    places = points.to_crs(land.crs)
    return {one[0] for one, place in zip(samples, places, strict=True) if shapes[one[2]].distance(place) > 30}


def test_the_unit_check_is_what_the_share_rules_say(sample_atlas, land):
    samples = last_of_each_point()
    astray = strays(land, samples)
    units = defaultdict(list)
    for code, _, unit, _, _, *soil in samples:
        if code not in astray:
            units[unit].append(level_range(*soil))
    classes = dict(zip(land["code"], land["class"], strict=True))
    expected = Counter()
    for unit, ranges in units.items():
        # Every level that each sample may have: what holds for all of them is sure.
        verdicts = {verdict(CLASSES[classes[unit]], chosen) for chosen in itertools.product(*map(levels_of, ranges))}
        if verdicts != {None}:
            sure = [grade for grade in verdicts if grade]
            expected[unit, LEVELS[max(sure)] if None not in verdicts else "unknown"] += 1
    expected.update((one[2], "unknown") for one in samples if one[0] in astray)
    found = sample_atlas.findings.query("rule == 'unit_class_check'")
    assert Counter(zip(found["of_key"], found["level"], strict=True)) == expected
    assert {*found["level"]} == {"high", "medium", "low", "unknown"}


def levels_of(ends):
    return range(ends[0], ends[1] + 1)


def verdict(own, levels):
    """Return how badly samples of sure levels fit a class, 1 the worst; None where they fit."""
    share = levels.count(own) / len(levels)
    grades = [1] if own < 3 and 3 in levels else []
    grades += [2] if own == 1 and (share < 0.8 or levels.count(2) > 2) else []
    grades += [3] if (own == 2 and share < 0.8) or (own == 3 and share < 0.5) else []
    return min(grades, default=None)


def test_the_units_without_a_sample_are_those_that_no_sample_names(sample_atlas, land):
    samples = last_of_each_point()
    named = {one[2] for one in samples if one[0] not in strays(land, samples)}
    bare = land[~land["code"].isin(named)]
    found = sample_atlas.findings.query("rule == 'unit_without_sample'")
    strict = bare[bare["class"] == "strict_control"]
    assert sorted(found.loc[found["level"] == "medium", "of_key"]) == sorted(strict["code"])
    local = pyproj.CRS("+proj=laea +lat_0=34.9 +lon_0=112.74 +ellps=GRS80 +units=m")
    areas = bare[bare["class"] == "safe_use"].to_crs(local).assign(area=lambda frame: frame.area * 3 / 2000)
    summed = found[found["level"] == "low"]
    expected = areas.groupby("town")["area"].sum().to_dict()
    assert dict(zip(summed["township"], summed["value"], strict=True)) == pytest.approx(expected, rel=1e-5)
    assert found.loc[found["level"] == "unknown", "of_key"].tolist() == bare.loc[bare["class"] == "", "code"].tolist()


def test_the_warnings_are_what_the_printed_limits_and_the_sample_before_say(sample_atlas):
    by_point = defaultdict(list)
    for sample in sorted(soil_samples(), key=lambda sample: sample[3]):
        by_point[sample[1]].append(sample)
    expected = {}
    for samples in by_point.values():
        code, _, _, _, _, ph, land, values = samples[-1]
        if ph is None or (None in values.values() and level_range(ph, land, values)[0] < 3):
            expected[code] = "unknown"
            continue
        if level_range(ph, land, values)[0] == 3:
            continue
        band = sum(ph > edge for edge in (5.5, 6.5, 7.5))
        grades = set()
        for item, value in values.items():
            above = value > screening(item, land, band)
            ratio = value / (control(item, band) if above else screening(item, land, band))
            grades |= ({3} if above else {1}) if ratio >= 0.8 else set()
            if len(samples) > 1 and ratio >= 0.3:
                grades |= {2} if value / samples[-2][-1][item] > 1.3 else set()
        expected |= {code: {3: "high", 2: "medium", 1: "low"}[max(grades)]} if grades else {}
    found = sample_atlas.findings.query("rule == 'soil_sample_warning'")
    assert dict(zip(found["of_key"], found["level"], strict=True)) == expected
    assert {*found["level"]} == {"high", "medium", "low", "unknown"}


@pytest.fixture(scope="module")
def rose():
    shares = {row["风向"]: float(row["风频(%)"]) for row in rows_of("气象局/风玫瑰.csv")}
    return [shares[name] for name in TURNS]


@pytest.fixture(scope="module")
def waters():
    """Return the ways that water is known to take, as lines down the stream, and the waters whose flow nobody knows."""
    to_plane = pyproj.Transformer.from_crs("EPSG:4490", "EPSG:4547", always_xy=True)
    lines = {}
    for name in ("河流", "排水沟"):
        for feature in json.loads((SAMPLE / "水利局" / f"{name}.geojson").read_text("utf-8"))["features"]:
            told = feature["properties"]
            corners = np.column_stack(to_plane.transform(*np.array(feature["geometry"]["coordinates"]).T))
            lines.setdefault((told.get("名称") or told["渠道名称"], told["流向"]), []).append(corners)
    whole = {name: np.vstack(parts if flow != "逆绘制方向" else [part[::-1] for part in parts])
             for (name, flow), parts in lines.items()}  # fmt: skip
    river = LineString(whole["蟒河"])
    ways = [river, LineString(whole["黄河"])]
    for name in ("示例1号排水沟", "示例2号排水沟"):
        mouth = river.project(shapely.Point(whole[name][-1]))
        below = shapely.ops.substring(river, mouth, river.length)
        ways.append(LineString([*whole[name], *below.coords[1:]]))
    return ways, shapely.union_all([LineString(whole[name]) for name in ("老蟒河", "示例3号排水沟")])


def down_the_stream(way, source, corners):
    if source.distance(way) > 300:
        return False
    near = corners[shapely.distance(corners, way) <= 300]
    return len(near) > 0 and shapely.line_locate_point(way, near).max() >= way.project(source)


def wind_toward(rose, source, unit, to_degrees):
    """Return how many times as often as an even wind it blows from a source toward a unit."""
    outline = shapely.get_coordinates(shapely.segmentize(unit.exterior, 1.0))
    x, y = to_degrees.transform(*outline.T)
    lon, lat = to_degrees.transform(source.x, source.y)
    azimuths, _, _ = GEOD.inv(np.full(len(x), lon), np.full(len(x), lat), x, y)
    seen = {int(turn) for turn in np.round(azimuths / 22.5) % 16}
    return sum(rose[(turn + 8) % 16] for turn in seen) / (6.25 * len(seen))


def once(candidates):
    """Return candidates without those whose code or name one before them has."""
    kept = []
    for one in candidates:
        kept += [one] if one[3] not in {other[3] for other in kept} else []
    candidates, kept = kept, []
    for one in candidates:
        kept += [one] if one[4] not in {other[4] for other in kept} else []
    return kept


def test_the_sources_to_look_into_are_what_brute_force_finds(sample_atlas, land, rose, waters):
    ways, unsure = waters
    to_degrees = pyproj.Transformer.from_crs(land.crs, "EPSG:4490", always_xy=True)
    polluted = land[land["class"].isin(["safe_use", "strict_control"])]
    local = pyproj.CRS("+proj=tmerc +lat_0=0 +lon_0=112.74 +k=1 +ellps=GRS80 +units=m")
    true = polluted.to_crs(local).geometry
    candidates = defaultdict(list)
    for own_id in ("cadmium_enterprise", "key_unit", "discharge_outlet", "priority_plot"):
        layer = sample_atlas.layers[own_id]
        media = layer.frame["medium"] if own_id == "discharge_outlet" else dict.fromkeys(layer.frame.index, "")
        shapes = layer.frame.geometry[layer.frame.geometry.notna()]
        for at, source in shapes.items():
            metres = true.distance(shapes.to_crs(local)[at])
            middle = shapely.point_on_surface(source)
            for unit in metres.index[metres <= 1000]:
                shape = land.geometry[unit]
                corners = shapely.points(shapely.get_coordinates(shapely.segmentize(shape.exterior, 5.0)))
                times = wind_toward(rose, middle, shape, to_degrees) if media[at] != "water" else 0
                wet = media[at] != "air"
                strong = times >= 1.5 or (wet and any(down_the_stream(way, source, corners) for way in ways))
                grade = 1 if strong else 2 if times >= 1 or metres[unit] <= 300 else 3
                open_ = wet and grade > 1 and source.distance(unsure) <= 300 and shape.distance(unsure) <= 300
                names = layer.keys[at], layer.labels[at]
                candidates[land["code"][unit]].append((grade, round(metres[unit], 3), own_id, *names, not open_))
    expected = {}
    for unit, own in candidates.items():
        first, *others = once(sorted(own))
        listed = [first, *(one for one in others[:2] if one[0] < 3 or not one[5])]
        expected |= {(unit, key): (CLUES[grade], metres) for grade, metres, _, key, *_ in listed}
    found = sample_atlas.findings.query("rule == 'farmland_source_trace' and of_key != ''")
    told = {(row.of_key, row.to_key): (row.level, row.value) for row in found.itertuples()}
    assert {pair: level for pair, (level, _) in told.items()} == {pair: level for pair, (level, _) in expected.items()}
    assert [told[pair][1] for pair in expected] == pytest.approx([metres for _, metres in expected.values()], abs=0.05)
    [far] = sample_atlas.findings.query("rule == 'farmland_source_trace'")["reason"].loc[
        lambda r: r.str.contains("没有候选源")
    ]
    # The field without a class may be polluted too.
    assert f"有{len(polluted) + 1 - len(candidates)}个单元" in far
