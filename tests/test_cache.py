"""What earlier builds worked out is found again, and never where anything that it follows from has changed."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onemap import cache as cache_module
from onemap.cache import FOLDER, Cache
from onemap.ingest import arrivals
from onemap.ingest.files import Part
from onemap.ingest.raw import UnreadableError
from onemap.pipeline import build, cache_of, run
from onemap.returned import check_file
from onemap.spec.catalogue import shipped
from onemap.spec.project import load_project
from onemap.text import speaking
from tests.conftest import SAMPLE
from tests.projects import PLOTS, SCHOOLS, TOWNSHIPS, box, small_project, write_geojson

Edit = Callable[[Path], None]


@pytest.fixture(autouse=True)
def _keeping(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("ONEMAP_NO_CACHE")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    cache_module._own_key.cache_clear()
    yield
    cache_module._own_key.cache_clear()


def products(project: Path, out: Path) -> dict[str, Any]:
    """Build, and return the content of every file; of the manifest all but the times."""
    run(load_project(project), out)
    found: dict[str, Any] = {
        path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()
    }
    manifest = json.loads(found.pop("manifest.json"))
    return {**found, "manifest": {name: manifest[name] for name in manifest if name not in ("started", "finished")}}


def anew(project: Path, out: Path) -> dict[str, Any]:
    """Build without looking at anything that is kept."""
    os.environ["ONEMAP_NO_CACHE"] = "1"
    try:
        return products(project, out)
    finally:
        del os.environ["ONEMAP_NO_CACHE"]


def entries(project: Path) -> list[Path]:
    return sorted(path for path in (project / FOLDER).iterdir() if not path.name.startswith("."))


def moved(features: Any, east: float) -> Any:
    shape = json.loads(json.dumps(features[0][1]).replace("112.753", f"{112.753 + east:.6f}"))
    return [(features[0][0], shape)]


def said(features: Any, **values: str) -> Any:
    return [({**features[0][0], **values}, features[0][1])]


def writing(layer: str, features: Any) -> Edit:
    return lambda folder: write_geojson(folder / f"{layer}.geojson", features)


def in_project(old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        file = folder / "project.toml"
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")

    return edit


def as_it_was(folder: Path) -> None:
    small_project(folder)


LAND = [("优先保护类", 112.76, 34.90), ("安全利用类", 112.77, 34.90), ("严格管控类", 112.775, 34.90)]
"""Fields of a hundredth of a degree each way, of which the last two overlap."""

RECEPTORS = 'path = "sensitive_receptor.geojson"'
EDITS: dict[str, Edit] = {
    "a school moves": writing("sensitive_receptor", moved(SCHOOLS, 0.001)),
    "a school moves far": writing("sensitive_receptor", moved(SCHOOLS, 0.03)),
    "a school has another name": writing("sensitive_receptor", said(SCHOOLS, 受体名称="另一小学")),
    "a plot is controlled": writing("priority_plot", said(PLOTS, 管控状态="已管控")),
    "a plot has no code": writing("priority_plot", said(PLOTS, 地块编码="")),
    "there is no plot": writing("priority_plot", []),
    "a township has another name": writing("township", said(TOWNSHIPS, 乡镇名称="甲镇")),
    "the coordinates are a web map's": in_project(RECEPTORS, f'{RECEPTORS}\ncoord_type = "gcj02"'),
    "the period is another": in_project("2026-11", "2025-11"),
    "all is as it was": as_it_was,
}


def test_a_second_build_is_the_first_to_the_byte(tmp_path):
    project = small_project(tmp_path / "p")
    assert products(project, tmp_path / "one") == products(project, tmp_path / "two")


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=3, unique=True))
def test_whatever_is_changed_between_builds_the_build_is_that_of_a_clean_folder(tmp_path_factory, edits):
    folder = tmp_path_factory.mktemp("edits")
    project = small_project(folder / "p")
    products(project, folder / "out")
    for edit in edits:
        EDITS[edit](project)
        assert products(project, folder / "out") == anew(project, folder / "anew")


def test_the_sample_county_with_one_cell_changed_is_built_as_in_a_clean_folder(tmp_path):
    project = tmp_path / "p"
    shutil.copytree(SAMPLE, project)
    build(load_project(project))
    book = openpyxl.load_workbook(project / "生态环境局/涉镉企业排查清单.xlsx")
    column = next(cell.column for row in book.active.iter_rows(max_row=6) for cell in row if cell.value == "企业名称")
    book.active.cell(book.active.max_row - 3, column).value = "改名有限公司"
    book.save(project / "生态环境局/涉镉企业排查清单.xlsx")
    assert products(project, tmp_path / "one") == anew(project, tmp_path / "two")


def test_a_border_that_moves_divides_the_ground_anew(tmp_path):
    project = small_project(tmp_path / "p", more='[sources.cultivated_land]\npath = "land.geojson"')
    fields = [
        ({"编码": f"N{n}", "类别": word}, box(*at, at[0] + 0.01, at[1] + 0.01)) for n, (word, *at) in enumerate(LAND)
    ]
    write_geojson(project / "land.geojson", fields)
    before = products(project, tmp_path / "out")
    write_geojson(project / "township.geojson", [(TOWNSHIPS[0][0], box(112.70, 34.85, 112.775, 34.95))])
    after = products(project, tmp_path / "out")
    assert before["balance.csv"] != after["balance.csv"]
    assert after == anew(project, tmp_path / "anew")


def test_only_what_has_changed_is_read_again(tmp_path, monkeypatch):
    project = small_project(tmp_path / "p")
    build(load_project(project))
    read, as_before = [], arrivals.read_source

    def watched(layer, part, extent):
        read.append(part.name)
        return as_before(layer, part, extent)

    monkeypatch.setattr(arrivals, "read_source", watched)
    EDITS["a school moves"](project)
    build(load_project(project))
    assert read == ["sensitive_receptor.geojson"]


def test_another_language_has_entries_of_its_own(tmp_path):
    project = small_project(tmp_path / "p", plots=said(PLOTS, 地块编码=""))
    chinese = {issue.message for issue in build(load_project(project)).told}
    with speaking("en"):
        english = {issue.message for issue in build(load_project(project)).told}
    assert chinese.isdisjoint(english)


def test_a_file_beside_a_source_that_says_how_to_read_it_is_looked_at(tmp_path):
    project = small_project(tmp_path / "p")
    (project / "sensitive_receptor.csv").write_bytes(
        "受体编码,受体名称,受体类型,经度,纬度\nST-01,示例,学校,112.753,34.9\n".encode()
    )
    text = (project / "project.toml").read_text("utf-8").replace("sensitive_receptor.geojson", "sensitive_receptor.csv")
    (project / "project.toml").write_text(text + "\n", "utf-8")
    before = products(project, tmp_path / "one")
    (project / "sensitive_receptor.csv").write_bytes(
        "受体编码,受体名称,受体类型,经度,纬度\nST-01,示例,学校,112.763,34.9\n".encode()
    )
    after = products(project, tmp_path / "two")
    assert before["manifest"]["sources"] != after["manifest"]["sources"]
    assert after == anew(project, tmp_path / "anew")


def test_a_damaged_entry_is_worked_out_anew(tmp_path):
    project = small_project(tmp_path / "p")
    expected = products(project, tmp_path / "one")
    for entry in entries(project):
        content = bytearray(entry.read_bytes())
        content[-1] ^= 1
        entry.write_bytes(content)
    assert products(project, tmp_path / "two") == expected


def test_an_entry_cut_short_is_worked_out_anew(tmp_path):
    project = small_project(tmp_path / "p")
    expected = products(project, tmp_path / "one")
    for entry in entries(project):
        entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2])
    assert products(project, tmp_path / "two") == expected


def test_half_of_the_entries_may_be_gone(tmp_path):
    project = small_project(tmp_path / "p")
    expected = products(project, tmp_path / "one")
    for entry in entries(project)[::2]:
        entry.unlink()
    assert products(project, tmp_path / "two") == expected


class Trap:
    """What leaves a file behind when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return Path.touch, (self.path,)


