"""The law of 坐标体检, over counties anywhere in China: who is sure is right. Coordinates by pyproj."""

from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import pyproj
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from onemap.ingest.placement.candidates import Extent
from onemap.ingest.placement.crs import prove, settle
from onemap.spec.project import SourceSpec

MARGIN = 0.1
GEOD = pyproj.Geod(ellps="GRS80")
MERIDIANS = {
    **{4534 + n: 75 + 3 * n for n in range(21)},
    **{4513 + n: 75 + 3 * n for n in range(21)},
    **{4502 + n: 75 + 6 * n for n in range(11)},
    **{4491 + n: 75 + 6 * n for n in range(11)},
    **{32643 + n: 75 + 6 * n for n in range(11)},
}
"""The meridian of each code, from the EPSG registry."""


@cache
def transformer(source, target):
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


@dataclass(frozen=True)
class Sent:
    """A file as it was sent: where its points really are, and the system of its numbers."""

    places: np.ndarray
    county: Extent
    crs: int
    swapped: bool

    @property
    def points(self):
        x, y = transformer(4490, self.crs).transform(*self.places.T)
        return gpd.GeoSeries(gpd.points_from_xy(*((y, x) if self.swapped else (x, y))))

    def error_m(self, found):
        there = settle(self.points, found)
        lonlat = transformer(found.crs.to_epsg(), 4490).transform(there.x.to_numpy(), there.y.to_numpy())
        return GEOD.inv(*lonlat, *self.places.T)[2].max()


def systems_near(west, east):
    near = [code for code, meridian in MERIDIANS.items() if max(abs(west - meridian), abs(east - meridian)) < 4.5]
    return [4490, 4326, 3857, *near]


@st.composite
def files(draw):
    west = draw(st.floats(73.6, 134.5))
    south = draw(st.floats(18.1, 53.0))
    width, height = draw(st.floats(0.05, 6.0)), draw(st.floats(0.05, 3.0))
    east, north = min(west + width, 134.8), min(south + height, 53.6)
    shares = st.tuples(st.floats(0, 1), st.floats(0, 1))
    places = np.array(draw(st.lists(shares, min_size=1, max_size=12))) * [east - west, north - south] + [west, south]
    crs = draw(st.sampled_from(systems_near(west, east)))
    county = Extent((west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN), "the county")
    return Sent(places, county, crs, draw(st.booleans()))


def proof(sent, declared, county=True):
    spec = SourceSpec(path="t")
    return prove(sent.points, f"EPSG:{declared}" if declared else None, spec, sent.county if county else None)


@settings(max_examples=100)
@given(files(), st.data())
def test_who_is_sure_of_a_declaration_is_right(sent, data):
    west, _, east, _ = sent.county.box
    declared = data.draw(st.sampled_from([sent.crs, *systems_near(west, east), *MERIDIANS]))
    found = proof(sent, declared)
    assume(found.record.confidence == "sure")
    assert sent.error_m(found) < 1


@settings(max_examples=60)
@given(files(), st.booleans())
def test_what_is_taken_without_a_declaration_is_right_and_never_sure(sent, county):
    found = proof(sent, None, county)
    assert found.record.confidence in ("likely", "cannot-tell")
    assume(found.crs is not None)
    assert sent.error_m(found) < 1


@settings(max_examples=40)
@given(files())
def test_a_right_declaration_is_never_refused(sent):
    found = proof(sent, sent.crs)
    assert found.crs is not None
    assert (found.swapped, sent.error_m(found) < 1) == (sent.swapped, True)


@settings(max_examples=40)
@given(files())
def test_what_cannot_be_told_names_the_truth(sent):
    found = proof(sent, None)
    assume(found.crs is None)
    same = {4326: 4490, **{4502 + n: 4534 + 2 * n for n in range(11)}}
    assert f"EPSG:{same.get(sent.crs, sent.crs)}" in found.record.inferred.split(" / ")
