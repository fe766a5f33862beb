"""Rules about samples of groundwater: classes, and what follows from them at each point."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from onemap.spec.known import Known, WrongKeyError, must_be_known
from onemap.spec.measures.features import FeatureRule
from onemap.spec.measures.names import OfClass, OfNumber, StandardName
from onemap.spec.rule import Names, Rule
from onemap.spec.standard import Standard
from onemap.text import tr

SAMPLE_FIELDS: Final = ("sampled_on", "item", "value", "unit")
"""The fields by which a layer is known as a long table of samples, a row a value."""


class SamplesRule(Rule):
    """What rules about samples in other layers have in common."""

    standard: StandardName = Field(description="the standard by which samples are classed")
    items: Names = Field(default=(), description="the items that count; left out, all that were measured")

    @field_validator("standard")
    @classmethod
    def _standard_parts_classes(cls, standard: str, info: ValidationInfo) -> str:
        known: Known | None = info.context
        if known is not None and _has_bands(known.standards[standard]):
            hint = tr("name one whose limits hold for all samples, such as gbt14848")
            raise WrongKeyError(tr('"{standard}" has limits by pH or by class', standard=standard), hint)
        return standard

    @field_validator("items")
    @classmethod
    def _items_are_known(cls, items: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known: Known | None = info.context
        if known is not None and info.data.get("standard") in known.standards:
            for item in items:
                must_be_known(item, known.standards[info.data["standard"]].items, tr("item"))
        return items


def _has_bands(standard: Standard) -> bool:
    return bool(standard.bands or standard.classes)


def _must_have_samples(names: tuple[str, ...], info: ValidationInfo) -> None:
    """Raise if none of some layers is a long table of samples."""
    known: Known | None = info.context
    # Of layers that are wrong themselves nobody can tell.
    if known is None or not set(names) <= set(known.layers):
        return
    if not any(set(SAMPLE_FIELDS) <= {*known.layers[name].fields} for name in names):
        hint = tr("name a layer with the fields {fields}", fields=", ".join(SAMPLE_FIELDS))
        raise WrongKeyError(tr("samples are a table with a row for each value"), hint)


class PointRule(SamplesRule, FeatureRule):
    """A rule about points and the samples that were taken there."""

    to: Names = Field(min_length=1, description="layers of samples, whose key is that of the point")

    @field_validator("to")
    @classmethod
    def _are_samples(cls, to: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for name in to:
            _must_have_samples((name,), info)
        return to


class WaterClassRule(PointRule):
    """Which class each sample of the year has, the worst item deciding."""

    measure: Literal["groundwater_class"]
    unit = "times"
    worse = "large"
    graded_by = "grade"


class WaterChangeRule(PointRule):
    """By how many classes the latest sample of the year is worse than the baseline of its point."""

    measure: Literal["groundwater_change"]
    unit = "classes"
    worse = "large"
    baseline: OfClass = Field(description="the field of the point that has the class to compare with")


class TrendKeys(SamplesRule):
    """How a rising trend is told."""

    alpha: float = Field(gt=0, lt=0.5, description="level of significance of the one-sided test")
    least: int = Field(default=4, ge=4, description="so many sampling days a trend takes")
    years: int | None = Field(default=None, gt=0, description="back from the end of the period; left out, all samples")


class WaterTrendRule(TrendKeys, PointRule):
    """Which items rise at a point, by the Mann-Kendall test."""

    measure: Literal["groundwater_trend"]
    unit = "times"
    worse = "large"
    graded_by = "grade"


class WaterUnstableRule(PointRule):
    """By how many classes the samples of a point differ."""

    measure: Literal["groundwater_unstable"]
    unit = "classes"
    worse = "large"
    years: int = Field(default=1, gt=0, description="calendar years back, that of the period being the first")


class WaterSourcesRule(TrendKeys, FeatureRule):
    """What may have to do with bad or rising water at a point: what lies within reach, and up-gradient of it."""

    measure: Literal["groundwater_sources"]
    unit = "m"
    worse = "small"
    graded_by = "grade"
    to: Names = Field(min_length=1, description="layers of what may have to do with it")
    beside: Names = Field(min_length=1, description="layers of samples")
    reach: float = Field(gt=0, description="metres")
    flow: OfNumber = Field(description="the field of the point that says whither the water flows, degrees from north")
    known_class: OfClass | None = Field(
        default=None, description="the field of the point that has its class, where it was not sampled this year"
    )
    half_angle: float = Field(gt=0, le=90, description="degrees to either side of whence the water comes")

    @property
    def radii(self) -> tuple[float, ...]:
        """How far around a point it looks, metres."""
        return (self.reach,)

    @field_validator("beside")
    @classmethod
    def _samples_are_beside(cls, beside: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        _must_have_samples(beside, info)
        return beside
