import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from onemap.ingest.offsets import gcj02_from_bd09, gcj02_from_wgs84, wgs84_from_gcj02

GEOD = Geod(ellps="WGS84")


def metres(one, other):
    return GEOD.inv(*map(float, one), *map(float, other))[2]


def test_the_offset_at_mengzhou_is_what_others_measured():
    # 552-571 m toward about 100 degrees: computed with public implementations of the published algorithm.
    gcj = gcj02_from_wgs84(np.array(112.79), np.array(34.91))
    azimuth, _, distance = GEOD.inv(112.79, 34.91, *map(float, gcj))
    assert 550 < distance < 575
    assert azimuth == pytest.approx(100, abs=5)


def test_the_baidu_offset_at_mengzhou_is_what_others_measured():
    bd = np.array(112.79), np.array(34.91)
    assert 1250 < metres(wgs84_from_gcj02(*gcj02_from_bd09(*bd)), bd) < 1300


@given(st.floats(75, 134), st.floats(18, 53))
def test_there_and_back_is_within_a_millimetre(longitude, latitude):
    here = np.array(longitude), np.array(latitude)
    assert metres(wgs84_from_gcj02(*gcj02_from_wgs84(*here)), here) < 0.001
