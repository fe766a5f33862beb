"""The sample county: its planted defects one by one, and its lists against plain computations made here."""

import csv
import datetime as dt
import io
import tomllib

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyproj
import pytest
import shapely

from onemap.export import tables
from onemap.geodesy import MU_M2
from tests import goldens
from tests.conftest import SAMPLE
from tests.printed import control, screening

DEFECTS = tomllib.loads((SAMPLE / "planted_defects.toml").read_text("utf-8"))["defects"]
[OVERLAP] = [defect["value"] for defect in DEFECTS if defect["kind"] == "overlap"]
TOLD = ("kind", "layer", "source", "row", "cell", "field", "key", "value")
GEOD = pyproj.Geod(a=6378137, rf=298.257222101)


def told(issue):
    return tuple(None if pd.isna(issue[name]) or issue[name] == "" else issue[name] for name in TOLD)


def planted(defect):
    return tuple(defect.get(name) for name in TOLD)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: f"{d['kind']}-{d['layer']}")
def test_every_planted_defect_is_found(sample_atlas, defect):
    found = [told(issue) for issue in sample_atlas.issues.to_dict("records")]
    # A gap has no key and its area no exact figure: what the file leaves out is not compared.
    wanted = planted(defect)
    assert any(all(w is None or w == f for w, f in zip(wanted, issue, strict=True)) for issue in found)


def test_no_other_defect_is_invented(sample_atlas):
    assert len(sample_atlas.issues) == len(DEFECTS)


def test_the_sample_passes_with_issues(sample_atlas):
    assert sample_atlas.verdict == "pass-with-issues"


def test_rows_read_are_rows_kept_and_rows_dropped(sample_atlas):
    dropped = (sample_atlas.issues["action"] == "dropped").sum()
    assert sum(source.dropped for source in sample_atlas.sources) == dropped
    assert all(source.rows == source.kept + source.dropped for source in sample_atlas.sources)
    assert sum(source.kept for source in sample_atlas.sources) == sum(
        len(x.frame) for x in sample_atlas.layers.values()
    )


def test_every_source_lies_in_the_county_and_for_sure_where_it_could_be_compared(sample_atlas):
    tables = {own_id for own_id, layer in sample_atlas.layers.items() if layer.spec.geometry == ("table",)}
    told = {source.layer: source.crs.confidence for source in sample_atlas.sources if source.layer not in tables}
    # Before the townships are read only the rough box says where the county is; wells fit nothing else; rivers fit
    # the fields along them to no more than 35 m; samples lie in fields all over the county, wherever one puts them;
    # sewage works and black water lie near villages, but at no place that is the same in another layer; nine sources
    # that may spoil groundwater fit nothing.
    unsure = {"township", "groundwater_point", "drinking_water_source", "river", "soil_sample", "crop_sample",
              "sewage_facility", "black_water", "groundwater_discharger"}  # fmt: skip
    assert told == {layer: "likely" if layer in unsure else "sure" for layer in {*sample_atlas.layers} - tables}


def located(layer):
    return layer.frame[~shapely.is_missing(layer.frame.geometry.array)]


def around(shapes, centre, projection):
    """Return shapes in a projection centred on a shape: there short distances, or areas, are true."""
    lonlat = gpd.GeoSeries([centre], crs=shapes.crs).to_crs("EPSG:4490").iloc[0].centroid
    return pyproj.CRS.from_proj4(f"+proj={projection} +lat_0={lonlat.y} +lon_0={lonlat.x} +ellps=GRS80 +units=m")


