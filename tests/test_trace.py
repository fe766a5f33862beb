"""Sources near polluted farmland: what wind and water say for them, and how they are ranked."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import shapely.ops
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.geometry import LineString

from onemap.errors import SpecError
from onemap.flat import flatten
from onemap.risk.assess import Ground, assess
from onemap.risk.plane.network import Stretch, make_network, stretches
from onemap.risk.wind import SECTORS, read_rose, sectors_faced
from onemap.spec.known import Known
from onemap.spec.measures import make_rule
from onemap.text import speaking
from tests.farmland import CATALOGUE, PLACE, at, layer, listed, rule, square
from tests.ground import CRS, GEOD, placed

NAMES = ["n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw"]


def rose(**shares):
    """Return a wind rose that blows so often from some directions, and else never."""
    return bare_rose(**{**dict.fromkeys(NAMES, 0), **shares})


def bare_rose(**shares):
    return layer("wind", [{"direction": name, "frequency": share} for name, share in shares.items()])


def units(*shapes, kind="strict_control"):
    return layer(
        "cultivated_land",
        [{"unit_code": f"U{n}", "unit_name": f"单元{n}", "land_class": kind} for n, _ in enumerate(shapes)],
        shapes,
    )


def works(*shapes, own_id="cadmium_enterprise"):
    key, label = {"cadmium_enterprise": ("credit_code", "enterprise_name")}.get(own_id, ("plot_code", "plot_name"))
    return layer(own_id, [{key: f"{own_id}{n}", label: f"示例{own_id}{n}"} for n, _ in enumerate(shapes)], shapes)


def river(flow, *places):
    """Return a river through places, each an azimuth and a distance from the middle."""
    line = LineString([at(*place) for place in places])
    return layer("river", [{"river_code": "R", "river_name": "示例河", "flow": flow}], [line])


def traced(*layers, **changes):
    sources = ("cadmium_enterprise", "priority_plot", "key_unit", "discharge_outlet")
    to = [one.spec.id for one in layers if one.spec.id in sources]
    # A level for each grade of the measure: the list that ships puts some of them together.
    levels = {"high": 1, "medium": 2, "low": 3}
    return listed("farmland_source_trace", *layers, **{"to": to, "levels": levels, **changes})


def pairs(table):
    return table[table["to_key"] != ""]


WEST_TO_EAST = ((270, 900), (90, 900))


@pytest.mark.parametrize("azimuth", [0, 11, 12, 45, 100, 191, 258.7, 348.8, 359])
def test_the_wind_that_blows_from_a_source_toward_a_unit_comes_from_the_other_side(azimuth):
    # On the ellipsoid, by pyproj: from the source in the middle to a small unit.
    unit = square(azimuth, 700, half=1)
    corners = [GEOD.inv(*PLACE, *corner)[0] % 360 for corner in shapely.get_coordinates(unit)]
    expected = {NAMES[round((corner + 180) / 22.5) % 16] for corner in corners}
    flat = flatten(np.array([placed(unit)], dtype=object))
    faced = sectors_faced(shapely.get_coordinates(placed(at(0, 0))), flat, np.array([0]), CRS)[0]
    assert {SECTORS[(n + 8) % 16] for n in np.flatnonzero(faced)} == expected


@given(st.floats(0, 360), st.floats(120, 900), st.floats(5, 60))
def test_the_whole_width_of_a_unit_counts(azimuth, metres, half):
    unit = square(azimuth, metres, half)
    ring = shapely.get_coordinates(shapely.segmentize(unit, 1e-6))
    seen = {round(GEOD.inv(*PLACE, *place)[0] / 22.5) % 16 for place in ring}
    flat = flatten(np.array([placed(unit)], dtype=object))
    faced = sectors_faced(shapely.get_coordinates(placed(at(0, 0))), flat, np.array([0]), CRS)[0]
    assert seen <= set(np.flatnonzero(faced)) and faced.sum() <= len(seen) + 1


def test_a_unit_all_around_a_source_is_faced_in_every_direction():
    flat = flatten(np.array([placed(square(0, 0, 200))], dtype=object))
    assert sectors_faced(shapely.get_coordinates(placed(at(0, 0))), flat, np.array([0]), CRS).all()


@pytest.mark.parametrize(
    ("share", "level"),
    [(9.4, "high"), (9.375, "high"), (9.37, "medium"), (6.25, "medium"), (6.24, "low")],
)  # 6.25 % from each of 16 directions is an even wind; 1.5 times that is 9.375 %
def test_the_wind_toward_a_unit_gives_the_level_beyond_the_near_distance(share, level):
    # The unit lies due south, in one sector: the wind from the north.
    found = traced(units(square(180, 700)), works(at(0, 0)), rose(n=share, calm=100 - share))
    assert found["level"].tolist() == [level]


def test_the_sentence_gives_the_winds_their_share_and_how_it_compares_with_an_even_wind():
    with speaking("zh"):
        found = traced(units(square(180, 700)), works(at(0, 0)), rose(n=12.5, calm=87.5))
    assert "北风，风频合计12.5%，为均匀风频的2.00倍" in found["reason"][0]


def test_nothing_is_called_a_cause():
    with speaking("zh"):
        found = traced(units(square(180, 700)), works(at(0, 0)), rose(n=50, calm=50))
    assert "列为待核查线索，不作成因认定" in found["reason"][0]


@pytest.mark.parametrize(("total", "used"), [(99.0, True), (101.0, True), (98.9, False), (101.1, False), (1.0, False)])
def test_a_rose_that_does_not_add_up_is_told_and_not_used(total, used):
    problem = read_rose(rose(n=10, calm=total - 10), 1.0).problem
    assert (problem == "") == used


def test_a_rose_of_eight_directions_says_nothing_of_those_between_them():
    with speaking("zh"):
        found = traced(units(square(200, 700)), works(at(0, 0)), bare_rose(**dict.fromkeys(NAMES[::2], 12.5)))
    assert "风玫瑰只有16个方位中的8个" in found["reason"][0]


def test_a_rose_that_is_not_used_says_so_in_the_line_and_lowers_nothing():
    with speaking("zh"):
        found = traced(units(square(180, 200)), works(at(0, 0)), rose(n=50, calm=43))
    assert found["level"].tolist() == ["medium"]
    assert "风玫瑰频率合计为93.0%，不是100%，未采用，大气途径不能判定" in found["reason"][0]


def test_without_a_rose_the_air_cannot_be_told():
    with speaking("zh"):
        assert "无风玫瑰资料，大气途径不能判定" in traced(units(square(180, 700)), works(at(0, 0)))["reason"][0]


def test_two_roses_are_told_apart_by_nobody_but_the_project():
    both = layer("wind", [{"direction": "n", "frequency": 60}, {"direction": "n", "frequency": 40}])
    with speaking("zh"):
        assert "不止一张" in read_rose(both, 1.0).problem


@pytest.mark.parametrize(
    ("metres", "level"), [(319, "medium"), (321, "low")]
)  # the square begins 20 m before its middle
def test_so_near_a_source_is_looked_into_whatever_the_pathways(metres, level):
    assert traced(units(square(180, metres)), works(at(0, 0)))["level"].tolist() == [level]


def test_a_source_beyond_reach_is_no_candidate_and_such_units_are_told_once():
    with speaking("zh"):
        found = traced(units(square(180, 1100), square(170, 1200), square(180, 500)), works(at(0, 0)))
    assert pairs(found)["of_key"].tolist() == ["U2"]
    [row] = found[found["of_key"] == ""].to_dict("records")
    assert row["level"] == "unknown" and "有2个单元1000米内没有候选源" in row["reason"]


def test_the_distance_is_that_on_the_ellipsoid_to_the_edge():
    found = traced(units(square(180, 700)), works(at(0, 0)))
    assert found["value"][0] == pytest.approx(680, abs=0.1)


@pytest.mark.parametrize(
    ("flow", "unit", "level"),
    [
        ("forward", (80, 700), "high"),
        ("backward", (80, 700), "low"),
        ("forward", (280, 700), "low"),
        ("backward", (280, 700), "high"),
        ("unknown", (80, 700), "low"),
        (None, (80, 700), "low"),
    ],
)
def test_down_the_stream_goes_by_the_flow_that_was_told_and_not_by_the_drawing(flow, unit, level):
    found = traced(units(square(*unit)), works(at(0, 50)), river(flow, *WEST_TO_EAST))
    assert found["level"].tolist() == [level]


def test_an_unknown_flow_is_said_with_the_length_along_the_water():
    with speaking("zh"):
        reason = traced(units(square(90, 700)), works(at(0, 50)), river("unknown", *WEST_TO_EAST))["reason"][0]
    # From the foot of the works to the near side of the unit.
    assert "沿示例河相距680米，流向未知，上下游关系不能判定" in reason


def test_what_lies_too_far_from_the_water_is_not_on_it():
    found = traced(units(square(0, 700)), works(at(0, 50)), river("forward", *WEST_TO_EAST))
    assert found["level"].tolist() == ["low"]
    assert "示例河" not in found["reason"][0]


def test_a_unit_on_both_sides_of_the_source_is_partly_down_the_stream():
    wide = square(90, 0, 200)
    found = traced(units(wide), works(at(180, 250)), river("forward", *WEST_TO_EAST), near=1)
    assert found["level"].tolist() == ["high"]


@pytest.mark.parametrize(("gap", "level"), [(19, "high"), (25, "low")])
def test_a_river_in_two_parts_is_one_where_they_end_near_one_another(gap, level):
    parts = [LineString([at(270, 900), at(90, 300)]), LineString([at(90, 300 + gap), at(90, 900)])]
    records = [{"river_code": f"R{n}", "river_name": "示例河", "flow": "forward"} for n in range(2)]
    found = traced(units(square(90, 800)), works(at(0, 50)), layer("river", records, parts), bank=100)
    assert found["level"].tolist() == [level]


def test_a_ditch_that_ends_at_the_middle_of_a_river_leads_down_it_and_not_up():
    lines = [LineString([at(0, 600), at(0, 2)]), LineString([at(270, 900), at(90, 900)])]
    records = [{"river_code": f"R{n}", "river_name": f"线{n}", "flow": "forward"} for n in range(2)]
    found = traced(units(square(90, 500), square(270, 500)), works(at(5, 500)), layer("river", records, lines), bank=60)
    assert dict(zip(found["of_key"], found["level"], strict=True)) == {"U0": "high", "U1": "low"}


def test_rivers_drawn_as_areas_say_nothing_and_that_is_told():
    area = layer("river", [{"river_name": "示例河", "flow": "forward"}], [square(0, 0, 900)])
    with speaking("zh"):
        found = traced(units(square(90, 700)), works(at(0, 50)), area)
    assert "河流中有1条以面绘制" in found[found["to_key"] == ""]["reason"].iloc[0]
    assert "无河流线资料，水途径不能判定" in pairs(found)["reason"].iloc[0]


def test_candidates_of_several_layers_are_ranked_together_and_the_rest_is_counted():
    sources = works(at(0, 0), at(0, 60), at(0, 120)), works(at(0, 30), own_id="priority_plot")
    with speaking("zh"):
        found = traced(units(square(180, 100)), *sources, top=2)
    assert found["to_key"].tolist() == ["cadmium_enterprise0", "priority_plot0"]
    assert "4个候选源中的第1位（列出2个）" in found["reason"][0]
    assert "4个候选源中的第2位（列出2个）" in found["reason"][1]


def test_a_pathway_goes_before_a_shorter_distance():
    # The farther one lies north of the unit, from where the wind blows.
    dry = river("forward", (0, 5000), (10, 5000))
    with speaking("zh"):
        found = traced(units(square(180, 700)), works(at(180, 1200), at(0, 100)), rose(n=50, calm=50), dry)
    assert found["to_key"].tolist() == ["cadmium_enterprise1"]
    assert "2个候选源中的第1位（列出1个）" in found["reason"][0]


def outlet(medium, place):
    record = {"outlet_code": "P", "unit_name": "示例厂", "medium": medium}
    return layer("discharge_outlet", [record], [place])


@pytest.mark.parametrize(("medium", "level"), [("air", "low"), ("water", "high"), (None, "high")])
def test_an_outlet_goes_by_what_it_gives_off_to(medium, level):
    # Down the stream, and never down the wind.
    found = traced(units(square(90, 700)), outlet(medium, at(0, 50)), river("forward", *WEST_TO_EAST), rose(calm=100))
    assert found["level"].tolist() == [level]


def test_an_outlet_into_water_is_not_down_the_wind():
    with speaking("zh"):
        found = traced(units(square(180, 700)), outlet("water", at(0, 0)), rose(n=50, calm=50))
    assert found["level"].tolist() == ["low"] and "该源只排入水" in found["reason"][0]


def test_a_works_in_two_ledgers_is_one_candidate():
    unit = layer("key_unit", [{"credit_code": "cadmium_enterprise0", "unit_name": "另名"}], [at(0, 5)])
    with speaking("zh"):
        found = traced(units(square(180, 700)), works(at(0, 0)), unit)
    assert found["to_layer"].tolist() == ["cadmium_enterprise"] and "唯一的候选源" in found["reason"][0]


def test_two_works_of_one_name_in_one_ledger_are_two_candidates():
    records = [{"credit_code": code, "enterprise_name": "砖厂"} for code in ("X", "Y")]
    found = traced(units(square(180, 700)), layer("cadmium_enterprise", records, [at(0, 0), at(90, 400)]))
    assert found["to_key"].tolist() == ["X", "Y"]


def test_codes_of_different_kinds_that_look_alike_are_not_one_works():
    plot = layer("priority_plot", [{"plot_code": "1", "plot_name": "甲厂旧址"}], [at(0, 0)])
    other = layer("discharge_outlet", [{"outlet_code": "1", "unit_name": "乙厂"}], [at(0, 5)])
    assert sorted(traced(units(square(180, 700)), plot, other)["to_label"]) == ["乙厂", "甲厂旧址"]


def test_the_outlets_of_a_works_are_one_candidate():
    records = [{"outlet_code": code, "unit_name": "乙厂"} for code in ("1", "2")]
    found = traced(units(square(180, 700)), layer("discharge_outlet", records, [at(0, 0), at(0, 5)]))
    assert found["to_key"].tolist() == ["1"]


def test_a_river_without_a_name_leaves_no_hole_in_the_sentence():
    line = LineString([at(*place) for place in WEST_TO_EAST])
    with speaking("zh"):
        found = traced(units(square(90, 450)), works(at(270, 450)), layer("river", [{"flow": "forward"}], [line]))
    assert "沿未命名河流在其下游" in found["reason"][0]


def test_rivers_whose_lines_do_not_meet_are_not_passed_over():
    parts = [LineString([at(270, 900), at(270, 60)]), LineString([at(90, 0), at(90, 900)])]
    records = [{"river_code": name, "river_name": name, "flow": "forward"} for name in ("甲河", "乙河")]
    with speaking("zh"):
        found = traced(units(square(90, 450)), works(at(270, 450)), layer("river", records, parts), bank=100)
    assert "该源临甲河，单元临乙河，两处的河流线不相连，上下游关系不能判定" in found["reason"][0]


def test_where_a_pathway_cannot_be_told_no_candidate_is_left_off_for_it():
    assert len(traced(units(square(180, 700)), works(at(180, 1200), at(0, 100)))) == 2


def test_sources_without_a_place_are_told():
    with speaking("zh"):
        found = traced(units(square(180, 500)), works(at(0, 0), None))
    assert "1条记录没有坐标" in found[found["to_key"] == ""]["reason"].iloc[0]


def test_each_pair_has_the_line_that_was_measured():
    layers = {one.spec.id: one for one in (units(square(180, 500)), works(at(0, 0)))}
    table, links = assess([rule("farmland_source_trace")], Ground(layers, frozenset(), CATALOGUE.layers, CRS))
    assert links[0].length == pytest.approx(table["value"][0], rel=1e-3)


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"air": "river"}, "direction"), ({"water": ["township"]}, "beside"), ({"top": 0}, "top"), ({"near": -1}, "near")],
)
def test_a_wrong_key_is_refused(changes, told):
    shipped = CATALOGUE.rules["farmland_source_trace"].model_dump(exclude_defaults=True)
    with speaking("en"), pytest.raises(SpecError, match=told):
        make_rule({**shipped, "measure": "trace", **changes}, Known(CATALOGUE.layers))


@given(
    st.lists(st.tuples(st.floats(0, 3000), st.floats(0, 3000)), min_size=2, max_size=6, unique=True),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_along_one_line_exactly_one_of_two_places_lies_down_the_stream(corners, one, other):
    line = LineString(corners)
    assume(line.length > 0)
    network = make_network(np.array([line], dtype=object), np.array([1]), 1.0, 1.0)
    first, second = (Stretch(0, share * line.length, share * line.length) for share in (one, other))
    forth = network.ways([first], {0: [second]}, 1e9)[0]
    back = network.ways([second], {0: [first]}, 1e9)[0]
    if abs(one - other) * line.length > 1e-6:
        assert {forth.flow, back.flow} == {"down", "other"}
        assert forth.metres == pytest.approx(back.metres) == pytest.approx(abs(one - other) * line.length)


@given(st.integers(2, 9))
def test_parting_a_line_changes_no_way_along_it(count):
    whole = LineString([(0, 0), (900, 50), (1800, 0)])
    cuts = [shapely.ops.substring(whole, n / count, (n + 1) / count, normalized=True) for n in range(count)]
    found = []
    for lines in ([whole], cuts):
        network = make_network(np.array(lines, dtype=object), np.ones(len(lines), dtype=int), 0.5, 1.0)
        places = stretches(network, shapely.points([(300, 30), (1500, 30)]), 40, 1.0)
        found.append(network.ways(places[0], {0: places[1]}, 1e9)[0])
    assert (found[0].flow, found[1].flow) == ("down", "down")
    assert found[0].metres == pytest.approx(found[1].metres, abs=1e-6)
