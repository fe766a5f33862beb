"""What declared coordinate systems mean, as ArcGIS, GDAL and MapInfo write them; codes by EPSG."""

import re

import geopandas as gpd
import pyogrio
import pyproj
import pytest
from shapely.geometry import Point

from onemap.ingest.placement.crs_names import read_declaration
from onemap.ingest.placement.zones import SYSTEMS
from onemap.text import speaking


def geographic(name, datum, spheroid, a, rf):
    return (
        f'GEOGCS["{name}",DATUM["{datum}",SPHEROID["{spheroid}",{a},{rf}]],PRIMEM["Greenwich",0.0],'
        'UNIT["Degree",0.0174532925199433]]'
    )


def gauss(name, base, meridian, easting=500000, scale=1):
    return (
        f'PROJCS["{name}",{base},PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",{easting}],'
        f'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",{scale}],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


CGCS = geographic("GCS_China_Geodetic_Coordinate_System_2000", "D_China_2000", "CGCS2000", 6378137.0, 298.257222101)
ODD = geographic("CGCS_2000", "D_2000", "S_2000", 6378137.0, 298.2572221010041)
CHINA = geographic("China_2000", "China_2000", "CGCS2000", 6378137, 298.257222101)
WGS = geographic("GCS_WGS_1984", "D_WGS_1984", "WGS_1984", 6378137.0, 298.257223563)
XIAN = geographic("GCS_Xian_1980", "D_Xian_1980", "Xian_1980", 6378140.0, 298.257)
BEIJING = geographic("GCS_Beijing_1954", "D_Beijing_1954", "Krasovsky_1940", 6378245.0, 298.3)
XIAN_ON_CGCS = geographic("GCS_Xian_1980", "D_Xian_1980", "Xian_1980", 6378137.0, 298.257222101)

MEANT = {
    "odd CGCS2000": (ODD, "EPSG:4490"),
    "Esri's CGCS2000": (CGCS, "EPSG:4490"),
    "China_2000": (CHINA, "EPSG:4490"),
    "Esri's Xian 1980": (XIAN, "EPSG:4610"),
    "Esri's Beijing 1954": (BEIJING, "EPSG:4214"),
    "Krassovsky": (BEIJING.replace("Krasovsky", "Krassowsky"), "EPSG:4214"),
    "Esri's WGS 84": (WGS, "EPSG:4326"),
    "meridian": (gauss("CGCS2000_3_Degree_GK_CM_114E", CGCS, 114), "EPSG:4547"),
    "zone 38": (gauss("CGCS2000_3_Degree_GK_Zone_38", CGCS, 114, 38500000), "EPSG:4526"),
    "odd base": (gauss("CGCS2000_3_Degree_GK_Zone_38", ODD, 114, 38500000), "EPSG:4526"),
    "six degrees": (gauss("CGCS2000_GK_CM_111E", CGCS, 111), "EPSG:4508"),
    "three degrees": (gauss("CGCS2000_3_Degree_GK_CM_111E", CGCS, 111), "EPSG:4546"),
    "six-degree zone": (gauss("CGCS2000_GK_Zone_19", CGCS, 111, 19500000), "EPSG:4497"),
    "no name at all": (gauss("unnamed", CGCS, 114), "EPSG:4547"),
    "Xian zone 38": (gauss("Xian_1980_3_Degree_GK_Zone_38", XIAN, 114, 38500000), "EPSG:2362"),
    "Beijing meridian": (gauss("Beijing_1954_3_Degree_GK_CM_114E", BEIJING, 114), "EPSG:2435"),
    "Beijing zone 19N": (gauss("Beijing_1954_GK_Zone_19N", BEIJING, 111), "EPSG:21459"),
    "UTM": (gauss("WGS_1984_UTM_Zone_49N", WGS, 111, 500000, 0.9996), "EPSG:32649"),
    "ESRI:102100": ("ESRI:102100", "EPSG:3857"),
    "with a height": ("EPSG:4480", "EPSG:4490"),
    "a compound": ("EPSG:9518", "EPSG:4326"),
    "with a byte order mark": ("\ufeff" + WGS + "\0", "EPSG:4326"),
}


@pytest.mark.parametrize("spelling", MEANT)
def test_a_declaration_means_what_its_parameters_are(spelling):
    text, code = MEANT[spelling]
    read = read_declaration(text)
    assert (read.accepted, read.crs.to_authority(), read.contradiction) == (code, tuple(code.split(":")), "")


@pytest.mark.parametrize("code", sorted(SYSTEMS))
def test_our_numbers_of_a_code_are_those_of_the_registry(code):
    system, crs = SYSTEMS[code], pyproj.CRS.from_epsg(code)
    assert crs.is_geographic == system.geographic
    if not system.geographic:
        place = (crs.area_of_use.west + 1, 35.0)
        there = pyproj.Proj(crs)(*place)
        assert system.proj(*there, inverse=True) == pytest.approx(place, abs=1e-9)


@pytest.mark.parametrize("code", ["4490", "4547", "4526", "4497", "2435", "2362", "4610", "32649", "3857"])
@pytest.mark.parametrize("version", ["WKT1_GDAL", "WKT2_2019", "PROJJSON"])
def test_every_way_of_writing_a_code_means_it(code, version):
    crs = pyproj.CRS.from_epsg(code)
    text = crs.to_json() if version == "PROJJSON" else crs.to_wkt(version)
    assert read_declaration(text).name == f"EPSG:{code}"


@pytest.mark.parametrize("code", ["4490", "4547", "4526", "4497", "2435", "2362", "32649"])
def test_what_mapinfo_makes_of_a_code_means_the_same_numbers(tmp_path, code):
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(112.8, 34.9)], crs="EPSG:4490").to_crs(f"EPSG:{code}")
    pyogrio.write_dataframe(frame, tmp_path / "t.mif", driver="MapInfo File")
    read = read_declaration(pyogrio.read_info(tmp_path / "t.mif")["crs"])
    place = pyproj.Proj(read.crs)(*frame.geometry[0].coords[0], inverse=True)
    assert place == pytest.approx((112.8, 34.9), abs=0.002)
    # GDAL takes MapInfo's Xian 1980 for a datum of that name on the ellipsoid of WGS 84.
    assert (read.modern, read.datum_unclear) == {"2435": (False, False), "2362": (True, True)}.get(code, (True, False))


