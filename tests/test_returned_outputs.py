"""What a build wrote is a source like any other: the next build says the same of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyogrio
import pytest

from onemap.export import tables
from onemap.export.formats import field_workbook, geopackage, shapefiles
from onemap.export.manifest import MANIFEST
from onemap.export.parts import FINDINGS, FINDINGS_POINTS, ISSUES, REACHES
from onemap.ingest.folders import EXPLAINED
from onemap.model import LOCATED_IN, SOURCE, SOURCE_ROW, Atlas
from onemap.pipeline import build
from onemap.returned import check_file
from onemap.sketch import sketch
from onemap.spec.project import load_project
from onemap.text import speaking
from tests.conftest import SAMPLE

LISTS = ("findings.csv", "balance.csv", "scorecards.csv")
TEXT = (SAMPLE / "project.toml").read_text("utf-8")
RULES = TEXT[TEXT.index("[rules.") :]
"""What the sample asks for, which has to be asked for again."""


@pytest.fixture(scope="module")
def written(sample_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build of the sample."""
    folder = tmp_path_factory.mktemp("home") / "build"
    folder.mkdir()
    for write in (shapefiles.write, geopackage.write, tables.write):
        write(sample_atlas, folder)
    # By this a folder is known for a build.
    (folder / MANIFEST).write_text('{"products": {}}', encoding="utf-8")
    return folder


def again(folder: Path, sources: str) -> Atlas:
    head = "\n".join(TEXT.splitlines()[1:4])
    (folder / "project.toml").write_text(f"{head}\n{sources}\n{RULES}", encoding="utf-8")
    return build(load_project(folder))


def sketched(path: Path) -> str:
    return "\n".join(sketch(path, county="410883"))


@pytest.fixture(scope="module", params=["shapefiles", "onemap.gpkg"])
def returned(request: pytest.FixtureRequest, written: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """A build from what the build of the sample wrote, by the entries that `onemap sketch` gives for it."""
    return again(tmp_path_factory.mktemp("again"), sketched(written / request.param))


@pytest.mark.parametrize("name", LISTS)
def test_a_build_from_its_own_outputs_gives_the_same_lists(
    written: Path, returned: Atlas, tmp_path: Path, name: str
) -> None:
    tables.write(returned, tmp_path)
    assert (tmp_path / name).read_bytes() == (written / name).read_bytes()


def test_every_value_comes_back_as_it_was(sample_atlas: Atlas, returned: Atlas) -> None:
    assert list(returned.layers) == list(sample_atlas.layers)
    for own_id, layer in sample_atlas.layers.items():
        columns = [*layer.spec.fields, LOCATED_IN]
        # Parts follow one another: areas, then lines, then points.
        key = [layer.spec.key, *columns]
        before, after = (
            one.layers[own_id].frame[columns].astype("string").fillna("").sort_values(key).to_numpy().tolist()
            for one in (sample_atlas, returned)
        )
        assert after == before


def test_what_was_repaired_is_told_no_more_and_of_nothing_else_is_anything_told(
    sample_atlas: Atlas, returned: Atlas
) -> None:
    def about(atlas: Atlas) -> set[tuple[str, str]]:
        return {*zip(atlas.issues["layer"], atlas.issues["key"], strict=True)}

    assert set(sample_atlas.issues["action"]) > {"kept", "repaired", "blanked"}
    assert set(returned.issues["action"]) == {"kept"}
    assert about(returned) < about(sample_atlas)


def test_a_build_in_english_comes_back_as_the_same_classes(sample_atlas: Atlas, tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    with speaking("en"):
        [gpkg] = geopackage.write(sample_atlas, tmp_path / "build")
        paths = shapefiles.write(sample_atlas, tmp_path / "build")
    names = pyogrio.read_dataframe(gpkg, layer="cultivated_land", read_geometry=False)["land_class"].unique()
    assert "Strict control" in names
    sources = "\n".join(
        f'[[sources.{own_id}]]\npath = "{path}"\n'
        for own_id in ("township", "cultivated_land", "priority_plot")
        for path in paths
        if path.name == f"{own_id}.shp"
    )
    layers = again(tmp_path, sources).layers
    assert len(layers) == 3
    for own_id, layer in layers.items():
        assert layer.classes.tolist() == sample_atlas.layers[own_id].classes.tolist()


def test_the_sources_of_what_came_back_are_our_files(returned: Atlas) -> None:
    frame = returned.layers["cultivated_land"].frame
    assert {Path(name).stem.split(" ")[0] for name in frame[SOURCE]} <= {"cultivated_land", "onemap"}
    # Of both formats the features are numbered one by one, in a shapefile from 0 and in a GeoPackage from 1.
    assert frame[SOURCE_ROW].diff().dropna().eq(1).all()


def entries(path: Path) -> Iterator[tuple[str, str]]:
    for layer, sources in tomllib.loads(sketched(path))["sources"].items():
        yield from ((layer, source.get("layer", Path(source["path"]).name)) for source in sources)


def test_a_sketch_of_our_geopackage_has_an_entry_for_every_table_of_a_layer(written: Path) -> None:
    tables_ = {str(name) for name, _ in pyogrio.list_layers(written / "onemap.gpkg")}
    found = dict(map(reversed, entries(written / "onemap.gpkg")))
    assert {*found} == tables_ - {FINDINGS, FINDINGS_POINTS, REACHES, ISSUES, "layer_styles"}
    assert all(table.removesuffix("_lines").removesuffix("_points") == layer for table, layer in found.items())


def test_a_sketch_of_our_shapefiles_has_an_entry_for_every_file(written: Path) -> None:
    folder = written / "shapefiles"
    names = {path.name for path in folder.glob("*.shp")}
    names |= {path.name for path in folder.glob("*.dbf") if not path.with_suffix(".shp").exists()}
    found = dict(map(reversed, entries(folder)))
    assert {*found} == names
    assert all(Path(name).stem.removesuffix("_lines").removesuffix("_points") == layer for name, layer in found.items())


@pytest.mark.parametrize("name", ["shapefiles", "onemap.gpkg"])
def test_check_of_our_outputs_knows_every_layer_and_passes_nothing_over(
    sample_atlas: Atlas, written: Path, name: str
) -> None:
    atlas = check_file(written / name, county="410883")
    assert list(atlas.layers) == list(sample_atlas.layers)
    assert "error" not in set(atlas.issues["severity"])
    assert "dropped" not in set(atlas.issues["action"])


def test_the_workbook_of_fields_is_known_by_its_name() -> None:
    assert field_workbook.NAME == EXPLAINED


def test_the_pieces_of_a_layer_are_the_layer(sample_atlas: Atlas, tmp_path: Path) -> None:
    layer = sample_atlas.layers["cultivated_land"]
    atlas = replace(sample_atlas, layers={"cultivated_land": layer})
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / MANIFEST).write_text('{"products": {}}', encoding="utf-8")
    paths = shapefiles.write(atlas, tmp_path / "build", 150_000)
    assert len([path for path in paths if path.suffix == ".shp"]) > 10
    back = again(tmp_path, '[sources.cultivated_land]\npath = "build/shapefiles/cultivated_land_*.shp"')
    frame = back.layers["cultivated_land"].frame
    assert frame["unit_code"].tolist() == layer.frame["unit_code"].tolist()
    assert frame.geometry.geom_equals(layer.frame.geometry).sum() == layer.frame.geometry.notna().sum()
