"""Every built-in layer and rule is well-formed, and its own words mean what it says."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from onemap.ingest.columns import match_columns
from onemap.ingest.conform import conform
from onemap.ingest.values import read_value
from onemap.risk.assess import FEATURES, PAIRS
from onemap.spec.catalogue import load_catalogue
from onemap.spec.contract import example_of
from onemap.spec.layer import LayerSpec
from onemap.spec.measures import RULES
from onemap.spec.project import SourceSpec

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
