"""Base maps: what a project may ask for, and that its token gets nowhere but into the internal map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onemap.errors import ProjectError
from onemap.export.webmap import draw
from onemap.model import Atlas, Edition
from onemap.pipeline import cache_of, publish, run
from onemap.spec.base_map import TOKEN, BaseMapSpec
from onemap.spec.project import Project, load_project
from onemap.text import speaking
from tests.atlases import small_atlas, with_base_maps

HEAD = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n[sources.priority_plot]\npath = "p.csv"\n'
SECRET = "5ec2e7f00d"
TILES = "http://10.1.2.3/{z}/{x}/{y}.png"


def project_with(folder: Path, *base_maps: str) -> Project:
    (folder / "p.csv").write_text("地块编码,地块名称,经度,纬度\nA1,甲,112.8,34.9\n", "utf-8")
    tables = "".join(f"[[basemap]]\n{lines}\n" for lines in base_maps)
    (folder / "project.toml").write_text(HEAD + tables, "utf-8")
    with speaking("en"):
        return load_project(folder)


def refused(folder: Path, lines: str) -> ProjectError:
    with pytest.raises(ProjectError) as raised:
        project_with(folder, lines)
    return raised.value


def atlas_with(folder: Path, edition: Edition = "internal", **keys: Any) -> Atlas:
    return with_base_maps(small_atlas(folder), BaseMapSpec(**keys), edition=edition)


def page_of(atlas: Atlas) -> str:
    return str(draw(atlas).get_root().render())


# What a project may ask for


def test_a_project_may_list_several(tmp_path: Path) -> None:
    project = project_with(tmp_path, f'tiles = "{TILES}"', 'tianditu = "img"\ntoken = "a"')
    assert [one.hosts[0] for one in project.spec.basemap] == ["http://10.1.2.3", "https://t0.tianditu.gov.cn"]


@pytest.mark.parametrize(("layer", "names"), [("vec", "cva"), ("img", "cia"), ("ter", "cta")])
def test_tianditu_comes_with_its_names_in_web_mercator(layer: str, names: str) -> None:
    addresses = BaseMapSpec(tianditu=layer, token="a").addresses
    assert [address.split("/")[3] for address in addresses] == [f"{layer}_w", f"{names}_w"]


def test_a_wmts_names_the_tile_in_its_own_words() -> None:
    spec = BaseMapSpec(wmts="http://10.1.2.3/wmts?LAYER=a&TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}")
    assert spec.addresses == ["http://10.1.2.3/wmts?LAYER=a&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"]


@pytest.mark.parametrize("keys", ["", f'tiles = "{TILES}"\ntianditu = "vec"\ntoken = "a"'])
def test_a_base_map_is_exactly_one_of_the_three(tmp_path: Path, keys: str) -> None:
    assert "write one of tianditu" in refused(tmp_path, keys).message


@pytest.mark.parametrize(
    "host", ["webrd01.is.autonavi.com", "wprd02.is.amap.com", "online1.map.bdimg.com", "maponline0.bdimg.com:8080",
             "api.map.baidu.com", "mt1.google.cn", "GOOGLE.CN", "rt0.map.gtimg.com"]
)  # fmt: skip
def test_tiles_that_are_shifted_are_refused(tmp_path: Path, host: str) -> None:
    fault = refused(tmp_path, f'tiles = "https://{host}/t?x={{x}}&y={{y}}&z={{z}}"')
    assert "GCJ-02" in fault.message
    assert "tianditu" in fault.hint


@pytest.mark.parametrize("host", ["notbaidu.com", "amap.com.example.org"])
def test_a_host_that_only_looks_like_one_of_those_is_not_refused(tmp_path: Path, host: str) -> None:
    assert project_with(tmp_path, f'tiles = "https://{host}/{{z}}/{{x}}/{{y}}"').spec.basemap


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("tiles", "http://10.1.2.3/tiles"),
        ("tiles", "http://{s}.example.org/{z}/{x}/{y}.png"),
        ("wmts", "http://10.1.2.3/wmts"),
        ("wmts", "http://10.1.2.3/{Style}/{TileMatrix}/{TileRow}/{TileCol}"),
    ],
)
def test_an_address_says_which_tile_is_wanted_and_nothing_else(tmp_path: Path, key: str, address: str) -> None:
    assert "for example http://10.1.2.3/" in refused(tmp_path, f'{key} = "{address}"').hint


@pytest.mark.parametrize(
    "address", ["ftp://10.1.2.3/{z}/{x}/{y}", "http://a b/{z}/{x}/{y}", "http://a;img-src/{z}/{x}/{y}"]
)
def test_an_address_begins_with_a_server(tmp_path: Path, address: str) -> None:
    assert "http://" in refused(tmp_path, f'tiles = "{address}"').message


def test_tiles_that_divide_degrees_are_refused(tmp_path: Path) -> None:
    address = "https://t0.tianditu.gov.cn/vec_c/wmts?TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}"
    assert "vec_w" in refused(tmp_path, f'wmts = "{address}"').hint


# The token


def test_tianditu_without_a_token_says_where_one_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    assert "ONEMAP_TIANDITU_TOKEN" in refused(tmp_path, 'tianditu = "vec"').hint


def test_the_token_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEMAP_TIANDITU_TOKEN", SECRET)
    assert all(address.endswith(f"&tk={SECRET}") for address in BaseMapSpec(tianditu="vec").addresses)


def test_the_internal_map_has_the_token(tmp_path: Path) -> None:
    assert SECRET in page_of(atlas_with(tmp_path, tianditu="vec", token=SECRET))


def test_the_public_map_has_no_token(tmp_path: Path) -> None:
    page = page_of(atlas_with(tmp_path, "public", tianditu="vec", token=SECRET))
    assert SECRET not in page
    assert "tianditu.gov.cn" not in page


def test_an_atlas_of_which_nobody_says_who_may_see_it_is_taken_for_public(tmp_path: Path) -> None:
    assert small_atlas(tmp_path).edition == "public"


def test_nothing_but_the_map_has_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEMAP_NO_CACHE", "0")
    project = project_with(tmp_path, f'tianditu = "vec"\ntoken = "{SECRET}"', f'tiles = "{TILES}?tk={SECRET}"')
    atlas = run(project, tmp_path / "build")
    assert atlas.edition == "internal"
    having = [path for path in tmp_path.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert sorted(path.name for path in having) == ["onemap.html", "project.toml"]
    assert SECRET not in repr(project)


def test_another_token_is_no_other_project_for_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEMAP_NO_CACHE", "0")
    bases = {cache_of(project_with(tmp_path, f'tianditu = "vec"\ntoken = "{token}"'))._base for token in ("a", "b")}
    assert len(bases) == 1
    assert bases != {""}


@pytest.mark.parametrize(
    "lines",
    [
        f'tianditu = "sat"\ntoken = "{SECRET}"',
        f'tiles = "https://api.baidu.com/{{z}}/{{x}}/{{y}}?ak={SECRET}"',
        f'tiles = "http://10.1.2.3/?tk={SECRET}"',
        f'tiles = "{SECRET}"',
        f'tokn = "{SECRET}"',
    ],
)
def test_no_message_repeats_the_token(tmp_path: Path, lines: str) -> None:
    fault = refused(tmp_path, lines)
    assert SECRET not in fault.message + fault.hint


# The page


def policy_of(page: str) -> str:
    return page.split('Content-Security-Policy" content="')[1].split('"')[0]


def test_without_a_base_map_the_browser_is_told_to_load_nothing_from_outside(tmp_path: Path) -> None:
    assert "//" not in policy_of(page_of(small_atlas(tmp_path)))


def test_with_one_the_browser_may_load_pictures_of_its_server_and_nothing_else(tmp_path: Path) -> None:
    policy = policy_of(page_of(atlas_with(tmp_path, tiles=TILES)))
    assert [part.strip() for part in policy.split(";") if "//" in part] == ["img-src data: blob: http://10.1.2.3"]


def test_a_title_of_a_base_map_ends_no_script(tmp_path: Path) -> None:
    title = "</script><img src=https://example.com/x.png>"
    assert title not in page_of(atlas_with(tmp_path, tiles=TILES, title=title))


def test_the_manifest_tells_of_no_base_map(tmp_path: Path) -> None:
    build = publish(atlas_with(tmp_path, tiles=TILES), tmp_path / "build", ["html"])
    assert "10.1.2.3" not in json.dumps(json.loads((build / "manifest.json").read_text("utf-8")))
