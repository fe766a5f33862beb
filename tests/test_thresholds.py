"""What the project lays down of a rule changes what it touches, and nothing else."""

from __future__ import annotations

import shutil
from functools import cache

import pandas as pd
import pytest

from onemap import build, load_project
from tests.conftest import SAMPLE

KEYS = ["rule", "of_layer", "of_key", "of_label", "to_layer", "to_class", "to_key", "to_label", "value"]


@pytest.fixture(scope="module")
def findings(tmp_path_factory, sample_atlas):
    """Return what makes the findings of the sample with some more lines in its project."""

    @cache
    def of(more: str) -> pd.DataFrame:
        folder = tmp_path_factory.mktemp("sample") / "county"
        shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("*.py", ".onemap"))
        project = folder / "project.toml"
        project.write_text(project.read_text("utf-8") + "\n" + more, "utf-8")
        return build(load_project(folder)).findings

    return of


def changed(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the records that are in both with another level."""
    both = before.merge(after, on=KEYS, how="outer", suffixes=("", "_after"), indicator=True)
    assert set(both["_merge"]) == {"both"}
    return both[both["level"] != both["level_after"]]


def test_a_limit_changes_the_level_of_what_lies_between_the_old_and_the_new(sample_atlas, findings):
    after = findings("[rules.plot_near_receptor]\nlevels = { high = 200 }\n")
    own = after["rule"] == "plot_near_receptor"
    found = changed(sample_atlas.findings.query("rule == 'plot_near_receptor'"), after[own])
    assert len(found) > 0
    assert found["value"].between(100.001, 200).all()
    assert set(found["level_after"]) == {"high"}
    between = sample_atlas.findings.query("rule == 'plot_near_receptor' and 100 < value <= 200 and level != 'unknown'")
    assert len(found) == len(between)


def test_no_other_list_changes_but_those_that_go_by_it(sample_atlas, findings):
    after = findings("[rules.plot_near_receptor]\nlevels = { high = 200 }\n")
    rules = sample_atlas.project.catalogue.rules
    touched = [own_id for own_id, rule in rules.items() if {own_id, *rule.lists_used} & {"plot_near_receptor"}]
    others = [table[~table["rule"].isin(touched)].reset_index(drop=True) for table in (sample_atlas.findings, after)]
    pd.testing.assert_frame_equal(*others)


def test_a_shorter_reach_leaves_out_what_lies_beyond_it_and_no_more(sample_atlas, findings):
    after = findings("[rules.enterprise_near_receptor]\nreach = 400\n")
    before = sample_atlas.findings.query("rule == 'enterprise_near_receptor'")
    kept = before[before["value"].fillna(0) <= 400]
    pd.testing.assert_frame_equal(
        after.query("rule == 'enterprise_near_receptor'").reset_index(drop=True), kept.reset_index(drop=True)
    )
