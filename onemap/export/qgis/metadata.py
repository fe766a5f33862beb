"""What QGIS tells of a layer beside its data: where it comes from, of which day it is, who answers for it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from onemap.dates import first_day
from onemap.export.parts import Part
from onemap.export.qgis.markup import VERSION, add, document
from onemap.export.qgis.reference_systems import add_reference_system, is_public
from onemap.export.words import confidence_title
from onemap.model import Atlas, SourceRecord
from onemap.spec.crs import name_of
from onemap.text import language, tr


def add_metadata(parent: ET.Element, part: Part, atlas: Atlas) -> None:
    """Write the metadata of a table; how its sources became it is its history."""
    sources = [source for source in atlas.sources if part.spec and source.layer == part.spec.id]
    add(parent, "identifier", f"onemap:{atlas.project.spec.county}:{atlas.project.spec.period}:{part.name}")
    add(parent, "parentidentifier", f"onemap:{atlas.project.spec.county}:{atlas.project.spec.period}")
    add(parent, "language", "ZHO" if language() == "zh" else "ENG")
    add(parent, "type", "dataset")
    add(parent, "title", part.title)
    add(parent, "abstract", _abstract(part, atlas))
    keywords = add(parent, "keywords", vocabulary="gmd:topicCategory")
    add(keywords, "keyword", "environment")
    for bureau in dict.fromkeys(source.provided_by for source in sources if source.provided_by):
        _add_contact(parent, bureau, "owner")
    if atlas.project.spec.sheet.made_by:
        _add_contact(parent, atlas.project.spec.sheet.made_by, "processor")
    add(parent, "links")
    for source in sources:
        add(parent, "history", _origin(source))
    if not sources:
        add(parent, "history", tr("made by onemap from the layers of the same build"))
    add(parent, "rights", tr("for internal use") if atlas.edition == "internal" else tr("public edition"))
    add(parent, "encoding", "UTF-8")
    if part.kind != "table" and is_public(atlas.crs):
        add_reference_system(add(parent, "crs"), atlas.crs)
    _add_extent(parent, part, [source.as_of for source in sources if source.as_of], atlas)


def _abstract(part: Part, atlas: Atlas) -> str:
    basis = part.spec.basis if part.spec else ""
    told = [tr("{title}, data of {period}", title=atlas.project.spec.title, period=atlas.project.spec.period)]
    return "\n".join([*told, tr("Basis: {basis}", basis=basis)] if basis else told)


def _origin(source: SourceRecord) -> str:
    """Return how a source became part of the layer, with what it takes to find it again."""
    crs = source.crs.accepted
    told = [
        tr("{path}: {kept} of {rows} rows kept", path=source.path, kept=source.kept, rows=source.rows),
        tr("data of {period}", period=source.as_of or tr("not stated")),
        tr("text {encoding}", encoding=source.encoding.found) if source.encoding.found else "",
        tr("coordinates {crs} ({confidence})", crs=name_of(crs), confidence=confidence_title(source.crs.confidence))
        if crs
        else "",
        f"SHA-256 {source.sha256}",
    ]
    return tr("; ").join(text for text in told if text)


def _add_contact(parent: ET.Element, organization: str, role: str) -> None:
    contact = add(parent, "contact")
    add(contact, "name", organization)
    add(contact, "organization", organization)
    for tag in ("position", "voice", "fax", "email"):
        add(contact, tag)
    add(contact, "role", role)


def _add_extent(parent: ET.Element, part: Part, days: list[str], atlas: Atlas) -> None:
    extent = add(parent, "extent")
    there = part.frame.geometry.notna()
    if part.kind != "table" and there.any() and is_public(atlas.crs):
        box = part.frame.geometry[there].total_bounds.tolist()
        names = ("minx", "miny", "maxx", "maxy")
        told = {name: f"{edge:.3f}" for name, edge in zip(names, box, strict=True)}
        add(extent, "spatial", crs=name_of(atlas.crs), dimensions="2", minz="0", maxz="0", **told)
    temporal = add(extent, "temporal")
    for day in sorted(set(days)):
        add(temporal, "instant", f"{day}T00:00:00Z")


def add_project_metadata(parent: ET.Element, atlas: Atlas) -> None:
    """Write the metadata of the project."""
    spec = atlas.project.spec
    element = add(parent, "projectMetadata")
    add(element, "identifier", f"onemap:{spec.county}:{spec.period}")
    add(element, "language", "ZHO" if language() == "zh" else "ENG")
    add(element, "type", "dataset")
    add(element, "title", spec.title)
    add(element, "abstract", tr("{title}, data of {period}", title=spec.title, period=spec.period))
    add(element, "links")
    add(element, "author", spec.sheet.made_by)
    add(element, "creation", f"{first_day(spec.period).isoformat()}T00:00:00")


def metadata_document(part: Part, atlas: Atlas) -> str:
    """Return the metadata of a table as a document of QGIS of its own."""
    root = ET.Element("qgis", version=VERSION)
    add_metadata(root, part, atlas)
    return document(root)
