"""What laboratories did not find: the numbers keep the limit of detection, and one text says which they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from onemap.spec.layer import LayerSpec
from onemap.text import LIST_MARK, fold, listed_words


def list_undetected(
    listed: pd.Series[Any], undetected: Mapping[str, NDArray[np.bool_]], spec: LayerSpec
) -> pd.Series[Any]:
    """Return the texts that list what was below detection, with what was found there added.

    What the source itself lists stays: in what we wrote earlier the numbers no longer say so. A record with "镉" in its
    list, whose 汞 was "<0.002", then has "镉、汞": fields by their Chinese titles, in the order of the layer.
    """
    added = {name: flags for name, flags in undetected.items() if flags.any()}
    if not added:
        return listed
    order = {fold(field.title): at for at, field in enumerate(spec.fields.values())}
    rows = np.flatnonzero(np.logical_or.reduce([*added.values()]))
    texts = listed.to_numpy(dtype=object).copy()
    for row in rows:
        words = dict.fromkeys([] if pd.isna(texts[row]) else listed_words(texts[row]))
        words |= {spec.fields[name].title: None for name, flags in added.items() if flags[row]}
        texts[row] = LIST_MARK.join(sorted(words, key=lambda word: order.get(fold(word), len(order))))
    return pd.Series(texts, index=listed.index, dtype="string")
