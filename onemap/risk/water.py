"""Samples of groundwater: long tables of values brought into the units of a standard, and the class of each sample."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from onemap.geodesy import MILLIGRAMS_PER_L, converted
from onemap.model import Layer
from onemap.risk.limits import JUDGED, WATER, judge, worst_of
from onemap.risk.measurement import Given
from onemap.spec.measures.groundwater import SAMPLE_FIELDS, SamplesRule
from onemap.spec.standard import Standard
from onemap.text import fold, listed_words, tr

EXCEEDING: Final = 4
"""Water of this class and worse exceeds; that below it, class III, is the last that serves for drinking water."""

READING: Final = ("point", "code", "day", "item", "word", "value", "undetected", "trouble")
"""The columns of readings: the code of the point as it is compared, and as it is written; the day; the item of the
standard, "" where it has none of that name; how the table calls it; the value in the unit of the standard, or the
detection limit; whether it is below that; and why it has no value that could be judged."""

_UNITLESS: Final = "无量纲"
_MASS: Final = {fold(unit): factor for unit, factor in MILLIGRAMS_PER_L.items()}


class Sample(NamedTuple):
    """What was sampled at a point on a day."""

    number: int
    code: str
    """Of the point, as it is compared."""
    day: dt.date
    least: int
    """The best class that it can have: that of its worst item that is sure."""
    most: int
    """The worst class that it can have."""
    items: int
    """By how many items it was judged."""

    @property
    def date(self) -> str:
        """The day, as people write it."""
        return self.day.isoformat()


@dataclass(frozen=True)
class Water:
    """What the samples say, by the standard and items of a rule, up to the end of its period."""

    of: Layer
    standard: Standard
    readings: pd.DataFrame
    """`READING`."""
    judged: pd.DataFrame
    """What `judge` says of each reading; `sample` is the number of a sample."""
    samples: tuple[Sample, ...]
    """By point and day."""
    later: int
    """How many values were sampled after the period, and are left out."""
    undated: int
    """How many values have no day, and are left out."""
    doubtful: int
    """Of how many values it is not known whether the rule speaks of them; they are left out."""

    @cached_property
    def places(self) -> dict[str, Any]:
        """The point that each code means, by its index label; not the codes that several points have."""
        folded = self.of.keys.map(fold)
        alone = folded[~folded.duplicated(keep=False) & (folded != "")]
        return {code: at for at, code in alone.items()}

    @cached_property
    def doubled(self) -> dict[str, int]:
        """How many points have each code that several have."""
        folded = self.of.keys.map(fold)
        counts = folded[folded != ""].value_counts()
        return {
            str(self.of.keys[folded == code].iloc[0]): int(n) for code, n in counts[counts > 1].sort_index().items()
        }

    @cached_property
    def by_point(self) -> Mapping[Any, list[Sample]]:
        """The samples of each point of the register, by its index label, the earliest first."""
        found: dict[Any, list[Sample]] = defaultdict(list)
        for sample in self.samples:
            if sample.code in self.places:
                found[self.places[sample.code]].append(sample)
        return found

    def since(self, at: Any, first: dt.date) -> list[Sample]:
        """Return the samples of a point since a day, the earliest first."""
        return [sample for sample in self.by_point.get(at, ()) if sample.day >= first]

    @cached_property
    def series(self) -> Mapping[Any, pd.DataFrame]:
        """Of each point, by its index label, one reading an item and day, by item and day, where there is a value.

        Of several values of one day the highest counts; what was found goes before what was not.
        """
        known = self.readings[(self.readings["trouble"] == "") & (self.readings["item"] != "")]
        order = known.sort_values(["point", "item", "day", "undetected", "value"], ascending=[True] * 3 + [False, True])
        single = order.drop_duplicates(["point", "item", "day"], keep="last")
        return {self.places[str(code)]: rows for code, rows in single.groupby("point") if code in self.places}

    def class_of(self, level: int) -> str:
        """Return what a class is called in the language spoken now."""
        return self.standard.levels[int(level)].name

    def unit_of(self, item: str) -> str:
        """Return the unit of an item, "" where it has none."""
        unit = self.standard.items[item].unit or self.standard.unit
        return "" if unit == _UNITLESS else unit

    def amount(self, item: str, value: float) -> str:
        """Return an item with a value and its unit, as people write it."""
        return f"{self.standard.items[item].name} {value:g} {self.unit_of(item)}".rstrip()

    def setting(self, sample: Sample) -> str:
        """Return the items that set the class of a sample, with values and by how many times they exceed."""
        rows = self._of(sample)
        columns = ["item", "value", "at_least", "ratio", "limit", "what_to_check"]
        setting = rows.loc[(rows["at_least"] == sample.least) & (sample.least > 1), columns]
        return tr(", ").join(
            self._exceeding(row) for row in setting.sort_values("ratio", ascending=False, kind="stable").itertuples()
        )

    def doubts(self, sample: Sample) -> str:
        """Return which items of a sample are not sure, and why."""
        rows, words = self._of(sample), _reasons()
        reasons: dict[str, list[str]] = defaultdict(list)
        columns = rows.loc[rows["level"].isna(), ["item", "trouble", "unknown"]]
        for item, trouble, unknown in columns.itertuples(index=False):
            reasons[trouble or words[unknown]].append(self.standard.items[item].name)
        return tr("; ").join(
            tr("{items}: {why}", items=tr(", ").join(dict.fromkeys(names)), why=why) for why, names in reasons.items()
        )

    def exceeded(self, sample: Sample) -> float:
        """Return by how many times the items that set the class exceed that of class III at most; NaN where none can.

        What exceeds by more, but is of a better class, is not what the line is about.
        """
        rows = self._of(sample)
        ratio = rows.loc[rows["at_least"] == sample.least, "ratio"].astype("Float64").max()
        return float(ratio) - 1 if not pd.isna(ratio) and ratio > 1 else float("nan")

    def _of(self, sample: Sample) -> pd.DataFrame:
        return self._by_sample[sample.number]

    @cached_property
    def _by_sample(self) -> dict[Any, pd.DataFrame]:
        return dict(iter(self.judged.groupby("sample")))

    def _exceeding(self, row: Any) -> str:
        text = self.amount(row.item, row.value)
        low, high = self.standard.cells(row.item, EXCEEDING)[0][:2] if row.at_least >= EXCEEDING else (-np.inf, np.inf)
        if np.isfinite(low):
            text = tr("{amount} ({level}: {low:g} to {high:g})", amount=text, low=low, high=high,
                      level=self.class_of(EXCEEDING - 1))  # fmt: skip
        elif not pd.isna(row.ratio) and row.ratio > 1:
            text = tr("{amount} (exceeds the limit {limit:g} of {level} by {times:.2f} times)", amount=text,
                      limit=row.limit, level=self.class_of(EXCEEDING - 1), times=row.ratio - 1)  # fmt: skip
        return tr("{text} [{check}]", text=text, check=row.what_to_check) if row.what_to_check else text


def water_of(of: Layer, rule: SamplesRule, given: Given) -> Water:
    """Return what the samples of the layers beside a rule say, those of its items alone where it names some."""
    standard = given.standards[rule.standard]
    sides = [side for side in given.sides.values() if set(SAMPLE_FIELDS) <= {*side.layer.spec.fields}]
    parts = [_readings(Layer(s.layer.spec, s.layer.frame[s.doubts == ""]), standard) for s in sides]
    doubtful = sum(int((side.doubts != "").sum()) for side in sides)
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(READING))
    undated, later = whole["day"].isna(), whole["day"] > pd.Timestamp(given.day)
    readings = whole[~undated & ~later]
    counting = readings[readings["item"].isin(rule.items) if rule.items else readings["item"] != ""]
    samples = counting[["point", "day"]].drop_duplicates().sort_values(["point", "day"], ignore_index=True)
    numbers = {pair: number for number, pair in enumerate(zip(samples["point"], samples["day"], strict=True))}
    own = [numbers[pair] for pair in zip(counting["point"], counting["day"], strict=True)]
    counting = _with_missing(counting.assign(sample=pd.Series(own, counting.index, dtype=int)), rule.items)
    judged = _judged(counting, standard)
    left_out = (int(later.sum()), int(undated.sum()), doubtful)
    return Water(of, standard, readings, judged, _classed(samples, judged), *left_out)


def _readings(layer: Layer, standard: Standard) -> pd.DataFrame:
    frame, spec = layer.frame, layer.spec
    words = frame["item"].astype("string").fillna("")
    items = {word: standard.item_of.get(fold(word), "") for word in words.unique()}
    title = spec.fields["value"].title
    below = frame["undetected"].map(lambda text: title in listed_words(text), na_action="ignore")
    undetected = below.astype("boolean").fillna(False).to_numpy(dtype=bool)
    values = frame["value"].to_numpy(dtype=float, na_value=np.nan)
    if "detection_limit" in frame:
        limits = frame["detection_limit"].to_numpy(dtype=float, na_value=np.nan)
        values = np.where(undetected & np.isnan(values), limits, values)
    titles = {own_id: one.title for own_id, one in spec.fields["unit"].classes.items()}
    table = pd.DataFrame(
        {
            "point": layer.keys.map(fold),
            "code": layer.keys.astype(object),
            "day": pd.to_datetime(frame["sampled_on"]),
            "item": words.map(items).astype(object),
            "word": words.astype(object),
            "value": values,
            "undetected": undetected,
            "trouble": np.where(np.isnan(values) & ~undetected, tr("no value"), "").astype(object),
        },
        columns=list(READING),
    )
    return _in_own_units(table, frame["unit"].map(titles).astype(object), standard)


def _in_own_units(table: pd.DataFrame, units: pd.Series[Any], standard: Standard) -> pd.DataFrame:
    """Bring values into the units of the standard; what is in another kind of unit has no value and says so."""
    values, troubles = table["value"].to_list(), table["trouble"].to_list()
    for place, (item, unit) in enumerate(zip(table["item"], units, strict=True)):
        wanted = (standard.items[item].unit or standard.unit) if item else ""
        # A pH has no other unit than its own.
        if wanted in ("", _UNITLESS) or values[place] != values[place]:
            continue
        stated = "" if pd.isna(unit) else str(unit)
        own, other = _plain(wanted), _plain(stated)
        if own in _MASS and other in _MASS:
            values[place] = converted(values[place], _MASS[other], _MASS[own])
        elif own != other:
            values[place], troubles[place] = np.nan, _odd_unit(stated, wanted)
    return table.assign(value=np.array(values, dtype=float), trouble=pd.Series(troubles, table.index, dtype=object))


def _plain(unit: str) -> str:
    return fold(unit).replace("μ", "u")


def _odd_unit(stated: str, wanted: str) -> str:
    if not stated:
        return tr("no unit is stated")
    return tr("its unit {stated} is not {wanted}", stated=stated, wanted=wanted)


def _with_missing(readings: pd.DataFrame, items: tuple[str, ...]) -> pd.DataFrame:
    """Return readings with one for each item that is asked for and was not measured in a sample."""
    if not items or readings.empty:
        return readings
    there = set(zip(readings["sample"], readings["item"], strict=True))
    first = readings.drop_duplicates("sample")
    lost = [
        {**row, "item": item, "word": "", "value": np.nan, "undetected": False, "trouble": tr("not measured")}
        for row in first.to_dict("records")
        for item in items
        if (row["sample"], item) not in there
    ]
    return pd.concat([readings, pd.DataFrame(lost)], ignore_index=True) if lost else readings


def _judged(readings: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """Hold each reading against the limits of its item."""
    parts = []
    for item, rows in readings.groupby("item", sort=False):
        # What lies in another unit was not found and not missed: nothing is known of it.
        known = rows["undetected"] & (rows["trouble"] == "")
        frame = pd.DataFrame(
            {item: rows["value"], "undetected": known.map({True: item, False: None})}, index=rows.index
        )
        found = judge(frame, standard, WATER, [str(item)], EXCEEDING)
        parts.append(found.assign(sample=rows["sample"].to_numpy(), trouble=rows["trouble"].to_numpy()))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*JUDGED, "trouble"])


def _classed(samples: pd.DataFrame, judged: pd.DataFrame) -> tuple[Sample, ...]:
    if samples.empty:
        return ()
    worst = worst_of(judged)
    # What nobody could hold against a limit adds nothing to what a sample was judged by.
    found = judged[(judged["trouble"] == "") & (judged["unknown"] != "limit")]
    items = found.groupby("sample")["item"].nunique().reindex(worst.index, fill_value=0)
    whole = samples.join(worst[["at_least", "at_most"]]).join(items)
    days = (day.date() for day in whole["day"])
    numbers = (whole[name].astype(int) for name in ("at_least", "at_most", "item"))
    return tuple(map(Sample, whole.index, whole["point"], days, *numbers))


def _reasons() -> dict[str, str]:
    return {
        "value": tr("not measured"),
        "limit": tr("no limit for it"),
        "detection_limit": tr("its detection limit is above the limit"),
    }


def unclassed(water: Water) -> Iterator[str]:
    """Yield what was left out of all samples, and why."""
    strange = water.readings[water.readings["item"] == ""]
    if len(strange):
        names = tr(", ").join(sorted(set(strange["word"]) - {""})) or tr("items without a name")
        yield tr("{items}: {standard} has no limits for them; {count} values were not judged", items=names,
                 standard=water.standard.number, count=len(strange))  # fmt: skip
    if water.undated:
        yield tr("{count} values have no sampling date and were not judged", count=water.undated)
    if water.doubtful:
        yield tr("of {count} values it is not known whether the conditions hold; they were not judged",
                 count=water.doubtful)  # fmt: skip
    if water.later:
        yield tr("{count} values were sampled after the end of the period and were not judged", count=water.later)
