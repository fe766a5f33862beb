"""KML as programs and hands write it; every file is written here by hand."""

import io
import zipfile

import geopandas as gpd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onemap.ingest.raw import UnreadableError
from onemap.ingest.readers.kml import read_kml
from onemap.ingest.readers.kml_balloons import read_balloon
from onemap.ingest.readers.kml_shapes import ShapeError, parse_positions
from onemap.spec.project import SourceSpec
from onemap.text import speaking

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
POINT = "<Point><coordinates>112.79,34.91,0</coordinates></Point>"
SQUARE = "112.7,34.9 112.8,34.9 112.8,35.0 112.7,35.0 112.7,34.9"
HOLE = "112.72,34.92 112.74,34.92 112.74,34.94 112.72,34.92"


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


def kml(*inner):
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(inner)}</Document></kml>'


def mark(*inner, name="甲地块"):
    return f"<Placemark><name>{name}</name>{''.join(inner)}</Placemark>"


def ring(coordinates, side="outer"):
    inner = f"<LinearRing><coordinates>{coordinates}</coordinates></LinearRing>"
    return f"<{side}BoundaryIs>{inner}</{side}BoundaryIs>"


def polygon(*rings):
    return f"<Polygon>{''.join(rings)}</Polygon>"


def data(**values):
    inner = "".join(f'<Data name="{name}"><value>{value}</value></Data>' for name, value in values.items())
    return f"<ExtendedData>{inner}</ExtendedData>"


def described(text):
    return mark(f"<description><![CDATA[{text}]]></description>", POINT)


@pytest.fixture
def read(tmp_path):
    def read(content, name="地块.kml", **keys):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_kml(path, SourceSpec(path=name, **keys), set())

    return read


def refused(read, content, words, **keys):
    with pytest.raises(UnreadableError, match=words) as caught:
        read(content, **keys)
    assert caught.value.hint


def shape(read, *inner):
    raw = read(HEAD + kml(mark(*inner)))
    assert raw.faults == ()
    return raw.geometry[0]


def only_row(read, *inner):
    return read(HEAD + kml(mark(*inner, POINT))).frame.iloc[0].to_dict()


# Attributes


def test_chinese_names_of_extended_data_stay_whole(read):
    row = only_row(read, data(**{"地块编码": "410883001", "占地面积(m²)": "12"}))
    assert row == {"Name": "甲地块", "地块编码": "410883001", "占地面积(m²)": "12"}


def test_a_display_name_goes_before_the_name(read):
    inner = '<Data name="F1"><displayName>地块编码</displayName><value>7</value></Data>'
    assert only_row(read, f"<ExtendedData>{inner}</ExtendedData>")["地块编码"] == "7"


def test_fields_that_share_a_display_name_keep_their_own(read):
    inner = "".join(f'<Data name="F{n}"><displayName>值</displayName><value>{n}</value></Data>' for n in (1, 2))
    row = only_row(read, f"<ExtendedData>{inner}</ExtendedData>")
    assert (row["值"], row["F2"]) == ("1", "2")


def test_schema_data_takes_the_display_names_of_its_schema(read):
    schema = (
        '<Schema id="s"><SimpleField name="BM" type="string"><displayName>编码</displayName></SimpleField></Schema>'
    )
    inner = '<SimpleData name="BM">8</SimpleData><SimpleData name="N">9</SimpleData>'
    whole = f'<ExtendedData><SchemaData schemaUrl="#s">{inner}</SchemaData></ExtendedData>'
    raw = read(HEAD + kml(mark(whole, POINT), schema))
    assert raw.frame.loc[0, ["编码", "N"]].tolist() == ["8", "9"]


def test_elements_of_another_name_space_are_attributes(read):
    inner = '<ExtendedData xmlns:camp="http://x"><camp:number>14</camp:number></ExtendedData>'
    assert only_row(read, inner)["number"] == "14"


def test_values_lose_entities_and_loose_white_space(read):
    assert only_row(read, data(业主="  甲&amp;amp;乙\n  公司&amp;nbsp; "))["业主"] == "甲&乙 公司"


def test_extended_data_goes_before_the_description(read):
    row = only_row(read, data(编码="1", 备注=""), "<description>编码：2&lt;br&gt;备注：有</description>")
    assert (row["编码"], row["备注"]) == ("1", "有")


