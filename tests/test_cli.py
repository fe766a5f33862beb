"""The command line: what it says where, and its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import openpyxl
import pytest

from onemap import pipeline
from onemap.cli import main
from onemap.spec.catalogue import load_catalogue, shipped
from tests.projects import PLOT_KEY, SCHOOL_KEY, WITHOUT_NAMES, box, small_project

Streams = pytest.CaptureFixture[str]

PRODUCTS = {
    "balance.csv", "findings.csv", "issues.csv", "issues.xlsx", "lists.xlsx", "manifest.json", "onemap.gpkg",
    "onemap.html", "onemap.qgz", "scorecards.csv", "shapefiles",
}  # fmt: skip


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEMAP_LANG", "en")


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = small_project(tmp_path_factory.mktemp("small") / "project")
    assert main(["build", str(project), "--lang", "en"]) == 0
    return project / "build"


def fails(arguments: list[str], capsys: Streams) -> tuple[str, str]:
    """Return the message and the hint of a run that could not run."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    message, hint = err.splitlines()
    assert message.startswith("error: ")
    assert hint.startswith("hint: ")
    return message.removeprefix("error: "), hint.removeprefix("hint: ")


def test_a_build_holds_every_product(build: Path) -> None:
    assert {path.name for path in build.iterdir()} == PRODUCTS


def test_sketch_prints_an_entry_for_the_project(tmp_path: Path, capsys: Streams) -> None:
    project = small_project(tmp_path / "project")
    source = next(path for path in project.glob("*.geojson"))
    assert main(["sketch", str(source)]) == 0
    out, err = capsys.readouterr()
    assert tomllib.loads(out)["sources"]
    assert err == ""


def test_sketch_of_a_file_that_is_not_there_could_not_run(tmp_path: Path, capsys: Streams) -> None:
    message, _ = fails(["sketch", str(tmp_path / "none.shp")], capsys)
    assert "none.shp" in message


def test_the_manifest_knows_every_product(build: Path) -> None:
    manifest = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    files = {path.relative_to(build).as_posix() for path in build.rglob("*") if path.is_file()}
    assert set(manifest["products"]) == files - {"manifest.json"}
    assert manifest["verdict"] == "pass"


def test_a_build_tells_what_to_open_first(tmp_path: Path, capsys: Streams) -> None:
    assert main(["build", str(small_project(tmp_path)), "--only", "html,lists"]) == 0
    out, err = capsys.readouterr()
    steps = [line.split()[1] for line in out.splitlines() if line.lstrip()[:2] in ("1.", "2.", "3.")]
    assert steps == [str(tmp_path / "build" / "onemap.html"), str(tmp_path / "build" / "lists.xlsx")]
    assert "Plots near receptors" in out
    assert err == ""


