"""Projects, layers and rules as TOML: what they say, and what is said of what is wrong in them."""

import shutil

import pytest

from onemap.errors import OnemapError, PathError, ProjectError, SpecError
from onemap.spec.catalogue import shipped
from onemap.spec.project import load_project
from onemap.text import speaking

HEAD = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
SOURCE = '[sources.priority_plot]\npath = "p.csv"\n'


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


def load(folder, text, **files):
    (folder / "p.csv").write_text("地块编码,地块名称\n", "utf-8")
    (folder / "project.toml").write_text(text, "utf-8")
    return load_project(folder)


def refused(folder, text, kind=OnemapError):
    with pytest.raises(kind) as raised:
        load(folder, text)
    return raised.value


def test_one_source_or_several_are_written_alike(tmp_path):
    one = load(tmp_path, HEAD + SOURCE)
    several = load(tmp_path, HEAD + SOURCE.replace("[sources.priority_plot]", "[[sources.priority_plot]]"))
    assert one.sources == several.sources


def test_a_project_is_its_folder_or_its_file(tmp_path):
    load(tmp_path, HEAD + SOURCE)
    assert load_project(tmp_path / "project.toml").spec == load_project(tmp_path).spec


def test_a_byte_order_mark_of_notepad_is_no_fault(tmp_path):
    load(tmp_path, "\ufeff" + HEAD + SOURCE)


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    fault = refused(tmp_path, 'titel = "t"\ncounty = "41"\nperiod = "2026-11"\n' + SOURCE, ProjectError)
    assert 'unknown key "titel"' in fault.message
    assert 'key "title" is missing' in fault.message
    assert "county" in fault.message
    assert fault.hint == 'did you mean "title"?'


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('crs = "EPSG:99999"', "EPSG:99999"),
        ('crs = "EPSG:4490"', "projected"),
        ('crs = "EPSG:2383"', "CGCS2000"),
        ('crs = "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=GRS80 +towgs84=1,2,3"', "CGCS2000"),
        ('layers = "nowhere"', "nowhere"),
        ('sources = "x"', "sources"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, line, word):
    text = line + "\n" + HEAD + ("" if line.startswith("sources") else SOURCE)
    assert word in refused(tmp_path, text).message


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ('crs = "force:EPSG:1"', "EPSG:1"),
        ('encoding = "gbkk"', "gbkk"),
        ('coord_type = "gcj"', "coord_type"),
        ('columns = { plot_cod = "x" }', "plot_cod"),
    ],
)
def test_a_wrong_key_of_a_source_is_named(tmp_path, key, word):
    assert word in refused(tmp_path, HEAD + SOURCE + key, ProjectError).message


def test_a_file_that_lies_elsewhere_in_the_project_is_found(tmp_path):
    (tmp_path / "生态环境局").mkdir()
    (tmp_path / "生态环境局" / "q.csv").write_text("")
    fault = refused(tmp_path, HEAD + SOURCE.replace("p.csv", "q.csv"), PathError)
    assert fault.hint == 'did you mean "生态环境局/q.csv"?'


def test_a_value_of_a_rule_can_be_overruled(tmp_path):
    project = load(tmp_path, HEAD + SOURCE + "[rules.plot_near_receptor]\nreach = 800\n")
    assert project.catalogue.rules["plot_near_receptor"].reach == 800


def test_one_level_of_a_rule_can_be_overruled_and_the_others_stay(tmp_path):
    project = load(tmp_path, HEAD + SOURCE + "[rules.plot_near_receptor.levels]\nhigh = 50\n")
    assert project.catalogue.rules["plot_near_receptor"].levels == {"high": 50, "medium": 300, "low": 1000}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[rules]\nrun = ['plot_near_receptors']", "plot_near_receptors"),
        ("[rules.plot_near]\nreach = 1", "plot_near"),
        ("[rules.plot_near_receptor]\nreech = 1", "reech"),
        ("[rules.plot_near_receptor.levels]\nhigh = 5000", "levels"),
        ("[rules.plot_near_receptor.where.priority_plot]\ncontrol_state = ['没管控']", "没管控"),
        ("[rules.plot_near_receptor.where.priority_plot]\ncontrol = ['未管控']", "control"),
        ("[rules.plot_near_receptor.where.township]\ntownship_name = ['x']", "township"),
    ],
)
def test_a_wrong_rule_is_named(tmp_path, text, word):
    fault = refused(tmp_path, HEAD + SOURCE + text)
    assert word in fault.message
    assert fault.hint


