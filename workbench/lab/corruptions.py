"""Worked solutions of word problems told as models tell them, right ones and ones that go wrong at a known step.

A wrong value is carried on to the end, as a model would. Shares no code with the verifier.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from workbench.lab.manners import SENTENCES, Line, Manner
from workbench.lab.rewriting import SolutionPart, Tree, Unfit, combined, read, reordered, split

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?(?![\w.%]|,\d)")
_SCALES = ("60", "100", "12", "7", "24", "52", "365", "30", "1000", "10", "5", "2")
_OPERATORS = "+-*/"


@dataclass(frozen=True)
class Told:
    """A solution as a model might write it."""

    problem: str
    reference: tuple[str, ...]
    answer: str
    steps: tuple[str, ...]
    first_error: int
    """-1 where it is right."""
    kind: str


Lines = list[Line]


def tell(question: str, answer: str, seed: int, *, wrong: bool) -> Told:
    """Return a solution of a GSM8K row in some model's style; raises `Unfit` where the row cannot be taken apart."""
    rng = Random(f"{seed}/{question}")
    parts, final = read(answer)
    for change in (split, combined, reordered):
        if rng.random() < 0.4:
            parts = change(parts, rng)
    if parts[-1].value != Fraction(final.replace(",", "").replace("$", "")):
        raise Unfit("the last computation is not the answer")
    lines: Lines = [Line(part) for part in parts]
    kind = "right"
    if wrong:
        kind, lines = _corrupted(lines, question, final, rng)
    steps, mark = Manner(rng).tell(question, lines, kind == "stops early")
    reference = tuple(re.sub(r"<<[^<>]*>>", "", answer).replace("####", "").strip("\n").split("\n"))
    return Told(question, reference, final, tuple(steps), mark if wrong else -1, kind)


# What goes wrong.


def _text(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.2f}".rstrip("0").rstrip(".")


def _remade(part: SolutionPart, tree: Tree) -> SolutionPart:
    """The part with another computation; raises `Unfit` where that has no sensible value."""
    try:
        value = tree.value
    except ZeroDivisionError:
        raise Unfit("by nothing") from None
    text = _text(value)
    if not 0 < value < 10**7 or text in ("0", part.result):
        raise Unfit(text)
    return replace(part, tree=tree, result=text)


def _leaves(tree: Tree) -> list[str]:
    return [tree.text] if tree.left is None or tree.right is None else [*_leaves(tree.left), *_leaves(tree.right)]


def _put(tree: Tree, old: str, new: str) -> Tree:
    """The tree with one number for another."""
    if tree.left is None or tree.right is None:
        return Tree("", text=new) if tree.text == old else tree
    return Tree(tree.op, _put(tree.left, old, new), _put(tree.right, old, new))


def _carried(lines: Lines, at: int, old: str, new: str) -> Lines:
    """The lines with a changed result of line `at` used by all that follow."""
    done = lines[: at + 1]
    changed = {old: new}
    for line in lines[at + 1 :]:
        part = line.part
        if part is not None:
            tree = part.tree
            for before, after in changed.items():
                tree = _put(tree, before, after)
            if tree != part.tree:
                try:
                    value = tree.value
                except ZeroDivisionError:
                    raise Unfit("by nothing") from None
                if not 0 < value < 10**7 or _text(value) == "0":
                    raise Unfit("no sensible value")
                changed[part.result] = _text(value)
                line = replace(line, part=replace(part, tree=tree, result=_text(value)))
        done.append(line)
    return done


def _corrupted(lines: Lines, question: str, final: str, rng: Random) -> tuple[str, Lines]:
    for _ in range(30):
        kind = rng.choice(_KINDS)
        at = rng.randrange(len(lines))
        try:
            found = CORRUPTIONS[kind](lines, at, question, rng)
        except Unfit:
            continue
        end = next(line for line in reversed(found) if line.part is not None)
        if end.result != _text(Fraction(final.replace(",", ""))):
            return kind, found
    raise Unfit("nothing could be made wrong")


def _with(lines: Lines, at: int, part: SolutionPart) -> Lines:
    old = lines[at].part
    assert old is not None
    done = [*lines[:at], Line(part, wrong=True), *lines[at + 1 :]]
    return _carried(done, at, old.result, part.result)


def _numbers(question: str) -> list[str]:
    return list(dict.fromkeys(_NUMBER.findall(question)))


def _part(lines: Lines, at: int) -> SolutionPart:
    part = lines[at].part
    assert part is not None
    return part


def operation(lines: Lines, at: int, question: str, rng: Random) -> Lines:
    """Another operation on the same numbers."""
    part = _part(lines, at)
    return _with(lines, at, _remade(part, replace(part.tree, op=rng.choice(_OPERATORS))))


def operand(lines: Lines, at: int, question: str, rng: Random) -> Lines:
    """Another number of the problem, or another earlier result."""
    part = _part(lines, at)
    old = rng.choice(_leaves(part.tree))
    others = [*_numbers(question), *(x.part.result for x in lines[:at] if x.part is not None)]
    return _with(lines, at, _remade(part, _put(part.tree, old, rng.choice(others or ["2"]))))


