"""坐标体检, on a county of the size and place of 孟州; coordinates by pyproj."""

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS, Transformer

from onemap.ingest.placement.candidates import Extent
from onemap.ingest.placement.crs import prove, settle
from onemap.spec.project import SourceSpec
from onemap.text import speaking

COUNTY = Extent((112.45, 34.7, 113.03, 35.1), "the county")
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


def test_nobody_is_sure_of_a_zone_that_the_name_contradicts():
    text = CRS(4547).to_wkt("WKT1_GDAL").replace("CM 114E", "CM 117E").replace(',AUTHORITY["EPSG","4547"]', "")
    found = proof(points_in("EPSG:4547"), text)
    assert (found.record.accepted, found.record.confidence) == ("EPSG:4547", "likely")
    assert [fault.kind for fault in found.faults] == ["crs_unproved"]


def test_a_name_of_one_datum_with_the_ellipsoid_of_another_cannot_be_told():
    text = CRS(4547).to_wkt("WKT1_GDAL").replace("CGCS2000 /", "Xian 1980 /").replace(',AUTHORITY["EPSG","4547"]', "")
    found = proof(points_in("EPSG:4547"), text)
    assert (found.crs, found.record.confidence) == (None, "cannot-tell")
    assert [fault.kind for fault in found.faults] == ["crs_conflict"]
    assert proof(points_in("EPSG:4547"), text, crs="force:EPSG:4547").crs is not None


def test_what_cannot_be_read_counts_as_not_declared_and_is_said():
    with speaking("en"):
        found = proof(points_in("EPSG:4547"), 'LOCAL_CS["Unknown engineering",UNIT["Meter",1]]')
    assert (found.record.accepted, found.record.confidence) == ("EPSG:4547", "likely")
    assert "Unknown engineering" in found.record.evidence


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547", "EPSG:4526", "EPSG:4497"])
def test_exchanged_axes_are_found_without_a_declaration(crs):
    found = proof(points_in(crs, swapped=True))
    assert (found.record.accepted, found.record.confidence, found.swapped) == (crs, "likely", True)
    assert [fault.kind for fault in found.faults] == ["crs_unproved", "axes_swapped"]


def test_a_wrong_zone_with_exchanged_axes_is_a_conflict_that_names_both():
    with speaking("en"):
        found = proof(points_in("EPSG:4547", swapped=True), "EPSG:4548")
    assert found.crs is None
    assert "EPSG:4547 with the axes exchanged" in found.faults[0].hint


@pytest.mark.parametrize(
    ("true", "declared"), [("EPSG:4547", "EPSG:4526"), ("EPSG:4497", "EPSG:4547"), ("EPSG:3857", "EPSG:4547")]
)
def test_a_wrong_prefix_or_projection_is_a_conflict_that_names_the_right_one(true, declared):
    assert proof(points_in(true), declared).record.inferred == true


@pytest.mark.parametrize(
    ("true", "declared", "word"),
    [("EPSG:4490", "EPSG:4547", "degrees, not"), ("EPSG:4547", "EPSG:4490", "metres, not")],
)
@pytest.mark.parametrize("county", [COUNTY, None])
def test_degrees_for_metres_and_metres_for_degrees_are_told(true, declared, word, county):
    with speaking("en"):
        found = proof(points_in(true), declared, county)
    assert found.crs is None
    assert word in found.faults[0].message
    assert [fault.kind for fault in found.faults] == ["crs_conflict"]


def test_the_zone_number_names_the_zone_even_without_a_county():
    with speaking("en"):
        found = proof(points_in("EPSG:4526"), county=None)
    assert (found.record.accepted, found.record.confidence) == ("EPSG:4526", "likely")
    assert "zone number 38" in found.record.evidence


def test_web_mercator_in_the_east_is_not_a_zone_number():
    # x = 13.5 million is 121 E in web Mercator, and zone 13 about 75 E.
    x, y = Transformer.from_crs(4490, 3857, always_xy=True).transform([121.2, 121.4], [31.2, 31.4])
    found = proof(gpd.GeoSeries(gpd.points_from_xy(x, y)), county=None)
    assert (found.crs, found.record.inferred) == (None, "EPSG:4491 / EPSG:3857")


