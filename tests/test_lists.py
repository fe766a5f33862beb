"""The lists as the plan asks for them: all of them on the sample county, each with all that it can say."""

from __future__ import annotations

from pathlib import Path

import pytest

from onemap.export.list_catalogue import PAGES, page
from onemap.spec.catalogue import load_catalogue
from onemap.text import speaking

ROOT = Path(__file__).parent.parent
RULES = load_catalogue().rules


@pytest.mark.parametrize("rule", RULES)
def test_a_list_has_a_line_at_each_level_it_can_give_and_one_that_cannot_be_judged(sample_atlas, rule):
    found = set(sample_atlas.findings.loc[sample_atlas.findings["rule"] == rule, "level"])
    assert found == {*RULES[rule].levels, "unknown"}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_list_stands_in_a_group_and_in_both_languages(rule):
    assert all((rule.group, rule.group_en, rule.title_en, rule.basis_en, rule.reason_en))


def test_no_line_claims_a_cause(sample_atlas):
    claims = sample_atlas.findings["reason"].str.contains("导致|造成了|污染了|肇事|罪")
    assert sample_atlas.findings.loc[claims, "reason"].tolist() == []


def test_every_line_gives_its_reason_its_basis_and_its_level(sample_atlas):
    shape = r"^.+（依据 .+）定为(高|中|低|信息不足)$"
    odd = ~sample_atlas.findings["reason"].str.match(shape)
    assert sample_atlas.findings.loc[odd, "reason"].tolist() == []


@pytest.mark.parametrize("language", PAGES)
def test_the_page_is_made_from_the_catalogue(language):
    with speaking(language):
        assert (ROOT / "docs" / PAGES[language]).read_text("utf-8") == page()
