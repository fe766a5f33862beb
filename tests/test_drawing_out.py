"""DXF that we write, read back by ezdxf, GDAL and our own reader."""

from __future__ import annotations

import builtins
import tomllib
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely

from onemap.errors import PathError, ProjectError
from onemap.export.formats.drawing import write_dxf
from onemap.export.parts import Part
from onemap.ingest.readers.dxf import read_dxf
from onemap.record import Build
from onemap.spec.catalogue import shipped
from onemap.spec.project import SourceSpec
from tests.atlases import SOUTH, WEST, small_atlas
from tests.exports import all_parts, built, export, hostile_atlas, target
from tests.test_shapefiles import with_rows

ezdxf = pytest.importorskip("ezdxf")
recover = pytest.importorskip("ezdxf.recover")

BMP_NAME = "㛃䶮²村"
"""Characters that GBK lacks."""


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return built(tmp_path_factory.mktemp("dxf"))


def drawn(tmp_path: Path, name: str, *rows: dict[str, Any]) -> tuple[Path, tuple[str, ...]]:
    """Return the drawing of a layer of the small atlas, and what was told of it."""
    atlas = small_atlas(tmp_path / "p")
    atlas = with_rows(atlas, name, list(rows)) if rows else atlas
    written = write_dxf([part for part in all_parts(atlas) if part.name == name], target(tmp_path / "x.dxf", atlas))
    return written.paths[0], written.told


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()


def test_a_class_is_a_layer_in_its_colour(tmp_path: Path) -> None:
    table = tomllib.loads((shipped("layers") / "cultivated_land.toml").read_text("utf-8"))
    layer = ezdxf.readfile(drawn(tmp_path, "cultivated_land")[0]).layers.get("耕地土壤环境质量类别-严格管控类")
    assert "#" + bytes(layer.rgb).hex() == table["classes"]["strict_control"]["fill"]


def test_outlines_are_closed_lines_in_metres(tmp_path: Path) -> None:
    document = ezdxf.readfile(drawn(tmp_path, "township")[0])
    [west, _] = document.modelspace().query("LWPOLYLINE")
    assert (west.closed, document.header["$INSUNITS"]) == (True, 6)
    assert shapely.Polygon([point[:2] for point in west]).equals(shapely.box(WEST, SOUTH, WEST + 6000, SOUTH + 6000))


def test_a_hole_is_a_closed_line_of_its_own(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path / "p")
    [part] = [part for part in all_parts(atlas) if part.name == "construction_plot"]
    ring = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(3, 3, 6, 6).exterior])
    frame = part.frame.set_geometry([ring], crs=atlas.crs)
    write_dxf(
        [Part(part.name, part.title, part.kind, frame, part.columns, part.spec)], target(tmp_path / "x.dxf", atlas)
    )
    rings = ezdxf.readfile(tmp_path / "x.dxf").modelspace().query("LWPOLYLINE")
    assert [(ring.closed, len(ring)) for ring in rings] == [(True, 4), (True, 4)]


def test_points_are_points_and_their_names_are_texts_on_a_layer_of_their_own(tmp_path: Path) -> None:
    space = ezdxf.readfile(drawn(tmp_path, "cadmium_enterprise")[0]).modelspace()
    assert tuple(space.query("POINT")[0].dxf.location)[:2] == (WEST + 3000, SOUTH + 3000)
    [text, _] = space.query("TEXT")
    assert (text.dxf.text, text.dxf.layer) == ("示例电镀厂（一厂）", "涉镉等重金属企业-注记")


def test_lines_are_open(tmp_path: Path) -> None:
    [line] = ezdxf.readfile(drawn(tmp_path, "river")[0]).modelspace().query("LWPOLYLINE")
    assert (line.closed, len(line)) == (False, 4)


def test_key_and_label_stand_beside_the_feature(tmp_path: Path) -> None:
    [plot, _] = ezdxf.readfile(drawn(tmp_path, "priority_plot")[0]).modelspace().query("LWPOLYLINE")
    assert [text for _, text in plot.get_xdata("ONEMAP")] == ["priority_plot", "4108832100001", "示例化工厂旧址"]


