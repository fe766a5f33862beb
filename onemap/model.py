"""What flows through the house: layers, issues, findings, and the atlas that holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from onemap.cache import NOTHING_KEPT, Cache
from onemap.decision import Decision, Reference, Ruling
from onemap.flat import Flat, flatten
from onemap.geodesy import area_m2
from onemap.spec.kinds import KINDS, Severity
from onemap.spec.layer import LayerSpec
from onemap.spec.project import Project
from onemap.spec.rule import LEVELS, Rule
from onemap.text import tr

Action = Literal["kept", "repaired", "blanked", "dropped"]
Confidence = Literal["sure", "likely", "cannot-tell"]
Edition = Literal["internal", "public"]
Verdict = Literal["pass", "pass-with-issues", "blocked"]

ISSUE_COLUMNS: Final = (
    "severity", "kind", "layer", "source", "row", "cell", "field", "key",
    "value", "action", "message", "hint", "lon", "lat",
)  # fmt: skip
FINDING_COLUMNS: Final = (
    "rule", "level", "of_layer", "of_key", "of_label", "to_layer", "to_class", "to_key", "to_label",
    "measure", "value", "unit", "township", "reason", "basis",
)  # fmt: skip

REACH_COLUMNS: Final = ("rule", "level", "of_layer", "of_key", "of_label", "reach_m")
"""Of what lies within reach of the features on a list, beside its outlines."""

BALANCE_COLUMNS: Final = ("township_key", "township", "class", "area_m2", "area_mu", "area_ha")
SCORECARD_COLUMNS: Final = (
    "township_key", "township", "base", "done", "unknown", "rate", "rate_to", "target", "needed", "gap", "left",
    "met", "whole", "remark",
)  # fmt: skip
DOUBLE_COLUMNS: Final = ("key", "other_key", "class", "other_class", "area_m2")

SOURCE, SOURCE_ROW, LOCATED_IN = "source", "source_row", "located_in"
"""Columns of every layer's frame beside its fields: the source's path, the row, feature or line there
(as its issues name it), and the township in which the feature lies, or which it states where it has no place."""


class Repair(NamedTuple):
    """What was there before a repair and after it."""

    before: str
    after: str
    area_change: float | None = None
    """By which share it changed the area: 0.01 is one percent more."""


@dataclass(frozen=True)
class Issue:
    """One fault in the data: a row of the issue table."""

    kind: str
    layer: str
    source: str
    message: str
    hint: str
    action: Action = "kept"
    row: int | None = None
    cell: str = ""
    field: str = ""
    key: str = ""
    value: str = ""
    lon: float | None = None
    lat: float | None = None
    severity: Severity | None = None
    """None takes the usual severity of the kind."""
    repair: Repair | None = None
    other: tuple[str, int] | None = None
    """Source and row of the other record that it is about as well."""
    partner: str = ""
    facts: str = ""
    """What else it is about, and what was found there: by this it is known again, in whatever language."""
    reference: Reference | None = None
    """How the issue is found again; of one that tells of a decision, the issue that was decided about."""
    decision: Decision | None = None
    """What was decided about it, and still holds."""

    @property
    def weight(self) -> Severity:
        """Its severity, or else the usual one of its kind."""
        return self.severity or KINDS[self.kind].severity


def sorted_issues(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Return issues in the order of the issue table: most severe first, then by kind's number and place."""
    weights = {"error": 0, "warning": 1, "info": 2}

    def order(issue: Issue) -> tuple[Any, ...]:
        at = (issue.layer, issue.source, issue.row is None, issue.row or 0, issue.field)
        return (weights[issue.weight], KINDS[issue.kind].number, *at, issue.key, issue.value, issue.message)

    return tuple(sorted(issues, key=order))


def issue_table(issues: Iterable[Issue]) -> pd.DataFrame:
    """Return issues as a table with `ISSUE_COLUMNS`, in the order given."""
    rows = [{**vars(issue), "severity": issue.weight} for issue in issues]
    table = pd.DataFrame(rows, columns=[*ISSUE_COLUMNS])
    return table.astype({"row": "Int64", "lon": "Float64", "lat": "Float64"})


@dataclass(frozen=True)
class EncodingRecord:
    """How the text of a source is written, and how we know."""

    found: str
    evidence: str


