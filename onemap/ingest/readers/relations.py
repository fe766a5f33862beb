"""Which tables and views a PostgreSQL database has, and which of them a source means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from onemap.ingest.raw import Fault, UnreadableError
from onemap.spec.project import SourceSpec
from onemap.text import fold, tr

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

SHOWN: Final = 20
"""So many tables are named in a message."""

TRANSPARENT: Final = "latin-1"
"""Every byte is one character of it: text taken as LATIN1 gives back the bytes of an undeclared encoding."""

USUAL_GEOMETRIES: Final = ("geom", "shape", "wkb_geometry", "the_geom", "geometry")
SPATIAL: Final = ("geometry", "geography")
NO_VALUES: Final = ("bytea", "raster", "topogeometry")
"""Types of files and images: no field of a layer can hold them."""

TABLES: Final = """
    SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind IN ('r', 'm', 'p'), pg_table_is_visible(c.oid),
           has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
           (SELECT k.conkey FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'm', 'p', 'v', 'f') AND NOT c.relispartition
       AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     ORDER BY n.nspname::text COLLATE "C", c.relname::text COLLATE "C"
"""
"""Every table, view, materialised view and foreign table that no extension brought along."""

COLUMNS: Final = """
    SELECT a.attrelid::int8, a.attnum, a.attname::text, COALESCE(b.typname, t.typname)::text
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
     WHERE a.attrelid = ANY(%s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attrelid, a.attnum
"""


@dataclass(frozen=True)
class Name:
    """A name as the server has it, and as people read it; they differ where no encoding is declared."""

    own: str
    shown: str


@dataclass(frozen=True)
class Column:
    """A column, with its place in the table and its type below any domain."""

    number: int
    name: Name
    type: str


@dataclass(frozen=True)
class Table:
    """A table or view."""

    schema: Name
    name: Name
    stored: bool
    """Whether its rows have a place of their own, as those of a view have not."""
    on_path: bool
    """Whether its name finds it without the schema."""
    readable: bool
    key: tuple[int, ...]
    """The numbers of the columns of its primary key."""
    columns: tuple[Column, ...]

    @property
    def full_name(self) -> str:
        """Schema and name, as a project names it."""
        return f"{self.schema.shown}.{self.name.shown}"

    @property
    def geometries(self) -> list[Column]:
        """Its geometry columns: those with a usual name first, and otherwise in their order."""
        found = [column for column in self.columns if column.type in SPATIAL]
        return sorted(found, key=lambda column: column.name.shown.lower() not in USUAL_GEOMETRIES)

    @property
    def values(self) -> list[Column]:
        """Its columns that hold values."""
        return [column for column in self.columns if column.type not in (*SPATIAL, *NO_VALUES)]

    @property
    def files(self) -> list[Column]:
        """Its columns that hold files and images."""
        return [column for column in self.columns if column.type in NO_VALUES]


def list_tables(connection: Connection, codecs: Sequence[str]) -> list[Table]:
    """Return the tables and views of a database.

    Parameters
    ----------
    codecs
        The encodings that names may be written in where the database declares none, likeliest first; otherwise empty.
    """
    found = connection.execute(TABLES).fetchall()
    columns = defaultdict(list)
    for table, number, name, kind in connection.execute(COLUMNS, [[row[0] for row in found]]):
        columns[table].append(Column(number, _name(name, codecs), kind))
    return [
        Table(_name(schema, codecs), _name(name, codecs), stored, on_path, readable, tuple(key or ()), (*columns[oid],))
        for oid, schema, name, stored, on_path, readable, key in found
    ]


def choose_table(
    tables: Sequence[Table], source: SourceSpec, words: set[str], shown: str
) -> tuple[Table, tuple[Fault, ...]]:
    """Return the table that a source means, and what was left where it names none.

    Raises
    ------
    UnreadableError
        There is none of that name, or several could be meant.
    """
    if source.layer is not None:
        return _named(tables, source.layer, shown), ()
    readable = [table for table in tables if table.readable]
    pool = [table for table in readable if table.geometries] or readable
    if len(pool) > 1:
        known = [len({fold(column.name.shown) for column in table.columns} & words) for table in pool]
        pool = [table for table, count in zip(pool, known, strict=True) if count == max(known) > 0] or pool
    if not pool:
        message = tr("{source} has no table that the user may read", source=shown)
        raise UnreadableError(message, tr("ask for the right to read it (GRANT SELECT)"))
    if len(pool) > 1:
        message = tr("{source} has several tables: {names}", source=shown, names=_listed(pool))
        raise UnreadableError(message, tr("name the table in the project: layer = …"))
    rest = [table for table in readable if table is not pool[0]]
    if not rest:
        return pool[0], ()
    message = tr("the table {table} was read; not read: {names}", table=pool[0].full_name, names=_listed(rest))
    return pool[0], (Fault("parts_chosen", message, tr("if another is meant, name it: layer = …")),)


def _named(tables: Sequence[Table], asked: str, shown: str) -> Table:
    same = [table for table in tables if table.full_name == asked] or [t for t in tables if t.name.shown == asked]
    found = same if len(same) == 1 else [table for table in same if table.on_path]
    if len(found) == 1:
        return found[0]
    if same:
        message = tr("{source} has several tables of that name: {names}", source=shown, names=_listed(same))
        raise UnreadableError(message, tr("name the schema too: layer = …"))
    names = _listed(table for table in tables if table.readable)
    message = tr("{source}: there is no such table; there are: {names}", source=shown, names=names)
    raise UnreadableError(message, tr("name the table in the project: layer = …"))


def _listed(tables: Iterable[Table]) -> str:
    names = [table.full_name for table in tables]
    return ", ".join([*names[:SHOWN], *("…" for _ in names[SHOWN : SHOWN + 1])]) or tr("none")


def _name(own: str, codecs: Sequence[str]) -> Name:
    for codec in codecs:
        try:
            return Name(own, own.encode(TRANSPARENT).decode(codec))
        except UnicodeDecodeError:
            continue
    return Name(own, own)
