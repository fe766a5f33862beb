import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from onemap.ingest.conform import conform
from onemap.ingest.raw import TOTALS_WORD
from onemap.ingest.totals import totals_words
from onemap.spec.catalogue import load_catalogue

LAYERS = {own_id: spec for own_id, spec in load_catalogue().layers.items() if not spec.is_raster}
PLOT = LAYERS["priority_plot"]
RAW_VALUES = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.integers(-(10**18), 10**18),
    st.floats(),
    st.sampled_from(["1", "Ⅲ", "2026-06-30"]),
)
SHAPES = st.sampled_from(
    [
        None,
        Point(),
        Point(1, 2),
        LineString([(0, 0), (5, 5)]),
        box(0, 0, 9, 9),
        Polygon([(0, 0), (9, 9), (9, 0), (0, 9)]),
    ]
)


def features(rows, shapes, spec=PLOT):
    frame = pd.DataFrame([{name: row.get(name) for name in spec.fields} for row in rows], dtype=object)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(list(shapes), crs="EPSG:4547"))


def kinds(faults):
    return [fault.kind for fault in faults]


PLOT_ROW = {"plot_code": "4108832260001", "plot_name": "示例地块"}


def test_a_sound_record_has_no_fault():
    frame, faults = conform(features([PLOT_ROW], [box(0, 0, 9, 9)]), PLOT)
    assert faults == []
    assert frame.loc[0, "plot_code"] == "4108832260001"


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (None, "null_geometry"),
        (Polygon(), "empty_geometry"),
        (LineString([(0, 0), (1, 1)]), "wrong_geometry"),
        # A thousand times as far from the meridian as the zone is wide: no place on the earth.
        (box(1e9, 0, 1e9 + 9, 9), "invalid_geometry"),
    ],
)
def test_a_record_without_usable_geometry_is_kept_and_told(shape, kind):
    frame, faults = conform(features([PLOT_ROW], [shape]), PLOT)
    assert kinds(faults) == [kind]
    assert len(frame) == 1
    assert frame.geometry[0] is None


def test_a_crossed_ring_is_repaired_without_losing_area():
    spiked = Polygon([(0, 0), (100, 0), (100, 100), (50, 100), (50, 101), (50, 100), (0, 100)])
    frame, faults = conform(features([PLOT_ROW], [spiked]), PLOT)
    assert kinds(faults) == ["invalid_geometry"]
    assert frame.geometry[0].is_valid
    assert frame.geometry.area[0] == 10_000


def test_why_a_shape_is_invalid_is_told_in_the_language_spoken():
    nested = Polygon(box(0, 0, 9, 9).exterior, [box(1, 1, 8, 8).exterior, box(2, 2, 3, 3).exterior])
    (fault, *_) = conform(features([PLOT_ROW], [nested]), PLOT)[1]
    assert fault.value == "洞套洞"


def test_parts_that_cover_one_another_a_little_are_counted_once():
    shapes = shapely.MultiPolygon([box(0, 0, 10, 10), box(9.9, 0, 20, 10)])
    frame, faults = conform(features([PLOT_ROW], [shapes]), PLOT)
    assert [(fault.kind, fault.action) for fault in faults] == [("invalid_geometry", "repaired")]
    assert frame.geometry.area[0] == pytest.approx(200)


def test_a_repair_is_logged_with_the_area_before_and_after():
    # 202 m² are drawn on 200 m² of ground; the scale at the middle of the zone is 1.
    shapes = shapely.MultiPolygon([box(0, 0, 10, 10), box(9.8, 0, 20, 10)])
    [fault] = conform(features([PLOT_ROW], [shapes]), PLOT)[1]
    before, after = (float(text.removesuffix(" m²")) for text in fault.repair[:2])
    assert after / before == pytest.approx(200 / 202, abs=1e-4)
    assert fault.repair.area_change == pytest.approx(200 / 202 - 1, abs=1e-9)


@pytest.mark.parametrize(
    "shape",
    [
        Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]),
        shapely.MultiPolygon([box(0, 0, 10, 10), box(0, 0, 10, 6)]),
        Polygon(box(0, 0, 100, 100).exterior, [box(200, 0, 240, 50).exterior]),
    ],
    ids=["a bow tie", "a part drawn twice", "a hole outside"],
)
def test_a_repair_that_would_change_what_a_gis_measures_is_not_made(shape):
    frame, faults = conform(features([PLOT_ROW], [shape]), PLOT)
    assert [(fault.kind, fault.action) for fault in faults] == [("invalid_geometry", "blanked")]
    assert frame.geometry[0] is None


def test_a_repair_that_would_change_the_area_is_not_made():
    # Of a hole that lies mostly outside nobody knows which side is meant: 75 m² or 275 m².
    torn = Polygon(box(0, 0, 10, 10).exterior, [box(5, 5, 20, 20).exterior])
    frame, faults = conform(features([PLOT_ROW], [torn]), PLOT)
    assert [(fault.kind, fault.action) for fault in faults] == [("invalid_geometry", "blanked")]
    assert frame.geometry[0] is None


def test_a_row_of_totals_is_dropped_and_told():
    frame = features([PLOT_ROW, {"plot_name": None}], [Point(0, 0), None]).assign(**{TOTALS_WORD: ["", "合 计"]})
    kept, faults = conform(frame, PLOT)
    assert kinds(faults) == ["totals_row"]
    assert len(kept) == 1