def test_a_blank_value_is_none_and_so_is_one_that_is_not_there(read):
    raw = read(HEAD + kml(mark(data(编码="1"), POINT), mark(data(编码=""), POINT), mark(POINT)))
    assert raw.frame["编码"].tolist() == ["1", None, None]


ARCGIS = (
    '<html xmlns:fo="http://www.w3.org/1999/XSL/Format"><head><META http-equiv="Content-Type" content="text/html">'
    "<title>x：y</title></head><body><table><tr style='x'><td>某某地块</td></tr><tr><td><table>{rows}</table></td></tr>"
    "</table></body></html>"
)


def test_the_nested_table_of_arcgis_is_read_and_its_title_is_no_attribute():
    rows = "<tr>\n<td>编码</td>\n<td>0012</td>\n</tr><tr bgcolor='#D4E4F3'><td>名称</td><td>&lt;Null&gt;</td></tr>"
    assert read_balloon(ARCGIS.format(rows=rows)) == ({"编码": "0012", "名称": "<Null>"}, "")


def table(*rows):
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


@pytest.mark.parametrize(
    "text",
    [
        table("<td>编码</td><td>1</td>", "<td>镇</td><td>城伯镇</td>"),
        table("<td><b>编码</b></td><td>1</td>", "<td>镇</td><td><font color='red'>城伯镇</font></td>"),
        "<TABLE><TR><TD>编码<TD>1<TR><TD>镇<TD>城伯镇</TABLE>",
        table("<td colspan=2>甲</td>", "<td>编码</td><td>1</td>", "<td>镇</td><td>城伯镇</td>"),
        table("<th colspan=2>甲</th>", "<th>编码：</th><td>1</td>", "<th>镇:</th><td>城伯镇</td>"),
        table("<th>字段名</th><th>值</th>", "<td>编码</td><td>1</td>", "<td>镇</td><td>城伯镇</td>"),
        table("<td>Field Name</td><td>Field Value</td>", "<td>编码</td><td>1</td>", "<td>镇</td><td>城伯镇</td>"),
        table("<th>编码</th><th>镇</th>", "<td>1</td><td>城伯镇</td>"),
        table("<td>编码</td><td>：</td><td>1</td>", "<td>镇</td><td>：</td><td>城伯镇</td>"),
        "<dl><dt>编码</dt><dd>1</dd><dt>镇</dt><dd>城伯镇</dd></dl>",
        "编码：1<br>镇：城伯镇",
        "<p>编码: 1</p><p>镇: 城伯镇</p>",
        "编码:1\n镇:城伯镇\n",
        "&lt;b&gt;编码&lt;/b&gt;：1&lt;br/&gt;镇：城伯镇",
        '<h4>地块</h4><ul class="textattributes">'
        '<li><strong><span class="atr-name">编码</span>:</strong> <span class="atr-value">1</span></li>'
        '<li><strong><span class="atr-name">镇</span>:</strong> <span class="atr-value">城伯镇</span></li></ul>',
    ],
)
def test_every_way_of_writing_attributes_into_a_description_is_read(text):
    fields, rest = read_balloon(text)
    assert fields == {"编码": "1", "镇": "城伯镇"}
    assert "<table" not in text.lower() or rest == ""


@pytest.mark.parametrize(
    "text",
    [
        "2019年拆除，现为空地。",
        "该地块已修复，联系人：张三",
        "采样时间 12:30",
        "http://example.org/a",
        "<table><tr><td>a</td><td>b</td><td>c</td></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>",
        f"<table><tr><td>{'很长的一句话' * 20}</td><td>b</td></tr></table>",
        "<img src='files/1.jpg'/>",
        "",
    ],
)
def test_prose_pictures_and_other_tables_hold_no_attributes(text):
    assert read_balloon(text)[0] == {}


def test_a_description_that_is_no_table_stays_a_column(read):
    assert read(HEAD + kml(described("已拆除<br>待核实 &amp; 存疑"))).frame["Description"][0] == "已拆除 待核实 & 存疑"


def test_of_a_description_that_is_a_table_what_stands_around_it_stays(read):
    text = "外业核实<table><tr><td>编码</td><td>1</td></tr></table><script>x</script>"
    row = read(HEAD + kml(described(text))).frame.iloc[0]
    assert (row["编码"], row["Description"]) == ("1", "外业核实")


def test_markup_that_stands_unescaped_in_a_description_is_read(read):
    table = "<description><table><tr><td>编码</td><td>1</td></tr></table></description>"
    assert only_row(read, table)["编码"] == "1"


