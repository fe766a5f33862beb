"""Example rows of forms are no records; records that are only called so are."""

from __future__ import annotations

from pathlib import Path

import pytest

from onemap import pipeline
from onemap.model import Atlas
from onemap.spec.project import load_project

HEADER = "序号,受体名称,受体类型,人数,乡镇,经度,纬度"
RECORD = "1,东街小学,学校,420,化工镇,112.75,34.9"


def atlas_of(folder: Path, *rows: str, header: str = HEADER) -> Atlas:
    (folder / "t.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
    source = '[sources.sensitive_receptor]\npath = "t.csv"\ncoord_type = "cgcs2000"\n'
    (folder / "project.toml").write_text(f'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n{source}', "utf-8")
    return pipeline.check(load_project(folder))


def names(atlas: Atlas) -> list[str]:
    return list(atlas.layers["sensitive_receptor"].labels)


@pytest.mark.parametrize("word", ["示例", "例", "样例", "填写示例", "Example", "（示例）", "例：", " 示 例 "])
def test_a_row_that_is_called_an_example_is_no_record(tmp_path: Path, word: str) -> None:
    atlas = atlas_of(tmp_path, f"{word},某某小学,学校,600,城关镇,112.7,34.8", RECORD)
    assert names(atlas) == ["东街小学"]
    assert [(row["kind"], row["row"], row["action"]) for row in atlas.issues.to_dict("records")] == [
        ("not_a_record", 2, "dropped")
    ]


def test_an_example_is_known_in_another_of_the_first_columns(tmp_path: Path) -> None:
    assert names(atlas_of(tmp_path, ",示例,学校,600,城关镇,112.7,34.8", RECORD)) == ["东街小学"]


@pytest.mark.parametrize("name", ["示例小学", "例", "范例路幼儿园", "示例镇示例村"])
def test_a_record_that_only_has_such_a_name_is_kept(tmp_path: Path, name: str) -> None:
    assert names(atlas_of(tmp_path, f"1,{name},学校,600,城关镇,112.7,34.8")) == [name]


def test_such_a_word_far_to_the_right_says_nothing(tmp_path: Path) -> None:
    header = "序号,受体名称,受体类型,人数,备注,经度,纬度"
    assert names(atlas_of(tmp_path, "1,东街小学,学校,600,示例,112.75,34.9", header=header)) == ["东街小学"]


def test_the_place_of_an_example_proves_nothing_about_the_others(tmp_path: Path) -> None:
    alone = atlas_of(tmp_path, RECORD).sources[0].crs
    assert atlas_of(tmp_path, "示例,某某小学,学校,600,城关镇,34.8,112.7", RECORD).sources[0].crs == alone


def test_an_example_is_a_row_that_was_read_and_dropped(tmp_path: Path) -> None:
    [source] = atlas_of(tmp_path, "示例,某某小学,学校,600,城关镇,112.7,34.8", RECORD).sources
    assert (source.rows, source.kept, source.dropped) == (2, 1, 1)


def test_the_example_of_another_form_is_no_warning(tmp_path: Path) -> None:
    issues = atlas_of(tmp_path, "示例,张三小学,学校,9,城关镇,112.7,34.8", RECORD).issues
    assert list(issues["severity"]) == ["info"]


OURS = "1,ST-01,某某小学,学校,600,城关镇"
"""What the example of our own form says of a receptor."""


@pytest.mark.parametrize("row", [OURS, ",ST-01,某某小学,,,"])
def test_our_own_example_is_known_without_its_word(tmp_path: Path, row: str) -> None:
    header = "序号,受体编码,受体名称,受体类型,人数,乡镇,经度,纬度"
    atlas = atlas_of(tmp_path, f"{row},112.7,34.8", "2,ST-02,东街小学,学校,420,化工镇,112.75,34.9", header=header)
    assert names(atlas) == ["东街小学"]


def test_a_record_that_differs_from_our_example_in_one_cell_is_kept(tmp_path: Path) -> None:
    header = "序号,受体编码,受体名称,受体类型,人数,乡镇,经度,纬度"
    assert names(atlas_of(tmp_path, f"{OURS.replace('600', '601')},112.75,34.9", header=header)) == ["某某小学"]
