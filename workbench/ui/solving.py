"""A model's solution as it comes into being: text token by token, and a verdict as soon as a step ends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

from markupsafe import Markup

from workbench.errors import BadInput
from workbench.problems.notation import LONGEST, in_words, without_latex
from workbench.types import Judgement, Knowledge, Problem, Verdict, content_id
from workbench.ui.pages import render, warning
from workbench.verification import Verifier
from workbench.verification.domain import Domain
from workbench.verification.maths import MATHS

if TYPE_CHECKING:
    from workbench.engine.policy import Policy


T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """How a solution is sampled."""

    temperature: float = 0.0
    seed: int = 0
    max_tokens: int = 160


@dataclass(frozen=True)
class Written:
    """What is there of a solution after one more token."""

    verdict: Verdict
    """On the steps that are finished."""
    pending: str | None
    """The line that is being written; None at the end."""
    new_steps: bool
    """Whether this token ended a step."""
    seconds: float = 0.0
    """From the token to its verdict, where it ended a step."""
    cut: bool = False
    """At the end: whether the token limit cut the solution off."""

    @property
    def finished(self) -> bool:
        return self.pending is None


def knowledge_of(problem: Problem) -> Knowledge:
    """Return what the verifier may know of a problem that is solved here: its answer, where it has one."""
    return Knowledge.FREE if problem.answer is None else Knowledge.ANSWER


def write_solution(
    policy: Policy, problem: Problem, settings: Settings, verifier: Verifier, index: int = 0
) -> Iterator[Written]:
    """Give one solution, token by token; `index` is its place among those of the same seed.

    The steps before the line that is being written are judged when their line ends, and all once more at
    the end, when the final answer is known.
    """
    # Imported here: torch is loaded by those who solve.
    from workbench.engine.protocol import rollout_seed

    knowledge = knowledge_of(problem)
    seed = rollout_seed("solve", settings.seed, problem.id, index)
    ids: list[int] = []
    verdict, done, text, came = verifier.verify(problem, "", knowledge), "", "", time.perf_counter()
    for token in policy.stream(policy.problem_ids(problem.text), seed, settings.max_tokens, settings.temperature):
        came = time.perf_counter()
        ids.append(token)
        text = policy.text(ids).rstrip("\ufffd")  # without half a character at its end
        ended = text[: text.rfind("\n") + 1]
        fresh = ended.strip() != done.strip()
        if fresh:
            done = ended
            verdict = verifier.verify(problem, done, knowledge)
        if token not in policy.end_ids:
            yield Written(verdict, text[len(ended) :], fresh, time.perf_counter() - came)
    cut = not ids or ids[-1] not in policy.end_ids
    verdict = verifier.verify(problem, policy.text(ids), knowledge)
    yield Written(verdict, None, True, time.perf_counter() - came, cut)


def in_turn(streams: Sequence[Iterator[T]]) -> Iterator[tuple[int, T]]:
    """Give the values of several iterators by turns, each with its iterator's place."""
    for row in zip_longest(*(_marked(i, stream) for i, stream in enumerate(streams))):
        yield from (pair for pair in row if pair is not None)


def _marked(place: int, values: Iterator[T]) -> Iterator[tuple[int, T]]:
    return ((place, value) for value in values)


def sample_verdicts(
    policy: Policy, problem: Problem, settings: Settings, count: int, verifier: Verifier
) -> list[Verdict]:
    """Verdicts on `count` solutions of the same seed, the first as `write_solution` writes it."""
    from workbench.engine.protocol import rollout_seed

    seeds = [rollout_seed("solve", settings.seed, problem.id, k) for k in range(count)]
    prompt = policy.problem_ids(problem.text)
    made = policy.sample([prompt], [seeds], settings.max_tokens, settings.temperature)[0]
    knowledge = knowledge_of(problem)
    return [verifier.verify(problem, policy.text(one.ids), knowledge) for one in made]


