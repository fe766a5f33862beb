"""Clean data that is damaged in a known way: the damage is found where it is, and nothing else is told."""

import random
import re
from pathlib import Path

import pytest
import xlsxwriter
from geopandas.testing import assert_geodataframe_equal
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from onemap.ingest.conform import conform
from onemap.pipeline import check
from onemap.spec.kinds import KINDS
from onemap.spec.project import load_project
from tests.county import clean_county, write_county
from tests.damages import DAMAGES, ELSEWHERE, HARMLESS, Told

OF_RECORDS = [damage for damage in DAMAGES if not damage.alone]
ONE_EACH = list({(damage.layer, at): (damage, at) for damage in OF_RECORDS for at in damage.records}.values())
"""A damage for each record that can have one."""

FEW = settings(max_examples=5, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Each example writes seven files and reads them; an example has few damages, and need not be made smaller."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all: each example writes its county anew."""
    return tmp_path_factory.mktemp("county")


def checked(county, folder, order=list):
    return check(load_project(write_county(county, folder, order)))


def issues_of(atlas):
    table = atlas.issues.astype({"row": float})[[*Told._fields]]
    found = (Told(*issue) for issue in table.itertuples(index=False, name=None))
    return by_text(told._replace(row=None if told.row != told.row else int(told.row)) for told in found)


def by_text(issues):
    return sorted(issues, key=str)


def damaged(choices):
    """Return a county after some damages to records, and what must be told of it."""
    county = clean_county()
    return county, by_text(told for damage, at in choices for told in damage.act(county, damage.layer, at))


@st.composite
def damages(draw, most=5):
    """Draw damages to so many different records."""
    choice = st.sampled_from(OF_RECORDS).flatmap(lambda d: st.tuples(st.just(d), st.sampled_from(d.records)))
    return draw(st.lists(choice, min_size=2, max_size=most, unique_by=lambda one: (one[0].layer, one[1])))


def test_of_the_clean_county_nothing_is_told(folder):
    assert issues_of(checked(clean_county(), folder)) == []


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_a_damage_is_told_where_it_is_and_nothing_else_is(damage, folder):
    county, wanted = damaged([(damage, random.Random(damage.name).choice(damage.records))])
    assert issues_of(checked(county, folder)) == wanted


@pytest.mark.parametrize("at", range(max(map(len, HARMLESS.values()))))
def test_of_another_spelling_nothing_is_told(at, folder):
    county = clean_county()
    for (layer, record, field), spellings in HARMLESS.items():
        if at < len(spellings):
            county[layer].records[record][field] = spellings[at]
    assert issues_of(checked(county, folder)) == []


@FEW
@given(damages())
def test_of_several_damages_each_is_told_as_if_it_were_alone(folder, choices):
    county, wanted = damaged(choices)
    assert issues_of(checked(county, folder)) == wanted


@FEW
@given(damages(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_issue(folder, choices, chance):
    county, wanted = damaged(choices)

    def shuffled(records):
        return chance.sample(records, len(records))

    assert placeless(issues_of(checked(county, folder, shuffled))) == placeless(wanted)


def placeless(issues):
    return by_text(told._replace(row=None, cell="") for told in issues)


@pytest.fixture(scope="module")
def ruins(folder):
    """A county with a damage in every record that can have one, rows that are dropped among them, and its atlas."""
    dropping = [
        (damage, 0) for damage in DAMAGES if damage.act.__name__ in ("repeat_record", "totals_row", "note_below")
    ]
    county, wanted = damaged([*ONE_EACH, *dropping])
    return county, wanted, checked(county, folder)


@pytest.mark.parametrize("layer", clean_county())
def test_rows_are_kept_or_told_as_dropped(ruins, layer):
    county, _, atlas = ruins
    own = atlas.issues[atlas.issues["layer"] == layer]
    dropped = own[own["action"] == "dropped"]
    assert len(county[layer].records) == len(atlas.layers[layer].frame) + len(dropped)


def test_rows_are_dropped_of_which_the_law_could_speak(ruins):
    assert set(ruins[2].issues.loc[ruins[2].issues["action"] == "dropped", "kind"]) == {
        "duplicate_key", "totals_row", "not_a_record",
    }  # fmt: skip


@pytest.mark.parametrize("layer", clean_county())
def test_what_conforms_is_not_changed_by_conforming_again(ruins, layer):
    own = ruins[2].layers[layer]
    assert_geodataframe_equal(conform(own.frame, own.spec)[0], own.frame)


def test_every_issue_of_a_record_that_has_a_place_says_where_it_lies(ruins):
    _, _, atlas = ruins
    placed = {
        (layer, row)
        for layer, own in atlas.layers.items()
        for row in own.frame.loc[own.frame.geometry.notna(), "source_row"]
    }
    told = atlas.issues[[(i.layer, i.row) in placed for i in atlas.issues.itertuples()]]
    assert len(told) > 10
    assert told[["lon", "lat"]].notna().all(axis=None)


def test_every_issue_names_its_file_and_a_remedy(ruins):
    county, _, atlas = ruins
    assert [county[layer].file for layer in atlas.issues["layer"]] == list(atlas.issues["source"])
    assert (atlas.issues["hint"] != "").all()


def test_every_kind_of_the_catalogue_is_made_here_or_elsewhere():
    here = {damage.kind for damage in DAMAGES}
    assert here.isdisjoint(ELSEWHERE)
    assert here | {*ELSEWHERE} == {*KINDS}


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_a_kind_that_is_made_elsewhere_is_spoken_of_there(kind):
    assert re.search(rf"\b{kind}\b", (Path(__file__).parent / f"{ELSEWHERE[kind]}.py").read_text("utf-8"))


def test_two_sheets_of_one_workbook_that_name_a_field_in_other_columns_have_each_their_own_cells(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "台账.xlsx") as book:
        for name, row in {
            "优先监管": {"地块编码": "4108822260001", "地块名称": "甲厂旧址", "管控状态": "未管控"},
            "建设用地": {"地块名称": "示例花园", "调查状态": "已调查", "宗地编号": "SL-1"},
        }.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, [*row, "经度", "纬度"])
            sheet.write_row(1, 0, [*row.values(), 112.72, 34.91])
    lines = ['title = "t"', 'county = "410883"', 'period = "2026-11"']
    for layer, name in {"priority_plot": "优先监管", "construction_plot": "建设用地"}.items():
        lines += [f"[sources.{layer}]", 'path = "台账.xlsx"', f'layer = "{name}"']
    (tmp_path / "project.toml").write_text("\n".join(lines), "utf-8")
    issues = check(load_project(tmp_path)).issues
    assert list(issues.loc[issues["kind"] == "plot_code_wrong", "cell"]) == ["A2"]
