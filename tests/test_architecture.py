"""The house: rooms import only from below, and every outside library has one home."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = ROOT / "onemap"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(CODE.rglob("*.py"))
}

FLOORS = {
    "errors": 0, "text": 0, "progress": 0, "interruption": 0, "geodesy": 0, "dates": 0, "cache": 0,
    "edges": 0, "flat": 0, "township_names": 0, "disk": 0,
    "spec": 1,
    "decision": 2, "model": 2,
    "ingest": 3, "review": 3, "risk": 3, "export": 3,
    "publication": 4, "handwork": 4, "pipeline": 4, "record": 4, "scaffold": 4, "sketch": 4, "draft": 4,
    "likeness": 4, "returned": 4, "handover": 4, "selection": 4, "destination": 4,
    "cli": 5, "console": 5, "bars": 5, "usage": 5, "__main__": 5, "": 5,
}  # fmt: skip
"""The floor of each room; "" is the package itself, which offers what the pipeline does."""

HOUSE = {"geopandas", "numpy", "pandas", "shapely", "pyproj"}
"""The languages that everyone speaks."""

HOMES = {
    "babel": ("onemap.text",),
    "branca": ("onemap.export.webmap",),
    "click": ("onemap.cli", "onemap.usage"),
    "defusedxml": ("onemap.ingest.readers.kml_document", "onemap.ingest.readers.xlsx"),
    "ezdxf": ("onemap.export.formats.drawing",),
    "filelock": ("onemap.publication",),
    "folium": ("onemap.export.webmap",),
    "jinja2": ("onemap.export.webmap",),
    "psycopg": ("onemap.ingest.readers.postgis", "onemap.ingest.readers.relations"),
    "pyarrow": ("onemap.ingest.readers", "onemap.export.formats"),
    "pydantic": ("onemap.spec",),
    "pydantic_core": ("onemap.spec",),
    "pymannkendall": ("onemap.risk.trends",),
    "pyogrio": ("onemap.ingest.readers", "onemap.export.formats"),
    "pypinyin": ("onemap.export.webmap.pinyin",),
    "python_calamine": ("onemap.ingest.readers.sheets", "onemap.review.workbook"),
    "rasterio": ("onemap.ingest.rasters", "onemap.ingest.cells"),
    "rich": ("onemap.bars", "onemap.console"),
    "stdnum": ("onemap.ingest.codes",),
    "xlsxwriter": ("onemap.export",),
}


def imports(name: str) -> Iterator[str]:
    """Yield the modules that a module imports, also those imported inside its functions."""
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} has a relative import"
            assert node.module is not None
            parts = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (part if part in MODULES else node.module for part in parts)


def room(name: str) -> str:
    return [*name.split("."), ""][1]


def ours(name: str) -> set[str]:
    return {other for other in imports(name) if other.split(".")[0] == "onemap"}


def test_every_room_has_a_floor() -> None:
    assert {room(name) for name in MODULES} <= set(FLOORS)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_from_its_own_room_or_below(name: str) -> None:
    above = {other for other in ours(name) if room(other) != room(name) and FLOORS[room(other)] > FLOORS[room(name)]}
    assert above == set()


@pytest.mark.parametrize("name", [name for name in MODULES if FLOORS[room(name)] == 3])
def test_working_rooms_do_not_see_one_another(name: str) -> None:
    assert {room(other) for other in ours(name) if FLOORS[room(other)] == 3} <= {room(name)}


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("onemap.ingest.readers.")])
def test_a_reader_says_what_is_written_and_not_where_it_lies(name: str) -> None:
    assert not [other for other in ours(name) if other.startswith("onemap.ingest.placement")]


def test_no_module_imports_itself_through_others() -> None:
    TopologicalSorter({name: ours(name) - {name} for name in MODULES}).prepare()


@pytest.mark.parametrize("name", MODULES)
def test_outside_libraries_have_one_home(name: str) -> None:
    outside = {other.split(".")[0] for other in imports(name)} - {"onemap"} - set(sys.stdlib_module_names)
    strangers = {
        library
        for library in outside - HOUSE
        if not any(name == home or name.startswith(f"{home}.") for home in HOMES.get(library, ()))
    }
    assert strangers == set()


def test_every_home_is_lived_in() -> None:
    used = {other.split(".")[0] for name in MODULES for other in imports(name)}
    assert set(HOMES) <= used
