"""Reads a table or view of a PostgreSQL database, with its PostGIS geometry; without PostGIS it is a plain table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from onemap.ingest.raw import Fault, Raw, UnreadableError
from onemap.ingest.readers.decoding import unproved
from onemap.ingest.readers.encoding import CANDIDATES, Finding, decode, find_encoding, take_at_word
from onemap.ingest.readers.relations import TRANSPARENT, Column, Table, choose_table, list_tables
from onemap.ingest.readers.tables_in_databases import source_name
from onemap.model import EncodingRecord
from onemap.spec.project import SourceSpec
from onemap.text import tr

try:
    # The extra `postgis`: most offices have files only.
    import psycopg
    from psycopg import errors, sql
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True

if TYPE_CHECKING:
    Connection = psycopg.Connection[tuple[Any, ...]]

CONNECT_SECONDS: Final = 10
BATCH: Final = 5000
"""So many rows are on their way at a time."""

LONG_NAME: Final = 61
"""Names are cut at 63 bytes, and there at the last whole character: one as long as this may have been cut."""

UNDECLARED: Final = "SQL_ASCII"
"""The server encoding that promises nothing: the database holds whatever bytes its clients wrote."""

# Nobody waits for a lock or an endless view. The date of a time with a zone is that in China. Numbers and dates come
# as they are written everywhere.
SETTINGS: Final = """
    SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '30s'; SET LOCAL TimeZone = 'Asia/Shanghai';
    SET LOCAL extra_float_digits = 3; SET LOCAL DateStyle = 'ISO, YMD'
"""
POSTGIS: Final = """
    SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'
"""

WHOLE: Final = ("int2", "int4", "int8")
DATES: Final[Mapping[str, Callable[[str], dt.date]]] = {
    "date": dt.date.fromisoformat,
    "timestamp": dt.datetime.fromisoformat,
    "timestamptz": lambda text: dt.datetime.fromisoformat(text).replace(tzinfo=None),
}


@dataclass
class _Harvest:
    """The rows of a table as they come in, column by column."""

    values: list[list[Any]]
    shapes: list[Any] = field(default_factory=list)
    srids: set[int] = field(default_factory=set)
    broken: list[int] = field(default_factory=list)
    """The rows whose geometry no other program can hold, such as a line of one point."""
    count: int = 0


def read_postgis(url: str, source: SourceSpec, words: set[str]) -> Raw:
    """Read the table or view that the project names, in a transaction that can only read.

    A row is called by its primary key where that is one column of integers. Otherwise the rows are numbered from 1, in
    the order of the primary key, or else of their place in the table; those of a view in the order of what they hold.
    Columns of files and images, and all geometries but one, are left out and told.

    Parameters
    ----------
    url
        `postgresql://user@host:5432/database`. What it leaves out comes from where PostgreSQL's own programs take it:
        PGPASSWORD and its like, the password file, or `?service=` and the service file.
    words
        The folded column names that mean something for the layer. Where the project names no table it is the only
        spatial one, or of several the one that knows most of them.

    Raises
    ------
    UnreadableError
        There is no psycopg, no connection, no such table or no permission. No message names user or host.
    """
    shown = source_name(url, source.layer)
    if not INSTALLED:
        message = tr("{source} cannot be read: the part for databases is not installed", source=shown)
        raise UnreadableError(message, tr("install it: {command}", command='pip install "onemap[postgis]"'))
    with closing(_connect(url, shown)) as connection:
        try:
            return _read(connection, source, words, shown)
        except psycopg.Error as fault:
            raise _trouble(fault, shown) from None


def _connect(url: str, shown: str) -> Connection:
    try:
        connection = psycopg.connect(
            url, connect_timeout=CONNECT_SECONDS, application_name="onemap", client_encoding="UTF8"
        )
    except (psycopg.Error, ValueError) as fault:
        raise _refusal(fault, shown) from None
    connection.read_only = True
    # One snapshot: the list of columns is that of the rows.
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection


def _refusal(fault: Exception, shown: str) -> UnreadableError:
    """Say in our own words why there is no connection: the server's name user and host, and in its own language."""
    attempt = getattr(fault, "pgconn", None)
    if attempt is not None and attempt.needs_password:
        return UnreadableError(
            tr("{source} cannot be read: the server asks for a password, and there is none", source=shown),
            tr("set PGPASSWORD, or write it into the file that PGPASSFILE names"),
        )
    if attempt is not None and attempt.used_password:
        return UnreadableError(
            tr("{source} cannot be read: the server refuses the user, the password or the database", source=shown),
            tr("try the same connection in QGIS"),
        )
    reason = type(fault).__name__
    return UnreadableError(
        tr("{source} cannot be read: no connection to the server ({reason})", source=shown, reason=reason),
        tr("check the address in the project, the network, and whether the server runs"),
    )