def test_a_file_of_endless_attributes_is_refused(read):
    marks = [mark(data(**{f"n{n}": "1"}), POINT) for n in range(1002)]
    refused(read, HEAD + kml(*marks), "more than 1000 attributes")


# Folders and rows

TREE = kml(
    "<name>某县</name>",
    "<Folder><name>重点企业</name>",
    mark(POINT, name="1"),
    "<Folder><name>涉镉</name>",
    mark(POINT, name="2"),
    "</Folder></Folder><Folder><name>学校</name>",
    mark(POINT, name="3"),
    "</Folder>",
    mark(POINT, name="4"),
)


def test_each_row_says_its_innermost_folder(read):
    assert read(HEAD + TREE).frame["Folder"].tolist() == ["重点企业", "涉镉", "学校", "某县"]


def test_a_folder_can_be_chosen_and_its_rows_keep_their_numbers(read):
    assert read(HEAD + TREE, layer="涉镉").rows == [2]
    assert read(HEAD + TREE, layer="重点企业").rows == [1, 2]
    assert read(HEAD + TREE, layer="某县").rows == [1, 2, 3, 4]


def test_an_unknown_folder_names_those_that_are_there(read):
    refused(read, HEAD + TREE, "某县, 重点企业, 涉镉, 学校", layer="医院")


def test_a_folder_may_be_named_after_its_placemarks(read):
    raw = read(HEAD + kml("<Folder>", mark(POINT), "<name>学校</name></Folder>"))
    assert raw.frame["Folder"][0] == "学校"


def test_the_name_of_a_style_or_a_ground_overlay_is_no_folder(read):
    quad = "<gx:LatLonQuad><coordinates>1,1 2,2 3,3 4,4</coordinates></gx:LatLonQuad>"
    overlay = f"<GroundOverlay><name>影像</name>{quad}</GroundOverlay>"
    raw = read(HEAD + kml("<Style><name>s</name></Style>", overlay, mark(POINT)))
    assert list(raw.frame.columns) == ["Name"]
    assert raw.rows == [1]


def test_a_document_without_placemarks_is_an_empty_source(read):
    raw = read(HEAD + kml("<name>空</name>"))
    assert (len(raw.frame), len(raw.geometry), raw.rows) == (0, 0, [])


def test_a_document_that_only_links_says_where_the_data_is(read):
    link = "<NetworkLink><Link><href>https://example.org/d.kml</href></Link></NetworkLink>"
    refused(read, HEAD + kml(link), "https://example.org/d.kml")
    assert len(read(HEAD + kml(link, mark(POINT))).frame) == 1


# Geometry


def test_points_lines_and_rings_are_read(read):
    assert shape(read, POINT).wkt == "POINT (112.79 34.91)"
    line = "<LineString><tessellate>1</tessellate><coordinates>\n 1,2,3\n 4,5,6 </coordinates></LineString>"
    assert shape(read, line).wkt == "LINESTRING (1 2, 4 5)"
    assert shape(read, f"<LinearRing><coordinates>{HOLE}</coordinates></LinearRing>").geom_type == "LineString"


def test_a_polygon_keeps_its_holes(read):
    area = shapely.box(112.7, 34.9, 112.8, 35.0).area - 0.02 * 0.02 / 2
    assert shape(read, polygon(ring(SQUARE), ring(HOLE, "inner"))).area == pytest.approx(area)


def test_several_holes_in_one_boundary_are_all_kept(read):
    hole = f"<LinearRing><coordinates>{HOLE}</coordinates></LinearRing>"
    both = f"<innerBoundaryIs>{hole}{hole}</innerBoundaryIs>"
    assert len(shape(read, polygon(ring(SQUARE), both)).interiors) == 2


def test_nested_multigeometries_become_one_shape(read):
    one = polygon(ring(SQUARE))
    inner = f"<MultiGeometry>{one}<MultiGeometry>{one}{one}</MultiGeometry></MultiGeometry>"
    assert len(shape(read, inner).geoms) == 3
    points = shape(read, f"<MultiGeometry>{POINT}{POINT}</MultiGeometry>")
    assert points.geom_type == "MultiPoint"


def test_the_label_point_of_a_polygon_is_left_out_and_told(read):
    inside = "<Point><coordinates>112.75,34.95</coordinates></Point>"
    raw = read(HEAD + kml(mark(f"<MultiGeometry>{inside}{polygon(ring(SQUARE))}</MultiGeometry>")))
    assert raw.geometry[0].geom_type == "Polygon"
    assert [(fault.kind, fault.severity) for fault in raw.faults] == [("invalid_geometry", "info")]


