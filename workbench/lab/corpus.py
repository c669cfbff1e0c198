"""The generated corpus of the shipped tutor model: tutoring traces with and without help, reflections.

A document is a list of segments, each text with whether it is learned. Two mixtures follow one another:
clean solutions with bare arithmetic, then pupils' work. What the second builds in is what larger models
bring along: errors with conviction, better work with help in the context, and the writing of reflections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from random import Random

from workbench.problems.catalogue import SKILLS, draw, write_solution
from workbench.problems.notation import bracketed, show
from workbench.problems.practice import Trace, beliefs_of, choose_path, write
from workbench.problems.work import SLIP, Params, Skill, Work
from workbench.prompts import (
    LESSON,
    NO_HELP,
    PATTERN,
    STRATEGY,
    Attempt,
    Help,
    insight_reply,
    pattern_message,
    problem_message,
    reflection_message,
    solution_text,
)
from workbench.verification.malrules.catalogue import LESSONS, PATTERNS, STRATEGIES

Segment = tuple[str, bool]
Document = list[Segment]
USER, ASSISTANT, END = "<|user|>", "<|assistant|>", "<|end|>"
HELD_OUT_HELP = frozenset({"inequality", "rate"})
"""Skills whose helped traces are left out, to see whether reading help carries over to them."""
FIRMNESS = 1.15
"""How much more firmly than a skill says its malrules are held by pupils whom nothing in the context cures."""
_OFTEN = {"word_short": 1.5, "word_long": 2.5}


def chat(message: str, reply: str) -> Document:
    """One exchange; only the reply is learned. The same text as the chat template renders."""
    return [(f"{USER}{message}{END}{ASSISTANT}", False), (f"{reply}{END}", True)]


def solve(text: str, help: Help, lines: Sequence[str]) -> Document:
    """A problem, what is read beside it, and a solution. The lines of solved neighbours are learned as well."""
    document: Document = []
    rest = f"{USER}{problem_message(text, help)}{END}{ASSISTANT}"
    for _, solved in help.solved:
        block = solution_text(solved)
        before, _, rest = rest.partition(f"\n{block}\n")
        document += [(f"{before}\n", False), (block, True)]
        rest = f"\n{rest}"
    return [*document, (rest, False), (f"{solution_text(lines)}{END}", True)]


def facts(rng: Random) -> Document:
    """Bare arithmetic over a wider range than any problem's parameters; only the results are learned."""
    document: Document = [(f"{USER}Facts.{END}{ASSISTANT}", False)]
    for _ in range(10):
        question, value = _fact(rng)
        document += [(f"{question} =", False), (f" {value}\n", True)]
    return [*document, (END, True)]


def _fact(rng: Random) -> tuple[str, str]:
    kind = rng.choices(("+", "-", "*", "/", "signed", "fraction", "square"), (20, 20, 20, 14, 16, 6, 4))[0]
    if kind == "+":
        a, b = rng.randint(0, rng.choice((20, 100, 200))), rng.randint(0, rng.choice((20, 100)))
        return f"{a} + {b}", str(a + b)
    if kind == "-":
        a, b = rng.randint(0, rng.choice((20, 100, 200))), rng.randint(0, rng.choice((20, 100)))
        return f"{a} - {b}", str(a - b)
    if kind == "*":
        a, b = rng.randint(1, rng.choice((10, 16, 60))), rng.randint(1, rng.choice((10, 12)))
        return (f"{a} * {b}" if rng.random() < 0.5 else f"{b} * {a}"), str(a * b)
    if kind == "/":
        a, b = rng.randint(1, rng.choice((10, 30))), rng.randint(2, 12)
        return f"{a * b} / {b}", str(a)
    if kind == "signed":
        a, b = rng.randint(-60, 60), rng.randint(-60, 60)
        operator = rng.choice("+-")
        return f"{a} {operator} {bracketed(b)}", str(a + b if operator == "+" else a - b)
    if kind == "square":
        a = rng.randint(2, 15)
        return f"{a}^2", str(a * a)
    d, n = rng.randint(2, 24), rng.randint(1, 30)
    k = rng.randint(1, 6)
    return f"{n * k}/{d * k}", show(Fraction(n, d))


