import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, Polygon, box

from onemap.geodesy import MU_M2
from onemap.ingest.quality.checks import (
    bare_township,
    check_coverage,
    compare_areas,
    miss_classes,
    name_blanks,
    place,
)
from onemap.ingest.quality.twins import drop_repeats
from onemap.ingest.raw import AS_WRITTEN
from onemap.model import SOURCE, SOURCE_ROW
from onemap.spec.catalogue import load_catalogue

LAND = load_catalogue().layers["cultivated_land"]
ENTERPRISE = load_catalogue().layers["cadmium_enterprise"]
EAST, NORTH = 389_000, 3_865_000


def land(shapes, spec=LAND, **columns):
    rows = [dict.fromkeys(spec.fields) | {spec.key: f"K{i}"} for i in range(len(shapes))]
    frame = pd.DataFrame(rows, dtype=object).assign(**{SOURCE: "t.shp", SOURCE_ROW: range(len(shapes))}, **columns)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs="EPSG:4547").translate(EAST, NORTH))


def kinds(found):
    return [fault.kind for fault in found[1]]


def test_neighbours_that_share_an_edge_are_no_fault():
    assert kinds(check_coverage(land([box(0, 0, 50, 50), box(50, 0, 90, 50)]), LAND)) == []


def test_an_overlap_names_both_and_its_area():
    _, (fault,) = check_coverage(land([box(0, 0, 50, 50), box(40, 0, 90, 50)]), LAND)
    assert fault.value == "K0 / K1"
    # 10 m x 50 m in the plane; the ground is smaller by the square of the scale there, 1.0001508 (pyproj).
    assert "499.8" in fault.message


def test_a_parcel_drawn_twice_is_an_overlap():
    assert kinds(check_coverage(land([box(0, 0, 50, 50), box(0, 0, 50, 50)]), LAND)) == ["overlap"]


def test_a_parcel_inside_another_is_an_overlap():
    assert kinds(check_coverage(land([box(0, 0, 50, 50), box(10, 10, 20, 20)]), LAND)) == ["overlap"]


@pytest.mark.parametrize(("side", "told"), [(10, ["gap"]), (25, [])])
def test_a_small_hole_is_a_gap_and_a_village_is_none(side, told):
    hole = box(20, 20, 20 + side, 20 + side)
    assert kinds(check_coverage(land([box(0, 0, 90, 90) - hole]), LAND)) == told


@pytest.mark.parametrize(
    ("share", "told"), [(1.04, []), (0.96, []), (1.06, ["area_mismatch"]), (0.94, ["area_mismatch"])]
)
def test_more_than_five_per_cent_of_difference_is_told(share, told):
    # 20 mu of ground; the projected square is larger by the square of its scale, 1.00015 (pyproj).
    side = (20 * MU_M2) ** 0.5 * 1.00015
    assert (
        kinds(
            compare_areas(
                land(
                    [box(0, 0, side, side)],
                    declared_area_m2=20 * MU_M2 * share,
                    **{AS_WRITTEN.format("declared_area_m2"): 20},
                ),
                LAND,
            )
        )
        == told
    )


@pytest.mark.parametrize(("one", "other"), [("DX-1", "dx-1"), ("DX-1", "ＤＸ-1"), ("DX-1", "DX -1")])
def test_keys_that_differ_in_their_spelling_alone_are_one(one, other):
    assert kinds(drop_repeats(land([Point(0, 0), Point(9, 9)], **{LAND.key: [one, other]}), LAND)) == ["duplicate_key"]


def test_a_record_that_stands_twice_is_dropped_once():
    kept, faults = drop_repeats(land([Point(0, 0), Point(0, 0)], **{LAND.key: "K"}), LAND)
    assert len(kept) == 1
    assert [fault.action for fault in faults] == ["dropped"]


def test_two_records_with_one_key_are_both_kept():
    kept, faults = drop_repeats(land([Point(0, 0), Point(9, 0)], **{LAND.key: "K"}), LAND)
    assert len(kept) == 2
    assert [(fault.kind, fault.action) for fault in faults] == [("duplicate_key", "kept")]


TOWNS = gpd.GeoDataFrame(
    {"township_name": ["大定街道", "化工镇"]},
    geometry=gpd.GeoSeries([box(0, 0, 100, 100), box(100, 0, 200, 100)], crs="EPSG:4547").translate(EAST, NORTH),
)


@pytest.mark.parametrize(
    ("stated", "told"),
    [("大定街道", []), ("大定办事处", []), ("大定", []), ("化工镇", ["township_mismatch"]), (None, [])],
)
def test_a_township_is_known_by_all_its_names(stated, told):
    assert kinds(place(land([Point(50, 50)], ENTERPRISE, township=stated), ENTERPRISE, TOWNS, "township_name")) == told


def test_what_lies_outside_is_kept_and_told():
    frame, faults = place(land([Point(500, 50)], ENTERPRISE), ENTERPRISE, TOWNS, "township_name")
    assert [fault.kind for fault in faults] == ["outside_county"]
    assert len(frame) == 1


def test_a_parcel_across_the_border_is_not_outside():
    shape = Polygon([(-90, 10), (10, 10), (10, 20), (-90, 20)])
    assert kinds(place(land([shape]), LAND, TOWNS, "township_name")) == []


@pytest.mark.parametrize(
    "name",
    [
        "大定街道",
        "大定办事处",
        "大定街道办事处",
        "大定街道办",
        "大定办",
        "孟州市大定街道",
        "河南省孟州市大定街道",
        "大定街道(城区)",
    ],
)
def test_a_township_is_known_by_every_name_that_people_give_it(name):
    assert bare_township(name) == "大定"


def test_the_seat_of_a_township_is_the_township():
    assert bare_township("南庄镇人民政府") == bare_township("南庄镇")


RECEPTORS = load_catalogue().layers["sensitive_receptor"]


@pytest.mark.parametrize(("count", "told"), [(60, True), (10, False)])
def test_a_long_list_without_a_record_of_a_class_is_asked_about(count, told):
    frame = gpd.GeoDataFrame({"receptor_type": ["school"] * count}, geometry=[Point(0, 0)] * count, crs=4547)
    assert [fault.kind for fault in miss_classes(frame, RECEPTORS)[1]] == ["class_absent"] * told


def test_a_long_list_with_every_class_is_not():
    classes = [*RECEPTORS.fields["receptor_type"].classes] * 6
    frame = gpd.GeoDataFrame({"receptor_type": classes}, geometry=[Point(0, 0)] * len(classes), crs=4547)
    assert miss_classes(frame, RECEPTORS)[1] == []


@pytest.mark.parametrize(("names", "rows"), [(["甲", None, "乙"], [1]), ([None, None, "乙"], [])])
def test_a_blank_name_is_told_where_the_others_have_one(names, rows):
    frame = gpd.GeoDataFrame({"unit_code": ["1", "2", "3"], "unit_name": names}, geometry=[Point(0, 0)] * 3, crs=4547)
    assert [fault.at for fault in name_blanks(frame, load_catalogue().layers["cultivated_land"])[1]] == rows
