"""What the products call things: verdicts, kinds of issues, columns, units."""

from __future__ import annotations

from onemap.decision import AXES
from onemap.model import LOCATED_IN, SOURCE, SOURCE_ROW, Atlas, Balance
from onemap.spec.kinds import KINDS
from onemap.spec.rule import Rule
from onemap.text import tr


def verdict_title(verdict: str) -> str:
    """Return a verdict in the language spoken now."""
    return {
        "pass": tr("passed: no fault was found in the data"),
        "pass-with-issues": tr("passed with issues: the lists stand, the issues remain to be settled"),
        "blocked": tr("blocked: errors in the data; the lists that depend on them do not stand"),
    }[verdict]


def severity_title(severity: str) -> str:
    """Return the severity of an issue in the language spoken now."""
    return {"error": tr("error"), "warning": tr("warning"), "info": tr("note")}[severity]


def kind_title(kind: str) -> str:
    """Return a kind of issue as letters between bureaus cite it: with its number."""
    return f"{KINDS[kind].number} {KINDS[kind].name}"


def action_title(action: str) -> str:
    """Return what was done about an issue in the language spoken now."""
    return {
        "kept": tr("kept as it is"),
        "repaired": tr("repaired"),
        "blanked": tr("value blanked"),
        "dropped": tr("row dropped"),
    }[action]


def confidence_title(confidence: str) -> str:
    """Return how well a coordinate system is proved, in the language spoken now."""
    return {"sure": tr("sure"), "likely": tr("likely"), "cannot-tell": tr("cannot tell")}[confidence]


def layer_title(atlas: Atlas, layer: str) -> str:
    """Return what a layer is called in the language spoken now; the id of one that no project knows."""
    spec = atlas.project.catalogue.layers.get(layer)
    return spec.name if spec else layer


def field_title(atlas: Atlas, layer: str, field: str) -> str:
    """Return what a field is called in the language spoken now; a raw column is its own."""
    if field in AXES:
        return tr("longitude (x)") if field == "x" else tr("latitude (y)")
    spec = atlas.project.catalogue.layers.get(layer)
    return spec.fields[field].label if spec and field in spec.fields else field


def class_title(atlas: Atlas, layer: str, own_id: str) -> str:
    """Return what a class of a layer's class field is called in the language spoken now."""
    spec = atlas.project.catalogue.layers.get(layer)
    if spec is None or spec.class_field is None:
        return own_id
    classes = spec.fields[spec.class_field].classes
    return classes[own_id].label if own_id in classes else own_id


def ground_classes(atlas: Atlas, balance: Balance) -> dict[str, str]:
    """Return the titles of the classes of which there is ground, as in the legend; last what has no class."""
    spec = atlas.project.catalogue.layers[balance.layer]
    classes = spec.fields[spec.class_field or ""].classes
    titles = {**{own_id: look.label for own_id, look in classes.items()}, "": tr("not classified")}
    there = set(balance.table["class"])
    return {own_id: title for own_id, title in titles.items() if own_id in there}


def finding_columns() -> dict[str, str]:
    """Return the titles of the columns of findings in the language spoken now."""
    return {
        "rule": tr("List"),
        "level": tr("Level"),
        "of_layer": tr("Layer"),
        "of_key": tr("Code"),
        "of_label": tr("Name"),
        "to_layer": tr("Receptor layer"),
        "to_class": tr("Receptor class"),
        "to_key": tr("Receptor code"),
        "to_label": tr("Receptor name"),
        "measure": tr("Measure"),
        "value": tr("Value"),
        "unit": tr("Unit"),
        "township": tr("Township"),
        "reason": tr("Reason"),
        "basis": tr("Basis"),
    }