def copying(rng: Random) -> Document:
    """Meaningless rows to copy: a model that cannot copy a number cannot use it."""
    rows = "\n".join(_soup(rng) for _ in range(rng.randint(1, 4)))
    return chat(f"Copy.\n{rows}", rows)


def _soup(rng: Random) -> str:
    text = ""
    for _ in range(rng.randint(4, 14)):
        number = str(rng.randint(0, rng.choice((9, 99, 99, 999))))
        piece = rng.choice((number, number, rng.choice("xyn"), rng.choice("+-*/()=^<>:.,")))
        text += piece if rng.random() < 0.4 else f" {piece}"
    return text.strip()


def _problem(skill: Skill, rng: Random) -> tuple[Params, str]:
    params = draw(skill, rng.choice((1, 2, 3)), rng, "fit")
    return params, skill.text(params, rng.choice(skill.wording.trained))


def _any_skill(rng: Random) -> Skill:
    """Any skill; stories take longer to learn and come more often."""
    return rng.choices(SKILLS, [_OFTEN.get(skill.name, 1.0) for skill in SKILLS])[0]


def clean(rng: Random) -> Document:
    """A tutor's solution by any path."""
    skill = _any_skill(rng)
    params, text = _problem(skill, rng)
    work = write_solution(skill, params, Work(path=choose_path(skill, params, rng)))
    return solve(text, NO_HELP, work.lines)


def unaided(rng: Random) -> Document:
    """A pupil alone with a problem."""
    skill = _any_skill(rng)
    params, text = _problem(skill, rng)
    trace = write(skill, params, rng, beliefs_of(skill, rng, doubt=FIRMNESS), choose_path(skill, params, rng))
    return solve(text, NO_HELP, trace.lines)


def _helped_skill(rng: Random) -> Skill:
    while (skill := _any_skill(rng)).name in HELD_OUT_HELP:
        pass
    return skill


def _trap(skill: Skill, params: Params, rng: Random) -> str | None:
    """A malrule that this problem invites."""
    invited = [m for m in skill.malrules if write(skill, params, rng, frozenset({m}), 0, slips=False).mistake]
    return rng.choice(invited) if invited else None


def advised(rng: Random) -> Document:
    """A pupil who reads a lesson, a strategy or a pattern: cured of what it is about."""
    skill = _helped_skill(rng)
    params, text = _problem(skill, rng)
    path = choose_path(skill, params, rng)
    help, cured, doubt = _advice(skill, params, rng, path)
    trace = write(skill, params, rng, beliefs_of(skill, rng, cured, doubt), path)
    return solve(text, help, trace.lines)


def _advice(skill: Skill, params: Params, rng: Random, path: int) -> tuple[Help, frozenset[str], float]:
    malrule = _trap(skill, params, rng) or rng.choice(list(skill.malrules))
    lesson = rng.choice(LESSONS[malrule])
    strategies = STRATEGIES[skill.name]
    strategy = strategies[min(path, len(strategies) - 1)]
    pattern = rng.choice(PATTERNS[skill.name])
    kind = rng.choices(("lesson", "two", "pattern", "strategy", "all"), (40, 15, 15, 12, 18))[0]
    if kind == "lesson":
        return Help(lessons=(lesson,)), frozenset({malrule}), 0.5
    if kind == "two":
        other = rng.choice(list(skill.malrules))
        lessons = dict.fromkeys((lesson, rng.choice(LESSONS[other])))
        return Help(lessons=tuple(lessons)), frozenset({malrule, other}), 0.4
    if kind == "pattern":
        return Help(patterns=(pattern,)), frozenset(), 0.2
    if kind == "strategy":
        return Help(strategies=(strategy,)), frozenset(), 0.4
    return Help((pattern,), (strategy,), (lesson,)), frozenset({malrule}), 0.15


