"""The catalogue of kinds of issues is closed, numbered, and described in pages made from it."""

import ast
from pathlib import Path

import pytest

from onemap.export.issue_catalogue import PAGES, page
from onemap.spec.kinds import KIND_GROUPS, KINDS
from onemap.text import speaking

ROOT = Path(__file__).parent.parent


def test_no_two_kinds_have_one_number():
    assert len({kind.number for kind in KINDS.values()}) == len(KINDS)


def test_the_numbers_of_a_group_begin_alike():
    assert all(len({kind.number // 100 for kind in group.kinds.values()}) == 1 for group in KIND_GROUPS)


def test_kinds_stand_in_the_order_of_their_numbers():
    numbers = [kind.number for kind in KINDS.values()]
    assert numbers == sorted(numbers)


# The first build that letters may cite; a number that changes is a letter that means another thing.
PRINTED = {
    "unreadable": 101, "no_data": 102, "encoding_unproved": 103, "totals_row": 104, "missing_part": 105,
    "parts_chosen": 106, "not_a_record": 107, "crs_unproved": 201, "crs_conflict": 202, "axes_swapped": 203,
    "likely_offset": 204, "outside_county": 205, "missing_column": 301, "missing_value": 302, "wrong_type": 303,
    "out_of_range": 304, "unknown_class": 305, "code_damaged": 306, "duplicate_key": 307, "township_mismatch": 308,
    "cut_text": 309, "null_geometry": 401, "empty_geometry": 402, "invalid_geometry": 403, "wrong_geometry": 404,
    "area_mismatch": 405, "overlap": 501, "gap": 502,
}  # fmt: skip


def test_numbers_that_were_given_stay():
    assert {own_id: KINDS[own_id].number for own_id in PRINTED} == PRINTED


def nodes(kind):
    for path in (ROOT / "onemap").rglob("*.py"):
        yield from (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, kind))


def test_every_kind_that_is_reported_is_in_the_catalogue():
    calls = (c for c in nodes(ast.Call) if isinstance(c.func, ast.Name) and c.func.id in ("Fault", "Issue") and c.args)
    assert {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)} <= {*KINDS}


def test_every_kind_of_the_catalogue_is_spoken_of_in_the_program():
    assert {*KINDS} <= {node.value for node in nodes(ast.Constant) if isinstance(node.value, str)}


@pytest.mark.parametrize("language", PAGES)
def test_the_page_is_made_from_the_catalogue(language):
    with speaking(language):
        assert (ROOT / "docs" / PAGES[language]).read_text("utf-8") == page()
