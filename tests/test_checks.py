import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, Polygon, box

from onemap.geodesy import MU_M2
from onemap.ingest.quality.checks import check_coverage, compare_areas, miss_classes, name_blanks
from onemap.ingest.quality.townships import place
from onemap.ingest.quality.twins import drop_repeats
from onemap.ingest.raw import AS_WRITTEN
from onemap.model import SOURCE, SOURCE_ROW
from onemap.spec.catalogue import load_catalogue
from onemap.township_names import TownshipNames

LAND = load_catalogue().layers["cultivated_land"]
ENTERPRISE = load_catalogue().layers["cadmium_enterprise"]
EAST, NORTH = 389_000, 3_865_000


def land(shapes, spec=LAND, **columns):
    rows = [dict.fromkeys(spec.fields) | {spec.key: f"K{i}"} for i in range(len(shapes))]
    frame = pd.DataFrame(rows, dtype=object).assign(**{SOURCE: "t.shp", SOURCE_ROW: range(len(shapes)), **columns})
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


def declared(mu, **columns):
    """Return squares of 100 m, which are 15 mu, and how many mu are written for each."""
    shapes = [box(300 * at, 0, 300 * at + 100, 100) for at in range(len(mu))]
    as_written = {AS_WRITTEN.format("declared_area_m2"): mu}
    return land(shapes, declared_area_m2=[one * MU_M2 for one in mu], **as_written, **columns)


def test_areas_that_are_zero_are_told_once_in_each_source():
    frame = declared([0, 0, 15, 0], **{SOURCE: ["a.shp", "a.shp", "a.shp", "b.shp"]})
    _, faults = compare_areas(frame, LAND)
    assert [(fault.source, fault.at, fault.severity) for fault in faults] == [
        ("a.shp", None, "info"), ("b.shp", 3, "info"),
    ]  # fmt: skip


def test_half_a_column_in_square_metres_is_one_fault_that_names_the_rows():
    _, (fault,) = compare_areas(declared([15, 10000] * 5), LAND)
    assert (fault.at, fault.source) == (None, "t.shp")
    assert "1、3、5、7、9" in fault.hint


def test_four_areas_in_square_metres_are_told_one_by_one():
    _, faults = compare_areas(declared([15] * 6 + [10000] * 4), LAND)
    assert [fault.at for fault in faults] == [6, 7, 8, 9]


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


WATER = load_catalogue().layers["drinking_water_source"]
TOWNSHIP = load_catalogue().layers["township"]


@pytest.mark.parametrize(("names", "told"), [(["甲水厂", "甲水厂"], []), (["甲水厂", "乙水厂"], ["duplicate_key"])])
def test_zones_of_one_water_source_share_its_code_and_two_sources_do_not(names, told):
    zones = land([Point(0, 0), Point(9, 0)], WATER, source_code="SY-1", source_name=names)
    assert kinds(drop_repeats(zones, WATER)) == told


@pytest.mark.parametrize(
    ("codes", "names", "told"),
    [
        (["410883101", "410883101"], ["南庄镇", "南庄镇"], []),
        (["410883101", "410883101"], ["南庄镇", "化工镇"], ["township_code"]),
        (["410883101", "410883102"], ["南庄镇", "南庄镇"], ["township_name"]),
    ],
)
def test_an_exclave_is_a_part_of_its_township(codes, names, told):
    towns = land([box(0, 0, 9, 9), box(50, 0, 59, 9)], TOWNSHIP, township_code=codes, township_name=names)
    assert [fault.field for fault in drop_repeats(towns, TOWNSHIP)[1]] == told


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
        "大定",
        "孟州市大定街道",
        "河南省孟州市大定街道",
        "大定街道(城区)",
    ],
)
def test_a_township_is_known_by_every_name_that_people_give_it(name):
    assert TownshipNames(["大定街道", "化工镇"]).find(name) == ({"大定街道"}, False)


def test_the_seat_of_a_township_is_the_township():
    assert TownshipNames(["南庄镇"]).find("南庄镇人民政府").names == {"南庄镇"}


def test_a_township_layer_may_name_the_county_itself():
    assert TownshipNames(["孟州市大定街道", "孟州市化工镇"]).find("大定办事处").names == {"孟州市大定街道"}


NAMES = TownshipNames(["城区街道", "西市街道", "南庄镇", "南庄街道", "化工镇", "西乡街道"])


@pytest.mark.parametrize("name", ["城区街道", "西市街道", "南庄镇", "南庄街道", "化工镇", "西乡街道"])
def test_every_township_is_itself_alone(name):
    assert NAMES.find(name) == ({name}, False)


