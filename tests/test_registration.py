"""Layers that lie off their neighbours as web maps do are told, and no others."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from onemap.ingest.placement.neighbours import Placed
from onemap.ingest.placement.offsets import offset_m
from onemap.ingest.placement.registration import Offset, comparison_faults, find_offsets, offset_fault
from onemap.text import speaking
from tests.webmaps import CORNER, SIZE, as_web_map, by, county, moved, placed, series

KINDS = ["gcj02", "bd09"]


def claims(sources):
    return {name: found.kind for name, found in find_offsets(sources).items() if isinstance(found, Offset)}


@pytest.mark.parametrize("seed", range(6))
def test_a_true_county_is_never_reported(seed):
    assert claims(county(seed)) == {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["township", "fields", "works", "villages"])
def test_one_offset_layer_is_reported_and_no_other(name, kind):
    assert claims(moved(county(1), **{name: kind})) == {name: kind}


@pytest.mark.parametrize("kind", KINDS)
def test_the_measured_vector_is_how_far_the_layer_was_moved(kind):
    sources = county(2)
    truth = as_web_map(sources[3].shapes, kind).centroid
    found = find_offsets(moved(sources, villages=kind))["villages"]
    east, north = (truth.x - sources[3].shapes.centroid.x).mean(), (truth.y - sources[3].shapes.centroid.y).mean()
    assert (found.east_m, found.north_m) == pytest.approx((east, north), abs=25)
    assert (found.expected_east_m, found.expected_north_m) == pytest.approx((east, north), abs=10)


def test_two_layers_offset_in_two_ways_are_both_reported():
    assert claims(moved(county(3), works="gcj02", villages="bd09")) == {"works": "gcj02", "villages": "bd09"}


def test_an_offset_layer_is_reported_against_those_it_was_measured_against():
    assert find_offsets(moved(county(1), villages="gcj02"))["villages"].against == ("fields",)


@pytest.mark.parametrize("azimuth", range(0, 360, 45))
def test_a_shift_that_is_no_web_maps_is_not_reported(azimuth):
    way = by(565 * np.sin(np.radians(azimuth)), 565 * np.cos(np.radians(azimuth)))
    assert claims(moved(county(4), villages=way)) == {}


def test_the_shift_between_old_datums_is_not_reported():
    assert claims(moved(county(4), fields=by(70, 70))) == {}


@pytest.mark.parametrize("seed", range(4))
def test_layers_of_different_places_are_not_comparable(seed):
    # Each layer is that of another made-up county: they have nothing to do with one another.
    strangers = [county(100 * seed + n)[n] for n in range(6)]
    found = find_offsets(strangers)
    assert not any(isinstance(one, Offset) or one.checked for one in found.values())


def test_three_wells_are_not_comparable():
    *others, wells, river = county(5)
    few = replace(wells, shapes=wells.shapes[:3], labels=wells.labels[:3], stated=wells.stated[:3])
    found = find_offsets(moved([*others, few, river], wells="gcj02"))
    assert not found["wells"].checked
    assert not any(isinstance(one, Offset) for one in found.values())


def grid(period, size=SIZE):
    """Return square fields whose edges run along and across the shift of GCJ-02."""
    along = np.array([563.0, -100.0]) / np.hypot(563, 100) * period
    across = np.array([-along[1], along[0]])
    steps = np.arange(int(size / period))
    corners = (steps[:, None, None] * along + steps[None, :, None] * across).reshape(-1, 2)
    rings = CORNER + corners[:, None] + np.array([0 * along, along, along + across, across, 0 * along])
    return shapely.polygons(rings)


@pytest.mark.parametrize("share", [1, 2, 3])
def test_fields_that_repeat_at_the_offsets_own_length_are_not_reported(share):
    fields = grid(np.hypot(563, 100) / share)
    centres = shapely.centroid(fields)
    sources = [
        placed("fields", series(fields)),
        placed("halves", series(grid(2 * np.hypot(563, 100) / share))),
        placed("works", series(centres[::7])),
        placed("villages", series(shapely.buffer(centres[::5], 60))),
    ]
    assert claims(sources) == {}


@pytest.mark.parametrize("share", [1, 2, 3])
def test_fields_that_fit_at_every_period_do_not_fit_at_the_offset_alone(share):
    fields = placed("fields", series(grid(np.hypot(563, 100) / share)))
    centres = shapely.centroid(fields.shapes.array)
    sources = [fields, placed("works", series(centres)), placed("halves", series(grid(np.hypot(563, 100) / share)))]
    assert claims(moved(sources, halves=by(563, -100), works=by(563, -100))) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_that_was_converted_by_its_coord_type_comes_out_clean(kind):
    sources = [replace(source, coord_type=kind if source.name == "works" else None) for source in county(1)]
    found = find_offsets(sources)
    assert claims(sources) == {}
    assert not found["works"].in_vain


@pytest.mark.parametrize("kind", KINDS)
def test_a_true_layer_that_was_converted_is_told_to_check_its_coord_type(kind):
    back = by(*(-shift for shift in offset_m(kind, county(1)[1].shapes)))
    sources = [replace(s, coord_type=kind) if s.name == "fields" else s for s in moved(county(1), fields=back)]
    found = find_offsets(sources)["fields"]
    assert (found.in_vain, found.checked) == (True, False)
    assert [fault.kind for fault in comparison_faults(found)] == ["likely_offset"]


def test_layers_of_which_no_kind_is_stated_are_not_told_to_check_it():
    sources = [replace(s, coord_type="gcj02") if s.name == "works" else s for s in moved(county(1), works="bd09")]
    assert [name for name, one in find_offsets(sources).items() if getattr(one, "in_vain", False)] in ([], ["works"])


def test_two_lists_that_lie_apart_as_no_web_map_does_are_both_told():
    found = find_offsets(moved([named("works"), named("plots", scatter=20)], works=by(0, 400)))
    assert [[fault.kind for fault in comparison_faults(one)] for one in found.values()] == [["crs_unproved"]] * 2


def test_one_layer_of_which_the_kind_is_stated_does_not_vouch_for_those_that_it_contradicts():
    sources = [replace(s, anchored=s.name == "fields", coord_type="gcj02" if s.name == "fields" else None)
               for s in moved(county(1), works="gcj02", villages="gcj02", township="gcj02")]  # fmt: skip
    assert not any(one.checked for one in find_offsets(sources).values() if not isinstance(one, Offset))


@pytest.mark.parametrize("azimuth", range(0, 360, 60))
def test_two_layers_that_were_moved_together_are_not_sure_because_they_fit_each_other(azimuth):
    way = by(300 * np.sin(np.radians(azimuth)), 300 * np.cos(np.radians(azimuth)))
    twin = county(1)[3]
    sources = moved([*county(1), replace(twin, name="houses")], villages=way, houses=way)
    found = find_offsets(sources)
    assert not any(isinstance(one, Offset) for one in found.values())
    assert not (found["villages"].checked or found["houses"].checked)


@pytest.mark.parametrize("metres", [35, 45, 55])
def test_nobody_is_sure_of_a_layer_that_may_be_on_an_older_datum(metres):
    assert not find_offsets(moved(county(4), villages=by(metres, 0)))["villages"].checked


def test_more_layers_are_never_accused_than_are_right():
    sources = moved(county(1), fields=by(-563, 104), villages=by(-563, 104))
    assert len(claims(sources)) <= 2


def test_a_true_layer_that_was_converted_in_vain_blames_no_other():
    # Moved back by what GCJ-02 would have moved it, though it was right: all others now lie off as GCJ-02 does.
    sources = [replace(s, coord_type="gcj02") if s.name == "fields" else s for s in county(1)]
    assert claims(moved(sources, fields=by(-563, 104))) == {}


def test_most_layers_are_not_blamed_for_one_that_lies_the_other_way():
    assert claims(moved(county(1), fields=by(-563, 104))) == {}


NAMES = [f"示例{n}厂" for n in range(8)]


def named(own_id, seed=1, names=NAMES, scatter=0.0):
    spots = CORNER + np.random.default_rng(7).uniform(0, SIZE, (8, 2))
    off = np.random.default_rng(seed).normal(0, scatter, (8, 2)) if scatter else 0
    return placed(own_id, series(shapely.points(spots + off)), names)


@pytest.mark.parametrize("kind", KINDS)
def test_things_of_the_same_name_in_two_lists_show_the_offset(kind):
    assert claims(moved([named("works"), named("plots", scatter=20)], works=kind)) == {"works": kind}


def test_lists_that_place_the_same_names_alike_fit():
    found = find_offsets([named("works"), named("plots", scatter=20)])
    assert all(one.checked and not isinstance(one, Offset) for one in found.values())


def test_lists_in_degrees_that_fit_only_one_another_may_be_of_one_web_map():
    lists = [replace(one, anchored=False) for one in (named("works"), named("plots", scatter=20))]
    with speaking("en"):
        found = find_offsets(lists)
    assert not any(one.checked for one in found.values())
    assert "not all of one web map" in found["works"].evidence


def test_one_list_of_no_web_map_vouches_for_those_that_fit_it():
    found = find_offsets([replace(named("works"), anchored=False), named("plots", scatter=20)])
    assert found["works"].checked


def test_two_lists_that_lie_apart_as_no_web_map_does_vouch_for_neither():
    found = find_offsets(moved([named("works"), named("plots", scatter=20)], works=by(0, 400)))
    assert not any(one.checked for one in found.values())


def test_names_that_two_lists_place_at_random_say_nothing():
    found = find_offsets(moved([named("works"), named("plots", scatter=900)], works="gcj02"))
    assert not any(isinstance(one, Offset) or one.checked for one in found.values())


def test_two_common_names_say_nothing():
    few = named("plots", names=[*NAMES[:2], *(f"别处{n}号" for n in range(6))])
    assert claims(moved([named("works"), few], works="gcj02")) == {}


def with_statements(seed):
    """Return townships, and points all over them that state them."""
    townships = county(seed)[0]
    rng = np.random.default_rng(seed)
    spots = shapely.points(CORNER + rng.uniform(500, SIZE - 500, (600, 2)))
    at = shapely.STRtree(townships.shapes.array).nearest(spots)
    stated = townships.labels[at].str.replace("镇", "乡").reset_index(drop=True)
    return [townships, placed("points", series(spots), stated=stated)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_townships_that_records_state_show_the_offset(kind):
    assert claims(moved(with_statements(1), points=kind)) == {"points": kind}


def test_stated_townships_that_are_right_show_that_there_is_none():
    found = find_offsets(with_statements(1))
    assert found["points"].checked
    assert claims(with_statements(1)) == {}


def test_outside_china_nothing_is_reported():
    # Web maps show Japan as it is.
    tokyo = [replace(s, shapes=s.shapes.set_crs("EPSG:6677", allow_override=True)) for s in county(1)]
    far = [replace(s, shapes=s.shapes.translate(-CORNER[0], -CORNER[1])) for s in tokyo]
    found = find_offsets([replace(far[1], shapes=far[1].shapes.translate(563, -104)), *far[2:]])
    assert not any(isinstance(one, Offset) or one.checked for one in found.values())


def test_sources_without_shapes_are_not_comparable():
    nothing = placed("works", gpd.GeoSeries([None, shapely.Point()], crs="EPSG:4547"))
    found = find_offsets([*county(1)[:2], nothing])
    assert not found["works"].checked
    assert found["fields"].checked


def test_one_source_alone_is_not_comparable():
    [only] = find_offsets(county(1)[:1]).values()
    assert not only.checked
    assert only.against == ()


def test_shapes_of_every_kind_in_one_layer_are_taken():
    fields, villages = county(1)[1], county(1)[3]
    mixed = [shapely.GeometryCollection([villages.shapes[0], shapely.Point(CORNER)]), None, *villages.shapes[1:]]
    mixed = [shapely.force_3d(mixed[0]), *mixed[1:], shapely.MultiPoint([CORNER, CORNER + 100])]
    assert claims([fields, placed("villages", as_web_map(series(mixed), "gcj02"))]) == {"villages": "gcj02"}


def test_a_stray_at_the_other_end_of_the_world_changes_nothing():
    *others, wells, river = moved(county(1), villages="gcj02")
    strayed = wells.shapes.copy()
    strayed[0] = shapely.Point(0, 0)
    assert claims([*others, replace(wells, shapes=strayed), river]) == {"villages": "gcj02"}


def test_the_issue_names_the_vector_the_neighbours_and_what_to_state():
    found = find_offsets(moved(county(1), villages="gcj02"))["villages"]
    with speaking("en"):
        fault = offset_fault(find_offsets(moved(county(1), villages="gcj02"))["villages"])
    assert fault.kind == "likely_offset"
    assert 'coord_type = "gcj02"' in fault.hint
    assert "to the east" in fault.message and "fields" in fault.message and "GCJ-02" in fault.message
    assert f"{np.hypot(found.east_m, found.north_m):.0f} m" in fault.message


def test_the_evidence_of_a_tested_source_says_how_well_it_fits():
    with speaking("en"):
        found = find_offsets(county(1))
    assert found["villages"].evidence.startswith("no web-map offset: it fits fields to ")


def test_the_evidence_of_an_untested_source_says_so():
    with speaking("en"):
        found = find_offsets(county(1))
    assert found["river"].evidence == (
        "whether it is offset like web maps could not be tested: nothing to compare it with"
    )


# The sample county, layer by layer.
CLOSE = {
    "cadmium_enterprise", "construction_plot", "cultivated_land", "discharge_outlet", "key_unit", "priority_plot",
    "sensitive_receptor", "township", "village",
}  # fmt: skip
COMPARABLE = {*CLOSE, "river"}
"""Rivers fit the fields along them to no more than 35 m, which shows a web map's shift and no smaller one."""


