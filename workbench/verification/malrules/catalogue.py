"""The catalogue of malrules: what each is called, what it stands for, and what helps against it."""

from __future__ import annotations

from pathlib import Path

from workbench.verification.domain import Malrule


def read_wordings(text: str) -> tuple[dict[str, Malrule], dict[str, tuple[str, ...]]]:
    """Return the malrules of a table that a line can show, and the rules of those that are taught.

    The table explains its format in its first lines.
    """
    malrules: dict[str, Malrule] = {}
    rules: dict[str, tuple[str, ...]] = {}
    for name, entries in _blocks(text):
        fields = dict(reversed(entries))  # of two rules the first
        rules[name] = tuple(said for key, said in entries if key == "rule")
        if "misconception" in fields:
            malrules[name] = Malrule(
                name,
                fields["misconception"],
                f"as if {fields['as if']}",
                fields["look"],
                fields["rule"],
                fields["example"],
            )
    return malrules, {name: said for name, said in rules.items() if len(said) > 1 or name not in malrules}


def _blocks(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each name with its `key: text` lines."""
    blocks: list[tuple[str, list[tuple[str, str]]]] = []
    for line in text.splitlines():
        if line.startswith(" "):
            key, _, said = line.strip().partition(": ")
            blocks[-1][1].append((key, said))
        elif line and not line.startswith("#"):
            blocks.append((line, []))
    return blocks


CATALOGUE, LESSONS = read_wordings(Path(__file__).with_name("wordings.txt").read_text(encoding="utf-8"))
"""The malrules that a line can show, by name; and what to remember against those that are taught."""
