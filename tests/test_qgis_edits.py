"""A build's layers, edited in a real QGIS, are sources: what was edited arrives, and nothing else is different."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from onemap.model import Atlas
from onemap.pipeline import build, run
from onemap.spec.project import load_project
from tests import real_qgis
from tests.projects import Feature, box, small_project

pytestmark = pytest.mark.external

CODES = [f"410883210000{number}" for number in range(1, 6)]
PLOTS: list[Feature] = [
    (
        {"地块编码": code, "地块名称": f"示例地块{number}", "乡镇": "示例镇", "管控状态": "未管控", "关闭年份": 1998},
        box(112.72 + number / 100, 34.90, 112.721 + number / 100, 34.901),
    )
    for number, code in enumerate(CODES)
]
NEW = "4108832100099"
DBF = {"plot_code": "DKBM", "plot_name": "DKMC", "control_state": "GKZT"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project, beside it its build."""
    home = tmp_path_factory.mktemp("home")
    run(load_project(small_project(home / "p", PLOTS)), home / "build", only=["gpkg", "shp"])
    return home


def edits(names: dict[str, str]) -> dict[str, Any]:
    values = {"plot_code": NEW, "plot_name": "新画的地块", "control_state": "已管控"}
    return {
        "key": names["plot_code"],
        "set": {CODES[1]: {names["plot_name"]: "改过名的地块", names["control_state"]: "已管控"}},
        "move": [CODES[2]],
        "delete": [CODES[3]],
        "add": {names[name]: value for name, value in values.items()},
        "column": "核实人",
    }


def copied(home: Path, folder: Path, name: str) -> Path:
    """Return a file of the build, with all that goes with it, outside of it."""
    folder.mkdir()
    for path in (home / "build").rglob(f"{Path(name).stem}.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder / name


def returned(home: Path, folder: Path, source: str) -> Atlas:
    """Build the project with the plots from another source."""
    text = (home / "p" / "project.toml").read_text("utf-8").replace('path = "priority_plot.geojson"', source)
    for name in ("township", "sensitive_receptor"):
        text = text.replace(f'path = "{name}.geojson"', f'path = "{home / "p" / name}.geojson"')
    (folder / "project.toml").write_text(text, encoding="utf-8")
    return build(load_project(folder))


def plots(atlas: Atlas) -> gpd.GeoDataFrame:
    return atlas.layers["priority_plot"].frame.set_index("plot_code")


@pytest.fixture(scope="module")
def before(home: Path) -> gpd.GeoDataFrame:
    return plots(build(load_project(home / "p")))


@pytest.fixture(scope="module", params=["onemap.gpkg", "priority_plot.shp"])
def edited(request: pytest.FixtureRequest, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    folder = tmp_path_factory.mktemp("edited")
    path = copied(home, folder / "data", request.param)
    inside = path.suffix == ".gpkg"
    names = {name: name for name in DBF} if inside else DBF
    real_qgis.edit(f"{path}|layername=priority_plot" if inside else path, edits(names))
    return returned(home, folder, f'path = "{path}"' + ('\nlayer = "priority_plot"' if inside else ""))


def test_what_was_deleted_is_gone_and_what_was_drawn_is_there(edited: Atlas) -> None:
    assert plots(edited).index.tolist() == [*CODES[:3], CODES[4], NEW]
    new = plots(edited).loc[NEW]
    assert (new["plot_name"], new["control_state"], new["located_in"]) == ("新画的地块", "controlled", "示例镇")
    assert new.geometry.area == pytest.approx(200)


def test_a_changed_attribute_is_changed_and_no_other(before: gpd.GeoDataFrame, edited: Atlas) -> None:
    after = plots(edited).drop(index=NEW)
    was = before.drop(index=CODES[3]).drop(columns=["source", "source_row", "geometry"])
    changes = was.astype("string").fillna("").compare(after[was.columns].astype("string").fillna(""))
    assert changes.index.tolist() == [CODES[1]]
    assert {name: tuple(row) for name, row in changes.T.groupby(level=0)[CODES[1]]} == {
        "plot_name": ("示例地块1", "改过名的地块"),
        "control_state": ("uncontrolled", "controlled"),
    }


def corners(shape: Any) -> set[tuple[float, float]]:
    return {*map(tuple, shapely.get_coordinates(shape).tolist())}


def test_a_moved_corner_has_moved_and_no_other(before: gpd.GeoDataFrame, edited: Atlas) -> None:
    after = plots(edited)
    for code in (*CODES[:2], CODES[4]):
        assert corners(after.geometry[code]) == corners(before.geometry[code])
    old, new = corners(before.geometry[CODES[2]]), corners(after.geometry[CODES[2]])
    [(x, y)], [(new_x, new_y)] = old - new, new - old
    assert (new_x - x, new_y - y) == pytest.approx((1, 2))


def test_editing_makes_no_issues(edited: Atlas) -> None:
    assert edited.issues.to_dict("records") == []


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_what_qgis_saves_as_a_shapefile_is_the_layer(
    home: Path, before: gpd.GeoDataFrame, tmp_path: Path, encoding: str
) -> None:
    path = copied(home, tmp_path / "data", "priority_plot.shp")
    real_qgis.edit(path, {}, tmp_path / "另存.shp", encoding)
    atlas = returned(home, tmp_path, 'path = "另存.shp"')
    assert atlas.issues.to_dict("records") == []
    names = [name for name in before.columns if name not in ("source", "source_row", "geometry")]
    assert plots(atlas)[names].equals(before[names])
