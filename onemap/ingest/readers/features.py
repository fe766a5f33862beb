"""Reads features through GDAL in bulk: batch by batch through Arrow, every distinct text only once."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
from numpy.typing import NDArray

from onemap.ingest.raw import Fault, UnreadableError
from onemap.ingest.readers.shapes import Shapes
from onemap.ingest.readers.siblings import starts_as_web_page
from onemap.text import tr

GDAL_ERRORS: Final = (
    pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError, pyogrio.errors.GeometryError, pyogrio.errors.CRSError,
    pa.ArrowException, OSError, IndexError,
)  # fmt: skip
"""What pyogrio raises for files that it cannot read; for one cut off at its start, even an IndexError."""

BATCH: Final = 20_000
"""So many features are in memory twice, while they are turned from GDAL's form into ours."""


@dataclass(frozen=True)
class Shared:
    """A column of texts or dates: its distinct values, and for each row which of them it has (-1: none)."""

    values: list[Any]
    at: NDArray[np.int32]

    def spread(self) -> NDArray[np.object_]:
        """Return the value of each row; rows with the same one share it."""
        values = np.empty(len(self.values) + 1, dtype=object)
        values[:-1] = self.values
        return values[self.at]


Column = Shared | NDArray[Any]


@dataclass(frozen=True)
class Features:
    """A layer as GDAL reads it; its columns go by place, as two may have the same name."""

    names: list[str]
    columns: list[Column]
    ids: NDArray[np.int64]
    shapes: NDArray[np.object_] | None
    """None where the layer has no geometry at all."""
    crs: str | None
    faults: tuple[Fault, ...] = ()

    def frame(self, names: Sequence[str]) -> pd.DataFrame:
        """Return the columns as a frame with these names."""
        arrays = [column.spread() if isinstance(column, Shared) else column for column in self.columns]
        series = {name: pd.Series(array, dtype=array.dtype) for name, array in zip(names, arrays, strict=True)}
        return pd.DataFrame(series, index=pd.RangeIndex(len(self.ids)), columns=list(names))


def read_features(path: Path | bytes, name: str, layer: str | None = None, **options: Any) -> Features:
    """Read a layer of a file, or of its bytes; `name` is how messages call it, `options` are GDAL's.

    Raises
    ------
    UnreadableError
        GDAL cannot read it.
    UnicodeDecodeError
        Its text is not in the encoding that the format or the options say.
    """
    shapes = Shapes()
    try:
        with quiet(), _rows_as_they_are():
            with pyogrio.open_arrow(
                path,
                layer=layer,
                use_pyarrow=True,
                return_fids=True,
                datetime_as_string=True,
                batch_size=BATCH,
                **options,
            ) as (meta, reader):
                spatial = meta["geometry_type"] is not None
                names = reader.schema.names[1 : -1 if spatial else None]
                chunks: list[list[pa.Array]] = [[] for _ in names]
                ids = [np.array([], dtype=np.int64)]
                for batch in reader:
                    ids.append(batch.columns[0].to_numpy())
                    for kept, array in zip(chunks, batch.columns[1:], strict=False):
                        kept.append(_compact(array))
                    if spatial:
                        shapes.add(batch.columns[-1].to_numpy(zero_copy_only=False))
            if shapes.curved:
                shapes.straighten(path, layer, np.concatenate(ids))
    except GDAL_ERRORS as fault:
        raise refused(path, name, fault) from None
    if shapes.curved:
        message = tr("{count} shapes have arcs, which were made into short lines", count=len(shapes.curved))
        shapes.faults.append(Fault("curved_geometry", message, tr("nothing to do")))
    moments = {name for name, kind in zip(meta["fields"], meta["ogr_types"], strict=True) if kind == "OFTDateTime"}
    columns = [_merged(kept, as_moment=name in moments) for name, kept in zip(names, chunks, strict=True)]
    geometry = shapes.array() if spatial else None
    return Features(names, columns, np.concatenate(ids), geometry, meta["crs"], tuple(shapes.faults))


@contextmanager
def _rows_as_they_are() -> Iterator[None]:
    """Let GDAL read FlatGeobuf as any other format: its own way for it gives a null shape a length of nonsense."""
    pyogrio.set_gdal_config_options({"OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_FLATGEOBUF_STREAM_BASE_IMPL": None})


@contextmanager
def quiet() -> Iterator[None]:
    """Keep GDAL's warnings from the screen: what they warn of becomes issues."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def refused(path: Path | bytes, name: str, fault: Exception) -> UnreadableError:
    """Return what GDAL means by refusing a file."""
    words = str(fault)
    again = tr("ask for the file again")
    if isinstance(path, Path):
        if path.is_file() and path.stat().st_size == 0:
            return UnreadableError(tr("{file} is empty", file=name), again)
        if path.is_file() and starts_as_web_page(path):
            return UnreadableError(tr("{file} is a web page, not data", file=name), again)
        # GDAL's messages name the file by its path, which is this machine's business.
        words = words.replace(str(path), name)
    hint = tr("open it in QGIS; if it fails there too, ask for the file again")
    if "not recognized as being in a supported file format" in words:
        return UnreadableError(tr("{file} is not what its ending says, or it is damaged", file=name), hint)
    if "malformed" in words or "I/O failure" in words or isinstance(fault, IndexError):
        return UnreadableError(tr("{file} is damaged or cut off", file=name), again)
    if "Failed to read GeoJSON" in words:
        reason = words.partition(";")[2].strip()
        return UnreadableError(tr("{file} is no whole GeoJSON: {reason}", file=name, reason=reason), again)
    return UnreadableError(tr("{file} cannot be read: {reason}", file=name, reason=words), hint)


def _compact(array: pa.Array) -> pa.Array:
    """Return a batch of a column as it is kept: texts and dates by distinct values, and whole numbers as texts."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        array, kind = array.storage, kind.storage_type
    if pa.types.is_nested(kind):
        texts = [None if value is None else json.dumps(value, ensure_ascii=False) for value in array.to_pylist()]
        array = pa.array(texts, pa.string())
    elif pa.types.is_integer(kind):
        # Exact: codes of 18 digits stay whole, which a column of floats for its blanks would not keep.
        array = pc.cast(array, pa.string())
    elif kind == pa.float32():
        # By way of its shortest text: 12.3 is not 12.300000190734863.
        array = pc.cast(pc.cast(array, pa.string()), pa.float64())
    kind = array.type
    shared = pa.types.is_string(kind) or pa.types.is_date(kind) or pa.types.is_time(kind)
    return array.dictionary_encode() if shared else array


def _merged(chunks: list[pa.Array], *, as_moment: bool) -> Column:
    if not chunks:
        return np.array([], dtype=object)
    if not pa.types.is_dictionary(chunks[0].type):
        plain: NDArray[Any] = np.concatenate([chunk.to_numpy(zero_copy_only=False) for chunk in chunks])
        return plain
    whole = pa.chunked_array(chunks).unify_dictionaries()
    at = np.concatenate([chunk.indices.fill_null(-1).to_numpy() for chunk in whole.chunks])
    values = whole.chunk(0).dictionary.to_pylist()
    if as_moment:
        # As the clock on the wall showed it, whatever zone is named: midnight in China is no evening of the day before.
        moments: NDArray[Any] = np.array([*(value[:19] for value in values), "NaT"], dtype="datetime64[s]")[at]
        return moments
    return Shared(values, at)