@pytest.mark.parametrize("rule", ["plot_near_receptor", "enterprise_near_receptor"])
def test_the_list_by_distance_is_what_brute_force_finds(sample_atlas, rule):
    spec = sample_atlas.project.catalogue.rules[rule]
    receptors = {"kindergarten", "school", "residential", "hospital", "central_water_source", "drinking_well"}
    expected = {}
    of = sample_atlas.layers[spec.of]
    for layer_id in spec.to:
        layer = sample_atlas.layers[layer_id]
        shapes = located(layer).geometry
        if layer_id == "sensitive_receptor":
            shapes = shapes[layer.classes[shapes.index].isin(receptors)]
        for at, centre in located(of).geometry.items():
            # Azimuthal equidistant about the plot: true from its middle, to a few millimetres between edges.
            local = around(shapes, centre, "aeqd")
            here = gpd.GeoSeries([centre], crs=shapes.crs).to_crs(local).iloc[0]
            for to, value in shapes.to_crs(local).distance(here).items():
                if value <= 1000:
                    expected.setdefault((of.keys[at], layer.keys[to]), []).append(value)
    findings = sample_atlas.findings.query("rule == @rule and to_key != ''")
    found = {}
    for row in findings.itertuples():
        found.setdefault((row.of_key, row.to_key), []).append(row.value)
    assert found.keys() == expected.keys()
    for pair, values in expected.items():
        assert sorted(found[pair]) == pytest.approx(sorted(values), abs=0.01)


def test_ring_areas_are_those_of_fine_geodesic_circles(sample_atlas):
    land, of = sample_atlas.layers["cultivated_land"], sample_atlas.layers["cadmium_enterprise"]
    findings = sample_atlas.findings.query("rule == 'enterprise_near_farmland' and to_key == '100-300'")
    shapes = located(land).geometry
    for at, point in list(located(of).geometry.items())[::6]:
        lonlat = gpd.GeoSeries([point], crs=land.frame.crs).to_crs("EPSG:4490").iloc[0]
        local = around(shapes, point, "laea")
        ring = circle(lonlat, 300, local) - circle(lonlat, 100, local)
        near = shapes[shapes.distance(point) < 400].to_crs(local)
        by_class = near.intersection(ring).area.groupby(land.classes[near.index]).sum() / MU_M2
        rows = findings[findings["of_label"] == of.labels[at]].set_index("to_class")["value"]
        for name, area in by_class[by_class > 0.001].items():
            assert rows[name] == pytest.approx(area, rel=1e-4, abs=0.001)


def circle(centre, radius, crs):
    corners = 7200
    azimuths = np.linspace(0, 360, corners, endpoint=False)
    x, y, _ = GEOD.fwd([centre.x] * corners, [centre.y] * corners, azimuths, [radius] * corners)
    return gpd.GeoSeries([shapely.Polygon(np.column_stack([x, y]))], crs="EPSG:4490").to_crs(crs).iloc[0]


def test_the_balance_is_what_cutting_every_parcel_finds(sample_atlas):
    [balance] = sample_atlas.balances
    land, towns = sample_atlas.layers["cultivated_land"], sample_atlas.layers["township"]
    local = around(towns.frame.geometry, shapely.union_all(towns.frame.geometry.array), "laea")
    fields, zones = (located(layer).geometry.to_crs(local) for layer in (land, towns))
    # Of the two fields that overlap the one of the graver class, safe use, keeps the common ground.
    graver, milder = (land.frame.index[land.keys == key][0] for key in OVERLAP.split(" / "))
    fields[milder] = fields[milder] - fields[graver]
    zone, field = shapely.STRtree(fields.array).query(zones.array, predicate="intersects")
    area = pd.Series(shapely.area(shapely.intersection(fields.array[field], zones.array[zone])))
    cut = area.groupby([towns.labels.to_numpy()[zone], land.classes[fields.index].to_numpy()[field]]).sum()
    found = balance.table[balance.table["township"] != ""].set_index(["township", "class"])["area_m2"]
    assert found.to_dict() == pytest.approx(cut[cut > 0.01].to_dict(), rel=1e-6, abs=0.05)


