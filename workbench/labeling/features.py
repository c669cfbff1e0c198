"""What the learned judge sees of a step: plain named numbers, from the checkers' findings and from the text.

Every feature has a name, so that a judge is a table of weights that can be read. Nothing here looks at a label.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from workbench.labeling.candidates import CheckerReport, disagreement
from workbench.types import Judgement, Problem, StepVerdict, Verdict
from workbench.verification.lines.calculations import calculations, numbers
from workbench.verification.lines.claims import read_line
from workbench.verification.lines.findings import Finding, read_problem
from workbench.verification.reference.alignment import align
from workbench.verification.text.tokens import Number

GROUPS = ("finding", "place", "numbers", "operation", "words", "reference", "text")
"""The kinds of features; a judge may be fitted on some of them."""
BUCKETS = 1024
"""Places of the hashed n-grams."""
Features = dict[str, float]

_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")
_MARKS = {
    "let": re.compile(r"^\s*(?:let|assume|suppose|call|define)\b|\blet'?s (?:call|say|assume|use)\b", re.I),
    "concludes": re.compile(r"^\s*(?:so|thus|therefore|hence|then)\b", re.I),
    "since": re.compile(r"\b(?:since|because|as|if)\b", re.I),
    "opens": re.compile(r":\s*$"),
    "asks": re.compile(r"\?\s*$"),
    "plans": re.compile(r"\b(?:need to|we can|we will|let's|we know|first|next)\b", re.I),
    "answers": re.compile(r"^\s*(?:answer\b|####|[-$\d.,%/ ]+$)", re.I),
    "compares": re.compile(r"\b(?:more|less|fewer|twice|half|times|percent|third|quarter|than)\b|%", re.I),
    "equals": re.compile(r"="),
    "operates": re.compile(r"\d\s*[-+*/x×÷]\s*\(?\d|\\frac|\\times"),
    "letter": re.compile(r"(?<![A-Za-z'])[b-hj-zB-HJ-Z](?![A-Za-z'])|\d[a-z](?![a-z])"),
    "each": re.compile(r"\b(?:each|every|per)\b", re.I),
    "total": re.compile(r"\b(?:total|altogether|sum|remaining|left)\b", re.I),
}
_CUES = (
    "left", "more", "less", "fewer", "each", "every", "per", "times", "twice", "half", "total", "altogether",
    "together", "gives?", "gave", "buys?", "sells?", "shares?", "equally", "ratio", "percent", "costs?", "back",
)  # fmt: skip
_STOP_WORDS = (
    "a an the of is are was were be to in on at for and or so then that this it he she they we his her their its as "
    "with by from which has have had will would there"
)
_STOP = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True)
class View:
    """One step of a solution, as the judge may see it."""

    problem: Problem
    """With no more than what may be known of it."""
    lines: tuple[str, ...]
    """The whole solution, as far as it is written."""
    at: int
    report: CheckerReport
    """What the symbolic checkers said of the whole solution."""

    @property
    def text(self) -> str:
        return self.lines[self.at]

    @property
    def verdict(self) -> Verdict:
        return self.report.verdict

    @property
    def step(self) -> StepVerdict:
        return self.report.verdict.steps[self.at]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.report.findings[self.at] if self.at < len(self.report.findings) else ()


def features(view: View, groups: Iterable[str] = GROUPS) -> Features:
    """Return the named features of one step, without those of value 0."""
    return {f"{group}:{name}": value for group in groups for name, value in _MAKERS[group](view) if value}


def _finding(view: View) -> Iterator[tuple[str, float]]:
    """Yield what the checkers said of the step itself."""
    step = view.step
    yield step.judgement.value, 1.0
    yield "disagree", disagreement(step, view.findings)
    for finding in view.findings:
        yield f"says={finding.checker},{finding.judgement.value}", 1.0
    yield f"diagnosis={step.diagnosis.value}", 1.0
    yield f"checker={step.checker or 'none'}", 1.0
    yield "confidence", step.confidence
    yield "carried", float(step.carried)
    yield "repair", float(step.repair is not None)
    for evidence in step.evidence:
        yield f"evidence={evidence.kind}", 1.0


def _place(view: View) -> Iterator[tuple[str, float]]:
    """Yield where the step stands, and what was said of the others."""
    before, after = view.verdict.steps[: view.at], view.verdict.steps[view.at + 1 :]
    # Of a solution that ends wrong, the steps that lead there share the doubt: an only one bears all of it.
    doubted = [i for i, found in enumerate(view.report.findings) if any(_doubts(f) for f in found)]
    if view.at in doubted:
        yield f"doubted={min(len(doubted), 4)}", 1.0
        yield "first_doubted", float(view.at == doubted[0])
        yield "last_doubted", float(view.at == doubted[-1])
    yield f"index={min(view.at, 5)}", 1.0
    yield "depth", math.log1p(view.at)
    yield "first", float(view.at == 0)
    for name, steps in (("before", before), ("after", after)):
        yield f"wrong_{name}", float(any(s.judgement is Judgement.INCORRECT for s in steps))
        if steps:
            yield f"open_{name}", sum(s.judgement is Judgement.UNKNOWN for s in steps) / len(steps)
    answer = view.verdict.answer_judgement
    yield f"answer={answer.value if answer else 'none'}", 1.0
    if answer is not None:
        # Where the answer is known to be wrong, some step must be: the fewer are left, the likelier it is this one.
        yield f"answer={answer.value},left={min(len(after), 3)}", 1.0
        yield f"answer={answer.value},none_wrong", float(view.verdict.first_error is None)
    if before:
        yield f"previous={before[-1].judgement.value}", 1.0


def _numbers(view: View) -> Iterator[tuple[str, float]]:
    """Yield which numbers the step names and where they come from."""
    here = numbers(view.text)
    asked, earlier = set(numbers(view.problem.text)), {n for line in view.lines[: view.at] for n in numbers(line)}
    new = [n for n in here if n not in asked and n not in earlier]
    yield "none", float(not here)
    yield "count", math.log1p(len(here))
    yield "new", min(len(new), 3.0)
    yield "some_new", float(bool(new))
    yield "all_asked", float(bool(here) and all(n in asked for n in here))
    yield "all_earlier", float(bool(here) and all(n in earlier for n in here))
    yield "from_both", float(bool(here) and not new and not all(n in asked for n in here))
    line = read_line(view.text)
    yield "claims", min(len(line.claims), 3.0)
    yield "expression", float(line.expression is not None)
    yield "unreadable", float(line.unreadable)
    yield "letters", float(any(c.letters for c in line.claims))
    reading = read_problem(view.problem.text)
    yield "story", float(not reading.statements and reading.expression is None)


def _doubts(finding: Finding) -> bool:
    return finding.judgement is Judgement.UNKNOWN and bool(finding.evidence)


def _operation(view: View) -> Iterator[tuple[str, float]]:
    """Yield what the step computes, from what, and whether the problem speaks of such an operation."""
    found = calculations(view.text)
    if not found:
        return
    sign, operands = found[0].sign, {abs(found[0].left), abs(found[0].right)}
    asked = set(numbers(view.problem.text))
    earlier = [set(numbers(line)) for line in view.lines[: view.at]]
    later = set[Number]().union(*(numbers(line) for line in view.lines[view.at + 1 :]))
    results = set(numbers(view.text.rpartition("=")[2])) if "=" in view.text else set()
    yield f"sign={sign}", 1.0
    yield f"sign={sign},at={min(view.at, 3)}", 1.0
    yield "of_asked", len(operands & asked) / 2
    yield "of_earlier", float(any(operands & line for line in earlier))
    yield "of_previous", float(bool(earlier) and bool(operands & earlier[-1]))
    yield "used_again", float(sum(bool(operands & asked & line) for line in earlier) > 0)
    yield "unused_left", min(len(asked - operands - set[Number]().union(*earlier)), 4.0) / 4
    yield "goes_on", float(bool(results & later))
    text = view.problem.text.lower()
    for word in _CUES:
        if re.search(rf"\b{word}\b", text):
            yield f"sign={sign},{word}", 1.0


def _words(view: View) -> Iterator[tuple[str, float]]:
    """Yield what kind of sentence the step is, and how close it keeps to the problem's words."""
    text = view.text
    for name, mark in _MARKS.items():
        yield name, float(bool(mark.search(text)))
    own = content(text)
    yield "length", math.log1p(len(text)) / 3
    yield "wordless", float(not own)
    if not own:
        return
    asked = content(view.problem.text)
    previous = content(view.lines[view.at - 1]) if view.at else frozenset()
    yield "of_problem", len(own & asked) / len(own)
    yield "of_previous", len(own & previous) / len(own)
    nearest = max(_SENTENCE.split(view.problem.text), key=lambda s: len(own & content(s)))
    near = content(nearest)
    alike = len(own & near) / len(own | near)
    yield "restates", alike
    here = set(numbers(text))
    if here:
        inside = len(here & set(numbers(nearest))) / len(here)
        yield "restates_numbers", inside
        yield "restates_all", alike * float(inside == 1)


