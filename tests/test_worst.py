from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from onemap.errors import SpecError
from onemap.risk.assess import Ground, assess
from onemap.risk.measurement import Given
from onemap.spec.catalogue import load_catalogue
from onemap.spec.known import Known
from onemap.spec.measures import make_rule
from onemap.text import speaking
from tests.ground import SPECS, away, layer, placed, rule

HERE = (112.79, 34.9)
PLOT = placed(Point(HERE))
WHOLE = {
    "id": "grade", "title": "综合分级", "title_en": "Grade", "basis": "方案", "measure": "worst", "of": "plot",
    "lists": ["near", "under", "far"], "levels": {"high": 3, "medium": 2, "low": 1}, "reason": "因{when}",
    "reason_en": "{when}",
}  # fmt: skip


def near(own_id: str, **changes):
    return rule(id=own_id, title=own_id, title_en=own_id, **changes)


def receptor(metres: float) -> Point:
    return placed(Point(away(HERE, 90, metres)))


def graded(plots, receptors, *lists, **changes):
    layers = {"plot": plots, "receptor": receptors} if receptors else {"plot": plots}
    with speaking("en"):
        table, _ = assess([make_rule({**WHOLE, **changes}), *lists], Ground(layers, frozenset(), SPECS))
    return table[table["rule"] == "grade"]


LISTS = (
    near("near"),
    near(
        "under", measure="count", reach=500, levels={"high": 9, "medium": 5, "low": 1}, reason_en="{value:.0f} of them"
    ),
    near("far", reach=2000, levels={"high": 10, "low": 2000}),
)


def test_the_worst_list_decides_and_every_list_says_why():
    found = graded(layer("plot", [PLOT]), layer("receptor", [receptor(250)], kind=["school"]), *LISTS)
    assert found[["level", "value"]].to_numpy().tolist() == [["medium", 3.0]]
    assert found["reason"].tolist() == [
        "near medium (250 m from the School receptor 0); under low (1 of them); "
        "far low (250 m from the School receptor 0) (basis: 方案): graded medium"
    ]


def test_what_no_list_has_is_not_graded():
    assert graded(layer("plot", [PLOT]), layer("receptor", [receptor(2500)], kind=["school"]), *LISTS).empty


def test_the_grade_stands_where_its_rule_does_though_its_lists_are_made_first():
    plots, receptors = layer("plot", [PLOT]), layer("receptor", [receptor(250)], kind=["school"])
    ground = Ground({"plot": plots, "receptor": receptors}, frozenset(), SPECS)
    assert assess([make_rule(WHOLE), *LISTS], ground)[0]["rule"].iloc[0] == "grade"


def test_with_more_than_a_third_of_its_pathways_unknown_nothing_is_graded():
    unheard = near("under", to="field")
    lists = (near("near"), unheard, near("far", reach=2000, to=["field"], levels={"low": 2000}))
    found = graded(layer("plot", [PLOT]), layer("receptor", [receptor(50)], kind=["school"]), *lists)
    assert found["level"].tolist() == ["unknown"]
    assert "67 %" in found["reason"].iloc[0]
    # What is known is told all the same.
    assert "near high (50 m" in found["reason"].iloc[0]


def test_up_to_the_limit_unknown_pathways_are_told_and_the_others_decide():
    lists = (near("near"), near("under", to="field"), near("far", reach=2000, levels={"low": 2000}))
    found = graded(
        layer("plot", [PLOT]), layer("receptor", [receptor(50)], kind=["school"]), *lists, unknown_above=1 / 3
    )
    assert found["level"].tolist() == ["high"]
    assert "not known of under" in found["reason"].iloc[0]


def test_a_list_that_lacks_data_and_may_be_graver_says_so():
    lists = (near("near", to=["receptor", "field"]), near("under"), near("far"))
    found = graded(layer("plot", [PLOT]), layer("receptor", [receptor(800)], kind=["school"]), *lists)
    assert "near lacks some of its data and may be graver" in found["reason"].iloc[0]


