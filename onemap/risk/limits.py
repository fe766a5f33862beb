"""Samples against the limits of a standard: levels, the worst of several items, and what cannot be told.

What is not known is carried along as a range: a value below detection lies from nothing to the detection limit, and a
land use that is not known has the strictest and the most lenient of the limits. A level is told where both ends of the
range have the same; otherwise how good and how bad it can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from onemap.spec.standard import Standard
from onemap.text import fold, listed_words

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]
Unknown = Literal["", "value", "ph", "class", "limit", "detection_limit"]
"""Why a level is not known: no value, no pH, a land use or crop that is not known, no limit for it, or a detection
limit that is above the limit."""

DECIDING: Final = ("cadmium", "mercury", "arsenic", "lead", "chromium")
"""The elements whose worst level is that of a soil sample: those of GB 15618-2018 table 3."""

JUDGED: Final = (
    "sample", "item", "value", "undetected", "limit", "ratio", "level", "at_least", "at_most", "unknown",
    "confidence", "what_to_check",
)  # fmt: skip
"""The columns of what `judge` returns."""


class Fields(NamedTuple):
    """The fields of a layer of samples that say by which limits a sample is held."""

    of_class: str
    ph: str = "ph"
    undetected: str = "undetected"


SOIL: Final = Fields("land_use")
CROP: Final = Fields("crop")
WATER: Final = Fields("", "")
"""Of GB/T 14848-2017, which parts neither."""


class Bounds(NamedTuple):
    """The lowest and highest values that keep the limits of an item, as levels x classes x bands.

    The last class is one that is not known, and the last band that of a pH that is not known: there the limits are
    as strict as they may be, and as lenient. A limit that is not there is NaN.
    """

    levels: NDArray[np.intp]
    strict_low: Floats
    strict_high: Floats
    lenient_low: Floats
    lenient_high: Floats


def bands_of(ph: pd.Series[Any], standard: Standard) -> pd.Series[Any]:
    """Return the band of each pH, from 1; none where the pH is missing, which bands nothing.

    An edge belongs to the band below it (GB 15618-2018 table 1).

    Examples
    --------
    >>> from onemap.spec.catalogue import load_catalogue
    >>> bands_of(pd.Series([5.5, 5.6, 8.1, None]), load_catalogue().standards["gb15618"]).tolist()
    [1, 2, 4, <NA>]
    """
    values = ph.to_numpy(dtype=float, na_value=np.nan)
    edges = [band.high for band in standard.bands[:-1]]
    places = pd.Series(np.searchsorted(edges, values, side="left") + 1, index=ph.index, dtype="Int64")
    return places.mask(np.isnan(values))


def classes_of(words: pd.Series[Any], standard: Standard) -> pd.Series[Any]:
    """Return the class of the standard that each land use or crop means; none where the standard has no such word."""
    known = {word: standard.class_of.get(fold(word), pd.NA) for word in words.dropna().unique()}
    return words.map(known, na_action="ignore").astype("string")


def undetected_in(lists: pd.Series[Any], standard: Standard, item: str) -> NDArray[np.bool_]:
    """Tell in which samples an item is named among those below detection, as in "镉、汞"."""
    words = {
        text: item in {standard.item_of.get(fold(word)) for word in listed_words(text)}
        for text in lists.dropna().unique()
    }
    return lists.map(words, na_action="ignore").astype("boolean").fillna(False).to_numpy(dtype=bool)


def judge(
    samples: pd.DataFrame, standard: Standard, fields: Fields, items: Sequence[str] | None = None, against: int = 2
) -> pd.DataFrame:
    """Hold samples against the limits of a standard, item by item.

    Parameters
    ----------
    samples
        A row a sample, each with an index of its own, with the items of the standard as columns, in its unit. A
        column that is not there is not known. Where an item is below detection, its value is the detection limit, or
        missing where only that was said.
    standard
        GB 15618-2018 for soil, GB 2762 for crops.
    fields
        Which fields have the land use or crop, the pH, and the items that are below detection.
    items
        Which items; left out, those of the standard that the samples have.
    against
        The level that lies above the limit with which values are compared in `ratio`: 2 is above the screening value
        of soil, and 4 above class III of groundwater.

    Returns
    -------
    DataFrame
        A row for each item of each sample, with the columns `JUDGED`. `level` is 1 where all limits are kept (a value
        that equals a limit keeps it), and missing where it is not sure; then it lies from `at_least` to `at_most`, and
        `unknown` says why. `limit` is that which `against` names; `ratio` is the value over it, and missing
        below detection. `confidence` and `what_to_check` are those of that limit.

    Notes
    -----
    Levels 1, 2, 3 of soil are those of GB 15618-2018 section 4 to 6: not above the screening value, up to the control
    value, above it. Values below detection keep a limit unless their detection limit is above it.
    """
    chosen = [item for item in standard.items if item in samples] if items is None else items
    blank = pd.Series(pd.NA, index=samples.index, dtype="object")
    own, ph, undetected = (samples.get(name, blank) for name in fields)
    # Where a standard parts neither classes nor bands, there is one for all, and nothing to know.
    kinds = {name: at for at, name in enumerate(standard.classes)}
    classes = np.asarray(classes_of(own, standard).map(kinds).fillna(len(kinds)), dtype=np.intp)
    bands = np.asarray((bands_of(ph, standard) - 1).fillna(len(standard.bands)), dtype=np.intp)
    places = (classes, bands if standard.bands else np.zeros_like(bands))
    parts = []
    for item in chosen:
        bounds = _bounds(standard, item)
        judged = _judged(samples.get(item, blank), undetected_in(undetected, standard, item), places, bounds)
        limit = _numbers(_limit(bounds, against, places))
        confidence, what_to_check = _known_of(standard, item, against, places)
        found: dict[str, Any] = {
            "item": item,
            "limit": limit,
            "ratio": (judged["value"] / limit).mask(judged["undetected"]),
        }
        judged = judged.assign(**found, confidence=confidence, what_to_check=what_to_check)
        parts.append(judged[list(JUDGED)])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(JUDGED))


def _judged(values: pd.Series[Any], undetected: Flags, places: tuple[Places, Places], bounds: Bounds) -> pd.DataFrame:
    """Return the levels of an item in samples, and why they are not sure."""
    strict_low, strict_high, lenient_low, lenient_high = (bound[:, *places] for bound in bounds[1:])
    levels = bounds.levels[:, None]
    value = values.to_numpy(dtype=float, na_value=np.nan)
    # Where a laboratory says only that there was none to be found, it keeps every limit.
    most = np.where(undetected & np.isnan(value), 0.0, value)
    least = np.where(undetected, 0.0, value)
    surely = (least > lenient_high) | (most < lenient_low)
    # What is not known is NaN, which keeps no limit for sure. A limit of 0 asks that none be found, however hard.
    kept = ((most <= strict_high) & (least >= strict_low)) | (undetected & (strict_high == 0))
    at_least, at_most = (np.where(worse, levels, 1).max(axis=0) for worse in (surely, ~kept))
    sure = at_least == at_most
    judged = {
        "sample": values.index, "value": _numbers(value), "undetected": undetected,
        "level": pd.Series(at_least, dtype="Int64").where(sure), "at_least": at_least, "at_most": at_most,
        "unknown": np.where(sure, "", _why(most, bounds, places)),
    }  # fmt: skip
    return pd.DataFrame(judged)


def _limit(bounds: Bounds, level: int, places: tuple[Places, Places]) -> Floats:
    """Return the limit of each sample above which a value has a level; NaN where it is not sure, or none."""
    if level not in bounds.levels:
        return np.full(len(places[0]), np.nan)
    at = list(bounds.levels).index(level)
    strict, lenient = bounds.strict_high[at][places], bounds.lenient_high[at][places]
    # To what may not be found at all nothing has a ratio, nor to what must lie between two limits.
    return np.where((strict == lenient) & (strict > 0) & (bounds.strict_low[at][places] == -np.inf), strict, np.nan)


def _numbers(values: Floats) -> pd.Series[Any]:
    return pd.Series(values, dtype=float).astype("Float64")


def _bounds(standard: Standard, item: str) -> Bounds:
    """Return the bounds of an item for every class and band, and for those that are not known."""
    levels, classes = standard.levels_of(item)[1:], [*standard.classes] or [""]
    columns = max(1, len(standard.bands))
    limits = np.full((2, len(levels), len(classes), columns), np.nan)
    for at, level in enumerate(levels):
        for place, own_class in enumerate(classes):
            for column, cell in enumerate(standard.cells(item, level, own_class)):
                limits[:, at, place, column] = cell.low, cell.high
    low, high = limits
    found = [(low.max(axis=1), high.min(axis=1)), (low.min(axis=1), high.max(axis=1))]
    # A missing pH bands nothing, but what is the same in every band needs none.
    one_for_all = bool(np.all((low == low[:, :, :1]) & (high == high[:, :, :1]) | np.isnan(high)))

    def whole(known: Floats, unknown: Floats) -> Floats:
        rows = np.concatenate([known, unknown[:, None, :]], axis=1)
        last = rows[:, :, :1] if one_for_all else np.full_like(rows[:, :, :1], np.nan)
        return np.concatenate([rows, last], axis=2)

    (strict_low, strict_high), (lenient_low, lenient_high) = found
    known = (whole(low, strict_low), whole(high, strict_high), whole(low, lenient_low), whole(high, lenient_high))
    return Bounds(np.array(levels, dtype=np.intp), *known)


def _why(most: Floats, bounds: Bounds, places: tuple[Places, Places]) -> NDArray[np.str_]:
    """Say of each sample what hinders, were its level not known: the first thing that somebody has to find out."""
    classes, bands = places
    strict, lenient = bounds.strict_high, bounds.lenient_high
    unknown_class = classes == strict.shape[1] - 1
    limitless = np.isnan(strict[:, classes, bands]).any(axis=0)
    unknown_ph = (bands == strict.shape[2] - 1) & np.isnan(strict[:, :, -1]).all() & ~np.isnan(strict).all()
    parted = unknown_class & (limitless | (strict[:, classes, bands] != lenient[:, classes, bands]).any(axis=0))
    return np.select(
        [np.isnan(most), unknown_ph, parted, limitless],
        ["value", "ph", "class", "limit"],
        "detection_limit",
    )


def _known_of(
    standard: Standard, item: str, level: int, places: tuple[Places, Places]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return how well the limit of each sample is known, and what is to be checked; "" where none holds."""
    classes, columns = [*standard.classes] or [""], max(1, len(standard.bands))
    found = np.full((2, len(standard.classes) + 1, columns + 1), "", dtype=object)
    for place, own_class in enumerate(classes):
        cells = standard.cells(item, level, own_class)
        for column, cell in enumerate(cells):
            found[:, place, column] = cell.confidence, cell.what_to_check
    confidence, what_to_check = found[:, *places]
    return confidence, what_to_check


