"""Other ways to write a GSM8K solution that is right: merged, split, reordered, renamed, in other notation.

Shares no code with the verifier: it reads the source's own `<<a+b=c>>` marks with a small parser of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

MARK = re.compile(r"<<([^<>=]+)=([^<>]+)>>")
TOKEN = re.compile(r"\d+\.?\d*|\.\d+|[-+*/()%]")
ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
LETTERS = "abcdefghkmnpqrstuvwxyz"


@dataclass(frozen=True)
class Tree:
    """An operation, or a number as text where `op` is empty."""

    op: str
    left: Tree | None = None
    right: Tree | None = None
    text: str = ""

    @property
    def value(self) -> Fraction:
        if not self.op:
            number = Fraction(self.text.rstrip("%"))
            return number / 100 if self.text.endswith("%") else number
        assert self.left is not None
        assert self.right is not None
        a, b = self.left.value, self.right.value
        return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[self.op]()

    @property
    def numbers(self) -> list[Fraction]:
        return [self.value] if self.left is None or self.right is None else [*self.left.numbers, *self.right.numbers]


@dataclass(frozen=True)
class SolutionPart:
    """One computation of a solution with the words around it."""

    before: str
    tree: Tree
    result: str
    after: str
    letter: str = ""

    @property
    def value(self) -> Fraction:
        return Fraction(self.result)


class Unfit(Exception):
    """A solution that this script cannot take apart."""


def parse(text: str) -> Tree:
    """The tree of a marked expression."""
    tokens = TOKEN.findall(text)
    if "".join(tokens) != text.replace(" ", ""):
        raise Unfit(text)
    tree, rest = _sum(tokens)
    if rest:
        raise Unfit(text)
    return tree


def _sum(tokens: list[str]) -> tuple[Tree, list[str]]:
    tree, tokens = _product(tokens)
    while tokens and tokens[0] in "+-":
        right, rest = _product(tokens[1:])
        tree, tokens = Tree(tokens[0], tree, right), rest
    return tree, tokens


def _product(tokens: list[str]) -> tuple[Tree, list[str]]:
    tree, tokens = _atom(tokens)
    while tokens and tokens[0] in "*/":
        right, rest = _atom(tokens[1:])
        tree, tokens = Tree(tokens[0], tree, right), rest
    return tree, tokens


def _atom(tokens: list[str]) -> tuple[Tree, list[str]]:
    if not tokens:
        raise Unfit("empty")
    head, rest = tokens[0], tokens[1:]
    if head == "(":
        tree, rest = _sum(rest)
        if not rest or rest[0] != ")":
            raise Unfit("bracket")
        return tree, rest[1:]
    if head[0] not in "0123456789.":
        raise Unfit(head)
    if rest and rest[0] == "%":
        return Tree("", text=head + "%"), rest[1:]
    return Tree("", text=head), rest


def read(answer: str) -> tuple[list[SolutionPart], str]:
    """The computations of a GSM8K answer and its final value; raises `Unfit`."""
    body, _, final = answer.rpartition("####")
    steps = []
    for line in body.strip().split("\n"):
        marks = list(MARK.finditer(line))
        if not marks:
            continue
        for mark in marks:
            tree = parse(mark.group(1))
            result = mark.group(2).strip()
            if not re.fullmatch(r"\d+(?:\.\d+)?", result) or not tree.op or tree.value != Fraction(result):
                raise Unfit(line)
            words = re.split(r"[\d$=]", line[: mark.start()].rpartition(">>")[2])[0].strip(" ,.;:(")
            after = re.match(r"\s*(?:[a-z]+(?:\s[a-z]+)?)?", line[mark.end() + len(result) :])
            unit = after.group().strip() if after else ""
            steps.append(SolutionPart(words, tree, result, unit))
    if not steps:
        raise Unfit("nothing is computed")
    return steps, final.strip()


PLAIN = {"+": " + ", "-": " - ", "*": " * ", "/": " / "}
NOTATIONS = (
    PLAIN,
    {"+": "+", "-": "-", "*": "*", "/": "/"},
    {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "},
    {"+": " plus ", "-": " minus ", "*": " times ", "/": " divided by "},
    {"+": " + ", "-": " - ", "*": " \\times ", "/": " \\div "},
    {"+": " + ", "-": " - ", "*": " \\cdot ", "/": "frac"},
    {"+": " + ", "-": " - ", "*": " x ", "/": "/"},
)


def write(tree: Tree, notation: dict[str, str], names: dict[str, str] | None = None, level: int = 0) -> str:
    """A tree as text; `names` gives letters for numbers."""
    if not tree.op:
        return (names or {}).get(tree.text, tree.text)
    assert tree.left is not None
    assert tree.right is not None
    if tree.op == "/" and notation["/"] == "frac":
        return f"\\frac{{{write(tree.left, notation, names)}}}{{{write(tree.right, notation, names)}}}"
    mine = 1 if tree.op in "+-" else 2
    left = write(tree.left, notation, names, mine)
    right = write(tree.right, notation, names, mine + (tree.op in "-/"))
    text = f"{left}{notation[tree.op]}{right}"
    return f"({text})" if mine < level else text


def commuted(tree: Tree, rng: Random) -> Tree:
    """The same with the operands of some sums and products exchanged."""
    if tree.left is None or tree.right is None:
        return tree
    left, right = commuted(tree.left, rng), commuted(tree.right, rng)
    if tree.op in "+*" and rng.random() < 0.5:
        left, right = right, left
    return Tree(tree.op, left, right)


def split(steps: list[SolutionPart], rng: Random) -> list[SolutionPart]:
    """Computations of several operations taken one by one."""
    done: list[SolutionPart] = []
    for step in steps:
        left = step.tree.left
        if left is not None and left.op and rng.random() < 0.6 and _short(left.value):
            part = _text(left.value)
            done.append(replace(step, tree=left, result=part, after=""))
            step = replace(step, tree=Tree(step.tree.op, Tree("", text=part), step.tree.right))
        done.append(step)
    return done


def _short(value: Fraction) -> bool:
    return (value * 100).denominator == 1 and value > 0


def _text(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.2f}".rstrip("0")


def combined(steps: list[SolutionPart], rng: Random) -> list[SolutionPart]:
    """A computation put into the next one that goes on from its value: `a*b + c*d` in one step."""
    done = list(steps)
    for i in range(len(done) - 2, -1, -1):
        step, following = done[i], done[i + 1]
        users = [s for s in done[i + 1 :] if step.value in s.tree.numbers]
        once = following.tree.numbers.count(step.value) == 1 and len(users) == 1
        if once and rng.random() < 0.5 and step.value not in [s.value for s in done[:i]]:
            done[i : i + 2] = [replace(following, tree=_put(following.tree, step))]
    return done


def _put(tree: Tree, step: SolutionPart) -> Tree:
    if tree.left is None or tree.right is None:
        return step.tree if tree.value == step.value else tree
    return Tree(tree.op, _put(tree.left, step), _put(tree.right, step))


def reordered(steps: list[SolutionPart], rng: Random) -> list[SolutionPart]:
    """Neighbouring computations exchanged where neither needs the other."""
    done = list(steps)
    for i in range(len(done) - 2):
        a, b = done[i], done[i + 1]
        if a.value not in b.tree.numbers and a.value != b.value and rng.random() < 0.5:
            done[i], done[i + 1] = b, a
    return done


def worded(text: str, rng: Random) -> str:
    """Small numbers in the words around a computation, written in words."""
    return re.sub(
        r"(?<![\d.,$%])\b(\d|1[0-2])\b(?![\d.,%:/])",
        lambda m: ONES[int(m.group())] if rng.random() < 0.5 else m.group(),
        text,
    )


def told(steps: list[SolutionPart], rng: Random) -> list[str]:
    """The steps as lines of text, in one notation, sometimes with letters for what is found."""
    notation = rng.choice(NOTATIONS)
    letters = rng.random() < 0.25 and notation is not NOTATIONS[3]
    money = "$" if rng.random() < 0.2 and not letters else ""
    names: dict[str, str] = {}
    lines = []
    for i, step in enumerate(steps):
        tree = commuted(step.tree, rng)
        sum_ = write(tree, notation)
        lead = worded(step.before, rng)
        result = money + step.result + (f" {step.after}" if step.after and not letters else "")
        if letters and i < len(LETTERS):
            letter = LETTERS[i]
            named = write(tree, notation, names)
            chain = f"{named} = {sum_} = {step.result}" if named != sum_ else f"{sum_} = {step.result}"
            lines.append(f"Let {letter} be what comes next. {letter} = {chain}")
            names[step.result] = letter
        elif notation is NOTATIONS[3]:
            lines.append(f"{lead} {sum_} equals {result}.".strip())
        else:
            shape = rng.choice(("{lead} {sum} = {result}.", "{lead}: {sum} = {result}", "{sum} = {result}"))
            lines.append(shape.format(lead=lead, sum=sum_, result=result).strip(" :"))
    return merged(lines, rng) if rng.random() < 0.4 else lines


def merged(lines: list[str], rng: Random) -> list[str]:
    """Neighbouring lines joined into one step."""
    done = lines[:1]
    for line in lines[1:]:
        if rng.random() < 0.5:
            done[-1] = f"{done[-1].rstrip('.')}{rng.choice(('; ', ', and then ', '. '))}{line}"
        else:
            done.append(line)
    return done


def rewrite(answer: str, seed: int) -> list[str]:
    """A right solution written in another way; raises `Unfit` where the source cannot be taken apart."""
    rng = Random(seed)
    steps, final = read(answer)
    for change in (split, combined, reordered):
        if rng.random() < 0.6:
            steps = change(steps, rng)
    shape = rng.choice(("#### {}", "The answer is {}.", "{}", "So the answer is \\boxed{{{}}}", "Answer: {}"))
    return [*told(steps, rng), shape.format(final)]