def _reference(view: View) -> Iterator[tuple[str, float]]:
    """Yield what a worked solution says of the step, where one may be known."""
    problem = view.problem
    if not problem.solution:
        return
    aligned = align(problem.text, problem.solution, problem.answer, view.lines)
    if aligned is None:
        return
    yield "aligned", 1.0
    if view.at < len(aligned.course.signals):
        for signal in sorted(aligned.course.signals[view.at]):
            yield signal.value, 1.0
    yield "right", float(aligned.right)
    if aligned.astray is not None:
        order = "before" if view.at < aligned.astray else "at" if view.at == aligned.astray else "after"
        yield f"{order}_astray", 1.0
        yield f"{order}_astray_surely", aligned.chance
        yield "steps_to_astray", max(-2.0, min(3.0, aligned.astray - view.at))
    known = {n for line in problem.solution for n in numbers(line)} | set(numbers(problem.text))
    here = numbers(view.text)
    yield "foreign_numbers", min(sum(n not in known for n in here), 3.0)
    yield "all_known", float(bool(here) and all(n in known for n in here))
    own = content(view.text)
    if own:
        yield "words_shared", max(len(own & content(line)) / len(own) for line in problem.solution)


def _text(view: View) -> Iterator[tuple[str, float]]:
    """Hashed n-grams of words and of letters, numbers made alike; of length 1 as a vector."""
    found: dict[int, float] = {}
    for gram in _grams(view.text):
        # Half of the hashed grams count negatively, so that two that share a place do not always add up.
        code = zlib.crc32(gram.encode("utf-8", "replace"))
        found[code % BUCKETS] = found.get(code % BUCKETS, 0.0) + (1.0 if code & 0x80000000 else -1.0)
    norm = math.sqrt(sum(v * v for v in found.values()))
    for place, value in found.items():
        yield str(place), value / norm if norm else 0.0


def _grams(text: str) -> Iterator[str]:
    plain = _DIGITS.sub("0", text[:400].lower())
    words = re.findall(r"[a-z]+|0|[^\sa-z0]", plain)
    yield from (f"w {w}" for w in words)
    yield from (f"w {a} {b}" for a, b in pairwise(words))
    squeezed = f" {' '.join(plain.split())} "
    yield from (f"c {squeezed[i : i + 4]}" for i in range(len(squeezed) - 3))


_MAKERS: Mapping[str, Callable[[View], Iterator[tuple[str, float]]]] = {
    "finding": _finding,
    "place": _place,
    "numbers": _numbers,
    "operation": _operation,
    "words": _words,
    "reference": _reference,
    "text": _text,
}


def content(text: str) -> frozenset[str]:
    """Return the words of a text that carry meaning."""
    return frozenset(w.removesuffix("s") for w in _WORD.findall(text[:2000].lower()) if w not in _STOP)
