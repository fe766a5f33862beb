"""A layer of a build that was saved as a shapefile, as QGIS does it: GDAL itself cuts and numbers the names."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from shapely.geometry import Point

from onemap.ingest.columns import match_columns
from onemap.spec.catalogue import load_catalogue
from onemap.spec.layer import LayerSpec
from onemap.spec.project import SourceSpec

LAYERS = {name: spec for name, spec in load_catalogue(None).layers.items() if not spec.is_raster}
OWN = ["source", "source_row", "located_in"]


def saved(folder: Path, columns: list[str]) -> list[str]:
    """Return what GDAL calls columns in a shapefile."""
    frame = gpd.GeoDataFrame({name: ["x"] for name in columns}, geometry=[Point(112, 35)], crs="EPSG:4490")
    pyogrio.write_dataframe(frame, folder / "x.shp")
    return [str(name) for name in pyogrio.read_info(folder / "x.shp")["fields"]]


def matched(spec: LayerSpec, columns: list[str]) -> dict[str, str]:
    cut = frozenset(name for name in columns if len(name) >= 10)
    return match_columns(spec, columns, SourceSpec(path="x.shp"), cut)


@pytest.mark.filterwarnings("ignore:Normalized/laundered")
@pytest.mark.parametrize("before", [[], ["fid"]])
@pytest.mark.parametrize("spec", LAYERS.values(), ids=lambda spec: spec.id)
def test_every_field_of_every_layer_is_known_by_its_place(spec: LayerSpec, before: list[str], tmp_path: Path) -> None:
    columns = saved(tmp_path, [*before, *spec.fields, *OWN, "remark_of_mine"])
    places = dict(zip(spec.fields, columns[len(before) :], strict=False))
    assert matched(spec, columns) == places


@pytest.mark.filterwarnings("ignore:Normalized/laundered")
def test_where_a_column_was_left_out_nothing_is_guessed_of_those_cut_alike(tmp_path: Path) -> None:
    spec = LAYERS["cadmium_enterprise"]
    alike = [name for name in spec.fields if name.startswith("remediation_")]
    columns = saved(tmp_path, [name for name in [*spec.fields, *OWN] if name != alike[0]])
    assert not set(alike) & set(matched(spec, columns))
