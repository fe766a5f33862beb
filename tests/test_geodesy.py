import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from onemap.geodesy import area_m2, distances_m, scale_factors, zone_crs

GEOD = pyproj.Geod(a=6378137, rf=298.257222101)


@pytest.mark.parametrize(
    ("longitude", "crs"), [(112.79, "EPSG:4547"), (111.0, "EPSG:4546"), (112.49, "EPSG:4546"), (75.1, "EPSG:4534")]
)
def test_the_zone_is_the_one_of_the_nearest_meridian(longitude, crs):
    assert zone_crs(longitude) == crs
    meridian = pyproj.CRS(crs).coordinate_operation.params[1]
    assert meridian.name == "Longitude of natural origin"
    assert abs(meridian.value - longitude) <= 1.5


def around(longitude, latitude, radius, corners=40):
    azimuths = np.linspace(0, 360, corners, endpoint=False)
    x, y, _ = GEOD.fwd([longitude] * corners, [latitude] * corners, azimuths, [radius] * corners)
    return shapely.Polygon(np.column_stack([x, y]))


@given(st.floats(80, 130), st.floats(20, 50), st.floats(10, 2000))
def test_areas_are_within_a_millionth_of_the_geodesic_area(longitude, latitude, radius):
    polygon = around(longitude, latitude, radius)
    area, _ = GEOD.geometry_area_perimeter(polygon)
    assert area_m2(gpd.GeoSeries([polygon], crs="EPSG:4490"))[0] == pytest.approx(abs(area), rel=1e-6)


def test_a_far_corner_of_a_county_has_its_geodesic_area_too():
    polygons = [around(112.55, 34.8, 60), around(112.93, 35.0, 60)]
    areas = area_m2(gpd.GeoSeries(polygons, crs="EPSG:4490"))
    expected = [abs(GEOD.geometry_area_perimeter(polygon)[0]) for polygon in polygons]
    assert list(areas) == pytest.approx(expected, rel=1e-6)


def test_the_area_of_a_large_shape_is_that_of_its_parts():
    # At the edge of the zone, where straight lines of the plane are the least straight on the ground.
    whole = shapely.Polygon([(635_000, 3_800_000), (655_000, 3_830_000), (637_000, 3_822_000)])
    west = shapely.box(630_000, 3_790_000, 641_000, 3_840_000)
    areas = area_m2(gpd.GeoSeries([whole, whole & west, whole - west], crs="EPSG:4547"))
    assert areas[1] + areas[2] == pytest.approx(areas[0], rel=1e-7)


def test_the_edges_of_a_large_shape_are_straight_where_it_is_drawn():
    shape = shapely.Polygon([(635_000, 3_800_000), (655_000, 3_830_000), (637_000, 3_822_000)])
    rim = gpd.GeoSeries([shapely.segmentize(shape, 50)], crs="EPSG:4547").to_crs("EPSG:4490")
    expected = abs(GEOD.geometry_area_perimeter(rim[0])[0])
    assert area_m2(gpd.GeoSeries([shape], crs="EPSG:4547"))[0] == pytest.approx(expected, rel=1e-6)


def test_null_and_empty_shapes_have_no_area():
    assert list(area_m2(gpd.GeoSeries([None, shapely.Polygon()], crs="EPSG:4547"))) == [0, 0]


@given(st.floats(75, 135), st.floats(18, 53), st.floats(0, 360), st.floats(1, 5000))
def test_lengths_are_geodesic_anywhere_in_china(longitude, latitude, azimuth, distance):
    x, y, _ = GEOD.fwd(longitude, latitude, azimuth, distance)
    crs = zone_crs(longitude)
    line = gpd.GeoSeries([shapely.LineString([(longitude, latitude), (x, y)])], crs="EPSG:4490").to_crs(crs)
    ends = shapely.get_coordinates(line.array)
    assert distances_m(ends[:1], ends[1:], crs)[0] == pytest.approx(distance, abs=0.001)


def test_the_scale_is_the_projected_length_of_a_geodesic_metre():
    x, y, _ = GEOD.fwd([112.79] * 2, [34.91] * 2, [90, 270], [500] * 2)
    ends = gpd.GeoSeries(gpd.points_from_xy(x, y), crs="EPSG:4490").to_crs("EPSG:4547")
    middle = np.array([[389417.646, 3865276.625]])
    assert scale_factors(middle, "EPSG:4547")[0] == pytest.approx(ends[0].distance(ends[1]) / 1000, abs=1e-8)
