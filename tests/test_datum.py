"""Older datums to CGCS2000. The parameters are made up; expected places are computed by PROJ from a bound CRS."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from onemap.ingest.placement.candidates import Extent
from onemap.ingest.placement.crs import prove, settle
from onemap.spec.project import DatumShift, SourceSpec
from onemap.text import speaking

COUNTY = Extent((112.45, 34.7, 113.03, 35.1), "the county")
LONLAT = np.random.default_rng(2).uniform((112.56, 34.81), (112.92, 34.99), (50, 2))
GEOD = pyproj.Geod(ellps="GRS80")
SEVEN = {"dx": -21.3, "dy": 131.7, "dz": 43.1, "rx": 1.21, "ry": -2.32, "rz": 3.43, "ds": 5.54}
METHODS = {
    "position_vector": ("Position Vector transformation (geog2D domain)", 9606),
    "coordinate_frame": ("Coordinate Frame rotation (geog2D domain)", 9607),
}
OLD = ["EPSG:4214", "EPSG:2435", "EPSG:2414", "EPSG:21459", "EPSG:4610", "EPSG:2383", "EPSG:2362", "EPSG:4555"]


def bound(crs, shift):
    """Return a CRS that carries its seven parameters to CGCS2000, as PROJ's own means of applying them."""
    arc = {"type": "AngularUnit", "name": "arc-second", "conversion_factor": 4.84813681109536e-06}
    ppm = {"type": "ScaleUnit", "name": "parts per million", "conversion_factor": 1e-06}
    units = ["metre"] * 3 + [arc] * 3 + [ppm]
    names = [*(f"{axis}-axis {kind}" for kind in ("translation", "rotation") for axis in "XYZ"), "Scale difference"]
    values = [getattr(shift, key) for key in SEVEN]
    rows = zip(names, values, units, range(8605, 8612), strict=True)
    method, code = METHODS[shift.convention]
    return CRS.from_json_dict(
        {
            "$schema": "https://proj.org/schemas/v0.7/projjson.schema.json",
            "type": "BoundCRS",
            "source_crs": CRS(crs).to_json_dict(),
            "target_crs": CRS(4490).to_json_dict(),
            "transformation": {
                "name": "made up",
                "method": {"name": method, "id": {"authority": "EPSG", "code": code}},
                "parameters": [
                    {"name": name, "value": value, "unit": unit, "id": {"authority": "EPSG", "code": number}}
                    for name, value, unit, number in rows
                ],
            },
        }
    )


def points_in(crs, swapped=False):
    own = CRS(crs)
    x, y = pyproj.Proj(own)(*LONLAT.T) if own.is_projected else LONLAT.T
    return gpd.GeoSeries(gpd.points_from_xy(*((y, x) if swapped else (x, y))))


def proof(points, declared=None, county=COUNTY, **keys):
    return prove(points, declared, SourceSpec(path="t", **keys), county)


def seven(convention="coordinate_frame", **changes):
    return DatumShift(**{**SEVEN, **changes}, convention=convention)


def metres_apart(shapes, expected):
    return GEOD.inv(shapes.x.to_numpy(), shapes.y.to_numpy(), *expected)[2]


@pytest.mark.parametrize("crs", OLD)
@pytest.mark.parametrize("convention", METHODS)
def test_seven_parameters_are_applied_to_the_millimetre(crs, convention):
    points, shift = points_in(crs), seven(convention)
    found = proof(points, crs, datum_shift=shift)
    expected = Transformer.from_crs(bound(crs, shift), 4490, always_xy=True).transform(points.x, points.y)
    settled = settle(points, found)
    assert settled.crs == CRS(4490)
    assert metres_apart(settled, expected).max() < 1e-3
    assert (found.record.accepted, found.record.confidence, found.faults) == (crs, "likely", ())


def test_the_shift_survives_on_the_way_to_any_system():
    points = points_in("EPSG:2435")
    settled = settle(points, proof(points, "EPSG:2435", datum_shift=seven()))
    for target in ("EPSG:4547", "EPSG:4326", "EPSG:32649"):
        assert metres_apart(settled.to_crs(target).to_crs(4490), LONLAT.T).min() > 100


@given(st.tuples(*(st.floats(-90, 90, allow_subnormal=False) for _ in range(3))), st.sampled_from([*METHODS]))
def test_small_parameters_of_any_sign_agree_with_proj(translation, convention):
    shift = seven(convention, **dict(zip(("dx", "dy", "dz"), translation, strict=True)))
    points = points_in("EPSG:2383")
    found = proof(points, "EPSG:2383", datum_shift=shift)
    expected = Transformer.from_crs(bound("EPSG:2383", shift), 4490, always_xy=True).transform(points.x, points.y)
    assume(found.crs is not None)
    assert metres_apart(settle(points, found), expected).max() < 1e-3


def test_exchanged_axes_are_turned_before_the_shift():
    straight, swapped = points_in("EPSG:2435"), points_in("EPSG:2435", swapped=True)
    found = proof(swapped, "EPSG:2435", datum_shift=seven())
    expected = settle(straight, proof(straight, "EPSG:2435", datum_shift=seven()))
    assert [fault.kind for fault in found.faults] == ["axes_swapped"]
    assert metres_apart(settle(swapped, found), (expected.x, expected.y)).max() < 1e-6


