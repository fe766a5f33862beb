"""In which group of a table of codes the code of a feature is."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from onemap.errors import SpecError
from onemap.model import Layer
from onemap.risk.assess import Ground, assess
from onemap.risk.measurement import Given
from onemap.spec import toml
from onemap.spec.catalogue import load_catalogue
from onemap.spec.code_table import CodeTable
from onemap.spec.known import Known
from onemap.spec.measures import make_rule
from onemap.text import speaking

CATALOGUE = load_catalogue()
SPECS = CATALOGUE.layers
FILTER = CATALOGUE.codes["cadmium_industries"]

TIERS = {
    "tier_1": """0911 0912 0913 0914 0915 2611 2613 2643 3211 3212 3213 3214 3215 3360 3842 3843 4210""",
    "tier_2": """0916 0917 0919 0921 0922 0929 0931 0932 0939 1910 1931 2619 2622 2624 2651 3110 3120 3140
                 3216 3217 3218 3219 3221 3222 3240 3844 3849 7724""",
    "tier_3": """0810 0820""",
}
"""As the fact sheet has them."""


def listed(codes: list[str | None], rule: str = "enterprise_industry_check", **changes) -> list[tuple[str, str]]:
    """Return level and reason of each line of a list over enterprises with these codes."""
    spec = SPECS["cadmium_enterprise"]
    frame = gpd.GeoDataFrame(dict.fromkeys(spec.fields), index=range(len(codes)), geometry=[None] * len(codes))
    layer = Layer(spec, frame.assign(credit_code="k", industry_code=codes, located_in=""))
    asked = CATALOGUE.rules[rule].model_copy(update=changes)
    given = Given(codes=CATALOGUE.codes)
    with speaking("en"):
        table, _ = assess([asked], Ground({spec.id: layer}, frozenset(), SPECS, given=given))
    return list(zip(table["level"], table["reason"], strict=True))


@pytest.mark.parametrize("tier", TIERS)
def test_the_filter_has_the_codes_of_each_tier(tier):
    assert {code for code, one in FILTER.codes.items() if one.group == tier} == {*TIERS[tier].split()}


@pytest.mark.parametrize("code", [code for tier in ("tier_1", "tier_2") for code in TIERS[tier].split()])
def test_what_is_in_the_filter_is_not_listed(code):
    assert listed([code]) == []


@pytest.mark.parametrize("code", ["2710", "3311", "0111", "3130", "3392"])
def test_a_code_outside_the_filter_is_medium_and_to_be_verified(code):
    [(level, reason)] = listed([code])
    assert level == "medium"
    assert code in reason
    assert "to be verified" in reason


@pytest.mark.parametrize("code", TIERS["tier_3"].split())
def test_the_third_tier_is_low(code):
    [(level, reason)] = listed([code])
    assert level == "low"
    assert "Tier 3" in reason


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (None, "not filled in"),
        ("32", "no whole code"),
        ("321", "no whole code"),
        ("32121", "no whole code"),
        ("冶炼", "no whole code"),
        ("3233", "GB/T 4754-2017 has no code 3233"),
        ("0999", "GB/T 4754-2017 has no code 0999"),
    ],
)
def test_what_is_missing_or_no_code_cannot_be_judged(code, why):
    [(level, reason)] = listed([code])
    assert level == "unknown"
    assert why in reason


def test_a_code_of_2011_is_said_as_such():
    [(level, reason)] = listed(["3150"])
    assert level == "low"
    assert "3150 is a code of an earlier edition; in GB/T 4754-2017 it is 3140" in reason


def test_a_code_of_2011_whose_industry_is_outside_is_medium():
    assert [level for level, _ in listed(["3250"])] == ["medium"]


def test_the_name_of_an_industry_in_place_of_its_code_is_found():
    assert listed(["铅锌冶炼"]) == []


def test_codes_that_nobody_filled_in_are_told_once():
    [(level, reason)] = listed([None, None, None])
    assert level == "unknown"
    assert "none of the 3 records" in reason


def test_other_tables_layers_and_grades_will_do():
    groups = {"home": {"title": "住宅"}, "works": {"title": "工业"}}
    codes = {"07": {"title": "居住用地", "group": "home"}, "1001": {"title": "工业用地", "group": "works"}}
    keys = {"id": "uses", "title": "用途", "number": "试", "source": "编", "confidence": "B", "checked_by": ""}
    uses = toml.parse(CodeTable, {**keys, "groups": groups, "codes": codes}, "codes/uses.toml", SpecError)
    rule = make_rule(
        {
            "id": "r", "title": "清单", "basis": "依据", "measure": "code_group", "of": "construction_plot",
            "field": "planned_use", "codes": "uses", "grades": {"home": 3}, "levels": {"high": 3},
            "reason": "因{to_label}{when}",
        },
        Known(SPECS, codes={"uses": uses}),
    )  # fmt: skip
    spec = SPECS["construction_plot"]
    assert not spec.fields["planned_use"].classes
    frame = gpd.GeoDataFrame(dict.fromkeys(spec.fields), index=range(4), geometry=[None] * 4)
    layer = Layer(spec, frame.assign(plot_code=list("abcd"), located_in="", planned_use=["0701", "1001", "林地", None]))
    ground = Ground({spec.id: layer}, frozenset(), SPECS, given=Given(codes={"uses": uses}))
    with speaking("en"):
        table, _ = assess([rule], ground)
    assert dict(zip(table["of_key"], table["level"], strict=True)) == {"a": "high", "c": "unknown", "d": "unknown"}
    assert pd.isna(table["value"]).all()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"codes": "cadmium_industry"}, "cadmium_industries"),
        ({"field": "industry"}, "industry_"),
        ({"grades": {"tier_4": 1}}, "tier_"),
        ({"to": "township"}, "one layer alone"),
        ({"groups": {}}, "groups"),
    ],
)
def test_what_is_wrong_in_a_rule_is_told(changes, told):
    keys = {
        "id": "r", "title": "清单", "basis": "依据", "measure": "code_group", "of": "cadmium_enterprise",
        "field": "industry_code", "codes": "cadmium_industries", "grades": {"tier_3": 1}, "levels": {"low": 1},
        "reason": "因{when}",
    }  # fmt: skip
    with speaking("en"), pytest.raises(SpecError) as fault:
        make_rule({**keys, **changes}, Known(SPECS, codes=CATALOGUE.codes))
    assert told in f"{fault.value.message} {fault.value.hint}"
