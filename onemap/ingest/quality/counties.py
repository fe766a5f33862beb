"""The county in plot codes, held against the project's: a plot of another county is on the wrong list, or mistyped."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from onemap.ingest.codes import check_code
from onemap.ingest.raw import Fault
from onemap.model import Layer
from onemap.spec.county import county_extent
from onemap.spec.layer import FieldSpec
from onemap.text import tr

NEARLY_ALL: Final = 0.8
FEW: Final = 5
"""Where this share of at least so many codes names one other county, that is one fault: a county was renumbered."""


def check_counties(layer: Layer, county: str) -> list[Fault]:
    """Report plot codes of another county than the project's, where its code is known."""
    if county_extent(county) is None:
        return []
    # A project of a whole prefecture has plots of all its counties.
    own = county[:4] if county.endswith("00") else county
    faults: list[Fault] = []
    for name, field in layer.spec.fields.items():
        if field.check == "plot_code":
            codes = layer.frame[name].dropna()
            faults += _foreign(codes[[_is_sound(code, field) for code in codes]], name, own)
    return faults


def _is_sound(code: str, field: FieldSpec) -> bool:
    """Tell whether a code has no other fault, which would have been told."""
    return re.fullmatch(field.pattern or "", code) is not None and check_code(code, "plot_code") is None


def _foreign(codes: pd.Series[str], name: str, own: str) -> list[Fault]:
    counties = codes.str[:6]
    foreign = counties[~counties.str.startswith(own)]
    faults = []
    for county, count in foreign.value_counts().items():
        if count >= FEW and count >= NEARLY_ALL * len(codes):
            message = tr(
                "{count} of {all} plot codes begin with {county}, and not with the code of this county, {own}",
                count=count, all=len(codes), county=_titled(str(county)), own=own,
            )  # fmt: skip
            hint = tr("nothing to do if the county was renumbered; otherwise check the county in project.toml")
            faults.append(Fault("plot_code_wrong", message, hint, field=name, value=str(county), key=""))
            foreign = foreign[foreign != county]
    for at, county in zip(foreign.index, foreign, strict=True):
        message = tr(
            "its first six digits are those of {county}; this county is {own}", county=_titled(county), own=own
        )
        hint = tr("compare it with the national soil information platform")
        faults.append(Fault("plot_code_wrong", message, hint, at, name, str(codes[at])))
    return faults


def _titled(county: str) -> str:
    """Return a county's code, with its name where that is known."""
    found = county_extent(county)
    return f"{county} ({found.name})" if found is not None and found.level == "county" else county