def test_what_is_as_grave_as_can_be_is_not_put_in_doubt():
    lists = (near("near", to=["receptor", "field"]), near("under"), near("far"))
    found = graded(layer("plot", [PLOT]), layer("receptor", [receptor(50)], kind=["school"]), *lists)
    assert "lacks" not in found["reason"].iloc[0]


def test_a_list_that_was_not_run_is_called_by_its_title():
    own = Given(titles={"near": "重点管控清单", "under": "a", "far": "b"})
    layers = {"plot": layer("plot", [PLOT])}
    with speaking("zh"):
        table, _ = assess([make_rule(WHOLE)], Ground(layers, frozenset(), SPECS, given=own))
    assert "重点管控清单" in table["reason"][0]


def test_a_list_that_was_not_run_is_not_known():
    found = graded(layer("plot", [PLOT]), layer("receptor", [receptor(50)], kind=["school"]), near("near"))
    assert found["level"].tolist() == ["unknown"]


def test_a_nameless_plot_that_cannot_be_judged_takes_nothing_from_the_others():
    plots = layer("plot", [PLOT, PLOT, PLOT, None])
    plots.frame[[plots.spec.key, plots.spec.label]] = [["P0", "a"], ["P1", "b"], ["P2", "c"], ["", ""]]
    # No receptor within 500 m: the list "under" knows that of P0, whatever it does not know of the last plot.
    found = graded(plots, layer("receptor", [receptor(800)]), *LISTS)
    [line] = found[found["of_key"] == "P0"].to_dict("records")
    assert line["level"] == "low"
    assert "not known of" not in line["reason"]


def test_a_plot_without_a_place_cannot_be_graded():
    plots = layer("plot", [None, PLOT, PLOT, PLOT])
    found = graded(plots, layer("receptor", [receptor(50)], kind=["school"]), *LISTS)
    assert dict(zip(found["of_key"], found["level"], strict=True)) == {
        "plot-0": "unknown", "plot-1": "high", "plot-2": "high", "plot-3": "high",
    }  # fmt: skip


@given(st.lists(st.floats(20, 1500), min_size=1, max_size=4), st.lists(st.integers(1, 9), min_size=3, max_size=3))
def test_with_weights_the_mean_of_the_lists_decides(metres, weights):
    receptors = layer("receptor", [receptor(one) for one in metres], kind=["school"] * len(metres))
    closest = min(round(one, 3) for one in metres)
    count = sum(round(one, 3) <= 500 for one in metres)
    points = (
        3 if closest <= 100 else 2 if closest <= 300 else 1 if closest <= 1000 else 0,
        3 if count >= 9 else 2 if count >= 5 else 1 if count else 0,
        3 if closest <= 10 else 1,
    )
    mean = sum(weight * point for weight, point in zip(weights, points, strict=True)) / sum(weights)
    found = graded(
        layer("plot", [PLOT]), receptors, *LISTS,
        weights=dict(zip(WHOLE["lists"], weights, strict=True)), levels={"high": 2, "medium": 1, "low": 0.01},
    )  # fmt: skip
    assert found["level"].tolist() == ["high" if mean >= 2 else "medium" if mean >= 1 else "low"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lists": ["near", "neer"]}, 'no list about single features "neer"'),
        ({"lists": ["near", "fields"]}, 'the list "fields" is of field, not of plot'),
        ({"lists": ["near"]}, "lists"),
        ({"lists": ["near", "near"]}, "twice"),
        ({"weights": {"near": 1}}, "weights are of all lists"),
        ({"weights": {"near": 1, "under": 0, "far": 1}}, "more than 0"),
    ],
)
def test_lists_that_do_not_fit_are_refused(changes, told):
    known = Known(SPECS, rules={"near": "plot", "under": "plot", "far": "plot", "fields": "field"})
    with speaking("en"), pytest.raises(SpecError, match=told):
        make_rule({**WHOLE, **changes}, known)


def test_a_list_about_townships_is_no_pathway_of_an_enterprise():
    with speaking("en"), pytest.raises(SpecError, match="enterprise_remediation_rate"):
        lists = ["enterprise_remediation_rate", "enterprise_near_farmland"]
        load_catalogue(changes={"enterprise_grade": {"lists": lists}})
