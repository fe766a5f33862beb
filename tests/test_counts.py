"""The counts by level of each list are the same wherever they are told."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import openpyxl
import pandas as pd
import pytest

from onemap.export import manifest, tables, workbooks
from onemap.export.formats import geopackage
from onemap.export.webmap.content import map_content, on_map
from onemap.model import level_title
from onemap.spec.rule import LEVELS
from tests.unpacked import values_of


@pytest.fixture(scope="module")
def build(sample_atlas, tmp_path_factory):
    folder = tmp_path_factory.mktemp("build")
    for writer in (tables, workbooks, geopackage):
        writer.write(sample_atlas, folder)
    return folder


def counts(rows):
    """Return how often each pair of list and level occurs."""
    return pd.Series(list(rows)).value_counts().to_dict()


@pytest.fixture(scope="module")
def of_the_csv(build):
    table = pd.read_csv(build / "findings.csv", encoding="utf-8-sig")
    return counts(zip(table["rule"], table["level"], strict=True))


def test_in_the_manifest(sample_atlas, build, of_the_csv):
    path = manifest.write(sample_atlas, build, datetime.now(UTC), datetime.now(UTC))
    told = json.loads(path.read_text("utf-8"))["rules"]
    assert {(rule, level): n for rule, row in told.items() for level, n in row.items() if n} == of_the_csv


def test_in_the_geopackage(build, of_the_csv):
    with closing(sqlite3.connect(build / geopackage.FILE)) as database:
        assert counts(database.execute("SELECT rule, level FROM findings")) == of_the_csv


def test_in_the_sheets_of_the_workbook(sample_atlas, build, of_the_csv):
    book = openpyxl.load_workbook(build / workbooks.FILE)
    levels = {level_title(level): level for level in LEVELS}
    found = {}
    for rule in sample_atlas.rules:
        rows = list(book[rule.name].iter_rows(values_only=True))
        at = next(number for number, row in enumerate(rows) if "等级" in row)
        place = rows[at].index("等级")
        told = [levels[row[place]] for row in rows[at + 1 :] if row[place] in levels]
        found |= counts((rule.id, level) for level in told)
    assert found == of_the_csv


def test_in_the_overview_of_the_workbook(sample_atlas, build, of_the_csv):
    sheet = openpyxl.load_workbook(build / workbooks.FILE)["总览"]
    rules = {rule.name: rule.id for rule in sample_atlas.rules}
    found = {}
    for row in sheet.iter_rows(values_only=True):
        if row[0] in rules:
            found |= {(rules[row[0]], level): n for level, n in zip(LEVELS, row[1:5], strict=True) if n}
    assert found == of_the_csv


def test_on_the_map(sample_atlas, of_the_csv):
    page = json.loads(json.dumps(map_content(sample_atlas, on_map(sample_atlas))))
    names = [rule["id"] for rule in page["rules"]]
    columns = page["findings"]["columns"]
    told = zip(values_of(columns["rule"]), values_of(columns["level"]), strict=True)
    assert counts((names[rule], level) for rule, level in told) == of_the_csv
