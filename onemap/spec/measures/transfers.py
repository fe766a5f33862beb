"""Rules about what is carried from one place to another under a manifest."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from onemap.spec.known import Known, WrongKeyError, must_be_known
from onemap.spec.measures.features import FeatureRule
from onemap.spec.measures.names import OfClass, OfDate, OfNumber, OfText
from onemap.spec.toml import Spec
from onemap.text import tr

RECEIPTS: Final = ("received", "on_the_way", "missing", "rejected")
"""The classes of the field that says what became of a load."""


class Faults(Spec):
    """How grave each fault of a manifest is."""

    unknown_place: int = Field(default=3, ge=1, description="from or to a plot that no list knows")
    arrived_before: int = Field(default=2, ge=1, description="it arrived before it left")
    rejected: int = Field(default=2, ge=1, description="it was sent back")
    no_receipt: tuple[float, ...] = Field(
        default=(0, 8, 31), min_length=1, description="days since it left without a receipt, rising: grade 1, 2 …"
    )
    difference: tuple[float, ...] = Field(
        default=(0, 0.05, 0.1), min_length=1, description="shares of what left, above the tolerance: grade 1, 2 …"
    )

    @field_validator("no_receipt", "difference")
    @classmethod
    def _rise(cls, edges: tuple[float, ...]) -> tuple[float, ...]:
        if list(edges) != sorted(set(edges)) or edges[0] < 0:
            raise WrongKeyError(tr("the edges rise, and none is below 0"))
        return edges


class TransferRule(FeatureRule):
    """What is wrong with manifests of soil that was carried away; the gravest fault decides."""

    measure: Literal["transfer"]
    unit = "count"
    worse = "large"
    graded_by = "grade"
    tolerance: float | None = Field(
        default=None, ge=0, lt=1, description="share of what left by which what arrived may differ"
    )
    faults: Faults = Faults()
    from_plot: OfText = Field(default="from_code", validate_default=True)
    from_name: OfText = Field(default="from_name", validate_default=True)
    to_plot: OfText = Field(default="to_code", validate_default=True)
    to_name: OfText = Field(default="to_name", validate_default=True)
    tonnes_out: OfNumber = Field(default="tonnes_out", validate_default=True)
    tonnes_in: OfNumber = Field(default="tonnes_in", validate_default=True)
    left_on: OfDate = Field(default="left_on", validate_default=True)
    arrived_on: OfDate = Field(default="arrived_on", validate_default=True)
    receipt: OfClass = Field(
        default="receipt_state",
        validate_default=True,
        description="class field: received, on_the_way, missing, rejected",
    )

    @field_validator("receipt")
    @classmethod
    def _says_what_became_of_it(cls, name: str, info: ValidationInfo) -> str:
        known: Known | None = info.context
        if known and info.data.get("of") in known.layers:
            for state in RECEIPTS:
                must_be_known(state, known.layers[info.data["of"]].fields[name].classes, tr("class"))
        return name
