"""Tables of a PostgreSQL database with PostGIS: a real one, which the tests start themselves."""

import math
from urllib.parse import urlsplit

import geopandas as gpd
import pyproj
import pytest
import shapely
from psycopg import sql

from onemap.ingest.raw import UnreadableError
from onemap.ingest.readers import postgis
from onemap.ingest.readers.postgis import read_postgis
from onemap.ingest.readers.tables_in_databases import content_digest, source_name
from onemap.ingest.readers.vectors import read_vector
from onemap.spec.project import SourceSpec
from onemap.text import speaking
from tests.real_postgis import OWNER, PASSWORD, running

POINT = "ST_SetSRID(ST_MakePoint(112.79, 34.91), 4490)"


@pytest.fixture(scope="module")
def server():
    with running() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch):
    for name in ("PGPASSWORD", "PGPASSFILE", "PGUSER", "PGHOST", "PGDATABASE", "PGSERVICE", "PGOPTIONS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def soil(server):
    url = server.create_with_postgis("soil")
    server.run("soil", "ALTER DATABASE soil SET search_path = data, public")
    return url


@pytest.fixture
def database(server, soil):
    """A database whose schema `data` is empty: call it with statements, and read from its url."""
    server.run("soil", "DROP SCHEMA IF EXISTS data CASCADE; CREATE SCHEMA data")

    def run(*statements):
        server.run("soil", *statements)

    run.url = soil
    return run


def read(url, layer=None, words=(), **keys):
    return read_postgis(url, SourceSpec(path=url, layer=layer, **keys), set(words))


def refusal(url, layer=None, **keys):
    with pytest.raises(UnreadableError) as caught:
        read(url, layer, **keys)
    return caught.value


# --- what is read


def test_a_table_gives_what_the_same_geopackage_gives(database, tmp_path):
    records = [
        ("4108832260001", 1.5, True, 410883226000100001, shapely.box(0, 0, 1, 1)),
        ("4108832260002", 0.1, False, 2, shapely.Point(1, 2).buffer(1)),
        (None, None, True, 3, None),
    ]
    names = ["地块编码", "面积", "在产", "序号"]
    frame = gpd.GeoDataFrame(
        [record[:4] for record in records], columns=names, crs="EPSG:4547", geometry=[record[4] for record in records]
    )
    frame.to_file(tmp_path / "p.gpkg")
    there = read_vector(tmp_path / "p.gpkg", SourceSpec(path="p.gpkg"), set())
    database(
        'CREATE TABLE "地块" (fid serial PRIMARY KEY, "地块编码" text, "面积" float8, "在产" bool, "序号" int8,'
        " geom geometry(Polygon, 4547))"
    )
    insert = sql.SQL('INSERT INTO "地块" VALUES (DEFAULT, {}, {}, {}, {}, ST_SetSRID({}::geometry, 4547))')
    for *values, shape in records:
        database(insert.format(*values, shapely.to_wkb(shape, hex=True)))
    raw = read(database.url, "地块")
    assert raw.rows == there.rows == [1, 2, 3]
    ours, theirs = (f[names].astype(object).where(f[names].notna(), None) for f in (raw.frame, there.frame))
    assert ours.to_numpy().tolist() == theirs.to_numpy().tolist()
    assert raw.geometry.to_wkb().tolist() == there.geometry.to_wkb().tolist()
    assert pyproj.CRS(raw.declared_crs) == there.declared_crs


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("123456789012345678::int8", "123456789012345678"),
        ("123456789012345678901234567890::numeric", "123456789012345678901234567890"),
        ("12.50::numeric(10, 2)", "12.50"),
        ("0.1::float4", 0.1),
        ("0.1::float8", 0.1),
        ("true", True),
        ("'Ⅲ类𠮷'::text", "Ⅲ类𠮷"),
        ("'甲'::char(5)", "甲"),
        ("ARRAY['甲', '乙']", "{甲,乙}"),
        ("'{\"镉\": 0.3}'::jsonb", '{"镉": 0.3}'),
        ("'2026-10-31'::date", "2026-10-31"),
        ("'infinity'::date", "infinity"),
        ("'2026-10-31 08:30'::timestamp", "2026-10-31 08:30:00"),
        ("'2026-10-30 16:00+00'::timestamptz", "2026-10-31 00:00:00"),
        ("NULL::int", None),
    ],
)
def test_values_come_whole(database, expression, value):
    database(f"CREATE TABLE t AS SELECT {expression} AS v")
    (found,) = read(database.url, "t").frame["v"]
    assert (found if isinstance(value, float | bool | None) else str(found)) == value


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("POINT ZM (1 2 3 4)", "POINT (1 2)"),
        ("LINESTRING M (0 0 9, 1 1 9)", "LINESTRING (0 0, 1 1)"),
        ("POINT EMPTY", "POINT EMPTY"),
        ("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))", "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))"),
    ],
)
def test_shapes_are_flat(database, shape, expected):
    database(f"CREATE TABLE t AS SELECT 'SRID=4490;{shape}'::geometry AS geom")
    assert read(database.url, "t").geometry.iloc[0].wkt == expected