@pytest.mark.parametrize("name", ["新市街道", "不存在县街道", "街道", "南庄乡", "城镇", ""])
def test_what_is_no_township_is_taken_for_none(name):
    assert NAMES.find(name).names == frozenset()


def test_a_bare_name_may_mean_each_township_that_is_called_so():
    assert NAMES.find("南庄").names == {"南庄镇", "南庄街道"}


def test_a_name_that_ends_like_a_township_is_known_as_a_whole():
    assert NAMES.find("西乡") == ({"西乡街道"}, False)


def test_a_township_that_became_a_town_is_known_as_renamed():
    assert NAMES.find("化工乡") == ({"化工镇"}, True)


def test_a_township_by_its_old_name_is_told_once_for_all_records():
    frame = land([Point(150, 50), Point(160, 50)], ENTERPRISE, township="化工乡")
    (fault,) = place(frame, ENTERPRISE, TOWNS, "township_name")[1]
    assert (fault.kind, fault.severity, fault.at, fault.source) == ("unknown_township", "info", None, "t.shp")


def test_the_hint_names_the_nearest_township_alone():
    (fault,) = place(land([Point(150, 50)], ENTERPRISE, township="化土镇"), ENTERPRISE, TOWNS, "township_name")[1]
    assert "化工镇" in fault.hint
    assert "大定" not in fault.hint


# The border of the two townships is at 100.
@pytest.mark.parametrize(("west", "told"), [(60, []), (51, []), (94, []), (96, ["township_mismatch"])])
def test_a_parcel_with_a_real_part_in_the_township_it_states_contradicts_nothing(west, told):
    parcel = box(west, 10, west + 100, 20)
    assert kinds(place(land([parcel], township="大定街道"), LAND, TOWNS, "township_name")) == told


@pytest.mark.parametrize(("west", "told"), [(140, ["乡镇之间"]), (-5, ["县域之外"]), (705, ["县域之外"])])
def test_a_place_on_the_river_between_townships_is_not_outside_the_county(west, told):
    banks = [box(0, 0, 100, 900), box(180, 0, 700, 900)]
    towns = TOWNS.set_geometry(gpd.GeoSeries(banks, crs="EPSG:4547").translate(EAST, NORTH))
    _, faults = place(land([Point(west, 450)], ENTERPRISE), ENTERPRISE, towns, "township_name")
    assert [fault.message[-4:] for fault in faults] == told


def test_a_place_in_a_hole_of_the_county_is_not_outside_it():
    ring = gpd.GeoSeries([box(0, 0, 12000, 12000) - box(3000, 3000, 9000, 9000)], crs="EPSG:4547")
    towns = TOWNS.iloc[:1].set_geometry(ring.translate(EAST, NORTH))
    _, (fault,) = place(land([Point(6000, 6000)], ENTERPRISE), ENTERPRISE, towns, "township_name")
    assert "乡镇之间" in fault.message


RECEPTORS = load_catalogue().layers["sensitive_receptor"]


@pytest.mark.parametrize(("count", "told"), [(60, True), (10, False)])
def test_a_long_list_without_a_record_of_a_class_is_asked_about(count, told):
    frame = gpd.GeoDataFrame({"receptor_type": ["school"] * count}, geometry=[Point(0, 0)] * count, crs=4547)
    assert [fault.kind for fault in miss_classes(frame, RECEPTORS)[1]] == ["class_absent"] * told


@pytest.mark.parametrize(("files", "source"), [(["a.shp"], None), (["a.shp", "b.shp"], "")])
def test_no_file_of_several_is_said_to_lack_a_class(files, source):
    frame = gpd.GeoDataFrame({"receptor_type": ["school"] * 60}, geometry=[Point(0, 0)] * 60, crs=4547)
    (fault,) = miss_classes(frame.assign(**{SOURCE: files * (60 // len(files))}), RECEPTORS)[1]
    assert fault.source == source


def test_a_long_list_with_every_class_is_not():
    classes = [*RECEPTORS.fields["receptor_type"].classes] * 6
    frame = gpd.GeoDataFrame({"receptor_type": classes}, geometry=[Point(0, 0)] * len(classes), crs=4547)
    assert miss_classes(frame, RECEPTORS)[1] == []


@pytest.mark.parametrize(("names", "rows"), [(["甲", None, "乙"], [1]), ([None, None, "乙"], [])])
def test_a_blank_name_is_told_where_the_others_have_one(names, rows):
    frame = gpd.GeoDataFrame({"unit_code": ["1", "2", "3"], "unit_name": names}, geometry=[Point(0, 0)] * 3, crs=4547)
    assert [fault.at for fault in name_blanks(frame, load_catalogue().layers["cultivated_land"])[1]] == rows
