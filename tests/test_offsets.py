import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from onemap.ingest.placement.offsets import gcj02_from_bd09, gcj02_from_wgs84, offset_m, undo, wgs84_from_gcj02
from tests.webmaps import bd09_from_gcj02

GEOD = Geod(ellps="WGS84")

# WGS 84, GCJ-02 and BD-09, computed with PyPI's coordtransform 0.2.1 (prcoords 1.0.2 says the same, eviltransform 0.1.1
# the same within 12 mm).
PRINTED = [
    ((112.79, 34.91), (112.79615865130849, 34.90911531057206), (112.80254572579898, 34.915443686792706)),
    ((116.39, 39.91), (116.39624077676238, 39.911400727444104), (116.4026127195303, 39.9177395269732)),
    ((87.6, 43.8), (87.60283897227161, 43.80121203029208), (87.60921015182171, 43.80747250765041)),
    ((121.47, 31.23), (121.47453490044272, 31.22806748194233), (121.48107620808638, 31.233986715638544)),
    ((113.26, 23.13), (113.26532708480055, 23.127321647610675), (113.27175778790804, 23.13356203714469)),
    ((104.07, 30.67), (104.07251550116789, 30.66758960552962), (104.07902015932807, 30.67354641388105)),
]
PLACES = st.tuples(st.floats(73.5, 135.0), st.floats(18.0, 53.5))


def metres(one, other):
    return GEOD.inv(*map(float, one), *map(float, other))[2]


def arrays(place):
    return np.array(place[0]), np.array(place[1])


def test_the_offset_at_mengzhou_is_what_others_measured():
    # 552-571 m toward about 100 degrees: computed with public implementations of the published algorithm.
    gcj = gcj02_from_wgs84(np.array(112.79), np.array(34.91))
    azimuth, _, distance = GEOD.inv(112.79, 34.91, *map(float, gcj))
    assert 550 < distance < 575
    assert azimuth == pytest.approx(100, abs=5)


def test_the_baidu_offset_at_mengzhou_is_what_others_measured():
    bd = np.array(112.79), np.array(34.91)
    assert 1250 < metres(wgs84_from_gcj02(*gcj02_from_bd09(*bd)), bd) < 1300


@pytest.mark.parametrize(("wgs", "gcj", "bd"), PRINTED)
def test_gcj02_is_what_public_libraries_print(wgs, gcj, bd):
    assert metres(gcj02_from_wgs84(*arrays(wgs)), gcj) < 0.02


@pytest.mark.parametrize(("wgs", "gcj", "bd"), PRINTED)
@pytest.mark.parametrize("kind", ["gcj02", "bd09"])
def test_vector_geometry_comes_back_from_what_public_libraries_print(kind, wgs, gcj, bd):
    printed = gpd.GeoSeries([shapely.Point(gcj if kind == "gcj02" else bd)], crs="EPSG:4490")
    back = undo(printed, kind).iloc[0]
    assert metres((back.x, back.y), wgs) < 0.1


@given(PLACES)
def test_there_and_back_is_within_a_millimetre(place):
    here = arrays(place)
    assert metres(wgs84_from_gcj02(*gcj02_from_wgs84(*here)), here) < 0.001


@given(PLACES)
def test_baidu_there_and_back_is_within_a_millimetre(place):
    here = arrays(place)
    assert metres(gcj02_from_bd09(*bd09_from_gcj02(*here)), here) < 0.001


@pytest.mark.parametrize("place", [(139.7, 35.7), (2.35, 48.86), (-73.9, 40.7), (112.8, -34.9)])
def test_outside_china_web_maps_move_nothing(place):
    assert metres(gcj02_from_wgs84(*arrays(place)), place) == 0


def test_the_offset_in_metres_is_that_of_the_middle():
    field = gpd.GeoSeries([shapely.Point(389_417.646, 3_865_276.625).buffer(500)], crs="EPSG:4547")
    east, north = offset_m("gcj02", field)
    # 552-571 m toward about 100 degrees, as above; the grid's north is 0.7 degrees off the meridian there.
    assert 545 < np.hypot(east, north) < 580
    assert np.degrees(np.arctan2(east, north)) == pytest.approx(100, abs=5)


def test_every_vertex_is_moved_and_what_is_missing_stays_missing():
    shapes = gpd.GeoSeries([shapely.box(112.7, 34.8, 112.9, 35.0), None, shapely.Polygon()], index=[3, 5, 9])
    back = undo(shapes, "gcj02")
    assert list(back.index) == [3, 5, 9]
    assert back[5] is None and back[9].is_empty
    for was, now in zip(shapes[3].exterior.coords, back[3].exterior.coords, strict=True):
        assert metres(gcj02_from_wgs84(*arrays(now)), was) < 0.1


@pytest.mark.parametrize("coord_type", ["cgcs2000", "wgs84", None])
def test_other_coordinates_are_left_as_they_are(coord_type):
    shapes = gpd.GeoSeries([shapely.Point(112.8, 34.9)])
    assert undo(shapes, coord_type).equals(shapes)
