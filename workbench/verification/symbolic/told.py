"""Equations and values told among words: right where they follow from the last ones, never wrong."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.verification.lines.findings import Context, Finding, correct
from workbench.verification.symbolic import deciding
from workbench.verification.symbolic.comparing import Alternatives
from workbench.verification.symbolic.equations import NATURAL, any_endless, beyond, compared
from workbench.verification.symbolic.formulas import Chain, chains
from workbench.verification.symbolic.functions import Relation
from workbench.verification.symbolic.trees import Call, Tree, letters

_NAME = "symbolic"


def chains_of(context: Context, text: str) -> tuple[Chain, ...]:
    """Return the chains between the delimiters of a text."""
    return chains(text, "e" in text and any(NATURAL.search(t) for t in (context.problem.text, *context.solution)))


def follows(context: Context) -> Finding | None:
    """Return that an equation between delimiters has the solutions of the last one in its letter, if it has."""
    before: dict[str, Alternatives] = {}
    for text in (context.problem.text, *(line.text for line in context.earlier)):
        if "\\" in text or "$" in text:
            before.update(_lettered(context, text))
    for letter, condition in _lettered(context, context.step):
        last = before.get(letter)
        before[letter] = condition
        if last is None or last == condition or not (beyond(last) or beyond(condition)):
            continue
        if any_endless(last) or any_endless(condition):
            continue
        found = compared(last, condition, letter)
        if found is not None and found.same:
            return correct(
                _NAME, f"It has the same solutions for {letter} as the equation before.", context.wrong_before
            )
    return None


def keeps_value(context: Context) -> Finding | None:
    """Return that a letter is worth what an earlier line, or an earlier formula of this one, says it is, if so."""
    known: dict[str, Tree] = {}
    for line in context.earlier:
        known.update(_named(context, line.text))
    for name, value in _named(context, context.step):
        before = known.get(name)
        known[name] = value
        if before is None or before == value or not (isinstance(before, Call) or isinstance(value, Call)):
            continue
        if deciding.holds(before, "=", value).holds is True:
            return correct(_NAME, f"{name} is worth what it was before.", context.wrong_before)
    return None


def _named(context: Context, text: str) -> Iterator[tuple[str, Tree]]:
    """The letters that a text gives a value without letters, in its formulas."""
    if "\\" not in text and "$" not in text:
        return
    for chain in chains_of(context, text):
        first, last = chain.sides[0].values, chain.sides[-1].values
        if len(first) != 1 or len(last) != 1 or set(chain.signs) != {"="}:
            continue
        if isinstance(first[0], str) and not letters(last[0]):
            yield first[0], last[0]


def _lettered(context: Context, text: str) -> Iterator[tuple[str, Alternatives]]:
    """The equations in one letter between delimiters, by letter."""
    for chain in chains_of(context, text):
        for i, sign in enumerate(chain.signs):
            left, right = chain.sides[i].values, chain.sides[i + 1].values
            named = frozenset().union(*(letters(v) for v in (*left, *right)))
            if sign != "=" or not left or not right or len(named) != 1 or len(left) > 1:
                continue
            shown = (chain.sides[i].text, chain.sides[i + 1].text)
            yield min(named), tuple((Relation(left[0], sign, value, shown),) for value in right)


__all__ = ["chains_of", "follows", "keeps_value"]