@pytest.mark.parametrize("base", [WGS, CGCS, ODD])
def test_gauss_krueger_has_the_same_numbers_on_wgs84(base):
    read = read_declaration(gauss("local", base, 114, 38500000))
    assert (read.accepted, read.modern) == ("EPSG:4526", True)


def test_a_county_of_its_own_meridian_keeps_its_name_and_its_secret():
    read = read_declaration(gauss("示例独立坐标系", CGCS, 112.75, 251234))
    assert read.accepted == "示例独立坐标系"
    assert read.crs.coordinate_operation.to_json_dict()["parameters"][1]["value"] == 112.75
    assert not any(secret in read.evidence for secret in ("112.75", "251234"))


def test_utm_and_gauss_krueger_are_told_by_their_scale():
    assert read_declaration(gauss("x", CGCS, 111, 500000, 0.9996)).accepted == "EPSG:32649"
    assert read_declaration(gauss("x", CGCS, 111)).accepted == "EPSG:4508"


@pytest.mark.parametrize(
    ("text", "accepted", "said"),
    [
        (gauss("CGCS2000_3_Degree_GK_Zone_38", CGCS, 117, 39500000), "EPSG:4527", "zone 38"),
        (gauss("CGCS2000_3_Degree_GK_CM_114E", CGCS, 117), "EPSG:4548", "CM 114"),
        (gauss("CGCS2000_3_Degree_GK_CM_114E", XIAN, 114), "EPSG:2383", "CGCS2000"),
        (gauss("CGCS2000_GK_CM_111E", CGCS, 111, 500000, 0.9996), "EPSG:32649", "Gauss"),
        (gauss("WGS_1984_UTM_Zone_49N", WGS, 111), "EPSG:4508", "UTM"),
        (XIAN_ON_CGCS, "Xian 1980", "Xian 1980"),
        (pyproj.CRS(4547).to_wkt().replace('ID["EPSG",4547]', 'ID["EPSG",4548]'), "EPSG:4547", "EPSG:4548"),
    ],
)
def test_a_name_against_its_parameters_is_a_contradiction(text, accepted, said):
    with speaking("en"):
        read = read_declaration(text)
    assert read.accepted == accepted
    assert said in read.contradiction
    assert read.contradiction in read.evidence
    assert read.doubtful