def worst_of(judged: pd.DataFrame) -> pd.DataFrame:
    """Return the worst level of each sample over the items that were judged, and which items set it.

    Parameters
    ----------
    judged
        What `judge` returns. For the level of a soil sample the items are `DECIDING`; those that were not analysed
        make it unknown, unless another has the worst level there is.

    Returns
    -------
    DataFrame
        By sample: `level` (missing where it is not sure), `at_least`, `at_most`, `set_by` (the items that have the
        worst level that is sure, where that is more than 1), `unknown` (the items whose level is not known).
    """
    by_sample = judged.groupby("sample", sort=False)
    worst = by_sample[["at_least", "at_most"]].max()
    level = worst["at_least"].astype("Int64").where(worst["at_least"] == worst["at_most"])
    sure = judged["at_least"].to_numpy()
    setting = (sure > 1) & (sure == worst["at_least"].reindex(judged["sample"]).to_numpy())
    return pd.DataFrame(
        {
            "level": level,
            **worst,
            "set_by": _items_of(judged[setting], worst.index),
            "unknown": _items_of(judged[judged["level"].isna()], worst.index),
        }
    )


def _items_of(rows: pd.DataFrame, samples: pd.Index[Any]) -> pd.Series[Any]:
    """Return the items of each sample among some rows, as a tuple."""
    found: dict[Any, tuple[str, ...]] = dict.fromkeys(samples, ())
    for sample, item in zip(rows["sample"], rows["item"], strict=True):
        found[sample] = (*found[sample], item)
    return pd.Series(list(found.values()), index=samples, dtype=object)
