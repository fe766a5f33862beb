"""onemap: from a folder of messy bureau files to a county's soil-pollution source-prevention one map.

>>> from onemap import build, load_project, publish
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onemap.pipeline import build, publish
    from onemap.spec.project import load_project

__all__ = ["build", "load_project", "publish"]

_HOMES = {"build": "onemap.pipeline", "publish": "onemap.pipeline", "load_project": "onemap.spec.project"}


def __getattr__(name: str) -> Any:
    """Return what the package offers. Reading all of it takes a second, in which a command can be broken off."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)