def test_a_point_far_from_the_polygon_is_no_label(read):
    far = "<Point><coordinates>113.75,34.95</coordinates></Point>"
    assert shape(read, f"<MultiGeometry>{far}{polygon(ring(SQUARE))}</MultiGeometry>").geom_type == "GeometryCollection"


def test_tracks_are_lines_even_where_gx_is_not_declared(read):
    track = "<gx:Track><when>2026</when><gx:coord>1 2 3</gx:coord><gx:coord>4 5 6</gx:coord></gx:Track>"
    assert shape(read, track).wkt == "LINESTRING (1 2, 4 5)"
    assert len(shape(read, f"<gx:MultiTrack>{track}{track}</gx:MultiTrack>").geoms) == 2


@pytest.mark.parametrize(
    "text", ["112.79, 34.91, 0\n112.8, 34.92, 0", "112.79 , 34.91 112.8 ,34.92,", "112.79，34.91 112.8，34.92"]
)
def test_blanks_and_full_width_commas_between_numbers_are_read(text):
    assert parse_positions(text).tolist() == [[112.79, 34.91], [112.8, 34.92]]


def test_heights_may_be_left_out_here_and_there():
    assert parse_positions("1,2,3 4,5 6,7,8").tolist() == [[1, 2], [4, 5], [6, 7]]


@pytest.mark.parametrize(
    "text", ["112.79", "112.79 34.91", "东经112.79,北纬34.91", "nan,1", "1,2,3,4", "1,,2", "inf,0,0"]
)
def test_what_are_no_positions_is_refused(text):
    with pytest.raises(ShapeError):
        parse_positions(text)


def test_an_unreadable_placemark_is_told_and_the_others_are_read(read):
    bad = "<Point><coordinates>东经112</coordinates></Point>"
    raw = read(HEAD + kml(mark(POINT), mark(bad), mark(POINT)))
    assert raw.geometry.isna().tolist() == [False, True, False]
    assert raw.rows == [1, 2, 3]
    (fault,) = raw.faults
    assert (fault.kind, fault.at, fault.value, fault.action) == ("invalid_geometry", 1, "东经112", "blanked")


def test_a_row_is_counted_in_the_chosen_folder_and_not_in_the_file(read):
    bad = "<Point><coordinates>x</coordinates></Point>"
    raw = read(HEAD + kml(mark(POINT), "<Folder><name>学校</name>", mark(bad), "</Folder>"), layer="学校")
    assert (raw.rows, [fault.at for fault in raw.faults]) == ([2], [0])


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ("<LineString><coordinates>1,2</coordinates></LineString>", "single point"),
        (polygon(ring("1,2 3,4")), "too few points"),
        (polygon(), "0 outer rings"),
    ],
)
def test_shapes_that_are_none_are_told(read, inner, words):
    raw = read(HEAD + kml(mark(inner)))
    assert raw.geometry[0] is None
    assert [words in fault.message for fault in raw.faults] == [True]


def test_rings_that_do_not_close_are_closed_and_told(read):
    raw = read(HEAD + kml(mark(polygon(ring(SQUARE.rpartition(" ")[0])))))
    assert raw.geometry[0].area == pytest.approx(0.01)
    assert [(fault.kind, fault.action, fault.at) for fault in raw.faults] == [("invalid_geometry", "repaired", 0)]


def test_a_hole_that_is_none_is_left_out_and_told(read):
    raw = read(HEAD + kml(mark(polygon(ring(SQUARE), ring("112.72,34.92", "inner")))))
    assert raw.geometry[0].area == pytest.approx(0.01)
    assert [fault.action for fault in raw.faults] == ["repaired"]


def test_a_placemark_without_geometry_is_a_row_without_a_fault_of_reading(read):
    raw = read(HEAD + kml(mark(), mark("<Point><coordinates> </coordinates></Point>")))
    assert (raw.geometry[0], raw.geometry[1].wkt, raw.faults) == (None, "POINT EMPTY", ())


# What 奥维 says of its coordinates


def test_kml_is_wgs84_and_what_ovital_calls_cgcs2000_is(read):
    assert read(HEAD + kml(mark(POINT))).declared_crs == "EPSG:4326"
    raw = read(HEAD + kml(mark("<OvCoordType>CGCS2000</OvCoordType>", POINT)), name="地块.ovkml")
    assert (raw.declared_crs, raw.faults) == ("EPSG:4490", ())


