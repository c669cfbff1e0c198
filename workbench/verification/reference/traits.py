"""What the locator weighs: the signals of a step and of its neighbours, and what else can be counted, as numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from workbench.verification.exact.polynomials import divide_numbers
from workbench.verification.reference.consequences import consequences
from workbench.verification.reference.reading import LineReading, leaves, read_statement
from workbench.verification.reference.signals import Course, PlacedComputation, Signal, alike, has
from workbench.verification.reference.worked import LITERAL, QuantityPlace, unsigned
from workbench.verification.text.grammar import BinaryOperation, Number

Traits = dict[str, float]
UNITS = frozenset((7, 12, 24, 30, 31, 52, 365, 3600))

_ALIKE = 0.2
_SENTENCES = re.compile(r"(?<=[a-z)0-9%][.!?])\s+|\n")
_PLANS = re.compile(
    r"\b(?:need to|let's|let us|first|we can|we will|start by|break|step by step|to find|to determine)\b", re.I
)
_CONCLUDES = re.compile(r"^\W*(?:therefore|thus|so|hence|finally|in total|in conclusion)\b", re.I)
_KNOWN = re.compile(r"\b(?:we (?:are|were) (?:given|told)|we know|given that|according to|the problem)\b", re.I)
_COMPARES = re.compile(r"\b(?:more|less|fewer|twice|half|times|percent|third|quarter|than|remaining|left)\b|%", re.I)
_EACH = re.compile(r"\b(?:each|every|per)\b", re.I)
_TOTAL = re.compile(r"\b(?:total|altogether|sum|combined|in all)\b", re.I)
_AROUND = (
    Signal.LEADS_ON, Signal.DEAD_ON, Signal.FINAL, Signal.FIRST_OFF, Signal.FIRST_NEAR, Signal.FIRST_NEW,
    Signal.NO_NUMBER, Signal.ROLE_FITS, Signal.ROLE_DIFFERS, Signal.SAME_OPERANDS, Signal.FALSE, Signal.STATES_OFF,
    Signal.UNIT_DIFFERS, Signal.STRANDED, Signal.ANSWER, Signal.EQUATION,
)  # fmt: skip


def describe(course: Course, problem: str, texts: Sequence[str], answers: int, known: Number | None) -> list[Traits]:
    """Return the traits of each step; the last `answers` steps only state the answer."""
    body = len(texts) - answers
    sentences = [read_statement(s) for s in _SENTENCES.split(problem) if s.strip()][:40]
    question = sentences[-1] if sentences else course.problem
    origins = _origins(course)
    needed = _needed(course)
    total = len({m.value for m in course.moves if m.place is QuantityPlace.ON_PATH and not m.repeated})
    follows = consequences(course, known)
    found_values = {m.value for m in course.moves} | {v for st in course.steps for v in st.values}
    computing = [line for line in course.worked.lines if line.computations]
    met = [line for line in computing if any(has(found_values, c.result) for c in line.computations if c.result)]
    missed = [line for line in computing if line not in met]
    last_on = max((m.step for m in course.moves if m.place is QuantityPlace.ON_PATH and not m.repeated), default=-1)
    last_off = max((m.step for m in course.moves if m.place <= QuantityPlace.ONE_MOVE), default=-1)
    next_after = min((m.step for m in course.moves if m.step > last_on), default=-1)
    offs_seen = on_seen = 0
    used: set[Number] = set()
    rows: list[Traits] = []
    progress = 0.0
    for i in range(body):
        step, text = course.steps[i], texts[i]
        own = [m for m in course.moves if m.step == i]
        fresh = [m for m in own if not m.repeated]
        row: Traits = {s.value: 1.0 for s in course.signals[i]}
        off = [m for m in fresh if m.place <= QuantityPlace.ONE_MOVE]
        on = [m for m in fresh if m.place is QuantityPlace.ON_PATH]
        row["moves"] = min(4, len(fresh)) / 2
        row["computes_nothing"] = float(not own)
        row["offs"] = min(3, len(off)) / 2
        row["ons"] = min(3, len(on)) / 2
        row["repeats"] = float(len(own) > len(fresh))
        if fresh:
            row[f"worst_{min(m.place for m in fresh).name.lower()}"] = 1.0
            row[f"best_{max(m.place for m in fresh).name.lower()}"] = 1.0
            row[f"first_{fresh[0].place.name.lower()}"] = 1.0
        ways = [m for m in fresh if m.place is QuantityPlace.ANOTHER_WAY]
        part = [any(unsigned(x) in course.worked.parts for x in m.prints) for m in ways]
        row["way_part"] = float(any(part))
        row["way_expanded"] = float(not all(part))
        row["off_seen"] = float(offs_seen > 0)
        row["offs_seen"] = min(4, offs_seen) / 2
        row["first_off_here"] = float(bool(off) and not offs_seen)
        row["on_seen"] = min(5, on_seen) / 3
        row["on_after"] = min(5, max(0, total - on_seen - len({m.value for m in on}))) / 3
        row["none_on_after"] = float(total - on_seen - len({m.value for m in on}) <= 0)
        row["only_step_off"] = float(bool(off) and len({m.step for m in course.moves if m.place <= 3}) == 1)
        operands = set().union(*(m.operands for m in fresh)) if fresh else set()
        _operands(course, row, fresh, operands, used, needed)
        row["origin"] = float(i in origins)
        row["first_origin"] = float(bool(origins) and i == min(origins))
        row["origin_before"] = float(bool(origins) and min(origins) < i)
        row["leading"] = float(i in follows.leading)
        row["aside"] = float(bool(own) and i not in follows.leading)
        row["introduces"] = float(i in follows.introducing)
        row["first_introduces"] = float(bool(follows.introducing) and i == min(follows.introducing))
        row["last_introduces"] = float(bool(follows.introducing) and i == max(follows.introducing))
        row["only_introduces"] = float(len(follows.introducing) == 1 and i in follows.introducing)
        row["carries"] = float(i in follows.carrying and i not in follows.introducing)
        row["mends"] = float(i in follows.mending)
        row["mended_later"] = float(any(k > i for k in follows.mending))
        row["mended_before"] = float(any(k < i for k in follows.mending))
        row["nothing_mends"] = float(not follows.mending)
        if not follows.mending and Signal.FINAL in course.signals[i]:
            row["final_unmended"] = 1.0
        row["like_missed"] = max((alike(step, line) for line in missed), default=0.0)
        row["like_met"] = max((alike(step, line) for line in met), default=0.0)
        row["more_missed"] = max(0.0, row["like_missed"] - row["like_met"])
        row["next_after_on"] = float(i == next_after)
        row["is_last_on"] = float(i == last_on)
        row["past_on"] = float(i > last_on)
        later = last_off > i
        if fresh and later:
            row[f"off_later:{min(m.place for m in fresh).name.lower()}"] = 1.0
        if fresh and not later:
            row[f"off_done:{min(m.place for m in fresh).name.lower()}"] = 1.0
        row["all_literal"] = float(bool(fresh) and all(m.operands <= LITERAL | UNITS for m in fresh))
        _words(course, row, i, step, text, sentences, question)
        best = max(range(len(course.worked.lines)), key=lambda k: alike(step, course.worked.lines[k]), default=0)
        place = best / max(1, len(course.worked.lines) - 1)
        row["goes_back"] = max(0.0, progress - place)
        progress = max(progress, place)
        _values(course, row, i, step)
        row["part"] = i / max(1, body - 1)
        row["second"] = float(i == 1)
        row["last"] = float(i == body - 1)
        row["last_but_one"] = float(i == body - 2)
        row["steps"] = math.log(len(texts))
        row["length"] = math.log(1 + len(text)) / 5
        used |= operands
        offs_seen += len(off)
        on_seen += len({m.value for m in on})
        rows.append(row)
    for k in range(answers):
        rows.append(
            {
                Signal.ANSWER.value: 1.0,
                "answer_last": float(k == answers - 1),
                "off_seen": float(offs_seen > 0),
                "none_off": float(offs_seen == 0),
            }
        )
    _neighbours(course, rows)
    return rows


def _neighbours(course: Course, rows: list[Traits]) -> None:
    own = [set(row) for row in rows]
    extra = ("computes_nothing", "first_off_here", "opens", "origin", "plans", "new_value")
    for i, row in enumerate(rows):
        for side, at in (("before", i - 1), ("after", i + 1)):
            if 0 <= at < len(rows):
                for signal in _AROUND:
                    if signal.value in own[at]:
                        row[f"{side}:{signal.value}"] = 1.0
                for name in extra:
                    if rows[at].get(name):
                        row[f"{side}:{name}"] = rows[at][name]


def _operands(
    course: Course,
    row: Traits,
    fresh: Sequence[PlacedComputation],
    operands: set[Number],
    used: set[Number],
    needed: set[Number],
) -> None:
    """Where the numbers come from that a step computes with."""
    if not fresh:
        return
    problem, accepted = course.problem.values, course.accepted
    results = {v for s in course.worked.operand_sets for v in s}
    row["foreign"] = float(any(v in problem and v not in results for v in operands))
    earlier = [m for m in course.moves if m.step < fresh[0].step]
    off = [m.value for m in earlier if m.place <= QuantityPlace.ONE_MOVE]
    explained = accepted | LITERAL | {m.value for m in earlier}
    row["unknown_operand"] = float(any(not has(explained, v) for v in operands))
    row["off_operand"] = float(any(has(off, v) for v in operands))
    row["from_problem"] = float(all(v in problem or v in LITERAL for v in operands))
    missing = needed - used - operands
    row["missing"] = min(3, len(missing)) / 2
    row["misses"] = float(bool(missing)) * row.get(Signal.FINAL.value, 0.0)
    pairs = [(m.operands, theirs) for m in fresh for theirs in course.worked.operand_sets]
    row["near_operands"] = max((len(a & b) / max(len(a | b), 1) for a, b in pairs), default=0.0)
    for m in fresh[:1]:
        if isinstance(m.node, BinaryOperation):
            row[f"op{m.node.op}"] = 1.0
            row["long"] = float(len(list(leaves(m.node))) > 2)


def _needed(course: Course) -> set[Number]:
    """The problem's numbers that the worked solution computes with."""
    return {v for s in course.worked.operand_sets for v in s if v in course.problem.values and v not in LITERAL}