def test_towgs84_is_position_vector():
    text = "+towgs84=-21.3,131.7,43.1,1.21,-2.32,3.43,5.54"
    points = points_in("EPSG:2435")
    found = proof(points, "EPSG:2435", datum_shift=text)
    same = proof(points, "EPSG:2435", datum_shift=seven("position_vector"))
    expected = settle(points, same)
    assert metres_apart(settle(points, found), (expected.x, expected.y)).max() < 1e-9


HELMERT = "+step +proj=cart +ellps=krass +step +proj=helmert +x=12 +y=98 +z=21 +step +inv +proj=cart +ellps=GRS80"
IN_DEGREES = f"+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad {HELMERT} +step +proj=unitconvert +xy_in=rad +xy_out=deg"  # noqa: E501


@pytest.mark.parametrize("pipeline", [f"+proj=pipeline {HELMERT}", IN_DEGREES])
def test_a_pipeline_moves_the_degrees_of_the_older_datum(pipeline):
    points = points_in("EPSG:2435")
    found = proof(points, "EPSG:2435", datum_shift=pipeline)
    expected = Transformer.from_pipeline(IN_DEGREES).transform(*LONLAT.T)
    assert metres_apart(settle(points, found), expected).max() < 1e-3


def test_four_parameters_of_the_plane_move_the_metres_of_the_same_projection():
    # Similarity by hand: scale and turn about the origin, then move.
    points = points_in("EPSG:2435")
    found = proof(points, "EPSG:2435", datum_shift="+proj=affine +xoff=52.5 +yoff=-81.25 +s11=1.000001 +s22=1.000001")
    x, y = points.x.to_numpy() * 1.000001 + 52.5, points.y.to_numpy() * 1.000001 - 81.25
    expected = Transformer.from_crs(4547, 4490, always_xy=True).transform(x, y)
    assert metres_apart(settle(points, found), expected).max() < 1e-3


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ({"dx": -21300, "dy": 131700}, "m"),
        ({"dx": 0, "dy": 0, "dz": 0, "rx": 0, "ry": 0, "rz": 0, "ds": 0}, "about 0 m"),
        ({"rx": 121, "ry": -232}, "m"),
    ],
)
def test_parameters_in_wrong_units_are_refused(changes, size):
    with speaking("en"):
        found = proof(points_in("EPSG:2435"), "EPSG:2435", datum_shift=seven(**changes))
    assert found.crs is None
    assert [(fault.kind, fault.action) for fault in found.faults] == [("crs_conflict", "blanked")]
    assert size in found.faults[0].message


def test_a_pipeline_that_goes_nowhere_is_refused():
    found = proof(points_in("EPSG:2435"), "EPSG:2435", datum_shift="+proj=affine +xoff=1e9")
    assert [fault.kind for fault in found.faults] == ["crs_conflict"]


@pytest.mark.parametrize("crs", OLD)
@pytest.mark.parametrize("keys", [{}, {"crs": "force"}])
def test_without_parameters_an_older_datum_is_an_error(crs, keys):
    words = {"crs": f"force:{crs}"} if keys else {}
    found = proof(points_in(crs), crs, **words)
    assert found.crs is None
    assert [(fault.kind, fault.severity) for fault in found.faults] == [("crs_unproved", "error")]


def test_parameters_without_a_datum_are_an_error():
    found = proof(points_in("EPSG:2435"), None, datum_shift=seven())
    assert found.crs is None
    assert [(fault.kind, fault.severity) for fault in found.faults] == [("crs_unproved", "error")]


def test_the_project_may_name_the_datum_that_the_file_does_not():
    found = proof(points_in("EPSG:2435"), None, datum_shift=seven(), crs="EPSG:2435")
    assert found.record.accepted == "EPSG:2435"


def test_parameters_are_not_applied_to_cgcs2000_and_that_is_told():
    points = points_in("EPSG:4547")
    found = proof(points, "EPSG:4547", datum_shift=seven())
    assert found.shift is None
    assert [(fault.kind, fault.severity) for fault in found.faults] == [("crs_conflict", "warning")]


def test_a_wrong_zone_of_an_older_datum_names_its_own_codes():
    found = proof(points_in("EPSG:2435"), "EPSG:2436", datum_shift=seven())
    assert (found.crs, found.record.inferred) == (None, "EPSG:2435")


@pytest.mark.parametrize("changes", [{}, {"dx": -21300}])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_parameters_are_never_said(changes, language):
    shift = seven(**changes)
    with speaking(language):
        found = proof(points_in("EPSG:2435"), "EPSG:2435", datum_shift=shift)
    said = repr(found)
    assert not any(str(abs(getattr(shift, key))) in said for key in SEVEN)


def test_the_evidence_says_the_convention():
    with speaking("en"):
        found = proof(points_in("EPSG:2435"), "EPSG:2435", datum_shift=seven())
    assert "seven parameters (coordinate frame rotation)" in found.record.evidence


def test_a_pipeline_that_moves_nothing_is_refused():
    found = proof(points_in("EPSG:2435"), "EPSG:2435", datum_shift="+proj=noop")
    assert (found.crs, [fault.kind for fault in found.faults]) == (None, ["crs_conflict"])


def test_parameters_with_which_proj_cannot_work_are_refused_and_not_said():
    found = proof(points_in("EPSG:2435"), "EPSG:2435", datum_shift=seven(ds=-1e6))
    assert (found.crs, [fault.kind for fault in found.faults]) == (None, ["crs_conflict"])
    assert not any(str(abs(value)) in repr(found) for value in SEVEN.values())


def test_a_sphere_with_parameters_is_no_crash():
    assert proof(points_in("EPSG:4490"), "+proj=longlat +R=6371000", datum_shift=seven()).record.confidence != "sure"