@dataclass(frozen=True)
class CrsRecord:
    """The coordinate system of a source: what it says, what its numbers say, and what we took."""

    declared: str
    inferred: str
    accepted: str
    confidence: Confidence
    evidence: str


@dataclass(frozen=True)
class SourceRecord:
    """What the manifest says of a source."""

    layer: str
    path: str
    sha256: str
    rows: int
    kept: int
    dropped: int
    encoding: EncodingRecord
    crs: CrsRecord
    as_of: str
    provided_by: str
    raster: Mapping[str, Any] | None = None
    """Of a raster: width, height, band, dtype, nodata, blanked and cell."""


@dataclass(frozen=True)
class Layer:
    """The features of one kind of data, proved and in the project's CRS.

    The frame has every field of the spec in the spec's order (text as str, numbers as Float64, integers as
    Int64, dates as datetime64, classes as class ids; no value is NA), then `source`, `source_row`,
    `located_in` and the geometry (None where there is none). Its index is 0 … n-1.
    """

    spec: LayerSpec
    frame: gpd.GeoDataFrame
    digest: str = ""
    """What tells its content from every other; "" where that is not known."""

    @property
    def count(self) -> int:
        """How many features it has."""
        return len(self.frame)

    @cached_property
    def areas_m2(self) -> pd.Series[float]:
        """The ellipsoidal area of each feature, square metres."""
        return area_m2(self.frame.geometry)

    def take(self, places: NDArray[np.intp]) -> Layer:
        """Return the layer with the features of these places alone, in this order."""
        taken = Layer(self.spec, self.frame.iloc[places].reset_index(drop=True))
        # Areas take long: they are not measured again.
        taken.__dict__["areas_m2"] = self.areas_m2.iloc[places].reset_index(drop=True)
        return taken

    @cached_property
    def flat(self) -> Flat:
        """The shapes of the features as flat arrays."""
        return flatten(np.asarray(self.frame.geometry.array))

    @cached_property
    def keys(self) -> pd.Series[str]:
        """The key of each feature, as text; empty where there is none."""
        return _texts(self.frame[self.spec.key])

    @cached_property
    def labels(self) -> pd.Series[str]:
        """What people call each feature; its key where it has no name."""
        names = _texts(self.frame[self.spec.label])
        return names.where(names != "", self.keys)

    @cached_property
    def classes(self) -> pd.Series[str]:
        """The class id of each feature; empty where the layer or the feature has none."""
        if self.spec.class_field is None:
            return pd.Series("", index=self.frame.index, dtype="string")
        return _texts(self.frame[self.spec.class_field])

    @cached_property
    def townships(self) -> pd.Series[str]:
        """The township of each feature: the one it lies in, or else the one that it states."""
        located = _texts(self.frame[LOCATED_IN])
        if self.spec.township_field is None:
            return located
        return located.where(located != "", _texts(self.frame[self.spec.township_field]))


def _texts(values: pd.Series[Any]) -> pd.Series[str]:
    texts: pd.Series[str] = values.astype("string").fillna("")
    return texts


@dataclass(frozen=True)
class Raster:
    """A raster layer as it is drawn: over the county alone, in cells no finer than a picture of it needs."""

    spec: LayerSpec
    values: NDArray[np.float32]
    """Rows from north to south; NaN where there is no value."""
    transform: tuple[float, float, float, float, float, float]
    """a to f of x = a·column + b·row + c and y = d·column + e·row + f, at the upper left corner of a cell."""
    crs: str


@dataclass(frozen=True)
class Balance:
    """The ground of a layer by township and class, every piece of it counted once."""

    layer: str
    table: pd.DataFrame
    """`BALANCE_COLUMNS`. The township is "" for ground in none, the class "" where it is not known. area_m2 is
    ellipsoidal; area_mu and area_ha have two decimals and add up, by row, by column and as a whole."""
    doubles: pd.DataFrame
    """`DOUBLE_COLUMNS`: what features of the layer cover together, which of them keeps it, and of which classes they
    are. The areas of all features less these are the ground."""
    twice: pd.DataFrame
    """The same of the townships."""
    notes: tuple[str, ...] = ()
    """What is not in it."""
    withheld: str = ""
    """Why there is none; "" where there is one."""

    @property
    def by_class(self) -> pd.DataFrame:
        """The sums of the county by class, as they are shown."""
        return self.table.groupby("class", sort=False)[["area_m2", "area_mu", "area_ha"]].sum().round(6)