def dropped(lines: Lines, at: int, question: str, rng: Random) -> Lines:
    """A computation left out: what goes on from it takes one of its numbers instead."""
    part = _part(lines, at)
    using = [i for i in range(at + 1, len(lines)) if part.result in _leaves(_part(lines, i).tree)]
    if not using:
        raise Unfit("nothing goes on from it")
    following = _part(lines, using[0])
    changed = _remade(following, _put(following.tree, part.result, rng.choice(_leaves(part.tree))))
    done = _with(lines, using[0], changed)
    return [*done[:at], *done[at + 1 :]]


def slipped(lines: Lines, at: int, question: str, rng: Random) -> Lines:
    """The right calculation with a wrong value."""
    part = _part(lines, at)
    value = part.value
    near = (value + 1, value - 1, value + 10, value - 10, value * 10, value + 100, value - 100, value / 10, value + 2)
    wrong = _text(rng.choice([v for v in near if v > 0] or [value + 1]))
    if wrong == part.result:
        raise Unfit("no other value")
    done = [*lines[:at], Line(part, wrong=True, slip=wrong), *lines[at + 1 :]]
    return _carried(done, at, part.result, wrong)


def further(lines: Lines, at: int, question: str, rng: Random) -> Lines:
    """One operation too many."""
    part = _part(lines, at)
    others = [*_numbers(question), "2", *(x.part.result for x in lines[:at] if x.part is not None)]
    tree = Tree(rng.choice(_OPERATORS), part.tree, Tree("", text=rng.choice(others)))
    if rng.random() < 0.5:
        return _with(lines, at, _remade(part, tree))
    extra = _remade(part, replace(tree, left=Tree("", text=part.result)))
    done = [*lines[: at + 1], Line(extra, wrong=True), *lines[at + 1 :]]
    return _carried(done, at + 1, part.result, extra.result)


def shortened(lines: Lines, at: int, question: str, rng: Random) -> Lines:
    """A term or factor forgotten."""
    part = _part(lines, at)
    sides = [s for s in (part.tree.left, part.tree.right) if s is not None and s.op]
    if not sides:
        raise Unfit("nothing to forget")
    return _with(lines, at, _remade(part, rng.choice(sides)))


def turned(lines: Lines, at: int, question: str, rng: Random) -> Lines:
    """A difference or a quotient the other way round."""
    part = _part(lines, at)
    if part.tree.op not in ("/", "-"):
        raise Unfit("no way round")
    return _with(lines, at, _remade(part, replace(part.tree, left=part.tree.right, right=part.tree.left)))


def rescaled(lines: Lines, at: int, question: str, rng: Random) -> Lines:
    """Another factor between units, or another small number that the words say."""
    part = _part(lines, at)
    held = [n for n in _leaves(part.tree) if n in _SCALES and n not in _numbers(question)]
    if not held:
        raise Unfit("no factor")
    return _with(lines, at, _remade(part, _put(part.tree, rng.choice(held), rng.choice(_SCALES))))


def stopped(lines: Lines, at: int, question: str, rng: Random) -> Lines:
    """The solution ends before the answer is found."""
    if at == len(lines) - 1:
        raise Unfit("the end")
    return lines[: at + 1]


def past(lines: Lines, at: int, question: str, rng: Random) -> Lines:
    """The solution goes on from the answer."""
    return further(lines, len(lines) - 1, question, rng)


def misread(lines: Lines, at: int, question: str, rng: Random) -> Lines:
    """A number of the problem is told wrong, and then used."""
    part = _part(lines, at)
    given = [n for n in _leaves(part.tree) if n in _numbers(question)]
    if not given:
        raise Unfit("nothing is told")
    old = rng.choice(given)
    value = Fraction(old)
    new = _text(rng.choice([v for v in (value + 1, value - 1, value * 2, value + 10, value / 2) if v > 0]))
    sentence = next(s for s in SENTENCES.split(question) if old in _NUMBER.findall(s))
    told = re.sub(rf"(?<![\w.,]){re.escape(old)}(?![\w.])", new, sentence).rstrip("?")
    done = _with(lines, at, _remade(part, _put(part.tree, old, new)))
    done[at] = replace(done[at], wrong=False)
    before = rng.randrange(at + 1)
    return [*done[:before], Line(None, told, wrong=True), *done[before:]]


Corruption = Callable[[Lines, int, str, Random], Lines]
CORRUPTIONS: dict[str, Corruption] = {
    "other operation": operation,
    "other operand": operand,
    "step left out": dropped,
    "slip": slipped,
    "one operation more": further,
    "term forgotten": shortened,
    "other way round": turned,
    "other scale": rescaled,
    "stops early": stopped,
    "goes past the answer": past,
    "misread": misread,
}
_KINDS = (
    *("other operation", "other operand", "step left out", "one operation more", "term forgotten", "misread") * 2,
    *("slip", "other way round", "other scale", "stops early", "goes past the answer"),
)