def test_a_curve_becomes_a_line(database):
    database("CREATE TABLE t AS SELECT 'CIRCULARSTRING (-1 0, 0 1, 1 0)'::geometry AS geom")
    assert read(database.url, "t").geometry.iloc[0].length == pytest.approx(math.pi, rel=1e-3)


def test_a_shape_that_only_postgis_holds_is_a_fault_of_its_row(database):
    database(f"CREATE TABLE t AS SELECT g AS geom FROM (VALUES ({POINT}), (ST_MakeLine(ARRAY[{POINT}]))) AS v (g)")
    raw = read(database.url, "t")
    assert [(fault.kind, fault.at, fault.action) for fault in raw.faults] == [("invalid_geometry", 1, "blanked")]
    assert raw.geometry.isna().tolist() == [False, True]


def test_a_row_without_geometry_stays_a_row(database):
    database(f"CREATE TABLE t AS VALUES (1, {POINT}), (2, NULL)")
    assert read(database.url, "t").geometry.isna().tolist() == [False, True]


def test_a_geography_is_a_geometry(database):
    database(f"CREATE TABLE t AS SELECT ST_Transform({POINT}, 4326)::geography AS place")
    raw = read(database.url, "t")
    assert (raw.geometry.iloc[0].geom_type, raw.declared_crs) == ("Point", "EPSG:4326")


def test_an_empty_table_is_empty(database):
    database("CREATE TABLE t (a int, geom geometry(Point, 4490))")
    raw = read(database.url, "t")
    assert (list(raw.frame), len(raw.frame), len(raw.geometry)) == (["a"], 0, 0)


# --- coordinate systems


@pytest.mark.parametrize(("srid", "crs"), [(4490, "EPSG:4490"), (4547, "EPSG:4547"), (0, None), (2414, "EPSG:2414")])
def test_the_srid_declares_the_crs(database, srid, crs):
    database(f"CREATE TABLE t AS SELECT ST_SetSRID(ST_MakePoint(1, 2), {srid}) AS geom")
    assert read(database.url, "t").declared_crs == crs


def test_a_system_of_their_own_is_declared_by_its_definition(database):
    definition = pyproj.CRS("EPSG:4547").to_wkt("WKT1_ESRI").replace("CGCS2000_3_Degree_GK_CM_114E", "县里的坐标系")
    database(
        sql.SQL("INSERT INTO spatial_ref_sys VALUES (900123, 'county', 1, {}, '')").format(definition),
        "CREATE TABLE t AS SELECT ST_SetSRID(ST_MakePoint(1, 2), 900123) AS geom",
    )
    assert read(database.url, "t").declared_crs == definition


def test_a_system_that_nobody_defined_is_none(database):
    database("CREATE TABLE t AS SELECT ST_SetSRID(ST_MakePoint(1, 2), 900124) AS geom")
    assert read(database.url, "t").declared_crs is None


def test_shapes_in_two_systems_are_refused(database):
    database("CREATE TABLE t AS SELECT ST_SetSRID(ST_MakePoint(1, 2), s) AS geom FROM (VALUES (4490), (4547)) v (s)")
    assert "4490, 4547" in refusal(database.url, "t").message


# --- which table, which column


def test_names_may_be_anything(server):
    url = server.create("names")
    table, column = 'x"; DROP TABLE "地块 %s; --', "a\"b'c;%d {} \\"
    server.run(
        "names",
        'CREATE SCHEMA "局.一"; CREATE TABLE "地块" (a int)',
        sql.SQL("CREATE TABLE {} AS SELECT 7 AS {}").format(sql.Identifier("局.一", table), sql.Identifier(column)),
    )
    assert read(url, f"局.一.{table}").frame.to_dict("list") == {column: ["7"]}
    assert list(read(url, "地块").frame) == ["a"]


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
def test_a_view_is_a_table(database, kind):
    database("CREATE TABLE t AS VALUES (2), (1), (3)", f"CREATE {kind} v AS SELECT * FROM t WHERE column1 < 3")
    raw = read(database.url, "v")
    assert sorted(raw.frame["column1"]) == ["1", "2"]
    assert raw.rows == [1, 2]


