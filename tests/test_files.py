"""Which files a source means, seen through what comes in."""

import os
import re
import zipfile

import geopandas as gpd
import pytest
from openpyxl import Workbook, load_workbook
from shapely import Point

from onemap.errors import PathError
from onemap.ingest.intake import take_in
from onemap.spec.project import load_project

HEAD = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
COLUMNS = ["点位编码", "点位名称", "经度", "纬度"]


def taken(folder, path, **keys):
    """Return what comes in of a project whose groundwater points lie at `path`."""
    source = "".join(f"{key} = {value}\n" for key, value in ({"path": f"'{path}'"} | keys).items())
    (folder / "project.toml").write_text(f"{HEAD}[sources.groundwater_point]\n{source}", "utf-8")
    return take_in(load_project(folder))


def names(intake):
    return sorted(intake.layers["groundwater_point"].frame["point_name"])


def told(intake, kind):
    return " ".join(intake.issues.query("kind == @kind")["message"])


def write_csv(path, *wells):
    rows = [COLUMNS, *([f"D{name}", name, "112.7", "34.9"] for name in wells)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    return path


def write_book(path, **sheets):
    book = Workbook()
    for title, wells in sheets.items():
        sheet = book.create_sheet(title)
        for row in [COLUMNS, *([f"D{name}", name, 112.7, 34.9] for name in wells)] if wells is not None else [["目录"]]:
            sheet.append(row)
    del book["Sheet"]
    book.save(path)


def write_zip(path, **texts):
    with zipfile.ZipFile(path, "w") as archive:
        for name, file in texts.items():
            archive.write(file, name)


def test_the_files_of_a_folder_fill_one_layer(tmp_path):
    write_csv(tmp_path / "井" / "化工镇.csv", "甲井")
    write_csv(tmp_path / "井" / "下级" / "南庄镇.csv", "乙井")
    intake = taken(tmp_path, "井")
    assert names(intake) == ["乙井", "甲井"]
    assert [source.path for source in intake.sources] == ["井/下级/南庄镇.csv", "井/化工镇.csv"]


def test_a_pattern_takes_the_files_that_it_finds(tmp_path):
    write_csv(tmp_path / "2026甲.csv", "甲井")
    write_csv(tmp_path / "2025乙.csv", "乙井")
    assert names(taken(tmp_path, "2026*.csv")) == ["甲井"]


def test_a_pattern_that_finds_nothing_is_refused(tmp_path):
    with pytest.raises(PathError, match=r"2026\*\.csv"):
        taken(tmp_path, "2026*.csv")


def test_each_row_says_which_file_it_is_from(tmp_path):
    write_csv(tmp_path / "井" / "a.csv", "甲井")
    write_csv(tmp_path / "井" / "b.csv", "甲井")
    duplicate = taken(tmp_path, "井").issues.query("kind == 'duplicate_key'")
    assert set(duplicate["source"]) <= {"井/a.csv", "井/b.csv"}


def test_files_of_a_folder_that_are_not_read_are_named(tmp_path):
    write_csv(tmp_path / "井" / "a.csv", "甲井")
    (tmp_path / "井" / "照片.jpg").write_bytes(b"jpeg")
    assert "照片.jpg" in told(taken(tmp_path, "井"), "parts_chosen")


@pytest.mark.parametrize("path", [".", "**/*.csv"])
def test_an_earlier_build_beside_the_data_is_not_data(tmp_path, path):
    write_csv(tmp_path / "a.csv", "甲井")
    write_csv(tmp_path / "build" / "shapefiles" / "b.csv", "乙井")
    (tmp_path / "build" / "manifest.json").write_text('{"products": {}}', "utf-8")
    assert names(taken(tmp_path, path)) == ["甲井"]


def test_a_dbf_without_its_shp_is_named(tmp_path):
    write_csv(tmp_path / "井" / "a.csv", "甲井")
    (tmp_path / "井" / "b.dbf").write_bytes(b"\3")
    assert "井/b.shp" in told(taken(tmp_path, "井"), "missing_part")


def test_side_files_need_no_word(tmp_path):
    points = gpd.GeoDataFrame({"DWBM": ["D1"], "DWMC": ["甲井"]}, geometry=[Point(112.7, 34.9)], crs="EPSG:4490")
    (tmp_path / "井").mkdir()
    points.to_file(tmp_path / "井" / "a.shp", encoding="utf-8")
    intake = taken(tmp_path, "井")
    assert (names(intake), told(intake, "parts_chosen")) == (["甲井"], "")


def test_a_shp_that_was_forgotten_is_asked_for(tmp_path):
    (tmp_path / "井.dbf").write_bytes(b"\3")
    with pytest.raises(PathError) as fault:
        taken(tmp_path, "井.shp")
    assert "井.dbf" in fault.value.hint


def test_one_bad_file_does_not_keep_the_others_out(tmp_path):
    write_csv(tmp_path / "井" / "a.csv", "甲井")
    (tmp_path / "井" / "b.xlsx").write_bytes(b"no workbook")
    intake = taken(tmp_path, "井")
    assert names(intake) == ["甲井"]
    assert list(intake.issues.query("kind == 'unreadable'")["source"]) == ["井/b.xlsx"]


def test_a_table_of_something_else_in_a_folder_is_left_and_named(tmp_path):
    write_csv(tmp_path / "井" / "a.csv", "甲井")
    (tmp_path / "井" / "b.csv").write_text("姓名,电话\n张三,1\n", "utf-8")
    intake = taken(tmp_path, "井")
    assert names(intake) == ["甲井"]
    left = next(source for source in intake.sources if source.path == "井/b.csv")
    assert (left.rows, left.kept, left.dropped) == (1, 0, 1)
    assert "电话" in told(intake, "parts_chosen")


def test_alike_sheets_are_read_together_and_that_is_told(tmp_path):
    write_book(tmp_path / "t.xlsx", 化工镇=["甲井"], 南庄镇=["乙井"])
    intake = taken(tmp_path, "t.xlsx")
    assert names(intake) == ["乙井", "甲井"]
    assert "化工镇, 南庄镇" in told(intake, "parts_chosen")


def test_a_sheet_that_is_left_is_named(tmp_path):
    write_book(tmp_path / "t.xlsx", 封面=None, 名单=["甲井"])
    intake = taken(tmp_path, "t.xlsx")
    assert (names(intake), "封面" in told(intake, "parts_chosen")) == (["甲井"], True)


def test_a_named_sheet_is_read_alone_and_without_a_word(tmp_path):
    write_book(tmp_path / "t.xlsx", 化工镇=["甲井"], 南庄镇=["乙井"])
    intake = taken(tmp_path, "t.xlsx", layer="'南庄镇'")
    assert (names(intake), told(intake, "parts_chosen")) == (["乙井"], "")


def test_an_issue_of_one_of_several_sheets_names_its_sheet(tmp_path):
    write_book(tmp_path / "t.xlsx", 化工镇=["甲井"], 南庄镇=[None, "乙井"])
    missing = taken(tmp_path, "t.xlsx").issues.query("kind == 'missing_value'")
    assert [tuple(row) for row in missing[["source", "cell"]].to_numpy()] == [("t.xlsx [南庄镇]", "B2")]


def test_a_required_column_that_is_blank_throughout_is_told_once(tmp_path):
    write_book(tmp_path / "t.xlsx", 名单=[None, None, None])
    missing = taken(tmp_path, "t.xlsx").issues.query("kind == 'missing_value'")
    assert (len(missing), "3" in missing["message"].iloc[0]) == (1, True)


def test_the_file_in_a_zip_goes_by_the_name_of_the_zip(tmp_path):
    write_zip(tmp_path / "t.zip", **{"夹/a.csv": write_csv(tmp_path / "a", "甲井")})
    intake = taken(tmp_path, "t.zip")
    assert (names(intake), [source.path for source in intake.sources]) == (["甲井"], ["t.zip"])


@pytest.fixture
def full_zip(tmp_path):
    wells = {"a.csv": write_csv(tmp_path / "a", "甲井"), "b.csv": write_csv(tmp_path / "b", "乙井")}
    write_zip(tmp_path / "t.zip", **wells)
    return tmp_path


def test_of_several_files_in_a_zip_none_is_guessed(full_zip):
    assert "a.csv, b.csv" in told(taken(full_zip, "t.zip"), "unreadable")


def test_one_of_several_files_in_a_zip_can_be_named(full_zip):
    assert names(taken(full_zip, "t.zip", layer="'b'")) == ["乙井"]


def test_all_files_of_a_zip_can_be_asked_for(full_zip):
    assert names(taken(full_zip, "t.zip", layer="'*'")) == ["乙井", "甲井"]


@pytest.mark.parametrize(
    ("name", "word"), [("t.mdb", ".gdb"), ("t.dwg", ".dxf"), ("t.rar", "解压"), ("t.doc", ".xlsx"), ("t.tif", ".shp")]
)
def test_a_kind_that_is_not_read_is_refused_with_advice(tmp_path, name, word):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(PathError) as fault:
        taken(tmp_path, name)
    assert word in fault.value.hint


def test_rows_that_the_project_does_not_ask_for_are_counted(tmp_path):
    write_csv(tmp_path / "t.csv", "甲井", "乙井", "丙井")
    intake = taken(tmp_path, "t.csv", only='{ "点位名称" = ["甲井"] }')
    (source,) = intake.sources
    assert (source.rows, source.kept, source.dropped) == (3, 1, 2)
    assert "3" in told(intake, "parts_chosen")


def test_an_absolute_path_is_not_in_what_is_told(tmp_path):
    path = write_csv(tmp_path / "elsewhere" / "t.csv", "甲井")
    intake = taken(tmp_path, path.as_posix())
    assert [source.path for source in intake.sources] == ["t.csv"]
    assert str(tmp_path) not in intake.issues.to_csv()


def shapefile(path, *wells):
    points = gpd.GeoDataFrame(
        {"DWBM": [f"D{name}" for name in wells], "DWMC": wells},
        geometry=[Point(112.7 + n / 100, 34.9) for n in range(len(wells))],
        crs="EPSG:4490",
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    points.to_file(path, encoding="utf-8")


def errors(intake):
    return list(intake.issues.query("severity == 'error'")["kind"])


# What is lost in folders and zips


def test_the_rest_of_a_shapefile_in_a_folder_asks_for_its_shp(tmp_path):
    for name in ("a", "b"):
        shapefile(tmp_path / "井" / f"{name}.shp", f"{name}井")
    (tmp_path / "井" / "b.shp").unlink()
    intake = taken(tmp_path, "井")
    (lost,) = intake.issues.query("kind == 'missing_part'").itertuples()
    assert (lost.source, lost.severity, names(intake)) == ("井/b.shp", "error", ["a井"])


def test_the_rest_of_a_shapefile_in_a_zip_asks_for_its_shp(tmp_path):
    for name in ("a", "b"):
        shapefile(tmp_path / f"{name}.shp", f"{name}井")
    files = {file.name: file for file in tmp_path.glob("[ab].*") if file.name != "b.shp"}
    write_zip(tmp_path / "井.zip", **files)
    assert list(taken(tmp_path, "井.zip").issues.query("kind == 'missing_part'")["source"]) == ["井.zip/b.shp"]


def test_a_shapefile_of_a_folder_without_dbf_is_one_error(tmp_path):
    for name in ("a", "b"):
        shapefile(tmp_path / "井" / f"{name}.shp", f"{name}井")
    (tmp_path / "井" / "b.dbf").unlink()
    assert errors(taken(tmp_path, "井")) == ["missing_part"]


def link(path, target):
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("this system does not let everybody link")


def test_a_link_that_leads_nowhere_is_an_error(tmp_path):
    write_csv(tmp_path / "井" / "a.csv", "甲井")
    link(tmp_path / "井" / "b.csv", tmp_path / "gone.csv")
    (lost,) = taken(tmp_path, "井").issues.query("kind == 'unreadable'").itertuples()
    assert (lost.source, lost.severity) == ("井/b.csv", "error")


def test_a_link_to_a_folder_above_is_not_followed_and_named(tmp_path):
    write_csv(tmp_path / "井" / "a.csv", "甲井")
    link(tmp_path / "井" / "上级", tmp_path / "井")
    intake = taken(tmp_path, "井")
    assert (names(intake), "井/上级" in told(intake, "parts_chosen")) == (["甲井"], True)


def test_a_folder_that_two_links_lead_to_is_read_once(tmp_path):
    write_csv(tmp_path / "elsewhere" / "a.csv", "甲井")
    (tmp_path / "井").mkdir()
    link(tmp_path / "井" / "一", tmp_path / "elsewhere")
    link(tmp_path / "井" / "二", tmp_path / "elsewhere")
    assert names(taken(tmp_path, "井")) == ["甲井"]


def test_a_folder_without_data_is_an_error(tmp_path):
    (tmp_path / "井").mkdir()
    assert errors(taken(tmp_path, "井")) == ["unreadable"]


def test_a_folder_of_strangers_alone_is_an_error(tmp_path):
    for name in ("a", "b"):
        (tmp_path / "井").mkdir(exist_ok=True)
        (tmp_path / "井" / f"{name}.csv").write_text("姓名,电话\n张三,1\n", "utf-8")
    assert errors(taken(tmp_path, "井")) == ["no_data"]


# Sheets


def hide(path, sheet):
    book = load_workbook(path)
    book[sheet].sheet_state = "hidden"
    book.save(path)


def test_a_hidden_sheet_is_not_read_and_named(tmp_path):
    write_book(tmp_path / "t.xlsx", 名单=["甲井"], 旧名单=["乙井"])
    hide(tmp_path / "t.xlsx", "旧名单")
    intake = taken(tmp_path, "t.xlsx")
    assert (names(intake), "旧名单" in told(intake, "parts_chosen")) == (["甲井"], True)


def test_a_hidden_sheet_is_read_where_no_other_is_known(tmp_path):
    write_book(tmp_path / "t.xlsx", 封面=None, 名单=["甲井"])
    hide(tmp_path / "t.xlsx", "名单")
    intake = taken(tmp_path, "t.xlsx")
    assert names(intake) == ["甲井"]
    assert "warning" in set(intake.issues.query("kind == 'parts_chosen'")["severity"])


def test_a_hidden_sheet_that_the_project_names_is_read(tmp_path):
    write_book(tmp_path / "t.xlsx", 名单=["甲井"], 旧名单=["乙井"])
    hide(tmp_path / "t.xlsx", "旧名单")
    assert names(taken(tmp_path, "t.xlsx", layer="'旧名单'")) == ["乙井"]


def test_sheets_that_differ_by_a_column_are_read_together(tmp_path):
    write_book(tmp_path / "t.xlsx", 化工镇=["甲井"], 南庄镇=["乙井"])
    book = load_workbook(tmp_path / "t.xlsx")
    book["南庄镇"]["E1"], book["南庄镇"]["E2"] = "井深", 30
    book.save(tmp_path / "t.xlsx")
    assert names(taken(tmp_path, "t.xlsx")) == ["乙井", "甲井"]


# Files in zips, by their paths


@pytest.fixture
def townships_zip(tmp_path):
    wells = {f"{place}/井.csv": write_csv(tmp_path / place / "井.csv", f"{place}井") for place in ("甲镇", "乙镇")}
    write_zip(tmp_path / "t.zip", **wells)
    return tmp_path


def test_a_file_in_a_zip_is_named_by_its_path(townships_zip):
    intake = taken(townships_zip, "t.zip/甲镇/井.csv")
    assert (names(intake), told(intake, "parts_chosen")) == (["甲镇井"], "")


def test_the_hint_for_a_full_zip_can_be_followed(townships_zip):
    (fault,) = taken(townships_zip, "t.zip").issues.query("kind == 'unreadable'").itertuples()
    path = re.search('path = "(.+?)"', fault.hint).group(1)
    assert names(taken(townships_zip, path)) == ["乙镇井"]


def test_a_file_that_is_not_in_the_zip_is_told_with_those_that_are(townships_zip):
    assert "甲镇/井.csv" in told(taken(townships_zip, "t.zip/丙镇/井.csv"), "unreadable")


def test_files_of_one_name_in_a_zip_are_told_apart(townships_zip):
    intake = taken(townships_zip, "t.zip", layer="'*'")
    assert [source.path for source in intake.sources] == ["t.zip/乙镇/井.csv", "t.zip/甲镇/井.csv"]


def test_a_sheet_of_a_workbook_in_a_zip_can_be_named(tmp_path):
    write_book(tmp_path / "t.xlsx", 化工镇=["甲井"], 南庄镇=["乙井"])
    write_zip(tmp_path / "t.zip", **{"夹/t.xlsx": tmp_path / "t.xlsx", "a.csv": write_csv(tmp_path / "a.csv", "丙井")})
    assert names(taken(tmp_path, "t.zip/夹/t.xlsx", layer="'南庄镇'")) == ["乙井"]


# Encodings


def test_a_text_table_put_together_from_two_encodings_is_refused_with_its_line(tmp_path):
    lines = [",".join(COLUMNS).encode("gbk"), "D1,甲井,112.7,34.9".encode("gbk"), "D2,乙井,112.7,34.9".encode()]
    (tmp_path / "t.csv").write_bytes(b"\n".join(lines))
    assert "3" in told(taken(tmp_path, "t.csv"), "unreadable")


def test_a_file_that_the_system_does_not_open_is_told(tmp_path, monkeypatch):
    path = write_csv(tmp_path / "t.csv", "甲井")

    def refuse(self, *args, **keys):
        if self.name == path.name:
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **keys)

    opened = type(path).open
    monkeypatch.setattr(type(path), "open", refuse)
    assert "Permission denied" in told(taken(tmp_path, "t.csv"), "unreadable")


def test_a_text_file_beside_data_is_a_note_and_named(tmp_path):
    write_csv(tmp_path / "井" / "a.csv", "甲井")
    write_csv(tmp_path / "井" / "说明.txt", "乙井")
    intake = taken(tmp_path, "井")
    assert (names(intake), "说明.txt" in told(intake, "parts_chosen")) == (["甲井"], True)


@pytest.mark.parametrize("path", ["t.zip", "t.zip/数据.txt"])
def test_a_text_file_alone_in_a_zip_is_data(tmp_path, path):
    write_zip(tmp_path / "t.zip", **{"数据.txt": write_csv(tmp_path / "a.txt", "甲井")})
    assert names(taken(tmp_path, path)) == ["甲井"]


@pytest.mark.parametrize("zipped", [False, True])
def test_the_inside_of_a_geodatabase_is_one(tmp_path, zipped):
    points = gpd.GeoDataFrame({"DWBM": ["D1"], "DWMC": ["甲井"]}, geometry=[Point(112.7, 34.9)], crs="EPSG:4490")
    points.to_file(tmp_path / "t.gdb", driver="OpenFileGDB", layer="井")
    (tmp_path / "t.gdb").rename(tmp_path / "数据")
    if zipped:
        write_zip(tmp_path / "数据.zip", **{file.name: file for file in (tmp_path / "数据").iterdir()})
    assert names(taken(tmp_path, "数据.zip" if zipped else "数据")) == ["甲井"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_told_and_not_waited_for(tmp_path):
    write_csv(tmp_path / "井" / "a.csv", "甲井")
    os.mkfifo(tmp_path / "井" / "b.csv")
    assert list(taken(tmp_path, "井").issues.query("kind == 'unreadable'")["source"]) == ["井/b.csv"]
    with pytest.raises(PathError):
        taken(tmp_path, "井/b.csv")
