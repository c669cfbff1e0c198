"""Worked solutions of word problems told as models tell them, right ones and ones that go wrong at a known step.

A wrong value is carried on to the end, as a model would. Shares no code with the verifier.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from workbench.lab.rewriting import SolutionPart, Tree, Unfit, combined, commuted, read, reordered, split, write

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?(?![\w.%]|,\d)")
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
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


@dataclass(frozen=True)
class Line:
    """One thing that a solution says: a computation, or a sentence of the problem told again."""

    part: SolutionPart | None
    text: str = ""
    wrong: bool = False
    slip: str = ""
    """What a calculation is said to give, where it does not."""

    @property
    def result(self) -> str:
        assert self.part is not None
        return self.slip or self.part.result


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
    steps, mark = _Style(rng).tell(question, lines, kind == "stops early")
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
    sentence = next(s for s in _SENTENCES.split(question) if old in _NUMBER.findall(s))
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


# How it is told.


_PLANS = (
    "To find {goal}, we need to work through the problem step by step.",
    "Let's break it down step by step!",
    "To solve this problem, we first look at what is given and then find {goal}.",
    "First, we need to determine {goal}.",
    "Let's start with what the problem tells us. {told}",
    "We are asked for {goal}. {told}",
)
_OPENERS = ("First, ", "Next, ", "Then, ", "Now, ", "Second, ", "Third, ", "After that, ", "So ", "", "", "", "")
_VERBS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_ENDS = (
    ("Therefore, {lead} {n} {unit}.",),
    ("Therefore, {lead} \\(\\boxed{{{n}}}\\) {unit}.",),
    ("So, the answer is \\boxed{{{n}}}.",),
    ("#### {n}", "The answer is: {n}"),
    ("The answer is: {n}",),
    (" {n}",),
    (" {n}",),
)
_SIGNS = (
    {"+": " + ", "-": " - ", "*": " * ", "/": " / "},
    {"+": "+", "-": "-", "*": "*", "/": "/"},
    {"+": " + ", "-": " - ", "*": " x ", "/": " / "},
    {"+": " + ", "-": " - ", "*": " × ", "/": " ÷ "},
    {"+": " + ", "-": " - ", "*": " \\times ", "/": " \\div "},
    {"+": " + ", "-": " - ", "*": " \\times ", "/": "frac"},
)


class _Style:
    """One model's manner, drawn once for a solution."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.signs = rng.choice(_SIGNS)
        self.display = "\\" in self.signs["*"] and rng.random() < 0.6
        self.merge = rng.choice((0.0, 0.0, 0.2, 0.5))
        self.label = rng.choice(("", "", "", "Step {}: "))
        self.names = rng.random() < 0.3
        self.bold = rng.random() < 0.15
        self.bullets = rng.random() < 0.3
        self.own_words = rng.choice((0.0, 0.3, 0.7))

    def tell(self, question: str, lines: Sequence[Line], stops: bool) -> tuple[list[str], int]:
        """The steps, and the first of them that holds a wrong line; the end itself where the solution stops early."""
        rng = self.rng
        sentences = [s.strip() for s in _SENTENCES.split(question) if s.strip()]
        blocks: list[list[Line]] = []
        for line in lines:
            if blocks and rng.random() < self.merge:
                blocks[-1].append(line)
            else:
                blocks.append([line])
        last = next(line for line in reversed(lines) if line.part is not None)
        steps: list[str] = []
        mark = -1
        if rng.random() < 0.35:
            told = " ".join(sentences[: rng.randrange(1, 3)])
            steps.append(rng.choice(_PLANS).format(goal=self.goal(last), told=told))
        for k, block in enumerate(blocks):
            if rng.random() < 0.15 and len(sentences) > 1:
                steps.append(rng.choice(("We know that ", "We are told that ", "")) + rng.choice(sentences[:-1]))
            if mark < 0 and any(line.wrong for line in block):
                mark = len(steps)
            steps += self.block(block, k)
            # A formula on a line of its own under the sentence that announces it.
            if 0 <= mark == len(steps) - 2 and steps[-2].endswith(":"):
                mark += 1
        if self.label:
            steps = [self.label.format(i + 1) + step for i, step in enumerate(steps)]
        ends = rng.choice(_ENDS)
        if stops and len(ends) == 1 and "{lead}" not in ends[0]:
            ends = _ENDS[rng.randrange(2)]
        if mark < 0:
            mark = len(steps)
        part = last.part
        assert part is not None
        shown = [e.format(lead=part.before or "there are", n=last.result, unit=part.after) for e in ends]
        if "boxed" not in shown[0] and len(shown) == 1 and rng.random() < 0.15 and mark < len(steps):
            steps[-1] = f"{steps[-1]} {shown[0].strip()}"
        else:
            steps += shown
        return steps, mark

    def goal(self, line: Line) -> str:
        part = line.part
        if part is None or self.rng.random() < 0.3:
            return self.rng.choice(("the total", "the amount", "the result"))
        noun = part.after or "units"
        subject = " ".join(part.before.split()[-4:])
        return f"the number of {noun} {subject}".strip()

    def block(self, block: Sequence[Line], k: int) -> list[str]:
        """One step, or two where a sentence announces a formula."""
        opener = self.rng.choice(_OPENERS)
        if len(block) > 1 and self.bullets:
            head = self.rng.choice(("We can now work out:", "Let's calculate each part:", f"{opener}we find:"))
            return [head + "".join(f"\n- {self.line(line, True)}" for line in block)]
        texts = [self.line(line, False) for line in block]
        text = " ".join(texts)
        if self.bold:
            text = f"**{self.goal(block[0]).capitalize()}:** {text}"
        if opener and text[:1].isupper() and " " in text and not self.bold:
            text = opener + text[0].lower() + text[1:]
        announced = len(block) == 1 and block[0].part is not None and self.rng.random() < 0.06
        if announced:
            return [f"{opener}we find {self.goal(block[0])}:", self.formula(block[0])]
        return [text]

    def formula(self, line: Line) -> str:
        part = line.part
        assert part is not None
        rng = self.rng
        sum_ = write(commuted(part.tree, rng), self.signs)
        named = self.names and rng.random() < 0.7
        name = "".join(w.capitalize() + " " for w in self.goal(line).split()[-3:]).strip()
        if self.display:
            unit = f" \\text{{ {part.after}}}" if part.after and rng.random() < 0.5 else ""
            head = f"\\text{{{name}}} = " if named else ""
            return f"\\[ {head}{sum_} = {line.result}{unit} \\]"
        if "\\" in self.signs["*"]:
            return f"\\({sum_} = {line.result}\\)"
        head = f"{name} = " if named else ""
        return f"{head}{sum_} = {line.result} {part.after}".strip()

    def line(self, line: Line, short: bool) -> str:
        """A line as a sentence with its formula."""
        part = line.part
        if part is None:
            return line.text.rstrip(".") + "."
        rng = self.rng
        formula = self.formula(line)
        lead = part.before
        if rng.random() < self.own_words or not lead:
            verb = _VERBS.get(part.tree.op, "compute")
            lead = rng.choice(
                (f"to find {self.goal(line)}, we {verb}", f"we calculate {self.goal(line)}", f"we {verb}")
            )
        lead = lead[:1].upper() + lead[1:]
        if short:
            return f"{lead}: {formula}"
        shape = rng.choice(
            ("{lead} {formula}.", "{lead}: {formula}", "{formula}.", "{lead}: {formula}. So there are {n} {unit}.")
        )
        return shape.format(lead=lead, formula=formula, n=line.result, unit=part.after or "in all")