def test_a_partitioned_table_is_one_table(database):
    database(
        "CREATE TABLE t (a int) PARTITION BY LIST (a)",
        "CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2)",
        "INSERT INTO t VALUES (2), (1)",
    )
    assert list(read(database.url).frame["a"]) == ["1", "2"]


def test_the_only_spatial_table_needs_no_name_and_the_rest_is_told(database):
    database("CREATE TABLE plain AS SELECT 1 AS a", f"CREATE TABLE places AS SELECT {POINT} AS geom")
    raw = read(database.url, words=["a"])
    assert raw.geometry is not None
    assert [fault.kind for fault in raw.faults] == ["parts_chosen"]
    assert "data.plain" in raw.faults[0].message


def test_of_several_tables_the_one_that_knows_most_words_is_read(database):
    database(
        "CREATE TABLE a AS SELECT 1 AS x, 1 AS y", 'CREATE TABLE b AS SELECT 1 AS "地块编码", 1 AS y',
        "CREATE TABLE c AS SELECT 1 AS z",
    )  # fmt: skip
    assert "地块编码" in read(database.url, words=["地块编码", "y"]).frame


def test_among_equals_nothing_is_guessed(database):
    database("CREATE TABLE a AS SELECT 1 AS x", "CREATE TABLE b AS SELECT 1 AS x")
    assert "data.a, data.b" in refusal(database.url).message


def test_an_unknown_table_is_answered_with_those_that_are_there(database):
    database("CREATE TABLE a (x int)")
    assert "data.a" in refusal(database.url, "b").message


def test_a_name_in_two_schemas_means_the_one_that_the_search_path_finds(database):
    database("CREATE TABLE public.t AS SELECT 1 AS a", "CREATE TABLE t AS SELECT 2 AS a")
    found = [list(read(database.url, name).frame["a"]) for name in ("t", "public.t")]
    database("DROP TABLE public.t")
    assert found == [["2"], ["1"]]


def test_of_several_geometries_the_usual_one_is_read_and_the_other_told(database):
    database(f"CREATE TABLE t AS SELECT ST_Buffer({POINT}, 1) AS zone, {POINT} AS geom, 'x'::bytea AS photo")
    raw = read(database.url, "t")
    assert raw.geometry.iloc[0].geom_type == "Point"
    assert list(raw.frame) == []
    assert [fault.kind for fault in raw.faults] == ["parts_chosen", "parts_chosen"]
    assert "zone" in raw.faults[0].message and "photo" in raw.faults[1].message


def test_postgis_may_live_in_a_schema_of_its_own(server):
    url = server.create("own_schema")
    server.run(
        "own_schema", "CREATE SCHEMA gis; CREATE EXTENSION postgis SCHEMA gis",
        "CREATE TABLE t AS SELECT gis.ST_SetSRID(gis.ST_MakePoint(1, 2), 4490) AS geom",
    )  # fmt: skip
    raw = read(url)
    assert (raw.geometry.iloc[0].wkt, raw.declared_crs) == ("POINT (1 2)", "EPSG:4490")


def test_without_postgis_a_table_is_a_table(server):
    url = server.create("plain")
    server.run("plain", 'CREATE TABLE t AS SELECT 112.79 AS "经度", 34.91 AS "纬度"')
    raw = read(url)
    assert raw.geometry is None and raw.declared_crs is None
    assert raw.frame.to_dict("list") == {"经度": ["112.79"], "纬度": ["34.91"]}


# --- rows and digest


def test_rows_are_called_by_an_integer_key_and_come_in_its_order(database):
    database("CREATE TABLE t (a text, id int8 PRIMARY KEY)", "INSERT INTO t VALUES ('x', 30), ('y', -4)")
    raw = read(database.url, "t")
    assert (raw.rows, list(raw.frame["a"])) == ([-4, 30], ["y", "x"])


def test_rows_with_another_key_are_numbered_in_its_order(database):
    database("CREATE TABLE t (a text, b int, PRIMARY KEY (b, a))", "INSERT INTO t VALUES ('y', 1), ('x', 1)")
    raw = read(database.url, "t")
    assert (raw.rows, list(raw.frame["a"])) == ([1, 2], ["x", "y"])


def test_more_rows_than_a_batch_all_arrive(database):
    database(f"CREATE TABLE t AS SELECT i, {POINT} AS geom FROM generate_series(1, 12345) i")
    raw = read(database.url, "t")
    assert (raw.rows[-1], raw.frame["i"].iloc[-1], raw.geometry.notna().sum()) == (12345, "12345", 12345)