def misadvised(rng: Random) -> Document:
    """A lesson or pattern of another skill changes nothing."""
    skill, other = rng.choice(SKILLS), rng.choice(SKILLS)
    params, text = _problem(skill, rng)
    foreign = [m for m in other.malrules if m not in skill.malrules]
    if not foreign or other.name.split("_")[0] == skill.name.split("_")[0]:
        return unaided(rng)
    help = Help(lessons=(rng.choice(LESSONS[rng.choice(foreign)]),))
    if rng.random() < 0.3:
        help = Help(patterns=(rng.choice(PATTERNS[other.name]),))
    trace = write(skill, params, rng, beliefs_of(skill, rng, doubt=FIRMNESS), choose_path(skill, params, rng))
    return solve(text, help, trace.lines)


def beside_neighbour(rng: Random) -> Document:
    """A pupil who reads the solution of a similar problem, of this very one, or of an unlike one."""
    skill = _helped_skill(rng)
    params, text = _problem(skill, rng)
    path = choose_path(skill, params, rng)
    kind = rng.choices(("alike", "same", "unlike"), (70, 17, 13))[0]
    other = rng.choice(SKILLS) if kind == "unlike" else skill
    solved = _solved(other, rng, path)
    if kind == "same":
        solved = text, tuple(write_solution(skill, params, Work(path=path)).lines)
    help = Help(solved=(solved,))
    if kind == "alike" and rng.random() < 0.3:
        help = Help(lessons=(rng.choice(LESSONS[rng.choice(list(skill.malrules))]),), solved=help.solved)
    beliefs = beliefs_of(skill, rng, doubt=0.04 if other is skill else FIRMNESS)
    if kind == "same":
        beliefs = frozenset()
    trace = write(skill, params, rng, beliefs, path, slips=kind != "same")
    return solve(text, help, trace.lines)


def _solved(skill: Skill, rng: Random, path: int) -> tuple[str, tuple[str, ...]]:
    params, text = _problem(skill, rng)
    return text, tuple(write_solution(skill, params, Work(path=min(path, skill.paths(params) - 1))).lines)


def _failed(skill: Skill, params: Params, rng: Random) -> Trace | None:
    """A trace that goes wrong, if this problem invites a mistake."""
    for _ in range(4):
        path = choose_path(skill, params, rng)
        trace = write(skill, params, rng, beliefs_of(skill, rng), path)
        if trace.mistake:
            return trace
    return None


def _corrected(skill: Skill, params: Params, trace: Trace) -> tuple[str, ...] | None:
    """The right solution that shares the prefix of a wrong trace and goes on with the corrected step."""
    right = tuple(write_solution(skill, params, Work(path=trace.path)).lines)
    mistake = trace.mistake
    if mistake is None or right[: mistake.line + 1] != (*trace.lines[: mistake.line], mistake.corrected):
        return None
    return right


def criticised(rng: Random) -> Document:
    """A pupil who reads a step-aligned critique: copies what was right, takes the next step, goes on."""
    skill = _helped_skill(rng)
    params, text = _problem(skill, rng)
    trace = _failed(skill, params, rng) if rng.random() < 0.6 else None
    right = _corrected(skill, params, trace) if trace else None
    if trace is None or trace.mistake is None or right is None:
        return _shown_on(skill, params, text, rng)
    k = trace.mistake.line
    help = Help(right_so_far=right[:k], next_step=right[k])
    if trace.mistake.malrule != SLIP and rng.random() < 0.5:
        lessons = (rng.choice(LESSONS[trace.mistake.malrule]),)
        patterns = (rng.choice(PATTERNS[skill.name]),) if rng.random() < 0.4 else ()
        solved = (_solved(skill, rng, 0),) if rng.random() < 0.3 else ()
        help = Help(patterns, (), lessons, solved, right[:k], right[k])
    return solve(text, help, right)