def test_what_came_with_somebody_elses_folder_is_not_read(tmp_path):
    project, sprung = small_project(tmp_path / "p"), tmp_path / "sprung"
    build(load_project(project))
    for entry in entries(project):
        entry.write_bytes(b"x" * cache_module.SEAL_BYTES + pickle.dumps(Trap(sprung)))
    build(load_project(project))
    assert not sprung.exists()


def test_an_entry_is_read_only_under_its_own_name(tmp_path):
    kept = Cache(tmp_path / FOLDER, ["base"])
    assert [kept.value("step", [name], lambda name=name: name) for name in "ab"] == ["a", "b"]
    one, other = entries(tmp_path)
    one.write_bytes(other.read_bytes())
    again = Cache(tmp_path / FOLDER, ["base"])
    assert [again.value("step", [name], lambda name=name: name) for name in "ab"] == ["a", "b"]


@pytest.mark.parametrize(
    ("base", "step", "inputs"),
    [
        (["other"], "step", ["a", "b"]),
        (["base"], "other", ["a", "b"]),
        (["base"], "step", ["a"]),
        (["base"], "step", ["ab"]),
        (["base"], "step", ["b", "a"]),
        (["base"], "step", ["a", "b", ""]),
    ],
)
def test_an_entry_is_found_only_by_all_that_it_follows_from(tmp_path, base, step, inputs):
    assert Cache(tmp_path / FOLDER, ["base"]).value("step", ["a", "b"], lambda: 1) == 1
    assert Cache(tmp_path / FOLDER, base).value(step, inputs, lambda: 2) == 2
    assert Cache(tmp_path / FOLDER, ["base"]).value("step", ["a", "b"], lambda: 3) == 1