def test_the_digest_is_that_of_the_content(database):
    database("CREATE TABLE t (id int PRIMARY KEY, d date, g geometry)")
    database(f"INSERT INTO t VALUES (1, now(), {POINT}), (2, NULL, NULL)")
    first = content_digest(read(database.url, "t"))
    database("UPDATE t SET id = id WHERE id = 1")
    assert content_digest(read(database.url, "t")) == first
    database("UPDATE t SET g = ST_Translate(g, 1e-9, 0) WHERE id = 1")
    assert content_digest(read(database.url, "t")) != first


def test_a_view_gives_the_same_rows_in_the_same_order_whatever_the_server_does(database):
    database(
        "CREATE TABLE t AS SELECT i FROM generate_series(1, 50) i", "CREATE VIEW v AS SELECT * FROM t ORDER BY random()"
    )
    assert content_digest(read(database.url, "v")) == content_digest(read(database.url, "v"))


# --- text


def test_the_servers_encoding_is_in_the_evidence(server):
    url = server.create("euc", "EUC_CN")
    server.run("euc", 'CREATE TABLE "地块" AS SELECT \'示例\'::text AS "名称"')
    raw = read(url)
    assert raw.frame.to_dict("list") == {"名称": ["示例"]}
    assert raw.encoding.found == "utf-8" and "EUC_CN" in raw.encoding.evidence


def undeclared(server, codec):
    """A database of undeclared bytes, with names and texts in `codec`."""
    url = server.create("undeclared", "SQL_ASCII")
    statements = (
        'CREATE TABLE "耕地" ("类别" text, n int)',
        "INSERT INTO \"耕地\" VALUES ('严格管控类', 1), ('优先保护类', 2), (NULL, 3), ('ok', 4)",
    )
    for statement in statements:
        server.run("undeclared", statement.encode(codec))
    return url


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
def test_undeclared_bytes_are_read_as_what_they_are(server, codec):
    raw = read(undeclared(server, codec), "耕地")
    assert raw.frame.to_dict("list") == {"类别": ["严格管控类", "优先保护类", None, "ok"], "n": ["1", "2", "3", "4"]}
    assert raw.encoding.found == codec


def test_a_table_of_undeclared_bytes_is_found_by_its_words(server):
    url = undeclared(server, "gb18030")
    server.run("undeclared", "CREATE TABLE other (n int)")
    assert "类别" in read(url, words=["类别", "n"]).frame


def test_the_project_overrules_how_undeclared_bytes_are_read(server):
    url = server.create("undeclared", "SQL_ASCII")
    server.run("undeclared", "CREATE TABLE t AS SELECT '優先保護'::text AS a".encode("big5"))
    raw = read(url, "t", encoding="big5")
    assert (list(raw.frame["a"]), raw.encoding.found) == (["優先保護"], "big5")


def test_half_a_character_of_undeclared_bytes_is_left_out_and_told(server):
    url = undeclared(server, "gb18030")
    server.run("undeclared", 'UPDATE "耕地" SET "类别" = E\'安全利用\\xc0\' WHERE n = 2'.encode("gb18030"))
    raw = read(url, "耕地")
    assert "安全利用" in set(raw.frame["类别"])
    assert [(fault.kind, raw.frame["n"][fault.at]) for fault in raw.faults] == [("cut_text", "2")]


def test_bytes_that_could_be_both_are_told_in_both_readings(server):
    url = server.create("undeclared", "SQL_ASCII")
    server.run("undeclared", "CREATE TABLE t AS SELECT '镉'::text AS a UNION ALL SELECT '锌'".encode())
    (fault,) = read(url, "t").faults
    assert fault.kind == "encoding_unproved"
    assert "镉" in fault.message and "锌".encode().decode("gb18030", "ignore")[0] in fault.message


def test_bytes_that_are_not_what_the_project_says_are_told(server):
    url = undeclared(server, "gb18030")
    server.run("undeclared", 'ALTER TABLE "\xb8\xfb\xb5\xd8" RENAME TO plots'.encode("latin-1"))
    assert "utf-8" in refusal(url, "plots", encoding="utf-8").message


# --- what cannot be read, and what is never said


def secrets(server):
    return [PASSWORD, OWNER, "127.0.0.1", "localhost", str(server.port)]


def test_a_wrong_password_says_nothing_secret(server):
    fault = refusal(server.url(password="wrong-one"), "t")
    assert "postgresql:postgres/t" in fault.message
    assert not [word for word in (*secrets(server), "wrong-one") if word in fault.message + fault.hint]


