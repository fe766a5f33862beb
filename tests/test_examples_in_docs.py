"""The examples in docstrings say what is so."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import onemap

NAMES = [module.name for module in pkgutil.walk_packages(onemap.__path__, "onemap.") if "__main__" not in module.name]


@pytest.mark.parametrize("name", NAMES)
def test_examples_give_what_they_show(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
