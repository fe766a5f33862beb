"""onemap: from a folder of messy bureau files to a county's soil-pollution source-prevention one map.

>>> from onemap import build, load_project, publish
"""

from onemap.pipeline import build, publish
from onemap.spec.project import load_project

__all__ = ["build", "load_project", "publish"]
