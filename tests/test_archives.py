"""Zips as they are sent, sound and not; each is made here, byte by byte where a zip program would not."""

import io
import os
import stat
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onemap.ingest.raw import UnreadableError
from onemap.ingest.readers import archives
from onemap.ingest.readers.archives import check_zip, is_zip, members, unpacked
from onemap.text import speaking


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """Where temporary folders are made: what is left there was left behind."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def packed(files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def put(folder, content):
    path = folder / "数据.zip"
    path.write_bytes(content)
    return path


def contents(path):
    with unpacked(path) as folder:
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def patched(content, local, central, value):
    """Write two bytes into every header, at their places in the local ones and the central ones."""
    data = bytearray(content)
    for magic, at in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        start = data.find(magic)
        while start >= 0:
            data[start + at : start + at + 2] = value
            start = data.find(magic, start + 4)
    return bytes(data)


def refused(path, words, opened=contents):
    with pytest.raises(UnreadableError, match=words) as caught:
        opened(path)
    assert caught.value.hint
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_a_zip_is_unpacked_with_its_folders_and_leaves_nothing_behind(tmp_path, scratch):
    path = put(tmp_path, packed({"县/耕地.shp": b"1", "县/镇/村.dbf": b"22"}))
    assert contents(path) == {"县/耕地.shp": b"1", "县/镇/村.dbf": b"22"}
    assert list(scratch.iterdir()) == []


def test_names_of_chinese_windows_are_read_without_the_flag(tmp_path):
    content = packed({"AAAA/BBBBBB.shp": b"1"})
    content = content.replace(b"AAAA", "耕地".encode("gbk")).replace(b"BBBBBB", "土壤图".encode("gbk"))
    assert members(put(tmp_path, content)) == ["耕地/土壤图.shp"]


def test_a_backslash_inside_a_gbk_character_parts_no_folders(tmp_path):
    # The second byte of 圽 is that of the backslash.
    assert "圽".encode("gbk")[1:] == b"\\"
    content = packed({"AA.shp": b"1"}).replace(b"AA", "圽".encode("gbk"))
    assert members(put(tmp_path, content)) == ["圽.shp"]


def test_names_in_utf8_without_the_flag_are_read(tmp_path):
    content = packed({"AAAAAAAAA.shp": b"1"}).replace(b"A" * 9, "土壤图".encode())
    assert members(put(tmp_path, content)) == ["土壤图.shp"]


def test_the_unicode_name_of_info_zip_goes_before_the_old_one(tmp_path):
    name, raw = "𠮷地.shp".encode(), b"AAAA.shp"
    info = zipfile.ZipInfo(raw.decode())
    info.extra = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(raw)) + name
    assert contents(put(tmp_path, packed({info: b"1"}))) == {"𠮷地.shp": b"1"}


def test_a_unicode_name_whose_checksum_is_of_another_name_is_not_believed(tmp_path):
    info = zipfile.ZipInfo("AAAA.shp")
    info.extra = struct.pack("<HHBL", 0x7075, 8, 1, 1) + b"x.y"
    assert members(put(tmp_path, packed({info: b"1"}))) == ["AAAA.shp"]


def test_what_file_managers_leave_is_left_out(tmp_path):
    junk = {"__MACOSX/a/._b.shp": b"", "a/.DS_Store": b"", "a/Thumbs.db": b"", "._a.shp": b"", "空/": b""}
    assert members(put(tmp_path, packed({**junk, "a/b.shp": b"1"}))) == ["a/b.shp"]


def test_backslashes_of_old_net_programs_part_folders(tmp_path):
    assert contents(put(tmp_path, packed({"县\\耕地.shp": b"1"}))) == {"县/耕地.shp": b"1"}


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/x", "C:/x", "c:x", "..\\x", "\\\\server\\x", "a/.. /x", "a/.../x"]
)
def test_names_that_point_outside_are_refused(tmp_path, name):
    path = put(tmp_path, packed({name: b"1"}))
    refused(path, "points outside")
    refused(path, "points outside", members)
    refused(path, "points outside", check_zip)


def test_links_are_refused(tmp_path):
    info = zipfile.ZipInfo("a.shp")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    refused(put(tmp_path, packed({info: b"/etc/passwd"})), "points outside")


def test_a_bomb_is_refused_by_its_table_of_contents(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "FREE_BYTES", 1000)
    path = put(tmp_path, packed({"a.dbf": bytes(10**6)}))
    refused(path, "would unpack to more than")
    refused(path, "would unpack to more than", check_zip)


def test_many_files_that_are_a_bomb_together_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    refused(put(tmp_path, packed({f"{n}.dbf": os.urandom(300) for n in range(4)})), "would unpack to more than")


def test_a_table_that_packs_well_is_no_bomb(tmp_path):
    assert len(contents(put(tmp_path, packed({"a.dbf": bytes(10**7)})))["a.dbf"]) == 10**7


def test_a_size_that_lies_does_not_let_a_bomb_through(tmp_path):
    content = packed({"a.dbf": bytes(10**6)})
    content = content.replace(struct.pack("<L", 10**6), struct.pack("<L", 10))
    refused(put(tmp_path, content), "does not unpack whole")


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    refused(put(tmp_path, packed({f"{n}": b"" for n in range(4)})), "holds 4 files")


def test_a_password_is_told(tmp_path):
    refused(put(tmp_path, patched(packed({"a.shp": b"1"}), 6, 8, b"\x01\x00")), "password")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_ways_of_packing_are_refused_by_name(tmp_path, method):
    refused(put(tmp_path, packed({"a.shp": b"1"}, method)), "BZIP2|LZMA")


def test_deflate64_is_refused_by_name(tmp_path):
    refused(put(tmp_path, patched(packed({"a.shp": b"1"}), 8, 10, b"\x09\x00")), "Deflate64")


def test_damage_inside_a_file_names_the_file(tmp_path):
    content = packed({"耕地.dbf": b"0123456789"}, zipfile.ZIP_STORED).replace(b"0123456789", b"0123456780")
    refused(put(tmp_path, content), "耕地.dbf in it does not unpack whole")


def test_half_a_zip_is_told(tmp_path):
    content = packed({"a.shp": os.urandom(1000)})
    refused(put(tmp_path, content[: len(content) // 2]), "not a whole zip")


@pytest.mark.parametrize(
    ("magic", "kind"), [(b"Rar!\x1a\x07\x01\x00", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b\x08", "gzip")]
)
def test_other_archives_under_the_name_of_a_zip_are_called_what_they_are(tmp_path, magic, kind):
    path = put(tmp_path, magic + bytes(100))
    assert not is_zip(path)
    refused(path, kind)


def test_a_zip_in_a_zip_stays_packed(tmp_path):
    inner = packed({"a.shp": b"1"})
    assert contents(put(tmp_path, packed({"b.zip": inner}))) == {"b.zip": inner}


def test_only_what_is_wanted_is_unpacked_and_asked_of(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "FREE_BYTES", 1000)
    path = put(tmp_path, packed({"doc.kml": b"<kml/>", "photo.jpg": bytes(10**6)}))
    with unpacked(path, lambda name: name.endswith(".kml")) as folder:
        assert [p.name for p in folder.iterdir()] == ["doc.kml"]


def test_a_fault_inside_the_block_is_not_taken_for_one_of_the_zip(tmp_path, scratch):
    with pytest.raises(ValueError, match="mine"), unpacked(put(tmp_path, packed({"a": b"1"}))):
        message = "mine"
        raise ValueError(message)
    assert list(scratch.iterdir()) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.lists(st.text("a.耕/\\: ", min_size=1, max_size=8), min_size=1, max_size=4, unique=True))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_whatever_its_names_a_zip_writes_nothing_outside_its_folder(tmp_path, names):
    path = put(tmp_path, packed(dict.fromkeys(names, b"1")))
    before = sorted(tmp_path.rglob("*"))
    try:
        with unpacked(path) as folder:
            inside = {p for p in tmp_path.rglob("*") if p not in before}
            assert all(p == folder or folder in p.parents for p in inside)
    except UnreadableError:
        pass
    assert sorted(tmp_path.rglob("*")) == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.data())
def test_whatever_is_wrong_with_a_zip_it_is_refused_in_words(tmp_path, data):
    content = bytearray(packed({"县/a.dbf": b"0123" * 50, "b.shp": b"1"}))
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[at] = data.draw(st.integers(0, 255))
    path = put(Path(tmp_path), bytes(content[: data.draw(st.integers(1, len(content)))]))
    for opened in (contents, members):
        try:
            opened(path)
        except UnreadableError as fault:
            assert str(tmp_path) not in fault.message