def test_only_leaves_nothing_stale(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    assert main(["build", str(project), "--only", "csv,gpkg"]) == 0
    assert main(["build", str(project), "--only", "csv"]) == 0
    assert {path.name for path in (project / "build").iterdir()} == {
        "balance.csv",
        "findings.csv",
        "issues.csv",
        "manifest.json",
        "scorecards.csv",
    }


def test_out_names_the_folder(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project")
    assert main(["build", str(project / "project.toml"), "--out", str(tmp_path / "there"), "--only", "csv"]) == 0
    assert (tmp_path / "there" / "manifest.json").is_file()


def test_an_error_in_the_data_blocks_and_its_list_is_withheld(tmp_path: Path) -> None:
    project = small_project(tmp_path, WITHOUT_NAMES)
    assert main(["build", str(project), "--only", "csv"]) == 1
    assert "withheld" in (project / "build" / "findings.csv").read_text(encoding="utf-8-sig")


def test_a_layer_that_cannot_be_read_withholds_its_list(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    (project / "priority_plot.geojson").write_text("no json at all", encoding="utf-8")
    assert main(["build", str(project), "--only", "csv"]) == 1
    findings = (project / "build" / "findings.csv").read_text(encoding="utf-8-sig")
    assert "plot_near_receptor,unknown" in findings
    assert "withheld" in findings


def with_a_warning(folder: Path) -> Path:
    plot = {"地块编码": PLOT_KEY, "地块名称": "示例", "管控状态": "从来没有的状态"}
    return small_project(folder, [(plot, box(112.75, 34.90, 112.751, 34.901))])


@pytest.mark.parametrize(("options", "status"), [([], 0), (["--strict"], 1)])
def test_a_warning_blocks_only_under_strict(tmp_path: Path, options: list[str], status: int) -> None:
    assert main(["build", str(with_a_warning(tmp_path)), "--only", "csv", *options]) == status


def test_check_writes_the_issues_for_programs_to_stdout_and_the_verdict_to_stderr(
    tmp_path: Path, capsys: Streams
) -> None:
    assert main(["check", str(with_a_warning(tmp_path))]) == 0
    out, err = capsys.readouterr()
    header, row = out.splitlines()
    assert header.split("\t")[:3] == ["severity", "kind", "layer"]
    assert row.split("\t")[:3] == ["warning", "unknown_class", "priority_plot"]
    assert err.splitlines()[-1].startswith("Verdict: passed with issues")


def test_check_writes_json(tmp_path: Path, capsys: Streams) -> None:
    assert main(["check", str(with_a_warning(tmp_path)), "--json"]) == 0
    [issue] = json.loads(capsys.readouterr().out)
    assert (issue["kind"], issue["value"], issue["cell"]) == ("unknown_class", "从来没有的状态", "")


def test_check_is_blocked_by_an_error(tmp_path: Path) -> None:
    assert main(["check", str(small_project(tmp_path, WITHOUT_NAMES))]) == 1


def test_check_writes_no_file(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    before = sorted(project.rglob("*"))
    main(["check", str(project)])
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize("word", [PLOT_KEY, "示例化工厂旧址"])
def test_why_tells_of_a_feature_by_code_or_name(build: Path, capsys: Streams, word: str) -> None:
    assert main(["why", str(build), word]) == 0
    out, _ = capsys.readouterr()
    for told in (
        f"示例化工厂旧址 ({PLOT_KEY})",
        "Not yet controlled",
        "priority_plot.geojson",
        "2026-10-31",
        "示例局",
        "示例小学",
    ):
        assert told in out


def test_why_tells_of_the_lists_in_which_a_feature_is_the_receptor(build: Path, capsys: Streams) -> None:
    assert main(["why", str(build), SCHOOL_KEY, "--json"]) == 0
    [known] = json.loads(capsys.readouterr().out)
    assert known["layer"] == "sensitive_receptor"
    assert [(finding["rule"], finding["of_key"]) for finding in known["findings"]] == [("plot_near_receptor", PLOT_KEY)]


def test_why_tells_the_issues_of_a_feature(tmp_path: Path, capsys: Streams) -> None:
    project = with_a_warning(tmp_path)
    main(["build", str(project), "--only", "csv,gpkg"])
    capsys.readouterr()
    main(["why", str(project / "build"), PLOT_KEY, "--json"])
    [known] = json.loads(capsys.readouterr().out)
    assert [issue["kind"] for issue in known["issues"]] == ["unknown_class"]


def test_why_of_an_unknown_code_says_which_was_meant(build: Path, capsys: Streams) -> None:
    message, hint = fails(["why", str(build), PLOT_KEY[:-1]], capsys)
    assert PLOT_KEY[:-1] in message
    assert hint == f'did you mean "{PLOT_KEY}"?'


def test_why_of_no_build_is_told(tmp_path: Path, capsys: Streams) -> None:
    assert "is not a build" in fails(["why", str(tmp_path), "1"], capsys)[0]


def test_why_of_a_build_without_its_tables_says_which(tmp_path: Path, capsys: Streams) -> None:
    project = small_project(tmp_path)
    main(["build", str(project), "--only", "csv"])
    capsys.readouterr()
    message, hint = fails(["why", str(project / "build"), "1"], capsys)
    assert message.endswith("has no onemap.gpkg")
    assert "--only" in hint


def test_layers_lists_the_catalogue(capsys: Streams) -> None:
    assert main(["layers"]) == 0
    rows = capsys.readouterr().out.splitlines()[1:]
    assert [row.split("\t")[0] for row in rows] == sorted(path.stem for path in shipped("layers").glob("*.toml"))


def test_layers_tells_all_of_one(capsys: Streams) -> None:
    assert main(["layers", "cultivated_land"]) == 0
    out, _ = capsys.readouterr()
    for told in ("GB 15618-2018", "unit_code", "LBBM", "类别单元编码", "strict_control", "严格管控"):
        assert told in out


def test_layers_writes_json(capsys: Streams) -> None:
    assert main(["layers", "river", "--json"]) == 0
    layer = json.loads(capsys.readouterr().out)
    assert (layer["id"], layer["key"], layer["fields"]["river_code"]["dbf"]) == ("river", "river_code", "HLBM")


def test_an_unknown_layer_says_which_was_meant(capsys: Streams) -> None:
    assert fails(["layers", "cultivated_lnd"], capsys)[1] == 'did you mean "cultivated_land"?'


@pytest.mark.parametrize(
    ("arguments", "told", "hint"),
    [
        (["biuld"], 'there is no command "biuld"', 'did you mean "build"?'),
        (["build", "x", "--stric"], 'there is no option "--stric"', 'did you mean "--strict"?'),
        (["build"], "PROJECT is missing", "see: onemap build --help"),
        (["build", "x", "--only", "htm"], 'there is no product "htm"', "see: onemap build --help"),
        (["layers", "--lang", "fr"], "choose one of: zh, en", "see: onemap layers --help"),
        (["init", "x", "--county", "4108", "--name", "x"], '"4108" is not of the form', "see: onemap init --help"),
        (["init", "x", "--name", "x"], "--county is missing", "see: onemap init --help"),
        (["layers", "a", "b"], "the command is not understood", "see: onemap layers --help"),
    ],
)
def test_a_wrong_command_line_is_told_in_two_lines(arguments: list[str], told: str, hint: str, capsys: Streams) -> None:
    message, told_hint = fails(arguments, capsys)
    assert told in message or told in told_hint
    assert told_hint == hint


def test_a_missing_project_is_told(tmp_path: Path, capsys: Streams) -> None:
    assert "there is no project.toml" in fails(["check", str(tmp_path / "nowhere")], capsys)[0]


def test_an_unknown_key_of_the_project_is_told_with_the_one_meant(tmp_path: Path, capsys: Streams) -> None:
    project = small_project(tmp_path, more="[sources.river]\npath = 'township.geojson'\nencodin = 'gbk'")
    message, hint = fails(["build", str(project)], capsys)
    assert "encodin" in message
    assert hint == 'did you mean "encoding"?'


def test_a_missing_source_is_told(tmp_path: Path, capsys: Streams) -> None:
    project = small_project(tmp_path)
    (project / "township.geojson").unlink()
    assert "township.geojson" in fails(["build", str(project)], capsys)[0]


def test_a_folder_that_is_no_build_is_refused_before_any_work(tmp_path: Path, capsys: Streams) -> None:
    project = small_project(tmp_path / "project")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.docx").touch()
    assert "not an earlier build" in fails(["build", str(project), "--out", str(tmp_path / "thesis")], capsys)[0]
    assert (tmp_path / "thesis" / "chapter1.docx").exists()


def test_the_folder_of_the_project_is_not_built_over(tmp_path: Path, capsys: Streams) -> None:
    project = small_project(tmp_path)
    assert "project.toml" in fails(["build", str(project), "--out", str(project)], capsys)[0]


def test_another_exception_keeps_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(atlas: object, folder: Path) -> list[Path]:
        raise ZeroDivisionError

    monkeypatch.setitem(pipeline.WRITERS, "csv", broken)
    with pytest.raises(ZeroDivisionError):
        main(["build", str(small_project(tmp_path)), "--only", "csv"])
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize("arguments", [["--lang", "zh", "layers"], ["layers", "--lang", "zh"], ["layers", "--lang=zh"]])
def test_the_language_is_taken_before_and_after_the_command(arguments: list[str], capsys: Streams) -> None:
    assert main(arguments) == 0
    assert "耕地土壤环境质量类别" in capsys.readouterr().out


def test_the_language_is_chinese_unless_told(monkeypatch: pytest.MonkeyPatch, capsys: Streams) -> None:
    monkeypatch.delenv("ONEMAP_LANG")
    assert fails(["layers", "cultivated_lnd"], capsys) == ("没有图层“cultivated_lnd”", "是不是“cultivated_land”？")


def test_the_language_speaks_in_the_products(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    main(["build", str(project), "--only", "csv", "--lang", "zh"])
    assert "因距" in (project / "build" / "findings.csv").read_text(encoding="utf-8-sig")


def test_init_makes_a_project_file_that_asks_for_sources(tmp_path: Path, capsys: Streams) -> None:
    assert main(["init", str(tmp_path / "p"), "--county", "410883", "--name", '孟"州', "--period", "2026-11"]) == 0
    capsys.readouterr()
    table = tomllib.loads((tmp_path / "p" / "project.toml").read_text(encoding="utf-8"))
    assert (table["county"], table["period"]) == ("410883", "2026-11")
    assert '孟"州' in table["title"]
    assert "sources" in fails(["check", str(tmp_path / "p")], capsys)[0]


def test_init_has_an_example_of_each_layer_that_only_needs_its_marks_taken_away(tmp_path: Path) -> None:
    main(["init", str(tmp_path), "--county", "410883", "--name", "孟州市", "--lang", "zh"])
    lines = (tmp_path / "project.toml").read_text(encoding="utf-8").splitlines()
    table = tomllib.loads("\n".join(line.removeprefix("# ") for line in lines if "=" in line or "# [" in line))
    assert set(table["sources"]) == set(load_catalogue().layers)


def test_init_makes_a_workbook_for_each_bureau_with_the_titles_of_the_fields(tmp_path: Path) -> None:
    main(["init", str(tmp_path), "--county", "410883", "--name", "孟州市", "--lang", "zh"])
    assert {path.name for path in tmp_path.iterdir()} == {
        "project.toml", "自然资源局", "农业农村局", "生态环境局", "水利局", "气象局",
    }  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "水利局" / "水利局数据需求表.xlsx")
    header = [cell.value for cell in book["地下水点位"][1]]
    assert header == [
        "序号",
        "点位编码",
        "点位名称",
        "点位类型",
        "乡镇",
        "水质类别",
        "井深",
        "监测日期",
        "考核基准类别",
        "地下水流向",
        "经度",
        "纬度",
    ]
    [choice] = [v for v in book["地下水点位"].data_validations.dataValidation if "D2" in v.cells]
    assert choice.formula1 == '"国考点位,双源点位,其他点位"'


def test_init_overwrites_nothing(tmp_path: Path, capsys: Streams) -> None:
    (tmp_path / "project.toml").write_text("mine")
    message, _ = fails(["init", str(tmp_path), "--county", "410883", "--name", "孟州市"], capsys)
    assert "project.toml is there already" in message
    assert [path.name for path in tmp_path.iterdir()] == ["project.toml"]


def test_the_demo_builds_the_sample_and_says_what_to_open(tmp_path: Path, capsys: Streams) -> None:
    folder = tmp_path / "demo"
    assert main(["demo", str(folder)]) == 0
    out, _ = capsys.readouterr()
    assert "Verdict: passed with issues" in out
    assert {path.name for path in (folder / "build").iterdir()} == PRODUCTS
    assert not list(folder.rglob("*.py"))
    assert str(folder / "build" / "onemap.html") in out


def test_the_demo_takes_no_folder_with_other_things(tmp_path: Path, capsys: Streams) -> None:
    (tmp_path / "project.toml").write_text("mine")
    assert "not an untouched demo" in fails(["demo", str(tmp_path)], capsys)[0]
    assert (tmp_path / "project.toml").read_text() == "mine"


def test_the_module_is_the_program() -> None:
    run = subprocess.run([sys.executable, "-m", "onemap", "--version"], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("onemap ")


def test_the_program_without_words_explains_itself(capsys: Streams) -> None:
    assert main([]) == 0
    assert "Commands:" in capsys.readouterr().out
