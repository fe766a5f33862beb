"""How far long work is: stages in their order, and in each as many steps as it said it has."""

from __future__ import annotations

import shutil
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from onemap.pipeline import WRITERS, run
from onemap.progress import Step, begin, doing, expect, telling
from onemap.returned import check_file
from onemap.spec.catalogue import load_catalogue
from onemap.spec.project import load_project
from tests.projects import SCHOOLS, small_project, write_geojson

Stages = dict[str, list[Step]]


def stages(heard: list[Step]) -> Stages:
    return {stage: list(steps) for stage, steps in groupby(heard, lambda step: step.stage)}


def built(folder: Path) -> Stages:
    heard: list[Step] = []
    run(load_project(folder), folder / "build", None, heard.append)
    return stages(heard)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stages]:
    """A first build, one that finds its steps done already, and one beside the build of the last period."""
    folder = small_project(tmp_path_factory.mktemp("project"))
    first, again = built(folder), built(folder)
    shutil.copytree(folder / "build", folder / "2026-05")
    project = folder / "project.toml"
    project.write_text('previous = "2026-05"\n' + project.read_text("utf-8"), encoding="utf-8")
    return {"first": first, "again": again, "beside the last": built(folder)}


ORDERS = {
    "first": ["reading", "checking", "assessing", "writing"],
    "again": ["reading", "checking", "assessing", "writing"],
    "beside the last": ["reading", "checking", "comparing", "assessing", "writing"],
}
EVERY = [(name, stage) for name, order in ORDERS.items() for stage in order]


@pytest.mark.parametrize("name", ORDERS)
def test_a_build_tells_its_stages_in_their_order(runs: dict[str, Stages], name: str) -> None:
    assert list(runs[name]) == ORDERS[name]


@pytest.mark.parametrize(("name", "stage"), EVERY)
def test_what_is_done_of_a_stage_rises_from_none_to_all(runs: dict[str, Stages], name: str, stage: str) -> None:
    steps = runs[name][stage]
    assert steps[0].done == 0 < steps[0].total
    assert all(one.done <= other.done for one, other in pairwise(steps))
    assert (steps[-1].done, steps[-1].at_hand) == (steps[-1].total, "")


@pytest.mark.parametrize(("name", "stage"), EVERY)
def test_of_single_files_a_stage_says_at_once_how_many_steps_it_has(
    runs: dict[str, Stages], name: str, stage: str
) -> None:
    assert len({step.total for step in runs[name][stage]}) == 1


def test_reading_counts_the_sources(runs: dict[str, Stages]) -> None:
    steps = runs["first"]["reading"]
    assert steps[0].total == 3
    for name in ("township.geojson", "priority_plot.geojson", "sensitive_receptor.geojson"):
        assert any(step.at_hand.endswith(name) for step in steps)


def test_the_build_of_the_last_period_is_read_too(runs: dict[str, Stages]) -> None:
    assert runs["beside the last"]["reading"][0].total == 4


def test_assessing_counts_the_rules_the_balance_and_the_scorecards(runs: dict[str, Stages]) -> None:
    told = [step.at_hand for step in runs["first"]["assessing"]]
    there = {"township", "priority_plot", "sensitive_receptor"}
    rules = [rule.name for rule in load_catalogue().rules.values() if rule.of in there]
    assert sorted(told) == sorted([*rules, "面积平衡表", "乡镇记分表", ""])
    assert told[-3:] == ["面积平衡表", "乡镇记分表", ""]


def test_writing_tells_every_product(runs: dict[str, Stages]) -> None:
    told = [step.at_hand.split()[0] for step in runs["first"]["writing"] if step.at_hand]
    assert list(dict.fromkeys(told)) == [*WRITERS, "manifest.json"]


def test_the_checks_of_a_first_build_are_told_one_by_one(runs: dict[str, Stages]) -> None:
    assert max(other.done - one.done for one, other in pairwise(runs["first"]["checking"])) <= 2


def test_each_file_of_a_folder_is_a_step(tmp_path: Path) -> None:
    folder = small_project(tmp_path)
    (folder / "学校").mkdir()
    (folder / "sensitive_receptor.geojson").rename(folder / "学校" / "a.geojson")
    for name, key in (("b", "ST-02"), ("c", "ST-03")):
        write_geojson(folder / "学校" / f"{name}.geojson", [({**SCHOOLS[0][0], "受体编码": key}, SCHOOLS[0][1])])
    project = folder / "project.toml"
    project.write_text(project.read_text("utf-8").replace("sensitive_receptor.geojson", "学校"), encoding="utf-8")
    steps = built(folder)["reading"]
    assert (steps[0].total, steps[-1].done, steps[-1].total) == (3, 5, 5)


def test_a_file_that_was_sent_is_recognised_and_then_checked(tmp_path: Path) -> None:
    source = small_project(tmp_path) / "sensitive_receptor.geojson"
    (tmp_path / "project.toml").unlink()
    heard: list[Step] = []
    check_file(source, "410883", heard.append)
    told = stages(heard)
    assert list(told) == ["recognising", "reading", "checking"]
    assert (told["recognising"][-1].done, told["recognising"][-1].total) == (1, 1)


@pytest.mark.parametrize("stage", ["reading", "checking", "assessing", "writing"])
def test_what_the_callback_raises_ends_the_work_and_leaves_the_earlier_build(tmp_path: Path, stage: str) -> None:
    folder = small_project(tmp_path / "project")
    out = tmp_path / "out" / "build"
    run(load_project(folder), out, ["csv"])
    before = (out / "manifest.json").read_bytes()

    def refuse(step: Step) -> None:
        if step.stage == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(load_project(folder), out, ["csv"], refuse)
    assert (out / "manifest.json").read_bytes() == before
    assert {path.name for path in out.parent.iterdir()} - {".build.lock"} == {"build"}


def heard_of(work: object) -> list[tuple[int, int, str]]:
    heard: list[Step] = []
    with telling(heard.append):
        begin("checking", 3)
        work()  # type: ignore[operator]
    return [(step.done, step.total, step.at_hand) for step in heard]


def test_steps_that_nobody_tells_are_counted_with_what_they_belong_to() -> None:
    def work() -> None:
        with doing("plots", 3), doing("plots.shp"):
            pass

    assert heard_of(work) == [(0, 3, "plots"), (0, 3, "plots plots.shp"), (3, 3, "")]


def test_what_is_caught_on_the_way_is_a_step_all_the_same() -> None:
    def work() -> None:
        expect(-2)
        try:
            with doing("plots"):
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    assert heard_of(work) == [(0, 1, "plots"), (1, 1, "")]


def test_where_nobody_listens_nothing_is_counted() -> None:
    begin("checking", 1)
    with doing("plots"):
        expect(1)
    heard: list[Step] = []
    with telling(heard.append):
        pass
    assert heard == []
