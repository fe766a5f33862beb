"""The workbooks that bureaus fill in: what they look like, and that they read back as what was filled in."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from onemap import pipeline
from onemap.cli import main
from onemap.errors import SpecError
from onemap.export import contracts
from onemap.model import Atlas
from onemap.scaffold import start_project
from onemap.spec.catalogue import load_catalogue
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.spec.project import load_project
from onemap.spec.toml import parse
from onemap.text import speaking

LAYERS = [layer for layer in load_catalogue().layers.values() if not layer.is_raster]
DRAWN = [layer for layer in LAYERS if not {"point", "table"} & {*layer.geometry}]

RECORDS: dict[str, list[Any]] = {
    "涉镉等重金属企业": [
        1, "91410883MA0000002C", "黄河冶炼厂", "化工镇", "东街 3 号", "3212", "铅锌冶炼", "镉", "停产", "大气沉降",
        "未完成", dt.datetime(2027, 3, 31), 112.75, 34.91,
    ],
    "优先监管地块": [
        1, "4108832320007", "老电镀厂地块", "老厂", "化工镇", "电镀", 2015, 5200.5, "高风险", "未管控",
        "2026-03-12", dt.datetime(2026, 6, 30), "设置围挡", "已清理", 112.76, 34.9,
    ],
    "污染土壤转运联单": [
        1, "ZY-07", "4108832320007", "老电镀厂地块", None, "某某水泥厂", 31.5, 31.4, "2026-03-12", "2026-03-12",
        "某某运输公司", "豫H00001", "已签收",
    ],
    "土壤污染重点监管单位": [
        1, "91410883MA0000004J", "黄河化工厂", "化工镇", "无机盐制造", 2021, "仅二类单元",
        dt.datetime(2025, 6, 30), "整改中", dt.datetime(2026, 9, 30), dt.datetime(2026, 5, 20),
        dt.datetime(2026, 5, 20), 112.75, 34.92,
    ],
    "重点排污单位排放口": [
        1, "91410883MA0000004J001P-DW001", "黄河化工厂", "废水总排口", "废水", "91410883MA0000004J001P", "镉、锌",
        "蟒河", "化工镇", 112.75, 34.92,
    ],
    "敏感受体": [1, "ST-07", "示例小学", "学校", 420, "化工镇", 112.77, 34.89],
    "饮用水水源": [1, "SY-07", "东街水厂", "取水口", "地下水", 9000, "化工镇", 112.74, 34.88],
    "农用地土壤样品": [1, "TR-07", "D001", "城关镇", "东街村", "2026-05-20", "0-20cm", "水田", 8.1,
                       "<0.01", "未检出", 9.6, 28.5, 65, 24, 31, 72, None, "DW-07", 112.79, 34.91],
    "农产品样品": [1, "NCP-07", "TR-07", "D001", "城关镇", "东街村", "2026-09-20", "小麦",
                   0.06, "0.003L", 0.12, 0.08, 0.05, 0.3, None, 112.79, 34.91],
    "地下水点位": [
        1, "DX-07", "东街井", "双源点位", "化工镇", "Ⅲ类", 60, dt.datetime(2026, 5, 20), "Ⅱ类", 135,
        112.73, 34.87,
    ],
    "风玫瑰": [1, "东北风", 8.6, 2.4, "示例气象站", "2005-2024"],
    "地下水监测数据": [1, "DX-07", "东街井", "W-1", dt.datetime(2026, 5, 20), "砷", "0.3L", "μg/L", None, None],
    "地下水重点污染源": [1, "WRY-07", "东街填埋场", "垃圾填埋场", "化工镇", "氨氮", "无防渗", 12, 112.74, 34.88],
    "行政村": [
        1, "410883100207", "东街村", "化工镇", 860, "已完成", "纳管", dt.datetime(2025, 9, 30), None, "未完成", 2026,
        112.74, 34.87,
    ],
    "农村生活污水处理设施": [
        1, "WS-07", "东街村污水处理站", "化工镇", "东街村", 30, "正常运行", dt.datetime(2026, 9, 1), 112.74, 34.87,
    ],
    "农村黑臭水体": [
        1, "HC-07", "东街村北坑塘", "化工镇", "东街村", "坑塘", "省级监管", "治理中", dt.datetime(2026, 12, 31),
        112.74, 34.88,
    ],
    "乡镇农村环境目标表": [1, "化工镇", 20, 19, "95%", "不少于 1", 4, "/"],
}  # fmt: skip
"""A record for each sheet that takes records, in the order of its columns."""

KEYS = {
    "cadmium_enterprise": "91410883MA0000002C", "priority_plot": "4108832320007", "sensitive_receptor": "ST-07",
    "soil_transfer": "ZY-07",
    "key_unit": "91410883MA0000004J", "discharge_outlet": "91410883MA0000004J001P-DW001",
    "wind": "ne",
    "drinking_water_source": "SY-07", "groundwater_point": "DX-07",
    "groundwater_sample": "DX-07", "groundwater_discharger": "WRY-07", "soil_sample": "TR-07", "crop_sample": "NCP-07",
    "village": "410883100207", "sewage_facility": "WS-07", "black_water": "HC-07", "rural_target": "化工镇",
}  # fmt: skip
"""The key of each of these records."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "p"
    start_project(folder, "410883", "孟州市", "2026-11")
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "p")
    return tmp_path / "p"