def titles_alone(measure: str) -> dict[str, str]:
    """Return what the columns of a list are called whose lines are about one feature each."""
    titles = {
        "due": {"to_label": tr("Due on"), "value": tr("Days overdue")},
        "frequency": {"to_label": tr("Due on"), "value": tr("Days overdue")},
        "code_group": {"to_label": tr("Code checked")},
        "coverage": {"to_label": tr("Nearest sampling point"), "value": tr("Metres to it")},
        "exceedance": {"to_label": tr("Items and their limits"), "value": tr("Largest ratio to a limit")},
        "warning": {"to_label": tr("Items and their limits"), "value": tr("Ratio to the next limit")},
        "trace": {
            "to_layer": tr("Kind of source"),
            "to_key": tr("Code of the source"),
            "to_label": tr("Candidate source"),
            "value": tr("Distance (m)"),
        },
        "unit_check": {"to_label": tr("Samples and their levels"), "value": tr("Samples of its own level (%)")},
        "unsampled": {"to_label": tr("Neighbour with the longest border"), "value": tr("Area (mu)")},
        "groundwater_class": {
            "to_key": tr("Sampled on"),
            "to_label": tr("Items that set the class"),
            "value": tr("Largest exceedance of class III, times"),
        },
        "groundwater_change": {
            "to_key": tr("Sampled on"),
            "to_label": tr("Baseline → now"),
            "value": tr("Classes worse"),
        },
        "groundwater_trend": {"to_label": tr("Item that rises"), "value": tr("Latest value to the limit of class III")},
        "groundwater_unstable": {"to_label": tr("Samples and their classes"), "value": tr("Classes apart")},
        "groundwater_sources": {
            "to_layer": tr("Kind of source"),
            "to_key": tr("Code of the source"),
            "to_label": tr("Source to be checked"),
            "value": tr("Distance (m)"),
        },
        "transition": {
            "to_key": tr("Change of use"),
            "to_label": tr("First date"),
            "value": tr("Days since (below 0: ahead)"),
        },
        "inspection": {"to_label": tr("Reasons to inspect it"), "value": tr("Reasons in number")},
        "transfer": {
            "to_key": tr("From and to"),
            "to_label": tr("What does not fit"),
            "value": tr("Faults in number"),
        },
        "rate": {"to_label": tr("Done of how many"), "value": tr("Rate (%)")},
        "state": {"to_label": tr("State")},
        "worst": {"to_label": tr("On these lists"), "value": tr("Lists in number")},
    }
    return titles.get(measure, {name: finding_columns()[name] for name in ("to_label", "value")})


def empty_sentence(rule: Rule, atlas: Atlas) -> str:
    """Return what a list without records says: that the rule was run, on what, and that nothing was found."""
    count = atlas.layers[rule.of].count if rule.of in atlas.layers else 0
    absent = [own_id for own_id in (rule.of, *rule.to) if own_id not in atlas.layers or not atlas.layers[own_id].count]
    if absent:
        names = tr(", ").join(layer_title(atlas, own_id) for own_id in absent)
        return tr("No data of {layers} were provided: cannot be judged. This is not a finding of none.", layers=names)
    to = tr(", ").join(layer_title(atlas, own_id) for own_id in rule.to)
    if not rule.pairs:
        return tr("The rule was run on the data of {of} ({count} features): none is on the list.", count=count,
                        of=layer_title(atlas, rule.of))  # fmt: skip
    values = {"count": count, "of": layer_title(atlas, rule.of), "to": to, "reach": f"{max(rule.radii, default=0):g}"}
    if rule.radii:
        return tr(
            "The rule was run on the data of {of} ({count} features): none that it concerns has {to} within {reach} m.",
            **values,
        )
    return tr("The rule was run on the data of {of} ({count} features): none that it concerns overlaps {to}.", **values)


def issue_columns() -> dict[str, str]:
    """Return the titles of the columns of issues in the language spoken now."""
    return {
        "severity": tr("Severity"),
        "kind": tr("Kind"),
        "layer": tr("Layer"),
        "source": tr("Source"),
        "row": tr("Row"),
        "cell": tr("Cell"),
        "field": tr("Field"),
        "key": tr("Code"),
        "value": tr("Value in the source"),
        "action": tr("Action taken"),
        "message": tr("What is wrong"),
        "hint": tr("What to do"),
        "lon": tr("Longitude"),
        "lat": tr("Latitude"),
    }


def origin_columns() -> dict[str, str]:
    """Return the titles of the columns that every layer has beside its fields, in the language spoken now."""
    return {
        SOURCE: tr("Source"),
        SOURCE_ROW: tr("Row in the source"),
        LOCATED_IN: tr("Lies in township"),
    }
