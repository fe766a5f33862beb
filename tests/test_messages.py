"""Every message has its Chinese, and the catalogue holds no other."""

from __future__ import annotations

import ast
import string
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
CODE = ROOT / "onemap"


def calls() -> list[tuple[str, ast.expr]]:
    """Return the place and the msgid of every call of `tr`."""
    found = []
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                found.append((f"{path.relative_to(ROOT).as_posix()}:{node.lineno}", node.args[0]))
    return found


CALLS = calls()
LITERAL = sorted({node.value for _, node in CALLS if isinstance(node, ast.Constant)})


def catalogue() -> dict[str, str]:
    with (CODE / "locale" / "zh_CN.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


CHINESE = catalogue()


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_msgid_is_literal() -> None:
    assert [place for place, node in CALLS if not isinstance(node, ast.Constant)] == []


def test_every_message_has_its_chinese() -> None:
    assert [msgid for msgid in LITERAL if not CHINESE.get(msgid)] == []


def test_the_catalogue_has_no_message_that_nobody_says() -> None:
    assert sorted(set(CHINESE) - set(LITERAL)) == []


def test_both_languages_fill_in_the_same_values() -> None:
    assert [msgid for msgid, text in CHINESE.items() if placeholders(text) != placeholders(msgid)] == []