def books(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.xlsx"))


def sheet_of(folder: Path, title: str) -> Worksheet:
    [sheet] = [book[title] for path in books(folder) if title in (book := openpyxl.load_workbook(path)).sheetnames]
    return sheet


def fill_in(folder: Path) -> None:
    for path in books(folder):
        book = openpyxl.load_workbook(path)
        for title in RECORDS.keys() & set(book.sheetnames):
            book[title].append(RECORDS[title])
        book.save(path)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)
def test_the_second_row_is_an_example_and_says_so(made: Path, layer: LayerSpec) -> None:
    sheet = sheet_of(made, layer.title)
    assert [sheet["A1"].value, sheet["A2"].value] == ["序号", "示例"]
    assert "程序会跳过" in sheet["A2"].comment.text
    assert sheet["A2"].font.italic and sheet["B2"].font.italic


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)
def test_the_guide_explains_every_column(made: Path, layer: LayerSpec) -> None:
    [guide] = [
        book["填写说明"] for path in books(made) if layer.title in (book := openpyxl.load_workbook(path)).sheetnames
    ]
    texts = [row[0].value for row in guide.iter_rows()]
    own = texts[texts.index(layer.title) :]
    assert [field.title for field in layer.fields.values() if field.title not in own] == []


@pytest.mark.parametrize("layer", DRAWN, ids=lambda layer: layer.id)
def test_a_sheet_of_outlines_says_that_they_come_as_a_shapefile(made: Path, layer: LayerSpec) -> None:
    assert "请以 shapefile" in sheet_of(made, layer.title)["A1"].comment.text


def test_numbers_and_dates_are_checked_with_a_warning_only(made: Path) -> None:
    checks = {str(one.sqref)[0]: one for one in sheet_of(made, "地下水点位").data_validations.dataValidation}
    assert {checks["G"].type, checks["H"].type} == {"decimal", "date"}
    assert {one.errorStyle for one in checks.values()} == {"warning"}


def many_classes(count: int) -> LayerSpec:
    classes = {f"class_{at}": {"title": f"很长的类别名称，第 {at} 类"} for at in range(count)}
    fields = {
        "own_id": {"title": "编号", "dbf": "BH"},
        "kind": {"title": "类别", "dbf": "LB", "type": "class", "classes": classes},
    }
    table = {
        "id": "mine",
        "title": "自定图层",
        "geometry": "point",
        "key": "own_id",
        "label": "own_id",
        "fields": fields,
    }
    return LayerSpec.model_validate(table)


def test_a_list_too_long_for_a_drop_down_stands_on_a_hidden_sheet(tmp_path: Path) -> None:
    path = contracts.write(tmp_path / "t.xlsx", "t", [many_classes(60)], dt.datetime(2026, 1, 1))
    book = openpyxl.load_workbook(path)
    [choice] = [one for one in book["自定图层"].data_validations.dataValidation if one.type == "list"]
    assert choice.formula1 == "'选项'!$A$1:$A$60"
    assert (book["选项"].sheet_state, book["选项"]["A60"].value) == ("hidden", "很长的类别名称，第 59 类")