def _origins(course: Course) -> set[int]:
    """The steps that brought the operands of the first computation off every path, where they are new themselves."""
    first = next((m for m in course.moves if m.place <= QuantityPlace.SAME_VALUE and not m.repeated), None)
    if first is None:
        return set()
    found: set[int] = set()
    for value in first.operands:
        if value in LITERAL or has(course.accepted, value):
            continue
        at = next((i for i, s in enumerate(course.steps[: first.step + 1]) if has(s.values, value)), None)
        if at is not None:
            found.add(at)
    return found


def _words(
    course: Course,
    row: Traits,
    i: int,
    step: LineReading,
    text: str,
    sentences: Sequence[LineReading],
    question: LineReading,
) -> None:
    row["opens"] = float(text.rstrip().endswith(":"))
    row["plans"] = float(_PLANS.search(text) is not None)
    row["concludes"] = float(_CONCLUDES.search(text) is not None)
    known = _KNOWN.search(text) is not None
    row["given"] = float(known and not step.computations)
    row["given_computes"] = float(known and bool(step.computations))
    row["compares"] = float(_COMPARES.search(text) is not None)
    row["each"] = float(_EACH.search(text) is not None)
    row["total"] = float(_TOTAL.search(text) is not None)
    row["asks"] = float("?" in text)
    near = max((alike(step, s) for s in sentences), default=0.0)
    row["like_problem"] = near
    row["like_worked"] = max((alike(step, line) for line in course.worked.lines), default=0.0)
    row["like_question"] = alike(step, question)
    told = course.problem.words.union(*(line.words for line in course.worked.lines))
    row["new_words"] = len(step.words - told) / max(1, len(step.words))


