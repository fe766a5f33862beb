"""`onemap check` of a file that a bureau sent back: which layer each sheet is, whatever it is called, its faults."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from onemap.cli import main
from onemap.pipeline import run
from onemap.returned import check_file
from onemap.scaffold import start_project
from onemap.spec.catalogue import load_catalogue
from onemap.spec.project import load_project
from tests.exports import built, export
from tests.projects import PLOTS, SCHOOLS, small_project, write_geojson

Streams = pytest.CaptureFixture[str]
Change = Callable[[Workbook], Any]

PLOT = [
    1,
    "4108832320007",
    "老电镀厂地块",
    "老电镀厂",
    "化工镇",
    "电镀",
    2015,
    5200.5,
    "高风险",
    "未管控",
    "2026-03-12",
    "2026-06-30",
    "设置围挡",
    "已清理",
    112.76,
    34.9,
]
ENTERPRISE = [
    1, "91410883MA0000002C", "黄河冶炼厂", "化工镇", "东街 3 号", "3212", "铅锌冶炼", "镉", "停产", "大气沉降",
    "未完成", "2027-03-31", 112.75, 34.91,
]  # fmt: skip
SHEETS = ("涉镉等重金属企业", "优先监管地块", "敏感受体")
LAYERS = load_catalogue().layers.values()
BUREAUS = {bureau: {layer.id for layer in LAYERS if layer.provided_by == bureau and not layer.is_raster}
           for bureau in ("农业农村局", "自然资源局", "水利局", "生态环境局")}  # fmt: skip


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "p"
    start_project(folder, "410883", "孟州市", "2026-11")
    return folder


def template(templates: Path, bureau: str) -> Path:
    return templates / bureau / f"{bureau}数据需求表.xlsx"


@pytest.fixture
def sent(templates: Path, tmp_path: Path) -> Callable[[Change], Path]:
    """Return what makes three sheets of the ecology bureau's workbook, two of them filled in, and a change in it."""

    def send(change: Change) -> Path:
        book = openpyxl.load_workbook(template(templates, "生态环境局"))
        for name in book.sheetnames[1:]:
            if name not in SHEETS:
                del book[name]
        book["涉镉等重金属企业"].append(ENTERPRISE)
        book["优先监管地块"].append(PLOT)
        change(book)
        book.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    return send


def counts(path: Path) -> dict[str, int]:
    return {source.layer: source.kept for source in check_file(path, "410883").sources}


FILLED = {"cadmium_enterprise": 1, "priority_plot": 1, "sensitive_receptor": 0}


def unmark(book: Workbook) -> None:
    """Take the marks away, as a program that knows neither does."""
    for name in list(book.defined_names):
        del book.defined_names[name]
    for sheet in book:
        sheet.sheet_properties.codeName = None


def rename(book: Workbook) -> None:
    for number, sheet in enumerate(book.worksheets):
        sheet.title = f"Sheet{number}"


def put_a_title_above(book: Workbook) -> None:
    for sheet in book.worksheets[1:]:
        sheet.insert_rows(1)
        sheet["A1"] = "生态环境局 2026 年报表"
        sheet.merge_cells("A1:F1")


def delete_columns(book: Workbook) -> None:
    book["涉镉等重金属企业"].delete_cols(5, 3)
    book["优先监管地块"].delete_cols(1)


@pytest.mark.parametrize("bureau", BUREAUS)
def test_a_blank_template_checks_clean(templates: Path, tmp_path: Path, bureau: str, capsys: Streams) -> None:
    shutil.copy(template(templates, bureau), tmp_path / "回复.xlsx")
    assert main(["check", str(tmp_path / "回复.xlsx"), "--json"]) == 0
    issues = json.loads(capsys.readouterr().out)
    assert {issue["severity"] for issue in issues} == {"info"}
    assert {issue["layer"] for issue in issues} == BUREAUS[bureau]


def test_it_says_which_sheet_is_which_layer_and_that_there_is_no_record_yet(templates: Path, capsys: Streams) -> None:
    main(["check", str(template(templates, "农业农村局")), "--lang", "en"])
    told = capsys.readouterr().err.splitlines()
    assert any(
        line.endswith("[耕地土壤环境质量类别]: Cultivated-land class (cultivated_land), no record yet") for line in told
    )