def test_rules_are_run_in_the_order_asked_for(tmp_path):
    names = ("plot_overlaps_construction", "plot_near_receptor")
    assert load(tmp_path, HEAD + SOURCE + f"[rules]\nrun = {list(names)}\n").run == names


def test_a_layer_of_the_project_replaces_the_built_in_one(tmp_path):
    (tmp_path / "own").mkdir()
    text = (shipped("layers") / "priority_plot.toml").read_text("utf-8")
    (tmp_path / "own" / "priority_plot.toml").write_text(text.replace("优先监管地块", "本县地块", 1), "utf-8")
    project = load(tmp_path, 'layers = "own"\n' + HEAD + SOURCE)
    assert project.catalogue.layers["priority_plot"].title == "本县地块"
    assert "township" in project.catalogue.layers


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('key      = "plot_code"', 'key = "plot_cod"', "plot_cod"),
        ('dbf      = "DKBM"', 'dbf = "地块编码"', "地块编码"),
        ('dbf      = "DKBM"', 'dbf = "ELEVEN_CHAR"', "ELEVEN_CHAR"),
        ('dbf      = "DKMC"', 'dbf = "DKBM"', "dkbm"),
        ('aliases  = ["管控中", ', 'aliases = ["未管控", ', "未管控"),
        ('type     = "class"', 'type = "klass"', "type"),
        (r"pattern  = '\d{13}'", "pattern = '['", "regular expression"),
        ("[fields.plot_code]", "[fields.source]\ntitle='x'\ndbf='X'\n[fields.plot_code]", "source"),
    ],
)
def test_a_wrong_layer_file_is_refused_before_any_data_is_read(tmp_path, old, new, word):
    (tmp_path / "own").mkdir()
    shutil.copy(shipped("layers") / "priority_plot.toml", tmp_path / "own")
    file = tmp_path / "own" / "priority_plot.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    assert word in refused(tmp_path, 'layers = "own"\n' + HEAD + SOURCE, SpecError).message


def test_everything_wrong_in_all_rule_files_is_told_at_once(tmp_path):
    rules = tmp_path / "own" / "rules"
    rules.mkdir(parents=True)
    (rules / "one.toml").write_text(
        'title = "一"\nmeasure = "distance"\nof = "priority_plott"\nto = "township"\nreech = 1\n'
        'levels = { high = 9, low = 9 }\nreason = "因"\n',
        "utf-8",
    )
    (rules / "two.toml").write_text(
        'title = "二"\nbasis = "依据"\nmeasure = "distanse"\nof = "township"\nlevels = { high = 1 }\nreason = "{x}"\n',
        "utf-8",
    )
    more = "[rules.crop_sample_exceedance]\nstandard = 'gb2761'\n"
    with speaking("en"):
        told = refused(tmp_path, 'layers = "own"\n' + HEAD + SOURCE + more, SpecError)
    one = ("one.toml", 'unknown key "reech"', '"priority_plott"', "overlap", 'key "basis" is missing')
    rest = ("two.toml", '"distanse"', '"x"', "crop_sample_exceedance.toml as the project", '"gb2761"')
    assert [word for word in one + rest if word not in told.message] == []
    assert 'did you mean "priority_plot"?' in told.hint


def test_datum_parameters_in_a_crs_that_is_none_are_not_said(tmp_path):
    line = 'crs = "+proj=longlatt +ellps=krass +towgs84=-21.7391,113.8642,57.2913,0,0,0,0"\n'
    fault = refused(tmp_path, HEAD + SOURCE + line)
    assert "8642" not in f"{fault.message} {fault.hint}"
