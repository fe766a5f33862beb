"""Decisions meet the issues of this build: what is waived, what has to be decided again, and what came to nothing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from onemap.decision import Decision, Ruling
from onemap.model import Issue
from onemap.text import tr


def corrections_of(decisions: Iterable[Decision], period_ends: dt.date) -> list[Decision]:
    """Return the corrections that still hold."""
    return [one for one in decisions if one.word == "correct" and not has_ended(one, period_ends)]


def has_ended(decision: Decision, period_ends: dt.date) -> bool:
    """Tell whether a decision ends before the period does that the build is for.

    The day of the run says nothing: two builds of the same input are the same.
    """
    return decision.until is not None and decision.until < period_ends


def settle(
    issues: Sequence[Issue], decisions: Sequence[Decision], corrected: Iterable[Ruling], period_ends: dt.date
) -> tuple[list[Issue], tuple[Ruling, ...]]:
    """Apply waivers and tell what became of every decision.

    Parameters
    ----------
    issues
        Those of this build, each with its reference.
    decisions
        One for each issue.
    corrected
        What became of the corrections that hold.
    period_ends
        The last day of the period that the build is for: a decision must reach so far.

    Returns
    -------
    issues, rulings
        A waived issue stays and is a note; a decision that no longer holds, or cannot be followed, is an issue.
    """
    standing, about = [*issues], _claims(issues, decisions)
    outcomes = {id(ruling.decision): ruling for ruling in corrected}
    rulings, told = [], []
    for number, decision in enumerate(decisions):
        at = about.get(number)
        issue = None if at is None else standing[at]
        if has_ended(decision, period_ends):
            until = decision.until.isoformat() if decision.until else ""
            ruling = Ruling(decision, "ended", tr("it was valid until {until}", until=until))
        elif decision.word == "correct":
            ruling = outcomes[id(decision)]
        else:
            ruling = _ruled(decision, issue)
        if ruling.outcome == "overtaken" and issue is None:
            ruling = Ruling(decision, "done")
        rulings.append(ruling)
        if at is not None and issue is not None and ruling.outcome in ("waived", "pending"):
            standing[at] = _decided(issue, decision)
        if ruling.outcome in _TOLD:
            told += _TOLD[ruling.outcome](ruling, issue)
    return [*standing, *told], tuple(rulings)


def _claims(issues: Sequence[Issue], decisions: Sequence[Decision]) -> dict[int, int]:
    """Return for each decision, by their numbers, the issue that it is about.

    That is the one of the same value, or else one of the same subject that no other decision is about.
    """
    free: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for at, issue in enumerate(issues):
        # What tells of a decision is no issue that was decided about.
        if issue.reference is not None and issue.reference.kind == issue.kind:
            free[issue.reference.subject].append(at)
    claims: dict[int, int] = {}
    for exactly in (True, False):
        for number, decision in enumerate(decisions):
            there = free[decision.issue.subject]
            found = [at for at in there if not exactly or issues[at].value == decision.issue.value]
            if number not in claims and found:
                claims[number] = found[0]
                there.remove(found[0])
    return claims


def _ruled(decision: Decision, issue: Issue | None) -> Ruling:
    """Say what becomes of a waiver or of what is pending."""
    if issue is None or issue.reference is None:
        return Ruling(decision, "settled")
    if decision.word == "pending":
        return Ruling(decision, "pending")
    if issue.weight == "error":
        reason = tr("an error cannot be waived: lists that rest on it would be wrong")
        return Ruling(decision, "refused", reason)
    then, now = decision.issue, issue.reference
    if (then.record, then.value) != (now.record, now.value):
        return Ruling(decision, "ended", tr("its record has changed since"))
    return Ruling(decision, "waived")


def _decided(issue: Issue, decision: Decision) -> Issue:
    if decision.word != "waive":
        return replace(issue, decision=decision)
    until = tr("until {day}", day=decision.until.isoformat()) if decision.until else tr("until its record changes")
    message = tr(
        "{message} (waived by {who} {until}: {why})",
        message=issue.message, who=decision.who, until=until, why=decision.why,
    )  # fmt: skip
    return replace(issue, decision=decision, severity="info", message=message, hint=tr("nothing to do"))


def _tell_ended(ruling: Ruling, issue: Issue | None) -> list[Issue]:
    """Tell of a decision that no longer holds, where its issue stands again."""
    if issue is None:
        return []
    decision = ruling.decision
    what = tr("a waiver") if decision.word == "waive" else tr("a decision")
    message = tr("{what} no longer holds: {reason} ({who}: {why})", what=what, reason=ruling.remark,
                 who=decision.who, why=decision.why)  # fmt: skip
    return [_beside(issue, "decision_ended", message, tr("decide again"))]


def _tell_overtaken(ruling: Ruling, issue: Issue | None) -> list[Issue]:
    """Tell of a correction whose cell or record is not what it was."""
    if issue is None:
        return []
    decision = ruling.decision
    message = tr(
        "not corrected to {value}: the source has changed since (then: {then}; now: {now})",
        value=decision.text, then=decision.issue.seen or tr("blank"), now=ruling.remark or tr("blank"),
    )  # fmt: skip
    return [_beside(issue, "correction_overtaken", message, tr("compare the two, and decide again"))]


def _beside(issue: Issue, kind: str, message: str, hint: str) -> Issue:
    """Return what is told of a decision at the place of the issue that it was about."""
    return replace(issue, kind=kind, severity=None, message=message, hint=hint, action="kept", decision=None,
                   repair=None)  # fmt: skip


def _tell_lost(ruling: Ruling, issue: Issue | None) -> list[Issue]:
    about = ruling.decision.issue
    name = about.key or f"{about.source} {about.row or ''}".strip()
    message = tr("the record {name} to be corrected to {value} is not found", name=name, value=ruling.decision.text)
    hint = tr("it may have another code by now, or be gone: look for it, and correct it under its present name")
    return [_in_workbook(ruling.decision, "correction_lost", message, hint)]


def _tell_refused(ruling: Ruling, issue: Issue | None) -> list[Issue]:
    message = tr("the decision cannot be followed: {reason}", reason=ruling.remark)
    hint = tr("correct it in the source, or decide otherwise")
    return [_in_workbook(ruling.decision, "decision_unclear", message, hint)]


def _in_workbook(decision: Decision, kind: str, message: str, hint: str) -> Issue:
    about = decision.issue
    return Issue(kind, about.layer, decision.source, message, hint, "dropped", decision.row, decision.cell,
                 about.field, about.key, decision.text, reference=about)  # fmt: skip


_TOLD: Final[Mapping[str, Callable[[Ruling, Issue | None], list[Issue]]]] = {
    "ended": _tell_ended,
    "overtaken": _tell_overtaken,
    "lost": _tell_lost,
    "refused": _tell_refused,
}
"""What is said of a decision that came to nothing."""
