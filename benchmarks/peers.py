"""The same work by others: geopandas as one writes it, shapely by a practised hand, DuckDB, SedonaDB and PostGIS."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import psycopg
import shapely
from county import CRS
from numpy.typing import NDArray

sys.path.append(str(Path(__file__).parents[1]))
from tests import real_postgis

if TYPE_CHECKING:
    from measures import Ground

Answer = NDArray[np.float64]
THREADS = 2
CLASSES = 3


def version_of(name: str) -> str:
    """Return the version of a package, or that it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def per_source(source: NDArray[Any], lengths: Answer, count: int) -> Answer:
    """Return the number of pairs and the sum of their distances, of each source."""
    return np.column_stack(
        [np.bincount(source, minlength=count), np.bincount(source, weights=lengths, minlength=count)]
    ).astype(float)


def discs_of(ground: Ground, rings: tuple[float, ...], segments: int) -> NDArray[Any]:
    """Return discs as polygons, all rings of one source after another."""
    shapes = shapely.buffer(ground.enterprises[:, None], np.array(rings), quad_segs=segments)
    return np.asarray(shapes).ravel()


def _frame(shapes: NDArray[Any], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def _table(zone: Any, group: Any, areas: Any, count: int) -> Answer:
    cells = np.asarray(zone, dtype=np.intp) * CLASSES + np.asarray(group, dtype=np.intp)
    return np.bincount(cells, weights=areas, minlength=count * CLASSES).reshape(count, CLASSES)


def naive_pairs(ground: Ground, reach: float) -> Answer:
    """Join buffers with parcels, and measure each pair: what lies between a buffer and its circle is missed."""
    sources = _frame(ground.enterprises, source=np.arange(len(ground.enterprises)))
    land = _frame(ground.land)
    joined = gpd.sjoin(sources.set_geometry(sources.buffer(reach)), land, predicate="intersects")
    lengths = sources.geometry.loc[joined.index].distance(land.geometry.loc[joined["index_right"]], align=False)
    return per_source(joined["source"].to_numpy(), lengths.to_numpy(), len(sources))


def naive_areas(ground: Ground, zones: NDArray[Any]) -> Answer:
    """Overlay zones with parcels."""
    land = _frame(ground.land, group=ground.classes)
    cut = gpd.overlay(_frame(zones, zone=np.arange(len(zones))), land, how="intersection")
    return _table(cut["zone"], cut["group"], cut.area, len(zones))


def naive_nearest(ground: Ground, targets: NDArray[Any]) -> Answer:
    """Join each parcel with its nearest target."""
    joined = gpd.sjoin_nearest(_frame(ground.land), _frame(targets), distance_col="metres")
    return joined.groupby(level=0)["metres"].first().to_numpy()


def _threaded(work: Callable[[NDArray[Any]], Any], things: NDArray[Any]) -> list[Any]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, np.array_split(things, THREADS * 4)))


def tuned_pairs(ground: Ground, reach: float) -> Answer:
    """Ask a tree for what lies within reach."""
    tree = shapely.STRtree(ground.land)

    def work(at: NDArray[Any]) -> Any:
        source, parcel = tree.query(ground.enterprises[at], predicate="dwithin", distance=reach)
        return at[source], shapely.distance(ground.enterprises[at[source]], ground.land[parcel])

    tree.query(shapely.Point(0, 0))
    found = _threaded(work, np.arange(len(ground.enterprises)))
    return per_source(*(np.concatenate(parts) for parts in zip(*found, strict=True)), len(ground.enterprises))


def tuned_areas(ground: Ground, zones: NDArray[Any]) -> Answer:
    """Take whole what lies wholly inside a prepared zone, and cut only the rest."""
    tree, areas = shapely.STRtree(ground.land), shapely.area(ground.land)
    tree.query(shapely.Point(0, 0))

    def work(at: NDArray[Any]) -> Answer:
        shapely.prepare(zones[at])
        zone, parcel = tree.query(zones[at], predicate="intersects")
        zone = at[zone]
        inside = shapely.covers(zones[zone], ground.land[parcel])
        parts = areas[parcel]
        rest = np.flatnonzero(~inside)
        parts[rest] = shapely.area(shapely.intersection(zones[zone[rest]], ground.land[parcel[rest]]))
        return _table(zone, ground.classes[parcel], parts, len(zones))

    return np.sum(_threaded(work, np.arange(len(zones))), axis=0)


def tuned_nearest(ground: Ground, targets: NDArray[Any]) -> Answer:
    """Ask a tree for the nearest."""
    tree = shapely.STRtree(targets)
    tree.query(shapely.Point(0, 0))

    def work(at: NDArray[Any]) -> Answer:
        _, lengths = tree.query_nearest(ground.land[at], all_matches=False, return_distance=True)
        return lengths

    return np.concatenate(_threaded(work, np.arange(len(ground.land))))


def engines(ground: Ground, discs: list[NDArray[Any]]) -> Iterator[Engine]:
    """Yield the engines that are there, with the ground loaded; say of the others why not."""
    tables = {
        "land": (ground.land, ground.classes),
        "enterprises": (ground.enterprises, None),
        "villages": (ground.villages, None),
        "towns": (ground.towns, None),
        **{f"discs{number}": (shapes, None) for number, shapes in enumerate(discs)},
    }
    for kind in (DuckDB, SedonaDB, PostGIS):
        try:
            yield kind(tables)
        except Exception as fault:  # whatever an engine that cannot be used says
            print(f"{kind.name}: left out, {type(fault).__name__}: {str(fault).splitlines()[0]}")