def test_texts_are_in_a_font_that_has_chinese(tmp_path: Path) -> None:
    document = ezdxf.readfile(drawn(tmp_path, "river")[0])
    [text] = document.modelspace().query("TEXT")
    assert document.styles.get(text.dxf.style).dxf.font == "simsun.ttc"


def test_the_drawing_says_what_its_numbers_are(tmp_path: Path) -> None:
    path, _ = drawn(tmp_path, "river")
    head = path.read_bytes().decode("gbk").splitlines()[:4]
    assert head[:3:2] == ["999", "999"]
    assert "EPSG:4547" in head[3]
    assert "EPSG:4547" in str(ezdxf.readfile(path).header.custom_vars.get("CRS"))


def test_gbk_is_read_by_gdal(tmp_path: Path) -> None:
    frame = pyogrio.read_dataframe(drawn(tmp_path, "township")[0])
    assert set(frame["Layer"]) == {"乡镇界线", "乡镇界线-注记"}
    assert set(frame["Text"].dropna()) == {"示例西镇", "示例东镇"}


def test_characters_that_gbk_lacks_are_written_by_number(tmp_path: Path) -> None:
    path, told = drawn(tmp_path, "priority_plot", {"plot_code": "1", "plot_name": BMP_NAME})
    assert path.read_bytes().count(rb"\U+36C3") == 2
    assert len(told) == 1
    document, _ = recover.readfile(path)
    assert document.modelspace().query("TEXT")[0].dxf.text == BMP_NAME


def test_rarer_characters_need_a_later_autocad_and_that_is_told(tmp_path: Path) -> None:
    path, told = drawn(tmp_path, "priority_plot", {"plot_code": "1", "plot_name": "𠮷村"})
    document = ezdxf.readfile(path)
    assert (document.dxfversion, document.modelspace().query("TEXT")[0].dxf.text) == ("AC1024", "𠮷村")
    assert ["𠮷" in text for text in told] == [True]


@pytest.mark.parametrize("name", [BMP_NAME, "𠮷村"])
def test_our_own_reader_finds_layers_names_and_outlines(tmp_path: Path, name: str) -> None:
    path, _ = drawn(tmp_path, "priority_plot", {"plot_code": "1", "plot_name": name, "control_state": "uncontrolled"})
    raw = read_dxf(path, SourceSpec(path=path.name))
    assert raw.geometry is not None
    assert raw.frame["Layer"].tolist() == ["优先监管地块-未管控", "优先监管地块-注记"]
    assert (raw.frame["Text"][1], raw.geometry[0].geom_type) == (name, "Polygon")
    assert raw.geometry[0].area == pytest.approx(40_000)


def test_what_has_no_place_is_told(tmp_path: Path) -> None:
    _, told = drawn(tmp_path, "sensitive_receptor")
    assert ["敏感受体 1" in text for text in told] == [True]


def test_a_layer_that_no_drawing_can_call_so_is_told(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path / "p")
    [part] = [part for part in all_parts(atlas) if part.name == "river"]
    odd = Part(part.name, "河/流*", part.kind, part.frame, part.columns, part.spec)
    written = write_dxf([odd], target(tmp_path / "x.dxf", atlas))
    assert "河_流_" in ezdxf.readfile(tmp_path / "x.dxf").layers
    assert any("河/流*" in text and "河_流_" in text for text in written.told)


def test_two_drawings_are_the_same_bytes_and_of_the_period(build: Build, tmp_path: Path) -> None:
    one, other = (export(build, "dxf", tmp_path / name, "township", "cultivated_land").path for name in "ab")
    assert one.read_bytes() == other.read_bytes()
    # 1 November 2026, as astronomers count days (the Julian date of its midnight).
    assert b"$TDCREATE\n 40\n2461345.5\n" in one.read_bytes()


def test_a_drawing_is_in_no_degrees(build: Build, tmp_path: Path) -> None:
    with pytest.raises(ProjectError):
        export(build, "dxf", tmp_path / "x", crs="lonlat")


def test_without_the_library_is_told_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "ezdxf":
            raise ImportError
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    atlas = hostile_atlas(tmp_path / "p")
    with pytest.raises(PathError) as fault:
        write_dxf([], target(tmp_path / "x.dxf", atlas))
    assert "onemap[dxf]" in fault.value.hint
