"""Rules about polluted farmland: where it may come from, and whether its class fits the samples in it."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from onemap.spec.known import Known, WrongKeyError, must_be_known
from onemap.spec.measures.features import FeatureRule
from onemap.spec.measures.names import StandardName
from onemap.spec.measures.samples import JudgedBy
from onemap.spec.rule import Names
from onemap.text import fold, tr

ROSE_FIELDS: Final = ("direction", "frequency")
"""What a layer with a wind rose has to tell."""


class TraceRule(FeatureRule):
    """Which sources near polluted farmland are to be looked into: by distance, and by wind and water toward it.

    The grade of a pair is 1 where a pathway speaks for it strongly, 2 where one speaks for it or it is near, and 3
    where it is no more than within reach.
    """

    measure: Literal["trace"]
    unit = "m"
    worse = "small"
    graded_by = "grade"
    to: Names = Field(min_length=1)
    reach: float = Field(gt=0, description="metres; sources farther away are no candidates")
    near: float = Field(default=300, gt=0, description="metres; so near a source is looked into whatever the pathways")
    top: int = Field(default=3, gt=0, description="so many candidates of a unit are listed, and the rest counted")
    air: str = Field(default="", description="the layer with the wind rose, if there is one; it stands in beside")
    favoured: float = Field(
        default=1.5,
        gt=1,
        description="so many times as often as on average the wind blows that way: it speaks strongly",
    )
    rose_tolerance: float = Field(
        default=1.0, ge=0, description="percent; by so much may a wind rose add up to less or more than 100"
    )
    water: Names = Field(default=(), description="the layers with rivers and ditches as lines, which stand in beside")
    medium: str = Field(
        default="",
        description="the field of sources that says by what they give off: those of the class air go by wind "
        "alone, those of the class water by water alone",
    )
    bank: float = Field(default=300, gt=0, description="metres; no farther from a line lies what is on its water")
    snap: float = Field(default=20, ge=0, description="metres; lines whose ends lie no farther apart are one network")

    @property
    def radii(self) -> tuple[float, ...]:
        """How far around a feature it looks, metres."""
        return (self.reach,)

    @field_validator("air")
    @classmethod
    def _wind_has_a_rose(cls, name: str, info: ValidationInfo) -> str:
        if name:
            _is_beside(name, info)
            for field in ROSE_FIELDS:
                _has_field(name, field, info)
        return name

    @field_validator("water")
    @classmethod
    def _water_is_beside(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for name in names:
            _is_beside(name, info)
        return names


class SampledRule(FeatureRule):
    """A rule about units and the samples in them."""

    to: Names = Field(min_length=1, max_length=1, description="the layer of soil samples")
    place_tolerance: float = Field(
        default=30, ge=0, description="metres; a sample that lies no farther from the unit that it names is in it"
    )


class UnitCheckRule(SampledRule, JudgedBy):
    """Whether the class of a unit fits the levels of the soil samples in it.

    The grade is 1 where samples are above the control value in a unit of a lower class, 2 where they are otherwise
    worse than its class, and 3 where they are better.
    """

    measure: Literal["unit_check"]
    unit = "share"
    worse = "small"
    graded_by = "grade"
    unit_classes: Names = Field(description="the classes of `of`, from level 1 on: the class of each level")
    own_share: float = Field(
        default=80, gt=0, le=100, description="percent of the samples in a unit of class 1 or 2 that have its level"
    )
    strict_share: float = Field(
        default=50, gt=0, le=100, description="percent of the samples in a unit of class 3 that are of level 3"
    )
    level_2_in_class_1: int = Field(
        default=2, ge=0, description="so many samples of level 2 a unit of class 1 may have"
    )
    products: str = Field(default="", description="the layer of crop samples, if there is one; it stands in beside")
    product_standard: StandardName = Field(
        default="gb2762", validate_default=True, description="the standard by which crop samples are judged"
    )
    fewest_products: int = Field(default=3, gt=0, description="with fewer crop samples the soil alone decides")
    product_share: float = Field(
        default=65, gt=0, le=100, description="percent of the crop samples that keep all limits for level 3 to become 2"
    )

    @field_validator("unit_classes")
    @classmethod
    def _classes_are_of_units(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        return _class_ids(names, info, exactly=3)

    @field_validator("products")
    @classmethod
    def _products_are_beside(cls, name: str, info: ValidationInfo) -> str:
        if name:
            _is_beside(name, info)
        return name


class UnsampledRule(SampledRule):
    """Which units have no sample.

    The grade of a unit is the place of its class among `unit_classes`, counted from the last.
    """

    measure: Literal["unsampled"]
    unit = "mu"
    worse = "large"
    graded_by = "grade"
    unit_classes: Names = Field(min_length=1, description="the classes of `of` that are looked at, the gravest first")
    each: Names = Field(
        default=(), description="the classes whose units are listed one by one; of others each township has one line"
    )
    unknown_above: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="the part of the samples without a place or unit from which on no unit can be said to have none",
    )

    @field_validator("unit_classes", "each")
    @classmethod
    def _classes_are_of_units(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        return _class_ids(names, info)


def _is_beside(name: str, info: ValidationInfo) -> None:
    """Raise if a layer does not stand in the key beside of the rule that is validated."""
    beside = info.data.get("beside")
    if beside is not None and name not in beside:
        raise WrongKeyError(tr('"{layer}" does not stand in beside', layer=name), tr("write it there too"))


def _has_field(name: str, field: str, info: ValidationInfo) -> None:
    known: Known | None = info.context
    if known and name in known.layers:
        must_be_known(field, known.layers[name].fields, tr("field"))


def _class_ids(names: tuple[str, ...], info: ValidationInfo, exactly: int = 0) -> tuple[str, ...]:
    """Return the ids of classes of the `of` layer of the rule that is validated."""
    if exactly and len(names) != exactly:
        raise WrongKeyError(tr("{count} classes are asked for", count=exactly))
    known: Known | None = info.context
    if known is None or info.data.get("of") not in known.layers:
        return names
    spec = known.layers[info.data["of"]]
    words = spec.fields[spec.class_field].class_of if spec.class_field else {}
    for name in names:
        must_be_known(fold(name), words, tr("class"))
    return tuple(words[fold(name)] for name in names)