def test_a_short_list_needs_no_other_sheet(made: Path) -> None:
    assert not [path for path in books(made) if "选项" in openpyxl.load_workbook(path).sheetnames]


def test_a_long_title_is_named_in_the_project_as_its_sheet_is(tmp_path: Path) -> None:
    spec = LayerSpec.model_validate({**many_classes(2).model_dump(by_alias=True), "title": "长" * 40})
    contracts.write(tmp_path / "t.xlsx", "t", [spec], dt.datetime(2026, 1, 1))
    assert contracts.sheet_names([spec])["mine"] in openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames


def test_headers_and_examples_are_chinese_in_every_language(tmp_path: Path) -> None:
    with speaking("en"):
        start_project(tmp_path / "p", "410883", "孟州市", "2026-11")
    sheet = sheet_of(tmp_path / "p", "地下水点位")
    assert [sheet["A1"].value, sheet["A2"].value, sheet["D2"].value] == ["序号", "示例", "国考点位"]


def checked_with_its_own_sections(folder: Path) -> Atlas:
    """Check a project whose sections of sheets are uncommented."""
    lines = (folder / "project.toml").read_text("utf-8").splitlines()
    sections = "\n".join(lines).split("\n\n")
    plain = [
        "\n".join(line.removeprefix("# ") for line in section.splitlines()[1:])
        for section in sections
        if "xlsx" in section and "# [sources" in section
    ]
    (folder / "project.toml").write_text("\n\n".join([sections[0].split("\n\n#")[0], *plain]), "utf-8")
    return pipeline.check(load_project(folder))


def test_filled_in_workbooks_read_back_as_what_was_filled_in(project: Path) -> None:
    fill_in(project)
    atlas = checked_with_its_own_sections(project)
    assert {own_id: list(layer.keys) for own_id, layer in atlas.layers.items()} == {k: [v] for k, v in KEYS.items()}
    assert set(atlas.issues["kind"]) == {"not_a_record"}


def test_the_cells_of_a_filled_in_sheet_are_read_as_typed(project: Path) -> None:
    fill_in(project)
    [row] = checked_with_its_own_sections(project).layers["groundwater_point"].frame.to_dict("records")
    assert (row["point_type"], row["water_class"], row["well_depth_m"]) == ("dual_source", "iii", 60.0)
    assert row["monitored_on"] == dt.datetime(2026, 5, 20)


def test_what_a_laboratory_did_not_find_is_read_from_a_filled_in_sheet(project: Path) -> None:
    fill_in(project)
    layers = checked_with_its_own_sections(project).layers
    [soil], [crop] = (layers[name].frame.to_dict("records") for name in ("soil_sample", "crop_sample"))
    assert (soil["cadmium"], soil["undetected"]) == (0.01, "镉、汞")
    assert pd.isna(soil["mercury"])
    assert (crop["mercury"], crop["undetected"]) == (0.003, "汞")


def test_in_a_project_a_sheet_without_a_record_is_an_error(project: Path) -> None:
    atlas = checked_with_its_own_sections(project)
    errors = atlas.issues[atlas.issues["severity"] == "error"]
    assert set(errors["kind"]) == {"no_data"}
    assert set(errors["layer"]) == set(KEYS)


def test_an_example_that_is_no_value_of_its_field_is_refused() -> None:
    table = {"title": "代码", "dbf": "DM", "pattern": r"\d{9}", "example": "12"}
    with pytest.raises(SpecError, match="12"):
        parse(FieldSpec, table, "mine.toml", SpecError)


@pytest.mark.parametrize("example", ["九", "600", "1.5"])
def test_an_example_of_a_number_lies_in_its_range(example: str) -> None:
    table = {"title": "村数", "dbf": "CS", "type": "integer", "minimum": 0, "maximum": 500, "example": example}
    with pytest.raises(SpecError):
        parse(FieldSpec, table, "mine.toml", SpecError)


def test_the_command_line_says_where_the_workbooks_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "p"), "--county", "410883", "--name", "孟州市"]) == 0
    assert "农业农村局数据需求表.xlsx" in capsys.readouterr().out