@pytest.mark.parametrize(
    "change",
    [lambda book: None, rename, unmark, put_a_title_above, delete_columns, lambda book: (unmark(book), rename(book))],
    ids=["as it is", "renamed", "unmarked", "titled", "fewer columns", "unmarked and renamed"],
)
def test_a_sheet_is_known_whatever_was_done_to_it(sent: Callable[[Change], Path], change: Change) -> None:
    assert counts(sent(change)) == FILLED


def test_a_sheet_is_known_by_the_columns_that_are_left(sent: Callable[[Change], Path]) -> None:
    path = sent(lambda book: (delete_columns(book), put_a_title_above(book), unmark(book), rename(book)))
    assert counts(path) == FILLED


def leave_names_only(book: Workbook) -> None:
    book["敏感受体"].append([1, "ST-07", "东街小学"])
    book["敏感受体"].delete_cols(4, 5)
    book["敏感受体"].delete_cols(2)
    rename(book)


def test_its_mark_says_what_a_sheet_of_few_columns_is(sent: Callable[[Change], Path]) -> None:
    assert counts(sent(leave_names_only))["sensitive_receptor"] == 1


def test_without_its_mark_a_sheet_of_few_columns_is_told_as_unknown(sent: Callable[[Change], Path]) -> None:
    issues = check_file(sent(lambda book: (leave_names_only(book), unmark(book))), "410883").issues
    assert "t.xlsx [Sheet3]" in set(issues[issues["layer"] == ""]["source"])


def test_a_mark_does_not_hold_for_another_table_in_the_place_of_its_own(sent: Callable[[Change], Path]) -> None:
    def paste_plots_over_receptors(book: Workbook) -> None:
        book["敏感受体"].delete_rows(1, 3)
        for row in book["优先监管地块"].iter_rows(values_only=True):
            book["敏感受体"].append(row)
        del book["优先监管地块"]

    assert counts(sent(paste_plots_over_receptors)) == {"cadmium_enterprise": 1, "priority_plot": 1}


def test_a_filled_in_template_has_no_fault(sent: Callable[[Change], Path]) -> None:
    assert set(check_file(sent(lambda book: None), "410883").issues["severity"]) == {"info"}


def test_a_fault_is_told_with_its_sheet_and_cell(sent: Callable[[Change], Path]) -> None:
    def break_state(book: Workbook) -> None:
        book["优先监管地块"]["J3"] = "不清楚"

    issues = check_file(sent(break_state), "410883").issues
    [row] = issues[issues["kind"] == "unknown_class"].to_dict("records")
    assert (row["source"], row["cell"], row["layer"]) == ("t.xlsx [优先监管地块]", "J3", "priority_plot")


def test_the_county_that_is_named_is_what_places_are_held_against(sent: Callable[[Change], Path]) -> None:
    path = sent(lambda book: None)
    assert {"孟州市" in check_file(path, "410883").sources[0].crs.evidence,
            "孟州市" in check_file(path, "110101").sources[0].crs.evidence} == {True, False}  # fmt: skip


def test_a_file_in_a_project_is_held_against_its_county(sent: Callable[[Change], Path], tmp_path: Path) -> None:
    path = sent(unmark)
    (tmp_path / "project.toml").write_text('county = "410883"\n', "utf-8")
    assert "孟州市" in check_file(path).sources[0].crs.evidence


def test_an_example_that_was_written_over_is_a_warning(sent: Callable[[Change], Path]) -> None:
    def write_over(book: Workbook) -> None:
        book["敏感受体"]["C2"] = "东街小学"

    issues = check_file(sent(write_over), "410883").issues
    [row] = issues[issues["severity"] == "warning"].to_dict("records")
    assert (row["kind"], row["layer"], row["row"], row["action"]) == (
        "not_a_record",
        "sensitive_receptor",
        2,
        "dropped",
    )


def without_column(book: Workbook) -> None:
    book["敏感受体"].delete_cols(5)


def with_a_unit(book: Workbook) -> None:
    book["敏感受体"]["E1"] = "人数（人）"


def without_code(book: Workbook) -> None:
    book["敏感受体"].delete_cols(2)