def test_many_zones_are_named_together():
    with speaking("en"):
        message = proof(points_in("EPSG:4547"), county=None).faults[0].message
    assert "EPSG:4534–4554" in message
    assert "EPSG:32643–32653" in message


def test_metres_under_a_coord_type_are_tried_in_every_zone():
    found = proof(points_in("EPSG:4547"), coord_type="cgcs2000")
    assert found.record.accepted == "EPSG:4547"


def test_what_the_test_does_not_see_is_said():
    with speaking("en"):
        declared, undeclared = proof(points_in("EPSG:4547"), "EPSG:4547"), proof(points_in("EPSG:4547"))
    assert "the datum rests on the declaration" in declared.record.evidence
    assert "Beijing 1954, Xian 1980, GCJ-02 and BD-09 would look the same" in undeclared.record.evidence


def test_the_evidence_names_the_place_as_the_caller_does():
    place = Extent(COUNTY.box, "the county's box in the built-in table (410883)")
    assert "built-in table (410883)" in proof(points_in("EPSG:4547"), "EPSG:4547", place).record.evidence


def test_a_forced_system_that_puts_it_elsewhere_is_taken_with_a_warning():
    found = proof(points_in("EPSG:4547"), "EPSG:4547", crs="force:EPSG:4548")
    assert (found.record.accepted, found.record.confidence) == ("EPSG:4548", "cannot-tell")
    assert [(fault.kind, fault.severity) for fault in found.faults] == [("crs_conflict", "warning")]


def test_a_forced_system_may_have_its_axes_exchanged():
    assert proof(points_in("EPSG:4547", swapped=True), None, crs="force:EPSG:4547").swapped


def test_settled_shapes_lie_where_they_belong():
    points = points_in("EPSG:4526", swapped=True)
    settled = settle(points, proof(points, "EPSG:4526")).to_crs(4490)
    assert np.abs(np.column_stack([settled.x, settled.y]) - LONLAT).max() < 1e-9


def test_a_source_without_places_is_refused_for_its_datum_all_the_same():
    assert proof(gpd.GeoSeries([None]), "EPSG:2435").crs is None
    assert proof(gpd.GeoSeries([None]), "EPSG:4547").record.confidence == "cannot-tell"


def test_force_overrules_the_file():
    found = proof(points_in("EPSG:4547"), "EPSG:4548", crs="force:EPSG:4547")
    assert (found.record.accepted, found.faults) == ("EPSG:4547", ())


def test_a_few_strays_do_not_move_the_rest():
    points = points_in("EPSG:4547")
    points[:20] = gpd.points_from_xy([0] * 20, [0] * 20)
    assert proof(points, "EPSG:4547").record.accepted == "EPSG:4547"


@pytest.mark.parametrize(
    ("meridian", "unit", "degrees"),
    [("2.337229166667", "0.0174532925199433", 1.0), ("0", "0.01570796326794897", 10 / 9)],
)
def test_degrees_from_elsewhere_and_grads_are_put_where_they_are_tested(meridian, unit, degrees):
    text = (
        'GEOGCS["t",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],'
        f'PRIMEM["t",{meridian}],UNIT["t",{unit}]]'
    )
    numbers = (LONLAT - [float(meridian), 0]) * degrees
    points = gpd.GeoSeries(gpd.points_from_xy(*numbers.T))
    found = proof(points, text)
    there = settle(points, found).to_crs(4490)
    assert np.abs(np.column_stack([there.x, there.y]) - LONLAT).max() < 1e-7


def test_a_project_that_contradicts_the_file_is_told_and_nobody_is_sure():
    found = proof(points_in("EPSG:4547"), "EPSG:4547", crs="EPSG:2383")
    assert (found.record.accepted, found.record.confidence) == ("EPSG:4547", "likely")
    assert "EPSG:2383" in found.faults[0].message


@pytest.mark.parametrize("crs", ["EPSG:4547", "epsg:4547"])
def test_a_project_that_says_what_the_file_says_contradicts_nothing(crs):
    assert proof(points_in("EPSG:4547"), "EPSG:4547", crs=crs).record.confidence == "sure"