def sample_sources(atlas):
    return [
        Placed(
            own_id,
            layer.spec,
            layer.frame.geometry,
            layer.labels.astype(object),
            layer.keys.astype(object),
            layer.frame[layer.spec.township_field].astype(object) if layer.spec.township_field else None,
            anchored=True,
        )
        for own_id, layer in atlas.layers.items()
    ]


def test_no_layer_of_the_sample_is_reported(sample_atlas):
    found = find_offsets(sample_sources(sample_atlas))
    assert claims(sample_sources(sample_atlas)) == {}
    assert {name for name, one in found.items() if one.checked} == CLOSE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", ["cadmium_enterprise", "cultivated_land", "drinking_water_source", "groundwater_point", "river", "township"]
)
def test_an_offset_layer_of_the_sample_is_reported_or_not_comparable(sample_atlas, name, kind):
    expected = {name: kind} if name in COMPARABLE else {}
    found = find_offsets(moved(sample_sources(sample_atlas), **{name: kind}))
    assert {own: one.kind for own, one in found.items() if isinstance(one, Offset)} == expected
    assert expected or not found[name].checked


def test_the_order_of_sources_changes_nothing():
    sources = moved(county(1), villages="gcj02")
    assert claims(sources[::-1]) == claims(sources)


def test_labels_may_be_missing():
    sources = [replace(s, labels=pd.Series([None] * len(s.shapes), dtype=object)) for s in county(1)]
    assert claims(moved(sources, villages="gcj02")) == {"villages": "gcj02"}