@pytest.mark.parametrize("code", [4547, 4526, 4497, 2435, 2362, 32649, 3857, 4490, 9057, 4258, 3395, 4979])
def test_names_of_the_registry_contradict_nothing(code):
    for spelling in (f"EPSG:{code}", pyproj.CRS(code).to_wkt("WKT1_GDAL" if code != 4979 else "WKT2_2019")):
        assert read_declaration(spelling).contradiction == ""


@pytest.mark.parametrize("code", [4284, 4555])
def test_other_datums_on_an_old_ellipsoid_keep_their_own_code(code):
    read = read_declaration(f"EPSG:{code}")
    assert (read.name, read.datum, read.modern) == (f"EPSG:{code}", "beijing54", False)


def test_another_datum_on_the_ellipsoid_of_cgcs2000_is_doubtful():
    read = read_declaration("EPSG:4258")  # ETRS89
    assert (read.modern, read.doubtful) == (True, True)


@pytest.mark.parametrize("ellipsoid", ["bessel", "intl", "clrk66", "WGS72"])
def test_other_ellipsoids_are_not_taken_as_they_are(ellipsoid):
    assert not read_declaration(f"+proj=longlat +ellps={ellipsoid} +type=crs").modern


NOTHING = [
    'LOCAL_CS["Unknown engineering",UNIT["Meter",1]]',
    'ENGCRS["x",EDATUM["y"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]',
    'GEOGCS["Undefined geographic SRS",DATUM["unknown",SPHEROID["unknown",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]',
    "EPSG:4479",
    "EPSG:99999",
    "<html>404</html>",
    "PROJCS[",
    5,
    b"x",
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_names_no_place_counts_as_not_declared_and_says_why(text):
    read = read_declaration(text)
    assert read.crs is None
    assert read.evidence != ""


@pytest.mark.parametrize("text", [None, "", " \0"])
def test_nothing_declared_needs_no_words(text):
    assert (read_declaration(text).crs, read_declaration(text).evidence) == (None, "")


def test_a_hostile_declaration_is_quoted_short_and_on_one_line():
    evidence = read_declaration("x\n\x1b[31m" * 1000).evidence
    assert len(evidence) < 150
    assert evidence.isprintable()


def test_parameters_in_the_file_are_not_used_and_that_is_said():
    with speaking("en"):
        read = read_declaration("+proj=longlat +ellps=krass +towgs84=15.8,-154.4,-82.3 +type=crs")
    assert not read.crs.is_bound
    assert "were not used" in read.evidence
    assert "154" not in read.evidence


# What PROJ stumbles over, and what is rare


@pytest.mark.parametrize("missing", ["Scale_Factor", "False_Northing", "Latitude_Of_Origin"])
def test_a_parameter_that_is_not_written_has_its_usual_value(missing):
    whole = gauss("CGCS2000_3_Degree_GK_CM_114E", CGCS, 114)
    text = re.sub(rf'PARAMETER\["{missing}",[^\]]*\],', "", whole)
    assert text != whole
    assert read_declaration(text).accepted == "EPSG:4547"


@pytest.mark.parametrize("unit", ["0.017453", "0.01745329", "0.0174533"])
def test_a_degree_whose_digits_were_cut_short_is_a_degree(unit):
    assert read_declaration(CGCS.replace("0.0174532925199433", unit)).accepted == "EPSG:4490"


@pytest.mark.parametrize("text", [CGCS.replace("0.0174532925199433", "0"), 'LOCAL_CS["?"]', gauss("t", CGCS, "nan")])
def test_what_cannot_be_worked_with_is_no_declaration_and_no_crash(text):
    assert read_declaration(text).crs is None


def test_a_code_that_its_parameters_contradict_is_not_its_name():
    text = gauss("t", CGCS, 112.75)[:-1] + ',AUTHORITY["EPSG","4547"]]'
    read = read_declaration(text)
    assert "4547" not in read.accepted
    assert read.contradiction


@pytest.mark.parametrize("name", ["CGCS2000_3度带_114E", "CGCS2000_GK_Zone_114", "CGCS2000_CM_112_45E"])
def test_numbers_of_a_name_that_are_no_zone_contradict_nothing(name):
    assert read_declaration(gauss(name, CGCS, 114)).contradiction == ""
