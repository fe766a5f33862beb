"""Whether what is to be watched has a sampling point near it that was sampled this year."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from onemap.errors import SpecError
from onemap.model import Layer
from onemap.risk.assess import Ground, assess
from onemap.risk.measurement import Given
from onemap.spec.catalogue import load_catalogue
from onemap.spec.known import Known
from onemap.spec.measures import make_rule
from onemap.text import speaking

SPECS = load_catalogue().layers
KNOWN = Known(SPECS)
DAY = dt.date(2026, 11, 30)
PLACE = (389_000.0, 3_865_000.0)
"""In Mengzhou, EPSG:4547; there a metre of the plane is 1 m of the ground to 0.02 %."""


def layer(name: str, points: list[tuple[object, ...]], **columns) -> Layer:
    """Return a layer of points east of `PLACE` by so many metres (None: nowhere), or of shapes."""
    spec = SPECS[name]
    shapes = [_shape(point[0]) for point in points]
    frame = gpd.GeoDataFrame(dict.fromkeys(spec.fields), index=range(len(points)), geometry=shapes, crs="EPSG:4547")
    keys = {spec.key: [f"{name}-{at}" for at in range(len(points))], "located_in": ""}
    return Layer(spec, frame.assign(**keys, **columns))


def _shape(place):
    if isinstance(place, int | float):
        return Point(PLACE[0] + place, PLACE[1])
    return place


def samples(*points, name="soil_sample", field="sampled_on") -> Layer:
    """Return samples, each so far east and taken on a day."""
    return layer(name, points, **{field: pd.to_datetime(pd.Series([point[1] for point in points], dtype=object))})


UNITS = layer("key_unit", [(0,)])


def rule(**changes):
    keys = {
        "id": "r", "title": "清单", "basis": "依据", "measure": "coverage", "of": "key_unit",
        "to": ["soil_sample", "groundwater_point"], "reach": 1000,
        "sampled": {"soil_sample": "sampled_on", "groundwater_point": "monitored_on"},
        "levels": {"high": 2, "medium": 1}, "reason": "因{when}",
    }  # fmt: skip
    return make_rule({**keys, **changes}, KNOWN)


def listed(*to: Layer, of: Layer = UNITS, **changes) -> list[tuple[str, str, float, str]]:
    layers = {one.spec.id: one for one in (of, *to)}
    with speaking("en"):
        table, _ = assess([rule(of=of.spec.id, **changes)], Ground(layers, frozenset(), SPECS, given=Given(DAY)))
    rows = table[table["of_key"] != ""]
    values = rows["value"].to_numpy(dtype=float, na_value=np.nan)
    return list(zip(rows["level"], rows["to_key"], values, rows["reason"], strict=True))


WELLS = samples((5000, "2026-03-01"), name="groundwater_point", field="monitored_on")


def test_what_was_sampled_this_year_within_reach_is_not_listed():
    assert listed(samples((900, "2026-01-01")), WELLS) == []


def test_without_a_point_within_reach_it_is_high_and_the_nearest_is_named():
    [(level, key, metres, reason)] = listed(samples((1500, "2026-01-01"), (2500, "2026-01-01")), WELLS)
    assert (level, key) == ("high", "soil_sample-0")
    assert metres == pytest.approx(1500, rel=2e-4)
    assert "soil_sample-0, is 1500 m away" in reason


def test_points_that_were_not_sampled_this_year_are_medium():
    [(level, key, _, reason)] = listed(samples((400, "2025-12-31"), (300, "2024-05-01")), WELLS)
    assert (level, key) == ("medium", "soil_sample-1")
    assert "2 sampling points within 1000 m, none sampled in 2026, the last on 2025-12-31" in reason


def test_one_point_of_any_layer_is_enough():
    assert listed(samples((400, "2025-12-31")), samples((700, "2026-02-01"), name="groundwater_point",
                                                         field="monitored_on")) == []  # fmt: skip


def test_a_point_without_a_date_cannot_be_judged():
    [(level, _, _, reason)] = listed(samples((400, None), (300, "2024-05-01")), WELLS)
    assert level == "unknown"
    assert "1 of the sampling points within 1000 m have no date" in reason


def test_a_point_without_a_date_does_not_matter_beside_one_that_was_sampled():
    assert listed(samples((400, None), (300, "2026-05-01")), WELLS) == []


def test_a_layer_that_is_not_there_is_said_and_is_not_no_point():
    [(level, _, _, reason)] = listed(samples((1500, "2026-01-01")))
    assert level == "unknown"
    assert "no data of Groundwater point were provided" in reason


def test_what_is_sampled_is_covered_whatever_layer_is_not_there():
    assert listed(samples((500, "2026-01-01"))) == []


def test_without_any_of_the_layers_nothing_is_judged():
    with speaking("en"):
        table, _ = assess([rule()], Ground({"key_unit": UNITS}, frozenset(), SPECS, given=Given(DAY)))
    assert set(table["level"]) == {"unknown"}
    assert all("were provided" in reason for reason in table["reason"])


def test_a_feature_without_a_place_cannot_be_judged():
    [(level, _, metres, _)] = listed(samples((1, "2026-01-01")), WELLS, of=layer("key_unit", [(None,)]))
    assert level == "unknown"
    assert np.isnan(metres)


def test_a_point_without_a_place_is_told_and_the_others_count():
    soil = samples((1500, "2026-01-01"), (2500, "2026-01-01"), (3000, "2026-01-01"), (None, "2026-01-01"))
    with speaking("en"):
        layers = {one.spec.id: one for one in (UNITS, soil, WELLS)}
        table, _ = assess([rule()], Ground(layers, frozenset(), SPECS, given=Given(DAY)))
    assert table["level"].tolist() == ["high", "unknown"]
    assert "1 records of Farmland soil sample have no coordinates" in table["reason"][1]


def test_where_most_points_have_no_place_nobody_can_say_that_there_is_none():
    soil = samples((1500, "2026-01-01"), (None, "2026-01-01"))
    [(level, _, _, reason)] = listed(soil, WELLS)
    assert level == "unknown"
    assert "too many records of Farmland soil sample" in reason


def test_that_no_point_meets_the_conditions_is_no_gap_in_the_data():
    where = {"soil_sample": {"land_use": ["水田"]}}
    soil = samples((100, "2026-01-01"))
    soil = Layer(soil.spec, soil.frame.assign(land_use="dry"))
    [(level, key, metres, _)] = listed(soil, to=["soil_sample"], sampled={"soil_sample": "sampled_on"}, where=where)
    assert (level, key) == ("high", "")
    assert np.isnan(metres)


def test_a_point_of_which_the_condition_is_not_known_leaves_it_open():
    where = {"soil_sample": {"land_use": ["水田"]}}
    [(level, _, _, reason)] = listed(
        samples((100, "2026-01-01")), to=["soil_sample"], sampled={"soil_sample": "sampled_on"}, where=where
    )
    assert level == "unknown"
    assert "not known whether they count" in reason


def test_exactly_at_the_reach_is_within_it():
    [(_, _, metres, _)] = listed(samples((1500, "2026-01-01")), WELLS)
    assert listed(samples((1500, "2026-01-01")), WELLS, reach=float(metres) + 0.001) == []


LAND = layer("cultivated_land", [(box(*PLACE, PLACE[0] + 100, PLACE[1] + 100),)], land_class="strict_control")
INSIDE = {"to": ["soil_sample"], "sampled": {"soil_sample": "sampled_on"}, "reach": 0}


@pytest.mark.parametrize(("east", "levels"), [(50, []), (0, []), (-1, ["high"]), (101, ["high"])])
def test_a_reach_of_nothing_is_inside_or_on_the_edge(east, levels):
    assert [level for level, *_ in listed(samples((east, "2026-01-01")), of=LAND, **INSIDE)] == levels


def test_a_reach_without_end_is_refused():
    with pytest.raises(SpecError, match="reach"):
        load_catalogue(changes={"key_unit_coverage": {"reach": float("inf")}})


def test_inside_is_said_as_such():
    [(_, _, _, reason)] = listed(samples((300, "2026-01-01")), of=LAND, **INSIDE)
    assert "is inside it" in reason


def test_how_near_nobody_laid_down_and_it_is_asked_for():
    table, _ = assess([rule(reach=None)], Ground({"key_unit": UNITS}, frozenset(), SPECS, given=Given(DAY)))
    assert table["level"].tolist() == ["unknown"]
    assert "reach" in table["reason"][0]
    assert "[rules.r]" in table["reason"][0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sampled": {"soil_sample": "sampled_on"}}, "groundwater_point"),
        ({"sampled": {"soil_sample": "sampled_on", "groundwater_point": "monitored_an"}}, "monitored_on"),
        ({"sampled": {"soil_sample": "ph", "groundwater_point": "monitored_on"}}, "no date"),
        ({"sampled": {"soil_sample": "sampled_on", "groundwater_point": "monitored_on", "river": "a"}}, "river"),
        ({"reach": -1}, "reach"),
        ({"to": []}, "to"),
    ],
)
def test_what_is_wrong_in_a_rule_is_told(changes, told):
    with speaking("en"), pytest.raises(SpecError) as fault:
        rule(**changes)
    assert told in f"{fault.value.message} {fault.value.hint}"


distances = st.lists(st.tuples(st.integers(1, 5000), st.sampled_from(["2025-06-01", "2026-06-01", None])), max_size=6)


@settings(max_examples=30)
@given(distances, st.integers(10, 4000))
def test_the_level_is_what_the_points_within_reach_say(points, reach):
    # Points within a metre of the reach would ask what a metre of the plane is worth.
    points = [(east, day) for east, day in points if abs(east - reach) > 2] or [(9000, "2026-06-01")]
    days = [day for east, day in points if east < reach]
    expected = ["high"]
    if days:
        expected = [] if "2026-06-01" in days else ["unknown"] if None in days else ["medium"]
    one = {"to": ["soil_sample"], "sampled": {"soil_sample": "sampled_on"}}
    assert [level for level, *_ in listed(samples(*points), reach=reach, **one)] == expected


@settings(max_examples=30)
@given(distances, st.integers(10, 4000), st.integers(10, 4000))
def test_a_farther_reach_never_finds_fewer_points(points, reach, other):
    near, far = sorted((reach, other))
    points = points or [(9000, "2026-06-01")]
    one = {"to": ["soil_sample"], "sampled": {"soil_sample": "sampled_on"}}
    levels = [[level for level, *_ in listed(samples(*points), reach=each, **one)] for each in (near, far)]
    assert levels[0] == ["high"] or levels[1] != ["high"]
