"""Every built-in layer and rule is well-formed, and its own words mean what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from onemap.errors import SpecError
from onemap.export.parts import OWN_NAMES
from onemap.ingest.columns import match_columns
from onemap.ingest.conform import conform
from onemap.ingest.values import read_value
from onemap.risk.assess import FEATURES, PAIRS
from onemap.spec.catalogue import load_catalogue
from onemap.spec.contract import example_of
from onemap.spec.layer import LayerSpec
from onemap.spec.measures import RULES
from onemap.spec.project import SourceSpec
from onemap.spec.toml import parse
from onemap.text import speaking

LAYERS = Path(__file__).parent.parent / "layers"
CATALOGUE = load_catalogue()
FIELDS = [(layer.id, name) for layer in CATALOGUE.layers.values() for name in layer.fields]

CLASS_FIELDS = [(layer, field) for layer, field in FIELDS if CATALOGUE.layers[layer].fields[field].classes]


@pytest.fixture
def layer(request: pytest.FixtureRequest) -> LayerSpec:
    return CATALOGUE.layers[request.param]


@pytest.mark.parametrize("path", sorted(LAYERS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_layer_file_is_a_layer(path: Path) -> None:
    assert CATALOGUE.layers[path.stem].id == path.stem


def test_every_rule_file_is_a_rule() -> None:
    assert {path.stem for path in LAYERS.glob("rules/*.toml")} == {*CATALOGUE.rules}


def test_every_kind_of_rule_has_its_measure() -> None:
    assert {name for name, kind in RULES.items() if kind.pairs} == {*PAIRS}
    assert {name for name, kind in RULES.items() if not kind.pairs} == {*FEATURES}


@pytest.mark.parametrize("layer", CATALOGUE.layers, indirect=True)
def test_dbf_names_are_ascii_short_and_unique(layer: LayerSpec) -> None:
    names = [field.dbf for field in layer.fields.values()]
    assert len(set(names)) == len(names)
    assert all(name.isascii() and len(name) <= 10 for name in names)


def a_layer(own_id: str = "well", **changes: Any) -> LayerSpec:
    fields = {"code": {"title": "编码", "dbf": "BM"}, "depth": {"title": "井深", "dbf": "JS", "type": "number"}}
    table = {"id": own_id, "title": "井", "geometry": "point", "key": "code", "label": "code", "fields": fields}
    return parse(LayerSpec, table | changes, "well.toml", SpecError)


@pytest.mark.parametrize(
    "dbf", ["FID", "OID", "OBJECTID", "SHAPE", "SHAPE_AREA", "SHAPE_LENG", "SOURCE", "SOURCE_ROW", "LOCATED_IN"]
)
def test_a_dbf_name_that_arcgis_or_the_program_gives_itself_is_refused(dbf: str) -> None:
    fields = {"code": {"title": "编码", "dbf": "BM"}, "extent": {"title": "面积", "dbf": dbf}}
    with speaking("en"), pytest.raises(SpecError, match=rf"field extent: .* a column {dbf} itself"):
        a_layer(fields=fields)


@pytest.mark.parametrize("dbf", ["BM", "bm", "Js1", "面积", "ELEVENCHARS", "1A"])
def test_a_dbf_name_that_clashes_or_is_none_is_refused(dbf: str) -> None:
    with pytest.raises(SpecError):
        a_layer(fields={"code": {"title": "编码", "dbf": "BM"}, "depth": {"title": "井深", "dbf": dbf}})


@pytest.mark.parametrize("own_id", ["con", "nul", "lpt1", "layer_styles", "gpkg_wells", "rtree_wells"])
def test_a_layer_that_no_file_or_table_can_be_called_after_is_refused(own_id: str) -> None:
    with speaking("en"), pytest.raises(SpecError, match="choose another id"):
        a_layer(own_id)


def test_a_layer_has_no_more_fields_than_arcgis_reads() -> None:
    def fields(count: int) -> dict[str, Any]:
        return {f"f{at}" if at else "code": {"title": f"F {at}", "dbf": f"D{at}"} for at in range(count)}

    assert len(a_layer(fields=fields(252)).fields) + len(OWN_NAMES) == 255
    with pytest.raises(SpecError):
        a_layer(fields=fields(253))


def write_layer(folder: Path, own_id: str) -> None:
    lines = [f'title = "{own_id}"', 'geometry = "point"', 'key = "code"', 'label = "code"']
    lines += ["[fields.code]", 'title = "编码"', 'dbf = "BM"']
    (folder / f"{own_id}.toml").write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.parametrize("own_id", ["sensitive_receptor_points", "black_water_lines"])
def test_a_layer_called_as_a_part_of_another_is_refused(tmp_path: Path, own_id: str) -> None:
    write_layer(tmp_path, own_id)
    with pytest.raises(SpecError, match=own_id):
        load_catalogue(tmp_path)


def test_a_layer_called_as_no_part_of_another_can_be_is_none(tmp_path: Path) -> None:
    # Wells are points and nothing else.
    write_layer(tmp_path, "groundwater_point_points")
    assert "groundwater_point_points" in load_catalogue(tmp_path).layers


@pytest.mark.parametrize(("layer", "field"), CLASS_FIELDS, indirect=["layer"])
def test_a_class_field_digests_its_own_words(layer: LayerSpec, field: str) -> None:
    spec = layer.fields[field]
    words = [
        (own_id, word)
        for own_id, one in spec.classes.items()
        for word in (own_id, one.title, one.title_en, *one.aliases)
        if word
    ]
    raw = {name: [f" {word} " if name == field else None for _, word in words] for name in layer.fields}
    frame, _ = conform(gpd.GeoDataFrame(raw, geometry=[None] * len(words), crs="EPSG:4547"), layer)
    assert frame[field].tolist() == [own_id for own_id, _ in words]


@pytest.mark.parametrize(("layer", "field"), FIELDS, indirect=["layer"])
def test_a_column_of_any_known_name_is_the_field(layer: LayerSpec, field: str) -> None:
    spec = layer.fields[field]
    names = {field, spec.title, spec.dbf, *(alias.name for alias in spec.aliases)}
    source = SourceSpec(path="data.xlsx")
    assert {tuple(match_columns(layer, [name], source)) for name in names} == {(field,)}


@pytest.mark.parametrize("layer", CATALOGUE.layers, indirect=True)
def test_a_layer_says_what_it_is_in_both_languages_whose_it_is_and_on_what_basis(layer: LayerSpec) -> None:
    assert all((layer.title, layer.title_en, layer.group, layer.group_en, layer.provided_by, layer.basis))


@pytest.mark.parametrize(("layer", "field"), FIELDS, indirect=["layer"])
def test_a_field_has_a_title_in_both_languages(layer: LayerSpec, field: str) -> None:
    assert layer.fields[field].title and layer.fields[field].title_en


@pytest.mark.parametrize(("layer", "field"), FIELDS, indirect=["layer"])
def test_the_example_of_a_field_passes_its_checks(layer: LayerSpec, field: str) -> None:
    reading = read_value(example_of(layer.fields[field]), layer.fields[field])
    assert (reading.kind, reading.value is None) == ("", False)


@pytest.mark.parametrize("layer", [one.id for one in CATALOGUE.layers.values() if not one.is_raster], indirect=True)
def test_a_feature_has_a_code_or_a_name_in_every_list(layer: LayerSpec) -> None:
    assert layer.fields[layer.key].required or layer.fields[layer.label].required