def _trouble(fault: Exception, shown: str) -> UnreadableError:
    """Say in our own words why a table cannot be read."""
    if isinstance(fault, errors.InsufficientPrivilege):
        message = tr("{source} cannot be read: the user has no permission", source=shown)
        return UnreadableError(message, tr("ask for the right to read it (GRANT SELECT)"))
    if isinstance(fault, errors.ReadOnlySqlTransaction):
        message = tr("{source} cannot be read: reading it would change the database", source=shown)
        return UnreadableError(message, tr("name a table or view that only reads"))
    if isinstance(fault, errors.QueryCanceled | errors.LockNotAvailable):
        message = tr("{source} cannot be read: the server took too long", source=shown)
        return UnreadableError(message, tr("try again when nobody else works on it"))
    message = tr("{source} cannot be read: {reason}", source=shown, reason=type(fault).__name__)
    return UnreadableError(message, tr("open it in QGIS; if it fails there too, ask whoever keeps the database"))


def _read(connection: Connection, source: SourceSpec, words: set[str], shown: str) -> Raw:
    connection.execute(SETTINGS)
    declared = connection.info.parameter_status("server_encoding") or UNDECLARED
    codecs: list[str] = []
    if declared == UNDECLARED:
        connection.execute("SET LOCAL client_encoding = 'LATIN1'")
        codecs = [source.encoding] if source.encoding else [*CANDIDATES]
    schema: str | None = next((row[0] for row in connection.execute(POSTGIS)), None)
    table, chosen = choose_table(list_tables(connection, codecs), source, words, shown)
    geometry = table.geometries[0] if schema and table.geometries else None
    harvest = _harvest(connection, table, geometry, schema or "")
    finding, doubts = _decode(harvest, source) if declared == UNDECLARED else (_handed_out(declared), [])
    values = {
        column.name.shown: pd.Series(found, dtype=object)
        for column, found in zip(table.values, harvest.values, strict=True)
    }
    return Raw(
        pd.DataFrame(values, index=pd.RangeIndex(harvest.count)),
        None if geometry is None else gpd.GeoSeries(np.concatenate([[], *harvest.shapes])),
        _rows(table, harvest),
        finding.record,
        declared_crs=_crs(connection, harvest.srids, schema or "", shown),
        cut_names=frozenset(name for name in values if len(name.encode()) >= LONG_NAME),
        faults=(*chosen, *_left_out(table, geometry), *doubts, *_broken(harvest)),
    )


def _harvest(connection: Connection, table: Table, geometry: Column | None, schema: str) -> _Harvest:
    """Read the rows through a cursor of the server, so that only a batch of them is here twice."""
    columns = table.values
    wanted = [_expression(column) for column in columns]
    if geometry is not None:
        shape = sql.SQL("{0}.ST_AsEWKB({0}.ST_CurveToLine({0}.ST_Force2D(CAST({1} AS {0}.geometry))))")
        wanted.append(shape.format(sql.Identifier(schema), sql.Identifier(geometry.name.own)))
    query = sql.SQL("SELECT {} FROM {} {}").format(
        sql.SQL(", ").join(wanted), sql.Identifier(table.schema.own, table.name.own), _order(table, wanted)
    )
    harvest = _Harvest([[] for _ in columns])
    with connection.cursor("onemap", binary=True) as cursor:
        cursor.execute(query)
        while batch := cursor.fetchmany(BATCH):
            for values, column, into in zip(zip(*batch, strict=True), columns, harvest.values, strict=False):
                into += _settled(values, column)
            if geometry is not None:
                _add_shapes(harvest, [row[-1] for row in batch])
            harvest.count += len(batch)
    return harvest


def _expression(column: Column) -> sql.Composable:
    """Return what is asked of the server for a column: exact numbers, codes and all else as text."""
    name = sql.Identifier(column.name.own)
    if column.type in ("bool", "float8"):
        return name
    if column.type == "float4":
        # By way of its text 0.1 stays 0.1, not 0.10000000149.
        return sql.SQL("CAST(CAST({} AS text) AS float8)").format(name)
    return sql.SQL("CAST({} AS text)").format(name)


def _order(table: Table, wanted: list[sql.Composable]) -> sql.Composable:
    """Return the order of the rows, the same for the same table."""
    key = [column for number in table.key for column in table.columns if column.number == number]
    if len(key) == 1 and key[0].type in WHOLE:
        return sql.SQL("ORDER BY {}").format(sql.Identifier(key[0].name.own))
    if not key and table.stored:
        return sql.SQL("ORDER BY tableoid, ctid")
    parts = [sql.Identifier(column.name.own) for column in key] or wanted
    if not parts:
        return sql.SQL("")
    # As text in the order of its bytes: not every type has an order, and that of words differs by machine.
    text = sql.SQL(", ").join(sql.SQL('CAST({} AS text) COLLATE "C"').format(part) for part in parts)
    return sql.SQL("ORDER BY {}").format(text)


