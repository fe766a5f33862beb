"""Bad input gets a message that says which file and what to do, never a traceback; through the program's own door."""

import json

import pandas as pd
import pytest

from onemap.cli import main

HEAD = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
PLOTS = '[sources.priority_plot]\npath = "plots.geojson"\n'


def plots(*shapes, **properties):
    values = {"地块编码": "4108832260001", "地块名称": "示例地块", **properties}
    features = [{"type": "Feature", "properties": values, "geometry": shape} for shape in shapes]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


POINT = {"type": "Point", "coordinates": [112.79, 34.91]}


@pytest.fixture
def run(tmp_path, capsys):
    def run(project, *words, **files):
        (tmp_path / "project.toml").write_text(HEAD + project, "utf-8")
        for name, content in files.items():
            stem, _, suffix = name.rpartition("_")
            (tmp_path / f"{stem}.{suffix}").write_text(content, "utf-8")
        status = main(["--lang", "en", *(words or ("check",)), str(tmp_path)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return status, said.out, said.err

    return run


def issues(run, project, **files):
    status, out, _ = run(project, "check", "--json", **files)
    return status, json.loads(out)


def test_a_sound_project_passes(run):
    assert issues(run, PLOTS, plots_geojson=plots(POINT)) == (0, [])


def test_a_missing_file_names_it_and_what_was_meant(run):
    status, _, err = run('[sources.priority_plot]\npath = "plotz.geojson"\n', plots_geojson=plots(POINT))
    assert status == 2
    assert "error: sources.priority_plot: no such file: plotz.geojson" in err
    assert 'hint: did you mean "plots.geojson"?' in err


def test_a_file_of_an_unknown_kind_says_which_kinds_are_read(run):
    status, _, err = run('[sources.priority_plot]\npath = "plots.doc"\n', plots_doc="x")
    assert status == 2
    assert "plots.doc" in err
    assert ".xlsx" in err


def test_an_unknown_key_of_the_project_says_which_was_meant(run):
    status, _, err = run(
        '[sources.priority_plot]\npath = "plots.geojson"\nencodng = "gbk"\n', plots_geojson=plots(POINT)
    )
    assert status == 2
    assert "encodng" in err
    assert 'did you mean "encoding"?' in err


def test_an_unknown_layer_says_which_was_meant(run):
    status, _, err = run('[sources.priority_plots]\npath = "plots.geojson"\n', plots_geojson=plots(POINT))
    assert (status, 'did you mean "priority_plot"?' in err) == (2, True)


def test_a_project_that_is_no_toml_is_told_in_two_lines(run):
    status, _, err = run("title = unquoted\n")
    assert status == 2
    assert [line.split(":")[0] for line in err.strip().splitlines()] == ["error", "hint"]


def test_an_empty_layer_blocks(run):
    status, found = issues(run, PLOTS, plots_geojson=plots())
    assert (status, [issue["kind"] for issue in found]) == (1, ["no_data"])


def test_a_layer_without_any_geometry_blocks_and_names_each_record(run):
    status, found = issues(run, PLOTS, plots_geojson=plots(None))
    assert (status, [issue["kind"] for issue in found]) == (1, ["no_data", "null_geometry"])


def test_an_unknown_class_is_a_warning(run):
    status, found = issues(run, PLOTS, plots_geojson=plots(POINT, 管控状态="待定"))
    assert (status, [(issue["kind"], issue["value"], issue["action"]) for issue in found]) == (
        0,
        [("unknown_class", "待定", "blanked")],
    )


def test_a_missing_required_column_blocks_and_lists_the_columns(run):
    text = plots(POINT).replace("地块名称", "某某")
    status, found = issues(run, PLOTS, plots_geojson=text)
    assert (status, [(issue["kind"], issue["field"]) for issue in found]) == (1, [("missing_column", "plot_name")])
    assert "某某" in found[0]["message"]


def test_an_unreadable_workbook_blocks_and_says_what_to_do(run):
    status, found = issues(run, '[sources.cadmium_enterprise]\npath = "list.xlsx"\n', list_xlsx="not a workbook")
    assert (status, [issue["kind"] for issue in found]) == (1, ["unreadable"])
    assert "Excel" in found[0]["hint"]


def test_a_broken_geojson_is_unreadable(run):
    status, found = issues(run, PLOTS, plots_geojson='{"type": "FeatureCollection", "features": [')
    assert (status, [issue["kind"] for issue in found]) == (1, ["unreadable"])


def test_xian80_without_parameters_blocks(run):
    crs = ', "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4610"}}}'
    status, found = issues(run, PLOTS, plots_geojson=plots(POINT)[:-1] + crs)
    assert (status, [(issue["kind"], issue["severity"]) for issue in found]) == (1, [("crs_unproved", "error")])


def test_a_list_on_blocked_data_is_withheld_and_says_so(run, tmp_path):
    status, _, _ = run(PLOTS, "build", plots_geojson=plots())
    findings = pd.read_csv(tmp_path / "build" / "findings.csv")
    assert status == 1
    assert set(findings["level"]) == {"unknown"}
    assert findings["reason"].str.contains("withheld").all()


def test_a_balance_on_blocked_data_is_withheld_and_says_so(run, tmp_path):
    farmland = '[sources.cultivated_land]\npath = "land.geojson"\n'
    status, _, _ = run(farmland, "build", land_geojson='{"type": "FeatureCollection", "features": [')
    [told] = pd.read_csv(tmp_path / "build" / "balance.csv").to_dict("records")
    assert (status, told["layer"]) == (1, "cultivated_land")
    assert told["remark"] == "withheld: the data of Cultivated-land class stands with errors"


def test_a_list_without_receptor_data_says_that_it_cannot_judge(tmp_path):
    (tmp_path / "project.toml").write_text(HEAD + PLOTS, "utf-8")
    (tmp_path / "plots.geojson").write_text(plots(POINT), "utf-8")
    assert main(["build", str(tmp_path)]) == 0
    reasons = pd.read_csv(tmp_path / "build" / "findings.csv").query("rule == 'plot_near_receptor'")["reason"]
    assert len(reasons) == 3
    assert reasons.str.contains("未提供").all()
    assert reasons.str.contains("不能判定").all()
