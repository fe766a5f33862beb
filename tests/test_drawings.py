"""DXF drawings and MapInfo tables, written by hand: their texts are in any encoding, whatever they say."""

import math

import pytest

from onemap.ingest.raw import UnreadableError
from onemap.ingest.readers.vectors import read_vector
from onemap.spec.project import SourceSpec
from onemap.text import speaking

CGCS2000_114 = 'CoordSys Earth Projection 8, 104, "m", 114, 0, 1, 500000, 0'
SQUARE = "389000 3865000\n389050 3865000\n389050 3865050\n389000 3865000"


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


def read(path):
    return read_vector(path, SourceSpec(path="t"), set())


def pairs(*values):
    return "".join(f"{code}\n{value}\n" for code, value in values)


def dxf(version, page):
    """Return a drawing with a closed and an open polyline, one that ends where it begins, a circle and a text."""
    header = [(9, "$ACADVER"), (1, version), *([(9, "$DWGCODEPAGE"), (3, page)] if page else [])]
    closed = [(0, "LWPOLYLINE"), (8, "地块界"), (100, "AcDbPolyline"), (90, 3), (70, 1)]
    corners = [(10, 0), (20, 0), (10, 100), (20, 0), (10, 100), (20, 100)]
    text = [(0, "TEXT"), (8, "注记"), (10, 5), (20, 5), (40, 2), (1, r"{\fSimSun|b0;孟州}市\U+4F18先 45%%d")]
    return pairs(
        (0, "SECTION"), (2, "HEADER"), *header, (0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES"),
        *closed, *corners,
        (0, "LWPOLYLINE"), (8, "0"), (100, "AcDbPolyline"), (90, 3), (70, 0), *corners,
        (0, "LWPOLYLINE"), (8, "0"), (100, "AcDbPolyline"), (90, 4), (70, 0), *corners, (10, 0), (20, 0),
        (0, "CIRCLE"), (8, "0"), (10, 50), (20, 50), (40, 100),
        *text, (0, "ENDSEC"), (0, "EOF"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("version", "page", "codec", "said"),
    [
        ("AC1015", "ANSI_936", "gbk", "so"),
        ("AC1015", "ANSI_1252", "gbk", "cp1252, wrongly"),
        ("AC1009", "", "gbk", "no label"),
        ("AC1021", "ANSI_936", "utf-8", "so"),  # GDAL believes the code page here, and makes mojibake.
    ],
)
def test_a_drawing_is_read_in_whatever_code_page(tmp_path, version, page, codec, said):
    (tmp_path / "p.dxf").write_bytes(dxf(version, page).encode(codec))
    raw = read(tmp_path / "p.dxf")
    assert set(raw.frame["Layer"]) == {"地块界", "0", "注记"}
    assert raw.frame["Text"].dropna().tolist() == ["孟州市优先 45°"]
    assert said in raw.encoding.evidence


def test_closed_lines_of_a_drawing_are_polygons(tmp_path):
    (tmp_path / "p.dxf").write_bytes(dxf("AC1015", "ANSI_936").encode("gbk"))
    shapes = read(tmp_path / "p.dxf").geometry
    assert shapes.geom_type.tolist() == ["Polygon", "LineString", "Polygon", "Polygon", "Point"]
    assert shapes.area[[0, 2]].tolist() == [5000, 5000]
    assert shapes.area[3] == pytest.approx(math.pi * 1e4, rel=1e-5)


def mif(folder, charset, codec, mid=True):
    head = ["Version 450", *([f'Charset "{charset}"'] if charset else []), 'Delimiter ","', CGCS2000_114]
    columns = ["Columns 2", "地块名称 Char(20)", "MJ Float", "Data", "", "Region 1", "4", SQUARE, ""]
    (folder / "p.mif").write_bytes("\n".join([*head, *columns]).encode(codec))
    if mid:
        (folder / "p.mid").write_bytes('"优先保护类耕地",1.5\n'.encode(codec))
    return folder / "p.mif"


@pytest.mark.parametrize(
    ("charset", "codec", "said"),
    [
        ("WindowsSimpChinese", "gbk", "the charset WindowsSimpChinese says so"),
        ("WindowsLatin1", "gbk", "cp1252, wrongly"),
        ("Neutral", "gbk", "no label"),
        ("", "gbk", "no label"),
        ("UTF-8", "utf-8", "the charset UTF-8 says so"),
        ("WindowsSimpChinese", "utf-8", "gb18030, wrongly"),
    ],
)
def test_a_mapinfo_table_is_read_in_whatever_charset(tmp_path, charset, codec, said):
    raw = read(mif(tmp_path, charset, codec))
    assert raw.frame.iloc[0].to_dict() == {"地块名称": "优先保护类耕地", "MJ": 1.5}
    assert said in raw.encoding.evidence
    assert raw.geometry.area.tolist() == [1250]


def test_the_coordinate_system_of_a_mif_comes_through(tmp_path):
    declared = read(mif(tmp_path, "WindowsSimpChinese", "gbk")).declared_crs
    assert 'PARAMETER["central_meridian",114]' in declared
    assert 'PARAMETER["false_easting",500000]' in declared


def test_a_mif_without_its_mid_keeps_its_shapes_and_tells(tmp_path):
    raw = read(mif(tmp_path, "WindowsSimpChinese", "gbk", mid=False))
    assert len(raw.geometry) == 1
    assert [(fault.kind, fault.severity) for fault in raw.faults] == [("missing_part", "error")]


def test_a_tab_without_its_parts_is_named_plainly(tmp_path):
    (tmp_path / "p.tab").write_text(
        "!table\n!version 300\n!charset WindowsSimpChinese\n\nDefinition Table\n  Type NATIVE\n"
    )
    with pytest.raises(UnreadableError, match=r"its \.dat, \.id is missing"):
        read(tmp_path / "p.tab")


def test_a_tab_of_an_image_says_so(tmp_path):
    (tmp_path / "p.tab").write_text('!table\n!version 300\n\nDefinition Table\n  File "p.tif"\n  Type "RASTER"\n')
    with pytest.raises(UnreadableError, match="where an image lies"):
        read(tmp_path / "p.tab")


def test_objects_of_a_mif_without_a_line_in_its_mid_are_told(tmp_path):
    head = f'Version 300\nCharset "UTF-8"\nDelimiter ","\n{CGCS2000_114}\nColumns 1\n  name Char(20)\nData\n\n'
    (tmp_path / "t.mif").write_text(head + "Point 389000 3865000\nPoint 389100 3865000\n", "utf-8")
    (tmp_path / "t.mid").write_text('"a"\n', "utf-8")
    (fault,) = read(tmp_path / "t.mif").faults
    assert (fault.kind, "1 of its 2 records" in fault.message) == ("unreadable", True)