def asked_problem(text: str, answer: str | None, worked: Sequence[str] = (), known: Problem | None = None) -> Problem:
    """Return the problem that was asked: the known one if its text stands there unchanged, else a new one."""
    if known is not None and known.text == text:
        return replace(known, answer=answer, solution=tuple(worked) or known.solution)
    return Problem(id=content_id(text, answer), text=text, answer=answer, solution=tuple(worked))


# How many of several sampled solutions agree: their answers, counted, as a small chart in HTML.


MOST_SHOWN = 6


@dataclass(frozen=True)
class Count:
    """One answer and how often it was given."""

    answer: str | None
    count: int
    judgement: Judgement | None
    """Against the known answer; None where none is known."""


def tally(verdicts: Sequence[Verdict], domain: Domain = MATHS) -> list[Count]:
    """Answers of equal value counted together, most frequent first; solutions without one count as None."""
    groups: list[list[Verdict]] = []
    for verdict in verdicts:
        group = next((g for g in groups if _agree(g[0].answer, verdict.answer, domain)), None)
        if group is None:
            groups.append([verdict])
        else:
            group.append(verdict)
    counts = [Count(g[0].answer, len(g), g[0].answer_judgement) for g in groups]
    return sorted(counts, key=lambda c: (-c.count, c.answer is None))


def _agree(one: str | None, other: str | None, domain: Domain) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or domain.grade(one, other) is Judgement.CORRECT


def tally_html(verdicts: Sequence[Verdict], domain: Domain = MATHS) -> Markup:
    """Return the counted answers as bars, with how many solutions agree with the most frequent."""
    if not verdicts:
        return Markup()
    counts = tally(verdicts, domain)
    sound = None if counts[0].judgement is None else sum(v.process_correct for v in verdicts)
    left = sum(count.count for count in counts[MOST_SHOWN:])
    agree = max(c.count for c in counts)
    return render("solve.tally", counts[:MOST_SHOWN], len(verdicts), agree, sound, left)


# What a person asks in the Solve tab: read with exact complaints, and shown as it is understood.


MOST_SAMPLES = 32
LONGEST_SOLUTION = 400
HOTTEST = 1.5


def asked_html(text: str | None) -> Markup:
    """Return how a problem is read: typeset, and in the words that the models get where they differ."""
    text = text or ""
    if not text.strip():
        return render("solve.unasked")
    if len(text) > LONGEST:
        return warning(too_long(text))
    asked = in_words(without_latex(text))
    return render("solve.asked", text, asked if asked != text.strip() else None)


def read_problem(text: str | None, known: str | None, chosen: Problem | None) -> Problem:
    """Return the problem as typed, in words that the models know. Raise `BadInput` where there is none."""
    text, known = text or "", known or ""
    if not text.strip():
        raise BadInput("There is no problem yet; type one or pick one.")
    for given in (text, known):
        if len(given) > LONGEST:
            raise BadInput(too_long(given))
    if chosen is not None and text != chosen.text and known == chosen.answer:
        known = ""  # the page has not cleared it yet
    return asked_problem(in_words(without_latex(text)), known.strip() or None, known=chosen)


def read_settings(warmth: float, seed: float | None, longest: float, count: float) -> tuple[Settings, int]:
    """Return the sampling that was asked for. Raise `BadInput` for what cannot be sampled."""
    within = 0 <= warmth <= HOTTEST and 1 <= longest <= LONGEST_SOLUTION and 1 <= count <= MOST_SAMPLES
    if not within or abs(seed or 0) > 2**53:
        raise BadInput("The sampling settings are out of their range; set them back by the sliders.")
    if count > 1 and warmth == 0:
        raise BadInput(f"{count:.0f} samples at temperature 0 would all be the same; raise the temperature.")
    return Settings(float(warmth), int(seed or 0), int(longest)), int(count)


def too_long(text: str, most: int = LONGEST) -> str:
    """Return why a text is not taken."""
    return f"The text has {len(text):,} characters and at most {most:,} are read here; shorten it."
