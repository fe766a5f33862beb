"""What a rule says of each measure: the keys that it has, its unit, and which values are worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import field_validator

from onemap.errors import SpecError
from onemap.spec import toml
from onemap.spec.known import Known, must_be_known
from onemap.spec.measures.codes import CodeGroupRule
from onemap.spec.measures.coverage import CoverageRule
from onemap.spec.measures.dates import DueRule, FrequencyRule
from onemap.spec.measures.farmland import TraceRule, UnitCheckRule, UnsampledRule
from onemap.spec.measures.grades import WorstRule
from onemap.spec.measures.groundwater import (
    WaterChangeRule,
    WaterClassRule,
    WaterSourcesRule,
    WaterTrendRule,
    WaterUnstableRule,
)
from onemap.spec.measures.land import InspectionRule, TransitionRule
from onemap.spec.measures.pairs import CountRule, DistanceRule, NearestRule, OverlapRule, RingAreaRule
from onemap.spec.measures.rates import RateRule
from onemap.spec.measures.samples import ExceedanceRule, WarningRule
from onemap.spec.measures.states import StateRule
from onemap.spec.measures.transfers import TransferRule
from onemap.spec.rule import Rule
from onemap.text import tr

RULES: Final[Mapping[str, type[Rule]]] = {
    "distance": DistanceRule,
    "nearest": NearestRule,
    "count": CountRule,
    "ring_area": RingAreaRule,
    "overlap": OverlapRule,
    "due": DueRule,
    "exceedance": ExceedanceRule,
    "warning": WarningRule,
    "trace": TraceRule,
    "unit_check": UnitCheckRule,
    "unsampled": UnsampledRule,
    "groundwater_class": WaterClassRule,
    "groundwater_change": WaterChangeRule,
    "groundwater_trend": WaterTrendRule,
    "groundwater_unstable": WaterUnstableRule,
    "groundwater_sources": WaterSourcesRule,
    "transition": TransitionRule,
    "inspection": InspectionRule,
    "transfer": TransferRule,
    "rate": RateRule,
    "state": StateRule,
    "worst": WorstRule,
    "frequency": FrequencyRule,
    "code_group": CodeGroupRule,
    "coverage": CoverageRule,
}
"""The kind of rule for each measure, by the name that rules call it."""


class _AnyRule(Rule):
    """What can be told of a rule whose measure is not there."""

    @field_validator("measure")
    @classmethod
    def _is_known(cls, measure: str) -> str:
        must_be_known(measure, RULES, tr("measure"))
        return measure


def make_rule(table: dict[str, Any], known: Known | None = None, name: str = "") -> Rule:
    """Return a table of a rule file, with its id, as the rule that its measure makes of it.

    Parameters
    ----------
    known
        What it may speak of; None looks nothing up.
    name
        What to call the table in messages; left out, its file.

    Raises
    ------
    SpecError
        All that is wrong in it.
    """
    name = name or f"rules/{table.get('id', '')}.toml"
    kind = RULES.get(str(table.get("measure")))
    if kind is None:
        # The keys of a measure say nothing while the measure is not known.
        keys = {key for one in RULES.values() for key in one.model_fields} - set(Rule.model_fields)
        table = {key: value for key, value in table.items() if key not in keys}
    return toml.parse(kind or _AnyRule, table, name, SpecError, known)