def test_the_planted_overlap_is_counted_once_for_the_graver_class(sample_atlas):
    [balance] = sample_atlas.balances
    [told] = balance.doubles.to_dict("records")
    assert f"{told['key']} / {told['other_key']}" == OVERLAP
    assert (told["class"], told["other_class"]) == ("safe_use", "priority_protection")
    land = sample_atlas.layers["cultivated_land"]
    shapes = [land.frame.geometry[land.keys == told[name]].iloc[0] for name in ("key", "other_key")]
    assert told["area_m2"] == pytest.approx(shapely.area(shapely.intersection(*shapes)), rel=1e-3)


@pytest.mark.parametrize("name", goldens.TABLES)
def test_the_lists_are_the_golden_ones(sample_atlas, tmp_path, name):
    # After a change that means to change them: take them from a build of the sample, and read the difference.
    tables.write(sample_atlas, tmp_path)
    assert goldens.lines_of(tmp_path / name) == (goldens.FOLDER / name).read_text("utf-8").splitlines()


def sheet(name):
    book = openpyxl.load_workbook(SAMPLE / "农业农村局" / "协同监测样品.xlsx")
    header, _, *rows = book[name].iter_rows(min_row=2, values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def in_mg(value, units=1.0):
    """Return a value in mg/kg; nothing is more than what was not found, and None is not known."""
    if isinstance(value, str):
        return None if value == "o.52" else 0.0
    return None if value is None else value / units


def test_the_list_of_soil_above_limits_is_what_the_printed_limits_say(sample_atlas):
    elements = {"镉": "cadmium", "汞": "mercury", "砷": "arsenic", "铅": "lead", "铬": "chromium"}
    expected = {}
    text = (SAMPLE / "农业农村局" / "土壤定位监测.csv").read_text("gb18030")
    rows = [{**row, "pH": float(row["pH"]) if row["pH"] else None,
             **{name: float(row[f"{name}(mg/kg)"]) for name in elements}, "汞": float(row["汞(mg/kg)"]) * 1000}
            for row in csv.DictReader(io.StringIO(text))]  # fmt: skip
    for row in [*sheet("土壤样品"), *rows]:
        values = {item: in_mg(row[name], 1000 if name == "汞" else 1) for name, item in elements.items()}
        land = "水田" if row["土地利用"] == "水田" else "其他"
        levels = {0}
        if row["pH"] is not None:
            band = sum(row["pH"] > edge for edge in (5.5, 6.5, 7.5))
            levels = {
                1 + (value > screening(item, land, band)) + (value > control(item, band))
                for item, value in values.items()
                if value is not None
            }
        known = row["pH"] is not None and (None not in values.values() or 3 in levels)
        level = {0: "", 1: "", 2: "medium", 3: "high"}[max(levels)] if known else "unknown"
        expected |= {row["样品编号"]: level} if level else {}
    found = sample_atlas.findings.query("rule == 'soil_sample_exceedance'")
    assert dict(zip(found["of_key"], found["level"], strict=True)) == expected
    assert {*found["level"]} == {"high", "medium", "unknown"}


def test_the_list_of_overdue_remediation_goes_by_the_days_to_the_end_of_the_period(sample_atlas):
    frame = sample_atlas.layers["cadmium_enterprise"].frame
    frame = frame[frame["remediation_state"].isin(["not_started", "in_progress"]) | frame["remediation_state"].isna()]
    expected = []
    for deadline, state in zip(frame["remediation_deadline"], frame["remediation_state"], strict=True):
        days = None if pd.isna(deadline) else (dt.date(2026, 11, 30) - deadline.date()).days
        level = "unknown" if days is None else "high" if days >= 90 else "medium" if days >= 1 else "low"
        level = "unknown" if pd.isna(state) else level
        expected += [level] if days is None or days >= -30 else []
    found = sample_atlas.findings.query("rule == 'enterprise_remediation_due'")
    assert sorted(found["level"]) == sorted(expected)
    assert {*found["level"]} == {"high", "medium", "low", "unknown"}
