import fiona
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onemap.ingest.encoding import find_dbf_encoding, find_text_encoding
from onemap.ingest.raw import UnreadableError


def dbf(folder, names, encoding):
    schema = {"geometry": "Point", "properties": {"NAME": "str:30"}}
    path = folder / "t.shp"
    with fiona.open(path, "w", driver="ESRI Shapefile", schema=schema, encoding=encoding) as file:
        for name in names:
            file.write({"geometry": {"type": "Point", "coordinates": (0, 0)}, "properties": {"NAME": name}})
    path.with_suffix(".cpg").unlink(missing_ok=True)
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    data[29] = 0
    path.with_suffix(".dbf").write_bytes(data)
    return path.with_suffix(".dbf")


@pytest.mark.parametrize(("encoding", "found"), [("gbk", "gb18030"), ("utf-8", "utf-8")])
def test_the_encoding_of_a_shapefile_without_labels_is_found(tmp_path, encoding, found):
    assert find_dbf_encoding(dbf(tmp_path, ["优先保护类耕地", "西虢镇示例村"], encoding)).codec == found


def test_a_lying_label_is_not_believed(tmp_path):
    path = dbf(tmp_path, ["优先保护类耕地", "西虢镇示例村"], "gbk")
    path.with_suffix(".cpg").write_text("UTF-8")
    assert find_dbf_encoding(path).codec == "gb18030"


def test_text_that_can_be_both_shows_both_readings(tmp_path):
    # These GBK bytes of 脦脪 are UTF-8 for two Greek letters.
    finding = find_dbf_encoding(dbf(tmp_path, ["脦脪"], "gbk"))
    assert len(finding.readings) == 2


def test_a_character_cut_at_the_end_of_a_field_is_allowed():
    whole = "土壤环境质量类别".encode()
    assert find_text_encoding(whole + b"\n" + "严格".encode()).codec == "utf-8"


def test_bytes_of_no_encoding_are_unreadable():
    with pytest.raises(UnreadableError):
        find_text_encoding(b"\xff\xff\xff")


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=8))
def test_utf8_text_is_never_taken_for_gbk(text):
    assert find_text_encoding(text.encode()).codec == "utf-8"
