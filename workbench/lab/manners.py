"""How models tell a worked solution: plans, openers, bullets, displayed formulas and ends.

Shares no code with the verifier.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from workbench.lab.rewriting import SolutionPart, commuted, write

SENTENCES = re.compile(r"(?<=[.!?])\s+")
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


class Manner:
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
        sentences = [s.strip() for s in SENTENCES.split(question) if s.strip()]
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