def _values(course: Course, row: Traits, i: int, step: LineReading) -> None:
    """The numbers that a step mentions."""
    values = step.values - LITERAL
    if not values:
        return
    earlier = set().union(*(s.values for s in course.steps[:i])) if i else set()
    new = [v for v in values if v not in earlier and not has(course.problem.values, v)]
    row["new_value"] = float(bool(new))
    before = earlier | course.problem.values | LITERAL
    if not any(m.step == i for m in course.moves):
        strange = [v for v in new if not has(course.worked.values, v)]
        row["states_far"] = float(any(not _one_step(v, before) for v in strange))
        row["states_near"] = float(any(_one_step(v, before) for v in strange))
        best = course.closest(step)
        if best is not None and alike(step, best) > _ALIKE:
            theirs = [c.result for c in best.computations if c.result is not None]
            fits = any(has(theirs, v) for v in values)
            row["states_role"] = float(fits)
            row["states_other_role"] = float(not fits and any(has(course.worked.results, v) for v in values))
    row["new_off"] = float(any(not has(course.worked.values, v) for v in new))
    row["new_on"] = float(any(has(course.worked.values, v) for v in new))
    row["states_answer"] = float(course.worked.answer is not None and has(values, course.worked.answer))
    row["only_problem"] = float(all(v in course.problem.values for v in values))
    row["states_final"] = float(course.final is not None and has(values, course.final))


def _one_step(value: Number, before: set[Number]) -> bool:
    """Whether one operation on two known numbers gives a value."""
    for a in before:
        if value - a in before or a - value in before or value + a in before:
            return True
        if a and (divide_numbers(value, a) in before or value * a in before):
            return True
        if value and divide_numbers(a, value) in before:
            return True
    return False