def _settled(values: tuple[Any, ...], column: Column) -> list[Any]:
    """Return dates as dates, and equal texts as one object: names and classes repeat."""
    convert = DATES.get(column.type)
    known: dict[Any, Any] = {None: None}
    if column.type in ("bool", "float4", "float8"):
        return list(values)
    for value in set(values) - {None}:
        known[value] = value
        if convert is not None:
            # "infinity" and years before Christ are no dates here; they stay the text that they are.
            with suppress(ValueError):
                known[value] = convert(value)
    return [known[value] for value in values]


def _add_shapes(harvest: _Harvest, binary: list[bytes | None]) -> None:
    shapes = shapely.from_wkb(np.array(binary, dtype=object), on_invalid="ignore")
    there = np.array([one is not None for one in binary])
    missing = shapely.is_missing(shapes)
    harvest.broken += (harvest.count + np.flatnonzero(there & missing)).tolist()
    harvest.srids |= set(shapely.get_srid(shapes[~missing]).tolist())
    harvest.shapes.append(shapely.set_srid(shapes, 0))


def _rows(table: Table, harvest: _Harvest) -> list[int]:
    for column, values in zip(table.values, harvest.values, strict=True):
        if table.key == (column.number,) and column.type in WHOLE:
            return [int(value) for value in values]
    return list(range(1, harvest.count + 1))


def _crs(connection: Connection, srids: set[int], schema: str, shown: str) -> str | None:
    """Return what the database says of the coordinate system of the shapes: an EPSG code, or else its definition."""
    if len(srids) > 1:
        names = ", ".join(str(srid) for srid in sorted(srids))
        message = tr("{source} has shapes in several coordinate systems: SRID {names}", source=shown, names=names)
        raise UnreadableError(message, tr("make a view for each of them, and name each as a source"))
    query = sql.SQL("SELECT auth_name, auth_srid, srtext FROM {} WHERE srid = ANY(%s)")
    found = connection.execute(query.format(sql.Identifier(schema, "spatial_ref_sys")), [[*srids]]) if schema else ()
    for authority, code, definition in found:
        for text in (f"{authority}:{code}", definition):
            with suppress(pyproj.exceptions.CRSError):
                pyproj.CRS.from_user_input(text)
                return str(text)
    return None


def _handed_out(declared: str) -> Finding:
    evidence = tr("the database declares {encoding}, and its server hands out UTF-8", encoding=declared)
    return Finding(EncodingRecord("utf-8", evidence), "utf-8")


def _decode(harvest: _Harvest, source: SourceSpec) -> tuple[Finding, list[Fault]]:
    """Find in which encoding the texts of an undeclared database are written, and turn them into it."""
    texts = {value for values in harvest.values for value in values if isinstance(value, str) and not value.isascii()}
    data = {text: text.encode(TRANSPARENT) for text in sorted(texts)}
    if source.encoding:
        finding = take_at_word(source.encoding, data.values())
    else:
        finding = find_encoding(data.values())
        evidence = tr("the database declares no encoding; {evidence}", evidence=finding.record.evidence)
        finding = replace(finding, record=replace(finding.record, evidence=evidence))
    decoded = {text: decode(written, finding.codec) for text, written in data.items()}
    cut = {text for text, (_, halved) in decoded.items() if halved}
    message, hint = tr("the text ends in half a character, which was left out"), tr("complete it in the database")
    faults = [
        Fault("cut_text", message, hint, at, value=decoded[value][0], action="repaired")
        for values in (harvest.values if cut else ())
        for at, value in enumerate(values)
        if value in cut
    ]
    harvest.values = [[decoded.get(value, (value,))[0] for value in values] for values in harvest.values]
    return finding, [*unproved(finding), *faults]


def _left_out(table: Table, geometry: Column | None) -> list[Fault]:
    """Tell of the columns that were not read."""
    others = ", ".join(column.name.shown for column in table.geometries if column is not geometry)
    files = ", ".join(column.name.shown for column in table.files)
    faults = []
    if others and geometry is not None:
        message = tr("the geometry is that of {column}; not read: {names}", column=geometry.name.shown, names=others)
        faults.append(Fault("parts_chosen", message, tr("if another is meant, make a view that has only that one")))
    if files:
        message = tr("columns of files and images are not read: {names}", names=files)
        faults.append(Fault("parts_chosen", message, tr("nothing to do, unless they are data")))
    return faults


def _broken(harvest: _Harvest) -> list[Fault]:
    message = tr("a geometry that only the database can hold, such as a line of one point")
    hint = tr("correct it in the database")
    return [Fault("invalid_geometry", message, hint, at, action="blanked") for at in harvest.broken]