class Engine:
    """An engine that speaks SQL."""

    name = ""
    knows_nearest = False

    def ask(self, query: str) -> tuple[NDArray[Any], ...]:
        """Return the columns of an answer."""
        raise NotImplementedError

    def pairs(self, reach: float) -> Answer:
        """Join within reach."""
        source, lengths = self.ask(
            "SELECT a.id, ST_Distance(a.geom, b.geom) FROM enterprises a JOIN land b "
            f"ON ST_DWithin(a.geom, b.geom, {reach})"
        )
        return per_source(source, lengths, self.counts["enterprises"])

    def areas(self, zones: str) -> Answer:
        """Join what intersects, cut it and add it up."""
        columns = self.ask(
            "SELECT a.id, b.grp, sum(ST_Area(ST_Intersection(a.geom, b.geom))) FROM "
            f"{zones} a JOIN land b ON ST_Intersects(a.geom, b.geom) GROUP BY a.id, b.grp"
        )
        return _table(*columns, self.counts[zones])

    def nearest(self, targets: str) -> Answer:
        """Join with the nearest."""
        source, lengths = self.ask(
            f"SELECT a.id, ST_Distance(a.geom, b.geom) FROM land a JOIN {targets} b ON ST_KNN(a.geom, b.geom, 1, false)"
        )
        return lengths[np.argsort(source, kind="stable")]

    counts: dict[str, int]


class DuckDB(Engine):
    """DuckDB with its spatial extension, from the package index."""

    name = "DuckDB"

    def __init__(self, tables: dict[str, Any]) -> None:
        import duckdb
        import duckdb_extension_spatial  # noqa: F401
        import pyarrow as pa

        self.connection = duckdb.connect(config={"threads": THREADS})
        load_spatial(self.connection)
        self.counts = {name: len(shapes) for name, (shapes, _) in tables.items()}
        for name, (shapes, groups) in tables.items():
            grp = np.zeros(len(shapes), dtype=np.int64) if groups is None else groups
            rows = pa.table({"id": np.arange(len(shapes)), "grp": grp, "wkb": shapely.to_wkb(shapes)})
            self.connection.register("rows", rows)
            self.connection.execute(f"CREATE TABLE {name} AS SELECT id, grp, ST_GeomFromWKB(wkb) AS geom FROM rows")

    def ask(self, query: str) -> tuple[NDArray[Any], ...]:
        """Return the columns of an answer."""
        return tuple(self.connection.execute(query).fetchnumpy().values())


class SedonaDB(Engine):
    """SedonaDB, from the package index."""

    name = "SedonaDB"
    knows_nearest = True

    def __init__(self, tables: dict[str, Any]) -> None:
        import sedonadb

        self.connection = sedonadb.connect()
        self.counts = {name: len(shapes) for name, (shapes, _) in tables.items()}
        for name, (shapes, groups) in tables.items():
            grp = np.zeros(len(shapes), dtype=np.int64) if groups is None else groups
            frame = gpd.GeoDataFrame({"id": np.arange(len(shapes)), "grp": grp}, geometry=gpd.GeoSeries(shapes))
            self.connection.create_data_frame(frame.rename_geometry("geom")).to_memtable().to_view(name)

    def ask(self, query: str) -> tuple[NDArray[Any], ...]:
        """Return the columns of an answer."""
        frame = self.connection.sql(query).to_pandas()
        return tuple(frame[name].to_numpy() for name in frame.columns)


class PostGIS(Engine):
    """PostgreSQL with PostGIS: a server started for the benchmark, with its indexes built beforehand.

    It works in processes of its own, whose CPU seconds are not seen.
    """

    name = "PostGIS"
    knows_nearest = True
    settings = "fsync=off full_page_writes=off shared_buffers=1GB work_mem=256MB maintenance_work_mem=512MB"

    def __init__(self, tables: dict[str, Any]) -> None:
        programs = real_postgis.installed()
        if programs is None:
            message = "PostgreSQL with PostGIS is not installed"
            raise FileNotFoundError(message)
        self.end = ExitStack()
        server = self.end.enter_context(real_postgis.running(programs, self.settings))
        atexit.register(self.end.close)
        self.connection = psycopg.connect(server.create_with_postgis("bench"), autocommit=True)
        self.counts = {name: len(shapes) for name, (shapes, _) in tables.items()}
        for name, (shapes, groups) in tables.items():
            grp = np.zeros(len(shapes), dtype=np.int64) if groups is None else groups
            self.connection.execute(f"CREATE TABLE {name} (id int, grp int, geom geometry)")
            with self.connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                for row in zip(range(len(shapes)), grp.tolist(), shapely.to_wkb(shapes, hex=True), strict=True):
                    copy.write_row(row)
            self.connection.execute(f"CREATE INDEX ON {name} USING gist (geom)")
            self.connection.execute(f"ANALYZE {name}")

    def ask(self, query: str) -> tuple[NDArray[Any], ...]:
        """Return the columns of an answer."""
        rows = self.connection.execute(query).fetchall()
        return tuple(np.array(column) for column in zip(*rows, strict=True))

    def nearest(self, targets: str) -> Answer:
        """Ask for the nearest of each."""
        source, lengths = self.ask(
            "SELECT a.id, b.metres FROM land a CROSS JOIN LATERAL (SELECT ST_Distance(a.geom, c.geom) AS metres "
            f"FROM {targets} c ORDER BY a.geom <-> c.geom LIMIT 1) b"
        )
        return lengths[np.argsort(source, kind="stable")]


def load_spatial(connection: Any) -> None:
    """Load the spatial extension from the installed package, without the network."""
    from importlib.util import find_spec

    spec = find_spec("duckdb_extension_spatial")
    folder = Path(next(iter(spec.submodule_search_locations)))  # type: ignore[union-attr, arg-type]
    file = next(folder.rglob("*.duckdb_extension*"))
    connection.execute(f"LOAD '{file}'")