def test_a_limit_that_is_corrected_has_entries_of_its_own(tmp_path):
    project = small_project(tmp_path / "p")
    text = (project / "project.toml").read_text("utf-8")
    (project / "project.toml").write_text(text.replace("[sources", 'layers = "own"\n[sources', 1), "utf-8")
    shutil.copytree(shipped("layers") / "standards", project / "own" / "standards")
    before = cache_of(load_project(project)).value("step", [], lambda: 1)
    file = project / "own" / "standards" / "gb15618.toml"
    file.write_text(file.read_text("utf-8").replace("[  1.5,   2.0", "[  1.6,   2.0"), "utf-8")
    assert (before, cache_of(load_project(project)).value("step", [], lambda: 2)) == (1, 2)


def test_where_an_input_is_not_known_nothing_is_kept(tmp_path):
    kept = Cache(tmp_path / FOLDER, ["base"])
    assert [kept.value("step", ["a", None], lambda number=number: number) for number in (1, 2)] == [1, 2]


def test_what_does_not_hold_is_not_kept(tmp_path):
    kept = Cache(tmp_path / FOLDER, ["base"])
    first = kept.keep("step", ["a"], lambda: (1, "heavy"), lambda _: False)
    assert (first.light, first.heavy, first.digest) == (1, "heavy", "")
    assert kept.keep("step", ["a"], lambda: (2, "heavy")).light == 2


def test_a_source_that_could_not_be_read_is_tried_again(tmp_path, monkeypatch):
    project = small_project(tmp_path / "p")

    def locked(part, words):
        raise UnreadableError("locked", "close it")

    with monkeypatch.context() as patch:
        patch.setattr(Part, "read", locked)
        build(load_project(project))
    assert products(project, tmp_path / "one") == anew(project, tmp_path / "two")


def test_where_no_folder_can_be_made_the_build_is_the_same(tmp_path):
    project = small_project(tmp_path / "p")
    (project / FOLDER).write_text("not a folder")
    assert products(project, tmp_path / "one") == anew(project, tmp_path / "two")


def test_a_file_that_was_sent_is_checked_without_a_trace_beside_it(tmp_path):
    small_project(tmp_path / "p")
    sent = tmp_path / "sent"
    sent.mkdir()
    shutil.copy(tmp_path / "p" / "sensitive_receptor.geojson", sent)
    check_file(sent / "sensitive_receptor.geojson", "410883")
    assert [path.name for path in sent.iterdir()] == ["sensitive_receptor.geojson"]


def test_git_is_told_to_leave_the_folder_alone(tmp_path):
    project = small_project(tmp_path / "p")
    build(load_project(project))
    assert (project / FOLDER / ".gitignore").read_text() == "*\n"


def test_what_was_not_used_for_weeks_goes(tmp_path):
    kept = Cache(tmp_path / FOLDER, ["base"])
    kept.value("step", ["old"], lambda: 1)
    (old,) = entries(tmp_path)
    os.utime(old, (0, 0))
    again = Cache(tmp_path / FOLDER, ["base"])
    again.value("step", ["new"], lambda: 2)
    unfinished = tmp_path / FOLDER / ".half"
    unfinished.touch()
    os.utime(unfinished, (0, 0))
    again.tidy()
    assert old not in entries(tmp_path)
    assert not unfinished.exists()
    assert len(entries(tmp_path)) == 1
