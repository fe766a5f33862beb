"""A raster on its way in: opened and proved, its cells left in the file."""

from __future__ import annotations

from dataclasses import dataclass

from onemap.ingest.digests import digest_of
from onemap.ingest.files import Part
from onemap.ingest.placement.candidates import Extent
from onemap.ingest.placement.crs import Proof
from onemap.ingest.rasters import RasterSource, open_raster
from onemap.ingest.raw import Fault, UnreadableError
from onemap.model import CrsRecord, EncodingRecord, SourceRecord
from onemap.spec.layer import LayerSpec
from onemap.text import tr


@dataclass(frozen=True)
class RasterFile:
    """A raster on its way in: opened and proved, its cells left in the file."""

    layer: LayerSpec
    part: Part
    faults: tuple[Fault, ...]
    digest: str
    raster: RasterSource | None = None
    """None where nothing can be taken from it."""
    proof: Proof | None = None

    def record(self) -> SourceRecord:
        """Return what the manifest says of it."""
        proof = self.proof
        return SourceRecord(
            layer=self.layer.id,
            path=self.part.name,
            sha256=self.digest,
            rows=0,
            kept=0,
            dropped=0,
            encoding=EncodingRecord("", tr("a raster has no text")),
            crs=proof.record if proof else CrsRecord("", "", "", "cannot-tell", tr("not read")),
            as_of=self.part.spec.as_of.isoformat() if self.part.spec.as_of else "",
            provided_by=self.part.spec.provided_by,
            raster=self.raster.facts if self.raster else None,
        )


def read_raster(layer: LayerSpec, part: Part, extent: Extent | None) -> RasterFile:
    """Open a raster and prove where it lies."""
    digest = digest_of(part.origin) if part.origin else ""
    try:
        if part.trouble is not None:
            raise part.trouble
        raster = open_raster(layer, part.path, part.spec, extent)
    except UnreadableError as fault:
        unreadable = Fault("unreadable", fault.message, fault.hint, action="dropped")
        return RasterFile(layer, part, (*part.faults, unreadable), digest)
    return RasterFile(
        layer, part, (*part.faults, *raster.faults), digest, raster if raster.crs is not None else None, raster.proof
    )