def test_placemarks_that_say_they_are_offset_are_told_unless_the_project_knows(read):
    content = HEAD + kml(mark("<OvCoordType>GCJ-02</OvCoordType>", POINT), mark(POINT))
    raw = read(content)
    assert [(fault.kind, fault.value) for fault in raw.faults] == [("likely_offset", "GCJ02")]
    assert raw.frame["OvCoordType"].tolist() == ["GCJ-02", None]
    assert read(content, coord_type="gcj02").faults == ()


# Encodings


def in_encoding(codec, said):
    return f'<?xml version="1.0" encoding="{said}"?>\n{kml(mark(POINT, name="孟州市化工厂"))}'.encode(codec)


@pytest.mark.parametrize(
    ("content", "found", "evidence"),
    [
        (in_encoding("utf-8", "UTF-8"), "utf-8", "decode strictly"),
        (in_encoding("gbk", "gb2312"), "gb18030", "decode strictly"),
        (in_encoding("gb18030", "GBK"), "gb18030", "decode strictly"),
        (in_encoding("gbk", "UTF-8"), "gb18030", "the XML declaration says utf-8, wrongly"),
        (in_encoding("utf-8", "GB2312"), "utf-8", "the XML declaration says gb18030, wrongly"),
        (in_encoding("utf-8", "UTF-16"), "utf-8", "the XML declaration says UTF-16, wrongly"),
        (in_encoding("gbk", "ISO-8859-1"), "gb18030", "the XML declaration says iso8859-1, wrongly"),
        (in_encoding("utf-8-sig", "UTF-8"), "utf-8", "byte-order mark"),
        (in_encoding("utf-16", "UTF-16"), "utf-16", "byte-order mark"),
        (in_encoding("utf-16-be", "UTF-16"), "utf-16", "every second byte is zero"),
        (kml(mark(POINT, name="孟州市化工厂")).encode("gbk"), "gb18030", "decode strictly"),
    ],
)
def test_the_encoding_is_found_whatever_the_declaration_says(read, content, found, evidence):
    raw = read(content)
    assert raw.frame["Name"][0] == "孟州市化工厂"
    assert raw.encoding.found == found
    assert evidence in raw.encoding.evidence


def test_the_word_of_the_project_goes_before_what_is_found(read):
    raw = read(in_encoding("gbk", "UTF-8"), encoding="gb2312")
    assert (raw.frame["Name"][0], raw.encoding.found) == ("孟州市化工厂", "gb2312")


def test_a_text_that_changes_its_encoding_half_way_is_refused(read):
    filler = mark(POINT, name="孟州市化工厂" * 1000)
    content = (HEAD + "<kml>" + filler * 60).encode() + mark(POINT, name="镇").encode("gbk") + b"</kml>"
    refused(read, content, "in one part and not in another")


# XML that is broken, and XML that harms


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("甲&乙", "甲&乙"),
        ("pH<5.5 && Cd>1", "pH<5.5 && Cd>1"),
        ("甲\x0b\x00厂&#x1;", "甲厂"),
        ("甲&nbsp;乙&copy;", "甲 乙©"),
        ("甲&编码;", "甲&编码;"),
        ("a&amp;b &#20013; & c", "a&b 中 & c"),
    ],
)
def test_signs_that_phones_forget_to_escape_are_mended_and_said(read, name, meant):
    raw = read(HEAD + kml(mark(POINT, name=name)))
    assert raw.frame["Name"][0] == meant
    assert "mended" in raw.encoding.evidence


def test_what_stands_in_cdata_is_not_mended(read):
    raw = read(HEAD + kml(mark(POINT, name="<![CDATA[甲&乙 <b>]]>"), mark(POINT, name="丙&丁")))
    assert raw.frame["Name"].tolist() == ["甲&乙 <b>", "丙&丁"]


def test_sound_xml_is_said_to_need_no_mending(read):
    assert "mended" not in read(HEAD + kml(mark(POINT))).encoding.evidence


def test_blank_lines_before_the_declaration_are_allowed(read):
    assert len(read("\n \r\n" + HEAD + kml(mark(POINT))).frame) == 1