@dataclass(frozen=True)
class Scorecard:
    """How every township, and the county, stands to the target of a rate."""

    rule: str
    quantity: Literal["count", "area"]
    """Whether base, done, unknown, needed and left are numbers, or 亩."""
    table: pd.DataFrame
    """`SCORECARD_COLUMNS`: the townships in their own order, then what lies in no known township (""), last the county
    (`whole`).

    The rate is `done` of `base` in percent, as it is printed; `rate_to` is what it would be if all were done of which
    that is not known, so that both are one where all is known. needed is how many, or how much, the target asks for;
    gap (percentage points) and left are what is missing to it, at least: 0 where it is met, NaN where nobody can tell.
    met: "met", "missed", "unknown", or "" where there is nothing of which a rate could be, or no target."""
    notes: tuple[str, ...] = ()
    """What the rate leaves out."""
    withheld: str = ""
    """Why there is none; "" where there is one."""

    @property
    def county(self) -> dict[str, Any]:
        """The line of the county."""
        lines = self.table[self.table["whole"].astype(bool)].to_dict("records")
        return {str(name): value for line in lines for name, value in line.items()}


@dataclass(frozen=True)
class Atlas:
    """All layers, issues and findings of one build."""

    project: Project
    layers: Mapping[str, Layer]
    told: tuple[Issue, ...]
    """The issues, in the order of their table."""
    findings: pd.DataFrame
    """One row a line of a list; `FINDING_COLUMNS`."""
    links: gpd.GeoSeries
    """For each finding the line between the nearest points of its two sides, in the project's CRS, or None."""
    sources: tuple[SourceRecord, ...]
    rules: tuple[Rule, ...]
    """The rules that were run, in the order of the lists."""
    crs: str
    """The metric CRS of the layers."""
    painter: Callable[[Atlas], Any] | None = field(default=None, repr=False, compare=False)
    rasters: Mapping[str, Raster] = field(default_factory=dict, repr=False, compare=False)
    """The raster layers over the county, by layer id, as they are drawn: in web mercator."""
    rulings: tuple[Ruling, ...] = ()
    """What was decided about issues in the workbooks that came back, and what became of it."""
    balances: tuple[Balance, ...] = ()
    """The ground by township and class, of each layer whose classes cover the ground."""
    scorecards: tuple[Scorecard, ...] = ()
    """For each rule about a rate how every township stands to its target."""
    edition: Edition = "public"
    """Who may see it. Of one that nobody called internal nothing is told that is for the bureau alone."""
    cache: Cache = field(default=NOTHING_KEPT, repr=False, compare=False)
    """What earlier builds worked out."""

    @cached_property
    def issues(self) -> pd.DataFrame:
        """One row a fault; `ISSUE_COLUMNS`."""
        return issue_table(self.told)

    @property
    def verdict(self) -> Verdict:
        """Whether the data carries the lists: "blocked" where an error stands."""
        severities = set(self.issues["severity"])
        if "error" in severities:
            return "blocked"
        return "pass-with-issues" if "warning" in severities else "pass"

    @property
    def level_counts(self) -> dict[str, dict[str, int]]:
        """For each rule the number of findings of each level."""
        counts = self.findings.groupby(["rule", "level"]).size()
        return {rule.id: {level: int(counts.get((rule.id, level), 0)) for level in LEVELS} for rule in self.rules}

    def balance_of(self, layer: str) -> Balance | None:
        """Return the balance of a layer; None where there is none."""
        return next((one for one in self.balances if one.layer == layer and not one.withheld), None)

    def map(self) -> Any:
        """Return the one map as a `folium.Map`, for notebooks.

        Raises
        ------
        ValueError
            The atlas was not made by `onemap.build`.
        """
        if self.painter is None:
            message = "this atlas has no painter; onemap.build makes one that has"
            raise ValueError(message)
        return self.painter(self)


TOWNSHIP: Final = "township"
"""The layer of township boundaries, by which features are placed."""


def level_title(level: str) -> str:
    """Return a level in the language spoken now."""
    titles = {"high": tr("high"), "medium": tr("medium"), "low": tr("low"), "unknown": tr("not known")}
    return titles[level]
