"""Decisions meet the issues of this build: what is waived, what has to be decided again, and what came to nothing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from onemap.decision import Decision, Presence, Reference, Ruling
from onemap.model import Issue
from onemap.text import tr

TIERS: Final[tuple[Callable[[Reference], tuple[Any, ...] | None], ...]] = (
    lambda one: (*one.fault, one.key, one.source, one.row, one.record, one.facts, one.pair),
    lambda one: (one.kind, one.layer, one.field, one.pair) if one.pair else None,
    lambda one: (*one.fault, one.key, one.record),
    lambda one: (*one.fault, one.key) if one.key else None,
    lambda one: (*one.fault, one.source, one.row) if not one.key else None,
    lambda one: one.fault if not one.key and one.row is None else None,
)
"""What a decision and its issue have in common, first things first: they and the record are as they were; two records
are, of whichever it is told; the record is, in another row or file; it has the same key; it stands in the same row; or
they are about one layer as a whole."""


@dataclass(frozen=True)
class Scope:
    """What this build is for, and what of it could not be read."""

    ends: dt.date
    """The last day of its period: a decision must reach so far. The day of the run says nothing, so that two builds of
    the same input are the same."""
    presence: Callable[[Reference], Presence] = lambda about: "here"
    """Says whether the record that was decided about is there."""

    def has_ended(self, decision: Decision) -> bool:
        """Tell whether a decision ends before the period does."""
        return decision.until is not None and decision.until < self.ends


def corrections_of(decisions: Iterable[Decision], scope: Scope) -> list[Decision]:
    """Return the corrections that still hold."""
    return [one for one in decisions if one.word == "correct" and not scope.has_ended(one)]


def settle(
    issues: Sequence[Issue], decisions: Sequence[Decision], corrected: Iterable[Ruling], scope: Scope
) -> tuple[list[Issue], tuple[Ruling, ...]]:
    """Apply waivers and tell what became of every decision.

    Parameters
    ----------
    issues
        Those of this build, each with its reference.
    decisions
        One for each line that was decided.
    corrected
        What became of the corrections that hold.

    Returns
    -------
    issues, rulings
        A waived issue stays and is a note. A decision that no longer holds, that cannot be followed or that has to
        wait is an issue, which carries it into the next workbook.
    """
    # A correction of a record that stands twice, word for word, is applied to both.
    outcomes = {id(ruling.decision): ruling for ruling in corrected}
    applied = {own for own, ruling in outcomes.items() if ruling.outcome == "corrected"}
    standing, about = [*issues], _claims(issues, [None if id(one) in applied else one for one in decisions])
    blocked = {issue.layer for issue in issues if issue.weight == "error"}
    rulings: list[Ruling] = []
    told: list[Issue] = []
    for number, decision in enumerate(decisions):
        at = about.get(number)
        issue = None if at is None else standing[at]
        ruling = _ruled(decision, issue, outcomes.get(id(decision)), scope)
        ruling = _waiting(ruling, blocked, scope) if issue is None else ruling
        rulings.append(ruling)
        if at is not None and issue is not None and ruling.outcome in ("waived", "pending"):
            standing[at] = _decided(issue, decision)
        if ruling.outcome in _TOLD:
            told.append(_TOLD[ruling.outcome](ruling, issue))
    return [*standing, *told], tuple(rulings)


def _waiting(ruling: Ruling, blocked: Collection[str], scope: Scope) -> Ruling:
    """Return what becomes of a decision whose issue is not told: it is settled only where it would have been.

    Parameters
    ----------
    blocked
        The layers with errors: of those nobody knows what is there, and what was compared with them is not settled.
    """
    if ruling.outcome not in ("settled", "lost"):
        return ruling
    about = ruling.decision.issue
    presence = "here" if about.row is None else scope.presence(about)
    if presence == "unseen":
        return Ruling(ruling.decision, "held")
    if about.layer in blocked or (blocked and presence == "here"):
        return Ruling(ruling.decision, "held", tr("errors stand in the data"))
    return Ruling(ruling.decision, "lost") if presence == "gone" else ruling


def _claims(issues: Sequence[Issue], decisions: Sequence[Decision | None]) -> dict[int, int]:
    """Return for each decision, by their numbers, the issue that it is about; no two are about one.

    Parameters
    ----------
    decisions
        None where it was followed already.
    """
    # What tells of a decision is no issue that was decided about.
    free = {at: one.reference for at, one in enumerate(issues) if one.reference and one.reference.kind == one.kind}
    claims: dict[int, int] = {}
    for tier in TIERS:
        there: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for at, reference in free.items():
            if (common := tier(reference)) is not None:
                there[common].append(at)
        for number, decision in enumerate(decisions):
            common = None if decision is None or number in claims else tier(decision.issue)
            found = [] if common is None else there[common]
            # Of several that are as like, the record does not say which it was.
            if len(found) == 1 or (found and tier in TIERS[:3]):
                claims[number] = found.pop(0)
                del free[claims[number]]
    return claims


def _ruled(decision: Decision, issue: Issue | None, corrected: Ruling | None, scope: Scope) -> Ruling:
    """Say what becomes of a decision."""
    has_ended = scope.has_ended(decision)
    if decision.word == "correct" and not has_ended:
        return _of_correction(corrected or Ruling(decision, "lost"), issue)
    if issue is None or issue.reference is None:
        return Ruling(decision, "settled")
    if has_ended:
        until = decision.until.isoformat() if decision.until else ""
        return Ruling(decision, "ended", tr("it was valid until {until}", until=until))
    if decision.word == "pending":
        return Ruling(decision, "pending")
    if issue.weight == "error":
        return Ruling(decision, "refused", tr("an error cannot be waived: lists that rest on it would be wrong"))
    reason = _change(decision.issue, issue.reference)
    return Ruling(decision, "ended", reason) if reason else Ruling(decision, "waived")


def _change(then: Reference, now: Reference) -> str:
    """Return what has changed of what an issue is about; "" where nothing has."""
    if then.pair and then.pair == now.pair:
        return ""
    if then.record != now.record:
        return tr("its record has changed since")
    return tr("what was found there has changed since") if (then.facts, then.pair) != (now.facts, now.pair) else ""


def _of_correction(ruling: Ruling, issue: Issue | None) -> Ruling:
    """Return what became of a correction, seen beside the issue that it was to mend."""
    decision = ruling.decision
    if ruling.outcome == "overtaken" and issue is None:
        return Ruling(decision, "settled")
    if ruling.outcome == "done" and issue is not None:
        return Ruling(decision, "refused", tr("the source says so already, and the issue stands"))
    return ruling


def _decided(issue: Issue, decision: Decision) -> Issue:
    if decision.word != "waive":
        return replace(issue, decision=decision)
    until = tr("until {day}", day=decision.until.isoformat()) if decision.until else tr("until its record changes")
    message = tr(
        "{message} (waived by {who} {until}: {why})",
        message=issue.message, who=decision.who, until=until, why=decision.why,
    )  # fmt: skip
    return replace(issue, decision=decision, severity="info", message=message, hint=tr("nothing to do"))


def _tell_ended(ruling: Ruling, issue: Issue | None) -> Issue:
    """Tell of a decision that no longer holds."""
    decision = ruling.decision
    what = tr("a waiver") if decision.word == "waive" else tr("a decision")
    message = tr("{what} no longer holds: {reason}", what=what, reason=ruling.remark)
    if decision.who or decision.why:
        by = tr(", ").join(filter(None, [decision.who, decision.why]))
        message = tr("{message} ({by})", message=message, by=by)
    told = _told(decision, issue, "decision_ended", message, tr("decide again, or clear the line"))
    then, now = decision.issue, issue.reference if issue else None
    if now is None or not _change(then, now):
        return told
    # Whoever decides again in this line has seen the record as it is now.
    return replace(told, reference=now, decision=replace(decision, word=None))


def _tell_overtaken(ruling: Ruling, issue: Issue | None) -> Issue:
    """Tell of a correction whose cell or record is not what it was."""
    decision = ruling.decision
    message = tr("not corrected to {value}: its record has changed since", value=decision.text)
    if ruling.remark or decision.issue.seen:
        message = tr(
            "not corrected to {value}: the source has changed since (then: {then}; now: {now})",
            value=decision.text, then=decision.issue.seen or tr("blank"), now=ruling.remark or tr("blank"),
        )  # fmt: skip
    hint = tr("compare the two, decide again in the line of the issue, and clear this one")
    return _told(decision, issue, "correction_overtaken", message, hint)


def _tell_lost(ruling: Ruling, issue: Issue | None) -> Issue:
    decision = ruling.decision
    if decision.word != "correct":
        message = tr("the record {name} that was decided about is not found", name=_name(decision))
        hint = tr("it may have another code by now: then decide in the line of its issue; clear this line")
        return replace(_told(decision, None, "correction_lost", message, hint), severity="info")
    message = tr("the record {name} to be corrected to {value} is not found", name=_name(decision), value=decision.text)
    hint = tr("it may have another code by now, or be gone: look for it, and correct it under its present name")
    return _told(decision, None, "correction_lost", message, hint)


def _tell_refused(ruling: Ruling, issue: Issue | None) -> Issue:
    message = tr("the decision cannot be followed: {reason}", reason=ruling.remark)
    hint = tr("correct it in the source, or decide otherwise")
    return _told(ruling.decision, None, "decision_unclear", message, hint)


def _tell_held(ruling: Ruling, issue: Issue | None) -> Issue:
    message = tr("the decision on {name} waits: {reason}", name=_name(ruling.decision),
                 reason=ruling.remark or tr("its source was not read this time"))  # fmt: skip
    return _told(ruling.decision, None, "decision_held", message, tr("nothing to do until its source is there again"))


def _name(decision: Decision) -> str:
    about = decision.issue
    return about.key or f"{about.source} {about.row or ''}".strip()


def _told(decision: Decision, issue: Issue | None, kind: str, message: str, hint: str) -> Issue:
    """Return what is told of a decision, at the place of its issue, or else of the line in the workbook."""
    about = decision.issue
    if issue is not None:
        return replace(issue, kind=kind, severity=None, message=message, hint=hint, action="kept", decision=decision,
                       repair=None, reference=about)  # fmt: skip
    return Issue(kind, about.layer, decision.source, message, hint, "kept", decision.row, decision.cell,
                 about.field, about.key, decision.text, reference=about, decision=decision)  # fmt: skip


_TOLD: Final[Mapping[str, Callable[[Ruling, Issue | None], Issue]]] = {
    "ended": _tell_ended,
    "overtaken": _tell_overtaken,
    "lost": _tell_lost,
    "refused": _tell_refused,
    "held": _tell_held,
}
"""What is said of a decision that came to nothing, or has to wait."""
