"""Small items and labels that tests of labelling share."""

from __future__ import annotations

from tests.records import LINEAR
from workbench.labeling.candidates import item_of
from workbench.types import Label, LabelItem, Mark, Problem

AT = "2026-01-31T12:00:00+00:00"


def item(*lines: str, problem: Problem = LINEAR, source: str = "run") -> LabelItem:
    return item_of(problem, lines, source)


def items(count: int) -> list[LabelItem]:
    return [item(f"3x = {n}") for n in range(count)]


def label(of: LabelItem | str, annotator: str, mark: Mark | None, **more: str | None) -> Label:
    key = of if isinstance(of, str) else of.id
    return Label(key, annotator, mark, AT, **more)  # type: ignore[arg-type]
