"""This period's records beside the build of the last one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onemap.errors import PathError, ProjectError
from onemap.model import Issue
from onemap.pipeline import check, run
from onemap.spec.project import load_project
from onemap.text import Language, speaking
from tests.projects import PLOTS, box, small_project

OTHER_KEY = "4108832100002"


def plot(key: str = OTHER_KEY, **values: Any) -> Any:
    told = {"地块编码": key, "地块名称": "示例电镀厂旧址", "乡镇": "示例镇", "管控状态": "未管控"}
    return {**told, **values}, box(112.76, 34.91, 112.761, 34.911)


def told(folder: Path, then: list[Any], now: list[Any], language: Language = "zh") -> list[Issue]:
    """Return the issues of a build over `now` whose last period was `then`."""
    small_project(folder, then)
    with speaking(language):
        run(load_project(folder), folder / "2026-05", ["gpkg"])
    small_project(folder, now)
    project = folder / "project.toml"
    text = project.read_text("utf-8")
    project.write_text('previous = "2026-05"\n' + text, encoding="utf-8")
    return [issue for issue in check(load_project(folder)).told if issue.kind.startswith("record_")]


def test_records_that_are_as_they_were_are_not_spoken_of(tmp_path: Path) -> None:
    assert told(tmp_path, [*PLOTS, plot()], [*PLOTS, plot()]) == []


def test_records_may_stand_in_another_order(tmp_path: Path) -> None:
    assert told(tmp_path, [*PLOTS, plot()], [plot(), *PLOTS]) == []


def test_a_record_that_is_gone_is_told_by_its_code_and_name(tmp_path: Path) -> None:
    [issue] = told(tmp_path, [*PLOTS, plot()], PLOTS)
    assert (issue.kind, issue.weight, issue.key) == ("record_gone", "warning", OTHER_KEY)
    assert "示例电镀厂旧址" in issue.message


def test_a_record_that_came_anew_is_no_fault(tmp_path: Path) -> None:
    assert told(tmp_path, PLOTS, [*PLOTS, plot()]) == []


def test_a_value_that_changed_is_noted_with_both(tmp_path: Path) -> None:
    [issue] = told(tmp_path, [*PLOTS, plot()], [*PLOTS, plot(管控状态="已管控")])
    assert (issue.kind, issue.weight, issue.key, issue.row) == ("record_changed", "info", OTHER_KEY, 1)
    assert "未管控 → 已管控" in issue.message


def test_another_name_under_the_same_code_is_a_warning(tmp_path: Path) -> None:
    [issue] = told(tmp_path, [*PLOTS, plot()], [*PLOTS, plot(地块名称="别的厂")])
    assert (issue.kind, issue.weight, issue.field) == ("record_changed", "warning", "plot_name")


def test_the_last_build_may_speak_the_other_language(tmp_path: Path) -> None:
    assert told(tmp_path, [*PLOTS, plot()], [*PLOTS, plot()], "en") == []


def many(count: int, **values: Any) -> list[Any]:
    return [
        (plot(f"41088321001{number:02}", 地块名称=f"示例{number}厂", **values)[0],
         box(112.71 + number / 1000, 34.91, 112.7105 + number / 1000, 34.9105))
        for number in range(count)
    ]  # fmt: skip


def test_a_field_that_changed_in_most_records_is_one_warning(tmp_path: Path) -> None:
    [issue] = told(tmp_path, many(12, 占地面积="15"), many(12, 占地面积="10000"))
    assert (issue.kind, issue.weight, issue.field, issue.row) == ("record_changed", "warning", "declared_area_m2", None)


def test_most_records_gone_is_one_warning(tmp_path: Path) -> None:
    [issue] = told(tmp_path, many(12), PLOTS)
    assert (issue.kind, issue.key) == ("record_gone", "")
    assert "12" in issue.message


def test_a_last_period_that_is_no_build_stops_the_run(tmp_path: Path) -> None:
    folder = small_project(tmp_path)
    project = folder / "project.toml"
    project.write_text('previous = "nothing"\n' + project.read_text("utf-8"), encoding="utf-8")
    with pytest.raises(PathError, match="nothing"):
        check(load_project(folder))


def test_a_last_period_of_another_county_stops_the_run(tmp_path: Path) -> None:
    folder = small_project(tmp_path)
    run(load_project(folder), folder / "2026-05", ["gpkg"])
    project = folder / "project.toml"
    text = project.read_text("utf-8").replace("410883", "410882")
    project.write_text('previous = "2026-05"\n' + text, encoding="utf-8")
    with pytest.raises(ProjectError, match="410883"):
        check(load_project(folder))


def test_the_build_of_the_last_period_is_not_replaced_by_this_one(tmp_path: Path) -> None:
    folder = small_project(tmp_path)
    run(load_project(folder), folder / "build", ["gpkg"])
    project = folder / "project.toml"
    project.write_text('previous = "build"\n' + project.read_text("utf-8"), encoding="utf-8")
    with pytest.raises(PathError, match="build"):
        run(load_project(folder), folder / "build", ["gpkg"])


@pytest.mark.parametrize("content", [b"", b"not a database"])
def test_a_last_period_whose_geopackage_is_damaged_stops_the_run(tmp_path: Path, content: bytes) -> None:
    folder = small_project(tmp_path)
    run(load_project(folder), folder / "2026-05", ["gpkg"])
    (folder / "2026-05" / "onemap.gpkg").write_bytes(content)
    project = folder / "project.toml"
    project.write_text('previous = "2026-05"\n' + project.read_text("utf-8"), encoding="utf-8")
    with pytest.raises(PathError, match=r"onemap\.gpkg"):
        check(load_project(folder))
