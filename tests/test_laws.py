"""Laws of the whole: our own products are valid input, and the order of rows changes nothing."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from onemap.export.formats import shapefiles
from onemap.ingest.intake import take_in
from onemap.pipeline import build
from onemap.spec.catalogue import load_catalogue, shipped
from onemap.spec.project import load_project

IN_THE_SAMPLE = load_project(shipped("sample_geodata")).sources
LAYERS = [name for name in load_catalogue().layers if name in IN_THE_SAMPLE]
HEAD = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\ncrs = "EPSG:4547"\n'


def project_over(folder, paths):
    text = HEAD
    for path in paths:
        layer = max((name for name in LAYERS if path.stem.startswith(name)), key=len)
        text += f'[[sources.{layer}]]\npath = "{path.relative_to(folder).as_posix()}"\n'
    (folder / "project.toml").write_text(text, "utf-8")
    return load_project(folder)


@pytest.fixture(scope="session")
def taken_back(sample_atlas, tmp_path_factory):
    folder = tmp_path_factory.mktemp("back")
    written = [path for path in shapefiles.write(sample_atlas, folder) if path.suffix in (".shp", ".dbf")]
    # A table has no shapes, and so no .shp.
    written = [path for path in written if path.suffix == ".shp" or not path.with_suffix(".shp").exists()]
    return take_in(project_over(folder, sorted(written)))


@pytest.mark.parametrize("layer", LAYERS)
def test_a_shapefile_that_we_wrote_conforms_back_to_the_same_layer(sample_atlas, taken_back, layer):
    before, after = (in_order(x.layers[layer]) for x in (sample_atlas, taken_back))
    fields = list(sample_atlas.layers[layer].spec.fields)
    pd.testing.assert_frame_equal(before[fields], after[fields], check_exact=False, atol=0.01)
    shapes = before.geometry.array, after.geometry.array
    assert (shapely.is_missing(shapes[0]) == shapely.is_missing(shapes[1])).all()
    assert np.nan_to_num(shapely.hausdorff_distance(*shapes)).max() < 0.001


def in_order(layer):
    """Return the frame of a layer in an order that neither file format nor rounding changes."""
    places = layer.frame.geometry.bounds.round().fillna(0)
    frame = layer.frame.join(places)
    return frame.sort_values([layer.spec.key, *places], na_position="first").reset_index(drop=True)


def write_project(folder, seed):
    """A small county as GeoJSON, its rows in an order that the seed gives."""
    plots = gpd.GeoDataFrame(
        {"地块编码": [f"41088322600{i:02}" for i in range(12)], "地块名称": [f"示例{i}" for i in range(12)]},
        geometry=gpd.points_from_xy([112.70 + i * 0.003 for i in range(12)], [34.9] * 12),
        crs="EPSG:4490",
    )
    receptors = gpd.GeoDataFrame(
        {"受体编码": [f"R{i}" for i in range(9)], "受体名称": ["示例村"] * 9, "类型": ["23", "22", "24"] * 3},
        geometry=gpd.points_from_xy([112.70 + i * 0.004 for i in range(9)], [34.903] * 9),
        crs="EPSG:4490",
    )
    for name, frame in (("plots", plots), ("receptors", receptors)):
        frame.sample(frac=1, random_state=seed).to_file(folder / f"{name}.geojson", driver="GeoJSON")
    sources = (
        '[sources.priority_plot]\npath = "plots.geojson"\n[sources.sensitive_receptor]\npath = "receptors.geojson"\n'
    )
    (folder / "project.toml").write_text(HEAD + sources, "utf-8")
    return load_project(folder)


def test_the_order_of_rows_changes_nothing_in_the_lists(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = build(write_project(tmp_path / "a", 1)), build(write_project(tmp_path / "b", 2))
    assert len(one.findings) > 10
    pd.testing.assert_frame_equal(one.findings, other.findings)
