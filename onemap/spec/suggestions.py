"""What was probably meant by a name or path that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from glob import escape
from pathlib import Path
from typing import Any

from onemap.errors import nearest
from onemap.text import tr


def meant(name: str, names: Mapping[str, Any]) -> str:
    """Say which name was probably meant, or which there are."""
    near = nearest(name, names)
    return tr('did you mean "{meant}"?', meant=near) if near else tr("known: {names}", names=", ".join(names))


def orphans(path: Path) -> str:
    """Say that the file itself was forgotten where what goes with it was sent, such as the .dbf without the .shp."""
    others = sorted(file.name for file in path.parent.glob(f"{escape(path.stem)}.*")) if path.suffix else []
    if path.suffix.lower() not in (".shp", ".tab", ".mif") or not others:
        return ""
    return tr("only {files} came: ask for {missing} too", files=", ".join(others), missing=path.name)


def similar_file(path: Path, root: Path) -> str:
    """Say which file was probably meant: one of that name elsewhere in the project, or a similar name."""
    there = [file for file in root.rglob("*") if not any(part.startswith(".") for part in file.parts)][:20_000]
    same = next((file for file in there if file.name == path.name), None)
    meant = same or next((f for f in there if f.name == nearest(path.name, (f.name for f in there))), None)
    if meant is None:
        return tr("put the file there, or correct the path; paths are relative to project.toml")
    return tr('did you mean "{meant}"?', meant=meant.relative_to(root).as_posix())