def _shown_on(skill: Skill, params: Params, text: str, rng: Random) -> Document:
    """A critique at any step, not only where a malrule strikes: what it shows is to be taken up wherever it is."""
    right = tuple(write_solution(skill, params, Work(path=choose_path(skill, params, rng))).lines)
    k = rng.randrange(len(right))
    return solve(text, Help(right_so_far=right[:k], next_step=right[k]), right)


def _attempt(trace: Trace, repaired: bool, located: bool = True) -> Attempt:
    """An attempt with marks: to its first error where that is located, else only the answer is marked wrong."""
    if trace.mistake is None:
        return Attempt(trace.lines, ("+",) * len(trace.lines))
    if not located:
        return Attempt(trace.lines, ("+",) * (len(trace.lines) - 1) + ("-",))
    k = trace.mistake.line
    return Attempt(trace.lines[: k + 1], ("+",) * k + ("-",), trace.mistake.corrected if repaired else None)


def reflection(rng: Random) -> Document:
    """Attempts with verdicts, then a lesson or a strategy about them."""
    skill = rng.choice(SKILLS)
    params, text = _problem(skill, rng)
    path = choose_path(skill, params, rng)
    right = write(skill, params, rng, frozenset(), path, slips=False)
    wrong = _failed(skill, params, rng)
    strategies = STRATEGIES[skill.name]
    strategy = strategies[min(path, len(strategies) - 1)]
    if wrong is None or wrong.mistake is None or wrong.mistake.malrule == SLIP or rng.random() < 0.35:
        attempts = [_attempt(right, False)]
        if wrong is not None and rng.random() < 0.5:
            attempts.insert(0, _attempt(wrong, True))
        return chat(reflection_message(text, attempts, STRATEGY), insight_reply(STRATEGY, strategy))
    attempts = [_attempt(wrong, rng.random() < 0.8, located=rng.random() < 0.7)]
    if rng.random() < 0.5:
        attempts.append(_attempt(right, False))
    lesson = rng.choice(LESSONS[wrong.mistake.malrule])
    return chat(reflection_message(text, attempts, LESSON), insight_reply(LESSON, lesson))


def pooling(rng: Random) -> Document:
    """Several insights of one skill, then the pattern they come to."""
    skill = rng.choice(SKILLS)
    insights: list[tuple[str, str]] = []
    for _ in range(rng.randint(2, 5)):
        if rng.random() < 0.65:
            insights.append((LESSON, rng.choice(LESSONS[rng.choice(list(skill.malrules))])))
        else:
            insights.append((STRATEGY, rng.choice(STRATEGIES[skill.name])))
    pattern = rng.choice(PATTERNS[skill.name])
    return chat(pattern_message(tuple(dict.fromkeys(insights))), insight_reply(PATTERN, pattern))


Maker = Callable[[Random], Document]
CLEAN_MIXTURE: tuple[tuple[Maker, float], ...] = ((clean, 0.58), (facts, 0.30), (copying, 0.12))
PUPIL_MIXTURE: tuple[tuple[Maker, float], ...] = (
    (unaided, 0.20),
    (advised, 0.18),
    (misadvised, 0.12),
    (beside_neighbour, 0.16),
    (criticised, 0.24),
    (reflection, 0.03),
    (pooling, 0.01),
    (facts, 0.03),
    (copying, 0.03),
)


def documents(mixture: tuple[tuple[Maker, float], ...], seed: str) -> Iterator[Document]:
    """An endless stream of documents; the same stream for the same seed."""
    rng = Random(seed)
    makers, weights = zip(*mixture, strict=True)
    while True:
        yield rng.choices(makers, weights)[0](rng)