@pytest.mark.parametrize("change", [without_column, with_a_unit, without_code])
@pytest.mark.parametrize("also", [lambda book: None, unmark], ids=["marked", "unmarked"])
def test_a_record_over_the_example_is_a_warning_whatever_became_of_other_columns(
    sent: Callable[[Change], Path], change: Change, also: Change
) -> None:
    def write_over(book: Workbook) -> None:
        book["敏感受体"]["B2"], book["敏感受体"]["C2"] = "ST-77", "东街小学"
        change(book)
        if change is not without_code:
            also(book)

    issues = check_file(sent(write_over), "410883").issues
    rows = issues[(issues["kind"] == "not_a_record") & (issues["layer"] == "sensitive_receptor")]
    assert list(rows["severity"]) == ["warning"]


@pytest.mark.parametrize("change", [without_column, with_a_unit, without_code])
def test_the_example_itself_is_no_warning_whatever_became_of_other_columns(
    sent: Callable[[Change], Path], change: Change
) -> None:
    assert set(check_file(sent(change), "410883").issues["severity"]) == {"info"}


def test_a_table_of_what_has_outlines_is_an_error_that_asks_for_them(templates: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(template(templates, "农业农村局"))
    book["耕地土壤环境质量类别"].append([1, "NY-0007", "东单元", "严格管控类"])
    book.save(tmp_path / "t.xlsx")
    issues = check_file(tmp_path / "t.xlsx", "410883").issues
    [row] = issues[issues["severity"] == "error"].to_dict("records")
    assert row["kind"] == "null_geometry"
    assert "shapefile" in row["hint"]


def test_other_files_are_known_by_their_columns(tmp_path: Path) -> None:
    write_geojson(tmp_path / "a.geojson", PLOTS)
    assert counts(tmp_path / "a.geojson") == {"priority_plot": 1}


def sheet_of(path: Path, name: str, *rows: list[Any]) -> Path:
    book = Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


CODES = [["编码", "名称", "经度", "纬度"], [1, "甲", 112.75, 34.9], [2, "乙", 112.76, 34.91]]
"""A list of points that may be any."""


def told_of(path: Path) -> str:
    issues = check_file(path, "410883").issues
    [row] = [row for row in issues.to_dict("records") if row["kind"] == "parts_chosen"]
    assert row["severity"] == "info"
    return str(row["message"])


def test_a_list_of_points_is_of_no_layer_that_has_lines_or_areas_only(tmp_path: Path) -> None:
    atlas = check_file(sheet_of(tmp_path / "t.xlsx", "s", *CODES), "410883")
    assert "wrong_geometry" not in set(atlas.issues["kind"])
    assert "河流" not in told_of(tmp_path / "t.xlsx")


def test_of_layers_that_are_as_likely_the_others_are_named(tmp_path: Path) -> None:
    told = told_of(sheet_of(tmp_path / "t.xlsx", "s", *CODES))
    assert all(word in told for word in ("sensitive_receptor", "drinking_water_source"))


def test_where_one_layer_is_likelier_by_far_no_other_is_named(tmp_path: Path) -> None:
    header = ["点位编码", "点位名称", "点位类型", "乡镇", "经度", "纬度"]
    told = told_of(sheet_of(tmp_path / "t.xlsx", "s", header, ["W1", "甲", "国考点位", "城关镇", 112.7, 34.9]))
    assert "groundwater_point" in told
    assert "sensitive_receptor" not in told


@pytest.mark.parametrize("name", ["地下水点位", "饮用水水源", "敏感受体"])
def test_the_name_of_the_only_sheet_says_what_the_columns_leave_open(tmp_path: Path, name: str) -> None:
    path = sheet_of(tmp_path / "t.xlsx", name, *CODES)
    [layer] = [one for one in check_file(path, "410883").layers.values() if len(one.frame)]
    assert layer.spec.title == name


def test_centres_of_areas_are_known_by_their_class_words(tmp_path: Path) -> None:
    header = ["单元编码", "单元名称", "质量类别", "中心经度", "中心纬度"]
    path = sheet_of(tmp_path / "t.xlsx", "s", header, ["1", "甲", "优先保护类", 112.7, 34.9])
    assert "cultivated_land" in check_file(path, "410883").layers


def test_a_form_without_its_mark_is_known_by_its_columns_and_holds_coordinates_of_cgcs2000(
    sent: Callable[[Change], Path],
) -> None:
    path = sent(lambda book: (unmark(book), rename(book)))
    assert {source.crs.declared for source in check_file(path, "410883").sources if source.kept} == {
        "cgcs2000 (EPSG:4490)"
    }


def test_a_table_with_other_columns_is_not_taken_for_a_form(sent: Callable[[Change], Path]) -> None:
    path = sent(lambda book: (unmark(book), delete_columns(book)))
    assert {source.crs.declared for source in check_file(path, "410883").sources if source.kept} == {""}


def test_a_folder_without_a_project_is_checked_file_by_file(tmp_path: Path) -> None:
    write_geojson(tmp_path / "a.geojson", PLOTS)
    write_geojson(tmp_path / "b.geojson", SCHOOLS)
    assert counts(tmp_path) == {"priority_plot": 1, "sensitive_receptor": 1}


def test_a_stranger_beside_files_that_are_known_is_told(tmp_path: Path) -> None:
    write_geojson(tmp_path / "a.geojson", PLOTS)
    (tmp_path / "b.csv").write_text("采样编号,总镉\nS1,0.3\n", "utf-8")
    issues = check_file(tmp_path, "410883").issues
    [row] = issues[issues["layer"] == ""].to_dict("records")
    assert (row["severity"], row["kind"], row["source"]) == ("warning", "parts_chosen", f"{tmp_path.name}/b.csv")
    assert "总镉" in row["message"]


def test_an_unknown_file_is_refused_with_its_columns_and_the_nearest_layers(tmp_path: Path, capsys: Streams) -> None:
    (tmp_path / "t.csv").write_text("采样编号,读数,地块名称\nS1,0.3,甲\n", "utf-8")
    assert main(["check", str(tmp_path / "t.csv"), "--lang", "en"]) == 2
    message, hint = capsys.readouterr().err.splitlines()
    assert "采样编号, 读数, 地块名称" in message
    assert "priority_plot" in hint


@pytest.mark.parametrize(("name", "content"), [("t.xlsx", b"PK\3\4"), ("t.csv", b""), ("t.docx", b"x")])
def test_what_cannot_be_read_is_refused_in_two_lines(
    tmp_path: Path, name: str, content: bytes, capsys: Streams
) -> None:
    (tmp_path / name).write_bytes(content)
    assert main(["check", str(tmp_path / name), "--lang", "en"]) == 2
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == ["error", "hint"]


def test_an_issue_workbook_is_told_where_it_belongs(tmp_path: Path, capsys: Streams) -> None:
    run(load_project(small_project(tmp_path / "county")), tmp_path / "build", ["issues"])
    assert main(["check", str(tmp_path / "build" / "issues.xlsx"), "--county", "410883"]) == 2
    assert "[review] workbook" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, capsys: Streams) -> None:
    assert main(["check", str(tmp_path / "none.xlsx"), "--lang", "en"]) == 2
    assert "no such file" in capsys.readouterr().err


def test_the_county_of_a_project_is_its_own(templates: Path, capsys: Streams) -> None:
    assert main(["check", str(templates), "--county", "410883", "--lang", "en"]) == 2
    assert "--county" in capsys.readouterr().err


def test_the_check_writes_no_file(sent: Callable[[Change], Path], tmp_path: Path) -> None:
    path = sent(lambda book: None)
    before = sorted(tmp_path.rglob("*"))
    main(["check", str(path)])
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_lists_of_a_build_are_no_layer(tmp_path: Path, form: str) -> None:
    build = built(tmp_path / "county")
    written = export(build, form, tmp_path / "x", "construction_plot", "findings").path
    assert {source.layer for source in check_file(written, "410883").sources} == {"construction_plot"}


def test_records_of_a_table_lack_no_shape_in_a_format_for_maps(tmp_path: Path) -> None:
    rows = [{"type": "Feature", "geometry": None, "properties": {"风向": "北风", "风频": 5}}]
    (tmp_path / "风玫瑰.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    atlas = check_file(tmp_path / "风玫瑰.geojson", "410883")
    assert [source.layer for source in atlas.sources] == ["wind"]
    assert "null_geometry" not in set(atlas.issues["kind"])
