"""坐标体检, on a county of the size and place of 孟州; coordinates by pyproj."""

import geopandas as gpd
import numpy as np
import pytest
from pyproj import Transformer

from onemap.ingest.crs import prove
from onemap.spec.project import SourceSpec

COUNTY = (112.45, 34.7, 113.03, 35.1)
LONLAT = np.random.default_rng(1).uniform((112.56, 34.81), (112.92, 34.99), (200, 2))


def points_in(crs, swapped=False):
    x, y = Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform(*LONLAT.T)
    return gpd.GeoSeries(gpd.points_from_xy(y, x) if swapped else gpd.points_from_xy(x, y))


def proof(points, declared=None, county=COUNTY, **keys):
    return prove(points, declared, SourceSpec(path="t", **keys), county)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4547", "EPSG:4526", "EPSG:4497", "EPSG:3857"])
def test_a_right_declaration_is_sure(crs):
    found = proof(points_in(crs), crs)
    assert (found.record.accepted, found.record.confidence, found.faults) == (crs, "sure", ())


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547", "EPSG:4526", "EPSG:4525", "EPSG:4497", "EPSG:3857"])
def test_what_is_not_declared_is_inferred_from_the_county(crs):
    found = proof(points_in(crs))
    assert (found.record.accepted, found.record.confidence) == (crs, "likely")
    assert [fault.kind for fault in found.faults] == ["crs_unproved"]


def test_metres_about_111_east_cannot_be_told_from_utm():
    # Gauss-Krüger and UTM differ there by a scale of 0.9996, 1.5 km of northing: both lie in the county.
    found = proof(points_in("EPSG:4508"))
    assert found.crs is None
    assert found.record.inferred == "EPSG:4546 / EPSG:32649"


def test_a_wrong_zone_is_a_conflict_that_names_the_right_one():
    found = proof(points_in("EPSG:4547"), "EPSG:4548")
    assert found.crs is None
    assert [fault.kind for fault in found.faults] == ["crs_conflict"]
    assert "EPSG:4547" in found.faults[0].hint


def test_a_zone_prefix_under_a_declaration_without_one_is_a_conflict():
    assert "EPSG:4526" in proof(points_in("EPSG:4526"), "EPSG:4547").faults[0].hint


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547"])
def test_exchanged_axes_are_turned_and_told(crs):
    found = proof(points_in(crs, swapped=True), crs)
    assert found.swapped
    assert [fault.kind for fault in found.faults] == ["axes_swapped"]


@pytest.mark.parametrize("crs", ["EPSG:4214", "EPSG:2436", "EPSG:4610", "EPSG:2384"])
def test_beijing54_and_xian80_without_parameters_are_refused(crs):
    found = proof(points_in("EPSG:4490"), crs)
    assert found.crs is None
    assert [(fault.kind, fault.severity) for fault in found.faults] == [("crs_unproved", "error")]


def test_without_a_county_outline_a_declaration_is_likely_at_most():
    assert proof(points_in("EPSG:4547"), "EPSG:4547", None).record.confidence == "likely"


def test_plain_metres_without_county_and_declaration_cannot_be_told():
    assert proof(points_in("EPSG:4547"), county=None).record.confidence == "cannot-tell"


def test_a_declaration_that_has_a_rival_in_the_county_is_likely_at_most():
    found = proof(points_in("EPSG:4508"), "EPSG:4508")
    assert (found.record.accepted, found.record.confidence) == ("EPSG:4508", "likely")
    assert "EPSG:32649" in found.record.evidence


def test_nobody_is_sure_of_a_source_that_lies_partly_elsewhere():
    points = points_in("EPSG:4547")
    points[:40] = gpd.points_from_xy([0] * 40, [0] * 40)
    assert proof(points, "EPSG:4547").record.confidence == "likely"


def test_force_overrules_the_file():
    found = proof(points_in("EPSG:4547"), "EPSG:4548", crs="force:EPSG:4547")
    assert (found.record.accepted, found.faults) == ("EPSG:4547", ())


def test_a_few_strays_do_not_move_the_rest():
    points = points_in("EPSG:4547")
    points[:20] = gpd.points_from_xy([0] * 20, [0] * 20)
    assert proof(points, "EPSG:4547").record.accepted == "EPSG:4547"