def test_a_missing_password_is_asked_for(server):
    fault = refusal(server.url(password=None))
    assert "PGPASSWORD" in fault.hint
    assert not [word for word in secrets(server) if word in fault.message + fault.hint]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://someone:geheim@127.0.0.1:1/soil",
        "postgresql://someone:geheim@no-such-host.invalid/soil",
        "postgresql://someone:ge/heim@10.0.0.1:5432/soil",
        "postgresql://someone:ge%zzheim@10.0.0.1/soil",
        "postgresql://someone:geheim@" + "x" * 300 + "/soil",
        "postgresql:///?service=no_such_service",
    ],
)
def test_without_a_server_nothing_secret_is_said(url):
    fault = refusal(url)
    said = fault.message + fault.hint
    assert not [word for word in ("someone", "heim", "127.0", "10.0.0", "invalid", "xxx", "5432") if word in said]
    assert fault.__cause__ is None and fault.__suppress_context__


def test_without_permission_it_is_said_so(server, database):
    database("CREATE TABLE t (a int)", "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN PASSWORD 'g'")
    url = server.url("soil", "guest", "g")
    assert "GRANT SELECT" in refusal(url, "t").hint
    assert "GRANT SELECT" in refusal(url).hint


@pytest.mark.parametrize("body", ["INSERT INTO t VALUES (9) RETURNING a", "DELETE FROM t RETURNING a"])
def test_reading_never_writes(database, body):
    database(
        "CREATE TABLE t AS SELECT 1 AS a",
        f"CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql AS $$ {body} $$",
        "CREATE VIEW v AS SELECT f() AS a",
    )
    with speaking("en"):
        assert "would change the database" in refusal(database.url, "v").message
    assert list(read(database.url, "t").frame["a"]) == ["1"]


def test_a_function_cannot_make_the_transaction_write(database):
    database(
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS "
        "$$ BEGIN SET LOCAL transaction_read_only = off; DELETE FROM t; RETURN 1; END $$",
        "CREATE VIEW v AS SELECT f() AS a",
    )
    refusal(database.url, "v")
    assert len(read(database.url, "t").frame) == 1


def test_a_connection_that_breaks_midway_is_told_and_nothing_else(database, caplog):
    database("CREATE VIEW v AS SELECT pg_terminate_backend(pg_backend_pid()) AS a")
    assert "postgresql:soil/v" in refusal(database.url, "v").message
    assert caplog.text == ""


def test_without_psycopg_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(postgis, "INSTALLED", False)
    assert 'pip install "onemap[postgis]"' in refusal("postgresql://u@h/d").hint


# --- where the connection comes from


def test_a_password_may_come_from_the_environment(server, database, monkeypatch):
    database("CREATE TABLE t (a int)")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert list(read(server.url("soil", password=None)).frame) == ["a"]


def test_a_password_may_come_from_the_password_file(server, database, monkeypatch, tmp_path):
    database("CREATE TABLE t (a int)")
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:{server.port}:*:{OWNER}:{PASSWORD}\n", "utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert list(read(server.url("soil", password=None)).frame) == ["a"]


def test_a_connection_may_come_from_the_service_file(server, database, monkeypatch, tmp_path):
    database("CREATE TABLE t (a int)")
    parts = urlsplit(server.url("soil"))
    lines = [
        "[bureau]",
        f"host={parts.hostname}",
        f"port={parts.port}",
        "dbname=soil",
        f"user={OWNER}",
        f"password={PASSWORD}",
    ]
    (tmp_path / "services").write_text("\n".join(lines) + "\n", "utf-8")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    assert list(read("postgresql:///?service=bureau").frame) == ["a"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://u:p@h:5432/soil", "postgresql:soil/public.t"),
        ("postgres://u@h/%E5%9C%9F%E5%A3%A4", "postgresql:土壤/public.t"),
        ("postgresql://h/", "postgresql:public.t"),
        ("postgresql://u:p@h1:1,h2:2/soil?sslmode=require&password=geheim", "postgresql:soil/public.t"),
        ("postgresql:///?dbname=soil&host=h&user=u", "postgresql:soil/public.t"),
        ("postgresql://u:p/w@h:5432/soil", "postgresql:public.t"),
        ("postgresql://u:p?w@h:5432/soil", "postgresql:soil/public.t"),
        ("postgresql://u:p#w@h:5432/soil", "postgresql:soil/public.t"),
        ("postgresql:///?service=bureau", "postgresql:public.t"),
        ("postgresql://u:p@[::1]:5432/soil", "postgresql:soil/public.t"),
    ],
)
def test_a_source_is_called_by_database_and_table_alone(url, name):
    assert source_name(url, "public.t") == name
