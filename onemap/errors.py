"""The few ways in which a run cannot go on; faults in the data are issues, not errors.

OnemapError
├── SpecError (ValueError)        a layer or rule file is wrong
├── ProjectError (ValueError)     project.toml is wrong
├── PathError (FileNotFoundError) a file or folder is not there, or not one we can use
└── KeyNotFoundError (LookupError) nothing in the build has that key
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class OnemapError(Exception):
    """The run cannot go on: what is wrong, and what to do about it.

    Parameters
    ----------
    message
        What is wrong, in the language of the run.
    hint
        What the user can do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class SpecError(OnemapError, ValueError):
    """A layer or rule file is wrong."""


class ProjectError(OnemapError, ValueError):
    """The project file is wrong."""


class PathError(OnemapError, FileNotFoundError):
    """A file or folder is not there, or is not one we can use."""


class KeyNotFoundError(OnemapError, LookupError):
    """Nothing in the build has that key."""


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that `word` was probably meant to be, or None."""
    matches = get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return matches[0] if matches else None