BILLION_LAUGHS = (
    '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    "<kml><Placemark><name>&c;</name></Placemark></kml>"
)
EXTERNAL = '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&x;</name></Placemark></kml>'
OUTSIDE = '<!DOCTYPE kml SYSTEM "http://example.org/x.dtd"><kml/>'


@pytest.mark.parametrize("content", [BILLION_LAUGHS, EXTERNAL, OUTSIDE])
def test_documents_that_declare_entities_are_refused(read, content):
    refused(read, HEAD + content, "declares entities")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not sound XML"),
        ("not at all", "not sound XML"),
        ((HEAD + kml(mark(POINT)))[:-60], "not sound XML: line 2"),
        ("<html><body>登录</body></html>", "begins with <html>"),
        ("<!DOCTYPE html><html></html>", "begins with <html>"),
        ("<gpx><wpt/></gpx>", "begins with <gpx>"),
        (b"OviO\x00\x00\x00\x00", "only 奥维 reads"),
        (b"\xff\xfe\xfd\x00", "地块.kml"),
    ],
)
def test_what_is_no_kml_is_called_so(read, content, words):
    refused(read, content, words)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.data())
def test_whatever_is_wrong_with_a_document_it_is_read_or_refused_in_words(read, data):
    content = bytearray((HEAD + kml(mark(polygon(ring(SQUARE)), "<description>编码：1</description>"))).encode())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=3)):
        content[at] = data.draw(st.integers(0, 255))
    try:
        raw = read(bytes(content[: data.draw(st.integers(1, len(content)))]))
    except UnreadableError:
        return
    assert len(raw.frame) == len(raw.geometry) == len(raw.rows)


@given(st.text(max_size=300))
def test_any_description_is_read(text):
    fields, rest = read_balloon(text)
    assert all(fields) and "  " not in rest


# Zips


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["地块.kmz", "地块.ovkmz", "地块.kml"])
def test_a_zip_is_known_by_its_content(read, name):
    assert read(zipped(doc__kml=HEAD + kml(mark(POINT)), a__png="x"), name).frame["Name"][0] == "甲地块"


@pytest.mark.parametrize("name", ["地块.kmz", "地块.ovkmz", "地块.ovkml"])
def test_plain_xml_is_known_by_its_content(read, name):
    assert len(read(HEAD + kml(mark(POINT)), name).frame) == 1


def test_the_main_document_of_a_kmz_comes_first_and_then_those_it_links_to(read):
    link = "<NetworkLink><Link><href>a.kml</href></Link></NetworkLink>"
    content = zipped(a__kml=HEAD + kml(mark(POINT, name="2")), doc__kml=HEAD + kml(link, mark(POINT, name="1")))
    raw = read(content, "地块.kmz")
    assert (raw.frame["Name"].tolist(), raw.rows) == (["1", "2"], [1, 2])


def test_a_kmz_without_kml_is_told(read):
    refused(read, zipped(a__txt="x"), "holds no KML", name="地块.kmz")


def test_a_kmz_that_climbs_out_is_refused(read):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../doc.kml", HEAD + kml(mark(POINT)))
    refused(read, buffer.getvalue(), "points outside", name="地块.kmz")


# What GDAL writes


@pytest.mark.parametrize(("driver", "ending"), [("KML", "kml"), ("LIBKML", "kml"), ("LIBKML", "kmz")])
def test_what_gdal_writes_comes_back_with_its_names_and_shapes(tmp_path, driver, ending):
    if "w" not in pyogrio.list_drivers().get(driver, ""):
        pytest.skip(f"this GDAL has no {driver}")
    holed = shapely.box(112.7, 34.9, 112.8, 35).difference(shapely.box(112.72, 34.92, 112.74, 34.94))
    shapes = [holed, shapely.MultiPolygon([shapely.box(112, 34, 112.1, 34.1), shapely.box(113, 34, 113.1, 34.1)])]
    frame = gpd.GeoDataFrame({"Name": ["甲", "乙"], "镇": ["城伯镇", "谷旦镇"]}, geometry=shapes, crs="EPSG:4326")
    frame.to_file(tmp_path / f"a.{ending}", driver=driver, layer="地块")
    raw = read_kml(tmp_path / f"a.{ending}", SourceSpec(path="a", layer="地块"), set())
    assert raw.frame[["Name", "镇"]].to_numpy().tolist() == [["甲", "城伯镇"], ["乙", "谷旦镇"]]
    assert shapely.equals(raw.geometry.array, frame.geometry.array).all()
    assert raw.faults == ()
