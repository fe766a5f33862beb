from __future__ import annotations

import getpass
import hashlib
import json
import socket
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyproj
import pytest

from onemap.export import manifest
from tests.atlases import CRS, ENTERPRISE_FILE, FARMLAND_FILE, small_atlas

STARTED, FINISHED = datetime(2026, 11, 24, 8, 0, tzinfo=UTC), datetime(2026, 11, 24, 8, 1, tzinfo=UTC)


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    build = tmp_path / "build"
    (build / "shapefiles").mkdir(parents=True)
    (build / "shapefiles" / "字段对照表.xlsx").write_bytes(b"x")
    (build / "lists.xlsx").write_bytes(b"lists")
    (tmp_path / "project").mkdir()
    path = manifest.write(small_atlas(tmp_path / "project"), build, STARTED, FINISHED)
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def test_every_file_is_listed_with_its_checksum(told: dict[str, Any]) -> None:
    assert told["products"] == {
        "lists.xlsx": hashlib.sha256(b"lists").hexdigest(),
        "shapefiles/字段对照表.xlsx": hashlib.sha256(b"x").hexdigest(),
    }


def test_it_says_what_was_built_and_when(told: dict[str, Any]) -> None:
    keys = ("county", "period", "verdict", "version", "crs", "started", "finished")
    assert [told[key] for key in keys] == [
        "410883", "2026-11", "pass-with-issues", version("onemap"), CRS,
        "2026-11-24T08:00:00+00:00", "2026-11-24T08:01:00+00:00",
    ]  # fmt: skip


def test_sources_are_told_in_full(told: dict[str, Any]) -> None:
    assert [source["path"] for source in told["sources"]] == [FARMLAND_FILE, ENTERPRISE_FILE]
    assert told["sources"][1] == {
        "layer": "cadmium_enterprise", "path": ENTERPRISE_FILE, "sha256": "cd" * 32, "rows": 3, "kept": 2, "dropped": 1,
        "encoding": {"found": "xlsx", "evidence": "Unicode"},
        "crs": {"declared": CRS, "inferred": CRS, "accepted": CRS, "confidence": "sure", "evidence": "范围与县域相符"},
        "as_of": "2026-09-30", "provided_by": "生态环境局",
    }  # fmt: skip


def test_layers_have_their_count_and_ellipsoidal_area(told: dict[str, Any]) -> None:
    west, south = 386_500.0, 3_861_500.0
    corners = [(west, south), (west + 6000, south), (west + 6000, south + 4000), (west, south + 4000)]
    to_lonlat = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)
    area, _ = pyproj.Geod(a=6378137.0, rf=298.257222101).polygon_area_perimeter(
        *to_lonlat.transform(*zip(*corners, strict=True))
    )
    assert told["layers"]["cultivated_land"] == {"features": 6, "area_m2": pytest.approx(area, rel=1e-6)}


def test_the_balance_has_its_ground_by_class_and_what_was_covered_twice(told: dict[str, Any]) -> None:
    balance = told["balances"]["cultivated_land"]
    assert (balance["double_m2"], balance["outside_townships_m2"]) == (0.0, 0.0)
    # Six squares of three classes, two of each, of one size but for the scale of the projection.
    assert balance["classes"] == pytest.approx(
        dict.fromkeys(("priority_protection", "safe_use", "strict_control"), balance["area_m2"] / 3), rel=1e-4
    )
    assert balance["area_m2"] == pytest.approx(told["layers"]["cultivated_land"]["area_m2"], abs=0.02)


def test_rules_have_their_counts_by_level(told: dict[str, Any]) -> None:
    assert told["rules"]["plot_near_receptor"] == {"high": 0, "medium": 1, "low": 0, "unknown": 1}


def test_nothing_tells_of_the_machine(tmp_path: Path) -> None:
    text = manifest.write(small_atlas(tmp_path), tmp_path, STARTED, FINISHED).read_text("utf-8")
    assert str(tmp_path) not in text
    assert socket.gethostname() not in text
    assert f"/{getpass.getuser()}" not in text


def test_writing_it_again_does_not_list_itself(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    first = manifest.write(atlas, tmp_path, STARTED, FINISHED).read_bytes()
    assert manifest.write(atlas, tmp_path, STARTED, FINISHED).read_bytes() == first