def days(count):
    numbers = [{**ENTERPRISE, "remediation_deadline": 46203 + at} for at in range(count)]
    _, faults = conform(features(numbers, [Point(0, 0)] * count, LAYERS["cadmium_enterprise"]),
                        LAYERS["cadmium_enterprise"])  # fmt: skip
    return [fault for fault in faults if fault.field == "remediation_deadline"]


ENTERPRISE = {"credit_code": "9144030071526726XG", "enterprise_name": "甲厂", "production_state": "在产"}


def test_a_few_day_numbers_are_told_one_by_one_with_what_was_read():
    # 46203 is the number that Excel shows for 2026-06-30 when the cell loses its format.
    assert [(fault.at, fault.severity, fault.repair.before, fault.repair.after) for fault in days(3)] == [
        (0, "info", "46203", "2026-06-30"), (1, "info", "46204", "2026-07-01"), (2, "info", "46205", "2026-07-02"),
    ]  # fmt: skip


def test_many_day_numbers_are_told_once_and_the_repairs_name_every_cell():
    (fault,) = days(200)
    assert all(str(46203 + at) in fault.repair.before for at in range(200))
    assert "199" in fault.repair.after and "2027-01-15" in fault.repair.after


def test_the_repairs_fit_into_cells_of_excel():
    found = days(1200)
    assert max(len(fault.repair.before) for fault in found) < 32768
    assert {str(46203 + at) for at in range(1200)} <= set(re.findall(r"\d{5}", "".join(f.repair.before for f in found)))


def test_a_letter_before_all_codes_of_a_column_is_told_once():
    rows = [{**ENTERPRISE, "industry_code": "C3212"}] * 20
    frame, faults = conform(features(rows, [Point(0, 0)] * 20, LAYERS["cadmium_enterprise"]),
                            LAYERS["cadmium_enterprise"])  # fmt: skip
    assert [(fault.kind, fault.severity) for fault in faults] == [("code_damaged", "info")]
    assert set(frame["industry_code"]) == {"3212"}


def test_a_missing_required_value_is_told_once():
    _, faults = conform(features([PLOT_ROW, {**PLOT_ROW, "plot_name": " "}], [Point(0, 0)] * 2), PLOT)
    assert [(fault.kind, fault.field, fault.at) for fault in faults] == [("missing_value", "plot_name", 1)]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(LAYERS)), st.data())
def test_rows_in_are_rows_kept_and_rows_dropped(layer, data):
    spec = LAYERS[layer]
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(spec.fields, RAW_VALUES)), min_size=1, max_size=5))
    shapes = data.draw(st.lists(SHAPES, min_size=len(rows), max_size=len(rows)))
    frame, faults = conform(features(rows, shapes, spec), spec)
    assert len(rows) == len(frame) + sum(fault.action == "dropped" for fault in faults)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(LAYERS)), st.data())
def test_conforming_twice_changes_nothing(layer, data):
    spec = LAYERS[layer]
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(spec.fields, RAW_VALUES)), min_size=1, max_size=5))
    shapes = data.draw(st.lists(SHAPES, min_size=len(rows), max_size=len(rows)))
    once, _ = conform(features(rows, shapes, spec), spec)
    twice, _ = conform(once, spec)
    pd.testing.assert_frame_equal(pd.DataFrame(once), pd.DataFrame(twice))


@pytest.mark.parametrize(
    "word",
    [
        "合计",
        "小 计",
        "本页小计",
        "化工镇合计：",
        "Total",
        "合计（亩）",
        "总计：4口",
        "合计4口",
        "合计（口）：2",
        "共计4口井",
        "共4家",
        "汇总",
        "平均值",
        "全县总数",
        "合计：27.5亩",
    ],
)
def test_a_word_for_totals_among_the_first_cells_is_found(word):
    assert totals_words(pd.DataFrame({"序号": [1], "乡镇": ["化工镇"], "名称": [word]})) == [word]


@pytest.mark.parametrize(
    "word",
    [
        "合计镇01",
        "Total-01",
        "设计院",
        "化工厂",
        "合计工业园",
        "小计3号井",
        "汇总街小学",
        "共和镇",
        "公共厕所",
        "平均沟",
        "共青4号井",
    ],
)
def test_a_name_that_only_holds_such_a_word_is_none(word):
    assert totals_words(pd.DataFrame({"名称": [word]})) == [""]


BOW_TIE = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


def test_an_invalid_shape_is_told_where_its_edges_cross():
    frame = features([PLOT_ROW], [BOW_TIE])
    (fault,) = (fault for fault in conform(frame, PLOT)[1] if fault.kind == "invalid_geometry")
    crossing = gpd.GeoSeries([Point(50, 50)], crs=frame.crs).to_crs(4490)[0]
    assert (fault.lon, fault.lat) == pytest.approx((crossing.x, crossing.y), abs=1e-6)


def test_of_a_mixture_the_parts_of_the_layers_kind_are_kept():
    field = box(0, 0, 100, 100)
    mixture = shapely.GeometryCollection([field, LineString([(200, 0), (300, 0)])])
    frame, faults = conform(features([PLOT_ROW], [mixture]), PLOT)
    assert frame.geometry[0].equals(field)
    assert [(fault.kind, fault.action) for fault in faults] == [("mixed_geometry", "repaired")]


def test_a_collection_of_areas_alone_is_no_mixture():
    collection = shapely.GeometryCollection([box(0, 0, 100, 100), box(200, 0, 300, 100)])
    frame, faults = conform(features([PLOT_ROW], [collection]), PLOT)
    assert (frame.geometry[0].area, faults) == (20_000, [])
