"""How texts are written: found from all bytes together; labels are evidence, never more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onemap.ingest.raw import UnreadableError
from onemap.ingest.readers.encoding import find_encoding, find_text_encoding, known_codec, take_at_word
from onemap.ingest.readers.vectors import read_vector
from onemap.spec.project import SourceSpec
from onemap.text import speaking
from tests.handmade import dbf, write_shapefile

TEXT = "优先保护类耕地"
LATIN = "Südliches Ufer, 13°S"


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


@pytest.fixture
def read(tmp_path):
    def read(value, field=(b"NAME", b"C", 30), *, ldid=0, cpg=None, encoding=None):
        path = write_shapefile(tmp_path, dbf([field], [(value,), (value,), (b"plain",)], ldid=ldid), parts={"cpg": cpg})
        return read_vector(path, SourceSpec(path="t", encoding=encoding), set())

    return read


@pytest.mark.parametrize(
    ("codec", "labels", "found", "evidence"),
    [
        ("gbk", (0, b"GBK"), "gb18030", "the .cpg file says so"),
        ("gbk", (0, b"936\r\n"), "gb18030", "the .cpg file says so"),
        ("gbk", (0, b"UTF-8"), "gb18030", "the .cpg file says utf-8, wrongly"),
        ("utf-8", (0, b"\xef\xbb\xbfUTF-8"), "utf-8", "the .cpg file says so"),
        ("utf-8", (0, b"OEM 936"), "utf-8", "the .cpg file says gb18030, wrongly"),
        ("gbk", (0x4D, None), "gb18030", "the language byte 0x4D of the .dbf says so"),
        ("gbk", (0x03, None), "gb18030", "the language byte 0x03 of the .dbf says cp1252, wrongly"),
        ("gbk", (0, None), "gb18030", "no label names it"),
        ("gbk", (0, b"<!DOCTYPE html><html><body>404"), "gb18030", "the .cpg file is a web page"),
        ("gbk", (0x4D, b"<html>"), "gb18030", "the .cpg file is a web page, and says nothing; the language byte 0x4D"),
        ("gbk", (0, b"rot13"), "gb18030", "the .cpg file names no encoding: rot13"),
        ("gbk", (0, b""), "gb18030", "the .cpg file is empty"),
        ("big5", (0, b"BIG5"), "big5", "neither UTF-8 nor GBK, but decode as big5; the .cpg file says so"),
    ],
)
def test_the_record_says_what_was_found_and_what_the_labels_said(read, codec, labels, found, evidence):
    text = "臺灣土壤汙染" if codec == "big5" else TEXT
    raw = read(text.encode(codec), ldid=labels[0], cpg=labels[1])
    assert raw.frame["NAME"].tolist() == [text, text, "plain"]
    assert raw.encoding.found == found
    assert evidence in raw.encoding.evidence


def test_all_256_bytes_come_through_gdal_as_they_are(read):
    # In KOI8-R every byte beyond ASCII is a character: what Python makes of them is what must come out.
    value = bytes(range(0x80, 0x100))
    raw = read(value, (b"\x80\x81\x9f\xff", b"C", 200), encoding="koi8-r")
    assert list(raw.frame) == [b"\x80\x81\x9f\xff".decode("koi8-r")]
    assert raw.frame.iloc[0, 0] == value.decode("koi8-r").strip()


def test_utf8_cut_inside_a_character_is_read_and_told(read):
    # 20 bytes hold six characters and two thirds of the seventh; neither pyogrio nor fiona reads such a file.
    raw = read(TEXT.encode(), ("地块名称".encode()[:10], b"C", 20))
    assert raw.frame["地块名"].tolist() == [TEXT[:6], TEXT[:6], "plain"]
    assert raw.cut_names == {"地块名"}
    (fault,) = raw.faults
    assert fault.kind == "cut_text"
    assert fault.message.startswith("2 values end in half a character")


def test_gbk_cut_inside_a_character_is_read_and_told(read):
    raw = read(TEXT.encode("gbk"), (b"NAME", b"C", 13))
    assert raw.frame["NAME"].tolist() == [TEXT[:6], TEXT[:6], "plain"]
    assert [fault.kind for fault in raw.faults] == ["cut_text"]


def test_text_that_can_be_both_is_told_with_both_readings(read):
    # These GBK bytes of 脦脪 are UTF-8 for two Latin letters.
    raw = read("脦脪".encode("gbk"))
    (fault,) = raw.faults
    assert fault.kind == "encoding_unproved"
    assert '"ÎÒ" (utf-8)' in fault.message
    assert '"脦脪" (gb18030)' in fault.message


def test_a_label_decides_where_the_bytes_can_be_both(read):
    raw = read("脦脪".encode("gbk"), cpg=b"GBK")
    assert raw.frame["NAME"][0] == "脦脪"
    assert raw.faults == ()


def test_western_text_is_not_taken_for_rare_chinese_without_a_word(read):
    # 0xB0 0x53, "°S", is the character 癝 in GBK.
    (fault,) = read(LATIN.encode("cp1252")).faults
    assert fault.kind == "encoding_unproved"
    assert f'"{LATIN}" (cp1252)' in fault.message


def test_western_text_with_its_label_is_read(read):
    assert read(LATIN.encode("cp1252"), cpg=b"ANSI 1252").frame["NAME"][0] == LATIN


def test_a_sign_for_lost_text_is_told(read):
    (fault,) = read("示例地块\ufffd".encode()).faults
    assert (fault.kind, "damaged before" in fault.message) == ("encoding_unproved", True)


def test_one_damaged_text_does_not_cost_the_file(tmp_path):
    rows = [(f"示例地块{number}".encode("gbk"),) for number in range(20)]
    path = write_shapefile(tmp_path, dbf([(b"NAME", b"C", 20)], [*rows, (b"\xca\xbe\xff\xff ab",)]), count=21)
    raw = read_vector(path, SourceSpec(path="t"), set())
    assert raw.frame["NAME"][0] == "示例地块0"
    assert raw.encoding.evidence.startswith("20 of 21 texts decode strictly as gb18030, the others are damaged")
    assert "\ufffd" in raw.frame["NAME"][20]
    assert [fault.kind for fault in raw.faults] == ["encoding_unproved"]


def test_the_project_overrules_but_must_be_right(read):
    assert read("脦脪".encode("gbk"), encoding="gbk").frame["NAME"][0] == "脦脪"
    with pytest.raises(UnreadableError, match="not utf-8"):
        read(TEXT.encode("gbk"), encoding="utf-8")


def test_names_and_texts_are_judged_together():
    # Alone the first could be both; with the second it cannot.
    assert find_encoding(["脦脪".encode("gbk"), TEXT.encode("gbk")]).codec == "gb18030"


def test_a_character_cut_at_the_end_of_a_text_file_is_allowed():
    assert find_text_encoding(TEXT.encode()[:-1]).codec == "utf-8"


def test_bytes_of_no_encoding_are_unreadable():
    with pytest.raises(UnreadableError):
        find_text_encoding(b"\xff\xff\xff")


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("936", "gb18030"), ("CP936", "gb18030"), ("ANSI 936", "gb18030"), ("gb2312", "gb18030"), ("UTF8", "utf-8"),
        ("65001", "utf-8"), ("windows-1252", "cp1252"), ("ISO-8859-1", "iso8859-1"), ("88591", "iso8859-1"),
        ("ISO 88591", "iso8859-1"), ("hex", ""), ("rot13", ""), ("", ""), ("UTF-8\0x", ""),
    ],
)  # fmt: skip
def test_encodings_are_known_however_they_are_spelt(name, codec):
    assert known_codec(name) == codec


def test_an_encoding_that_does_not_exist_is_refused():
    with pytest.raises(UnreadableError, match="no encoding"):
        take_at_word("rot13", [])


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=8))
def test_utf8_text_is_never_taken_for_gbk(text):
    assert find_text_encoding(text.encode()).codec == "utf-8"


@given(st.lists(st.text(st.characters(codec="gb2312"), min_size=4), min_size=4))
def test_gbk_text_is_never_unreadable(texts):
    assert find_encoding([text.encode("gb2312") for text in texts]).codec in ("gb18030", "utf-8")
