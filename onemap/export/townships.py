"""What is known of each township: how many features of each layer lie in it, and the townships' own order."""

from __future__ import annotations

import pandas as pd

from onemap.model import TOWNSHIP, Atlas


def feature_counts(atlas: Atlas) -> pd.DataFrame:
    """Count the features of every layer by township.

    Returns
    -------
    DataFrame
        Townships x layers. A feature counts where most of it lies, or else where it says; the township is ""
        where neither is known.
    """
    counts = {own_id: layer.townships.value_counts() for own_id, layer in atlas.layers.items() if own_id != TOWNSHIP}
    return pd.DataFrame(counts).fillna(0).astype(int).sort_index()


def township_names(atlas: Atlas) -> list[str]:
    """Return the townships of the county, then those that only features speak of, then "" if any has none."""
    known = list(atlas.layers[TOWNSHIP].labels) if TOWNSHIP in atlas.layers else []
    spoken = {*feature_counts(atlas).index, *atlas.findings["township"].fillna("")}
    return [name for name in dict.fromkeys([*known, *sorted(spoken)]) if name] + ([""] if "" in spoken else [])
