r"""Other ways to write the same solution: LaTeX, lists, prose, chat, signs of other countries, spoken words.

A style takes the lines of a generated solution and the place of the wrong one, and changes the writing only. It knows
the generators' plain lines and nothing of the verifier's reader, so that the one does not inherit the other's faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

from workbench.types import Problem
from workbench.verification.text.steps import split
from workbench.verification.text.words import NUMBERS


@dataclass(frozen=True)
class Styled:
    """A solution in a style."""

    steps: tuple[str, ...]
    at: int | None
    """The step that holds the wrong line; None where none is wrong."""


Style = Callable[[Problem, Sequence[str], int | None], Styled]


@dataclass(frozen=True)
class Said:
    """A line taken apart: `Answer: x = 2 or x = 3` is a lead, two statements and what joins them."""

    lead: str
    statements: tuple[tuple[str, ...], ...]
    """Each of sides and relations in turn."""
    joins: tuple[str, ...]

    @property
    def is_answer(self) -> bool:
        return self.lead == "Answer"


_JOIN = re.compile(r"(, | or | and )")
_RELATION = re.compile(r" (<=|>=|=|<|>) ")


def take_apart(line: str) -> Said:
    """Return a generated line's lead, statements and joins."""
    lead, colon, rest = line.rpartition(": ")
    pieces = _JOIN.split(rest if colon else line)
    return Said(lead, tuple(tuple(_RELATION.split(p)) for p in pieces[::2]), tuple(pieces[1::2]))


@dataclass(frozen=True)
class Notation:
    """How sides, relations and joins are written."""

    side: Callable[[str], str]
    relations: dict[str, str] = field(default_factory=dict)
    joins: dict[str, str] = field(default_factory=dict)
    tight: bool = False

    def statement(self, parts: Sequence[str]) -> str:
        """Return one chain of sides and relations."""
        gap = "" if self.tight else " "
        written = [self.side(p) if i % 2 == 0 else self.relations.get(p, p) for i, p in enumerate(parts)]
        return gap.join(written)

    def all_of(self, said: Said) -> str:
        """Return all statements of a line with what joins them, without its lead."""
        out = self.statement(said.statements[0])
        for join, parts in zip(said.joins, said.statements[1:], strict=True):
            out += self.joins.get(join, join) + self.statement(parts)
        return out


# Notations


_OPERAND = r"\([^()]*\)|\d*\.?\d*[a-z](?:\^\d+)?|\d+(?:\.\d+)?"
_TIGHT = re.compile(rf"({_OPERAND})/({_OPERAND})")
_SPACED = re.compile(rf"(^-)?({_OPERAND}) / ({_OPERAND})")
_POWER = re.compile(r"\^(\d+)")


def _bare(group: str) -> str:
    return group[1:-1] if group.startswith("(") else group


def latex(side: str, times: str = r"\times", division: str = "frac", frac: str = r"\frac") -> str:
    r"""Return a side in LaTeX: `3 * (1/2)` is `3 \times (\frac{1}{2})`. Division is `frac`, or a sign as it is."""

    def stacked(match: re.Match[str]) -> str:
        *minus, top, bottom = match.groups(default="")
        inside = [latex(_bare(part), times, division, frac) for part in (top, bottom)]
        return f"{frac}{{{''.join(minus)}{inside[0]}}}{{{inside[1]}}}"

    out = _TIGHT.sub(stacked, side)
    out = _SPACED.sub(stacked, out) if division == "frac" else out.replace(" / ", f" {division} ")
    out = _POWER.sub(lambda m: f"^{{{m[1]}}}" if len(m[1]) > 1 or times == r"\cdot" else m[0], out)
    return out.replace(" * ", f" {times} ").replace("%", r"\%").replace(" of ", r" \text{ of } ")


def _signs(side: str, table: dict[str, str]) -> str:
    for plain, written in table.items():
        side = side.replace(plain, written)
    return side


_RELS = {"<=": r"\le", ">=": r"\ge"}
_LATEX_JOINS = {" or ": r" \text{ or } ", " and ": r" \text{ and } "}
LATEX = Notation(latex, _RELS, _LATEX_JOINS)
CDOT = Notation(partial(latex, times=r"\cdot", frac=r"\dfrac"), {"<=": r"\leq", ">=": r"\geq"}, {", ": r",\ "})
DIV = Notation(partial(latex, division=r"\div"), _RELS, {" or ": r" \quad\text{or}\quad "})
PLAIN = Notation(str)
TIGHT = Notation(lambda side: re.sub(r" ([-+*/]) ", r"\1", side), tight=True)
WIDE = Notation(lambda side: re.sub(r"(?<=\d)(?=[a-z(])|(?<=\))(?=\()", " ", side))
_UNICODE = {" - ": " − ", "(-": "(−", " * ": " × ", " / ": " ÷ ", "^2": "²", "^3": "³"}
UNICODE = Notation(lambda side: re.sub("^-", "−", _signs(side, _UNICODE)), {"<=": "≤", ">=": "≥"})
DOT = Notation(lambda side: _signs(side, {" * ": " · ", " - ": " – ", "^2": "²"}), {"<=": "≤", ">=": "≥"})


def _comma(side: str) -> str:
    return re.sub(r"(?<=\d)\.(?=\d)", ",", side)


def _grouped(side: str, gap: str) -> str:
    """Return numbers above 999 with a gap before each three figures."""
    return re.sub(r"(?<![\d,])\d{4,}(?![\d,])", lambda m: f"{int(m[0]):,}".replace(",", gap), side)


GERMAN = Notation(
    lambda side: _grouped(_comma(_signs(side, {" * ": " · ", " / ": " : ", " of ": " von "})), "."),
    joins={" or ": " oder ", " and ": " und ", ", ": "; "},
)
FRENCH = Notation(
    lambda side: _grouped(_comma(_signs(side, {" * ": " × ", " / ": " ÷ ", " of ": " de ", "%": " %"})), "\u202f"),
    {"<=": "≤", ">=": "≥"},
    {" or ": " ou ", " and ": " et ", ", ": " ; "},
)

_SPOKEN = {" * ": " times ", " / ": " divided by ", " + ": " plus ", " - ": " minus ", "^2": " squared"}
_SPOKEN_RELATIONS = {"<": "is less than", ">": "is greater than", "<=": "is at most", ">=": "is at least"}


def _spoken(side: str) -> str:
    """Return a side in words; one with brackets around more than a number is not spoken."""
    plain = re.sub(r"\((-\d+(?:\.\d+)?)\)", r"\1", side)
    return side if "(" in plain else re.sub(r"(?:^|(?<= ))-(?=\S)", "negative ", _signs(plain, _SPOKEN))


SPOKEN = Notation(_spoken, {**_SPOKEN_RELATIONS, "=": "is"})
EQUALS = Notation(_spoken, {**_SPOKEN_RELATIONS, "=": "equals"})
_WORDS = {n: word for word, n in NUMBERS.items()}


def _in_words(said: Said) -> str:
    """Return a calculation with its numbers in words, where it has only small whole ones; else as spoken."""
    sides = [side for parts in said.statements for side in parts[::2]]
    if said.is_answer or any(re.search(r"\d{3}|[a-z.%()^]|\d/|(?:^|\s)-\d", side) for side in sides):
        return EQUALS.all_of(said)
    return re.sub(r"\d+", lambda m: _WORDS[int(m[0])], EQUALS.all_of(said))


_PARSED = re.compile(r"(?:[0-9+\-*/^(). ]|(?<![A-Za-z])[A-Za-z](?![A-Za-z]))+")
"""Numbers, signs and single letters. `parse_expr` evaluates its text as Python, so it gets nothing else."""


@lru_cache(maxsize=4096)
def by_sympy(side: str) -> str:
    """Return a side as SymPy prints it; one that it cannot parse, or works out while it parses, in plain LaTeX."""
    from sympy import latex as printed
    from sympy.parsing.sympy_parser import implicit_multiplication, parse_expr, standard_transformations

    if not _PARSED.fullmatch(side):
        return latex(side, r"\cdot")
    how = (*standard_transformations, implicit_multiplication)
    out = str(printed(parse_expr(side.replace("^", "**"), transformations=how, evaluate=False), order="none"))
    # It prints (2 * 2) / (8 * 6) as `2 \cdot 2 \frac{1}{8 \cdot 6}`, which holds a mixed number to everyone else.
    return latex(side, r"\cdot") if re.search(r"\d \\frac", out) else out


SYMPY = Notation(by_sympy, _RELS, {" or ": r" \vee ", " and ": r" \wedge ", ", ": r", \  "})


# Layouts


_LEADS = ("So we get", "Next,", "This gives", "Now we have", "Then", "That means", "Therefore,", "Hence", "We write")
_TAILS = ("", " as the next step", "", " after that")
_WORKS = ("Work it out", "Simplify", "Go on", "Rewrite the line", "Tidy up")


def _lead(i: int, said: Said) -> str:
    return f"{said.lead} and we get" if said.lead else _LEADS[i % len(_LEADS)]


def each(write: Callable[[int, Said], str]) -> Style:
    """Return the style that writes each line as one step."""

    def style(_: Problem, lines: Sequence[str], at: int | None) -> Styled:
        return Styled(tuple(write(i, take_apart(line)) for i, line in enumerate(lines)), at)

    return style


def in_one(write: Callable[[Sequence[Said]], str]) -> Style:
    """Return the style that writes all lines as one step."""

    def style(_: Problem, lines: Sequence[str], at: int | None) -> Styled:
        return Styled((write([take_apart(line) for line in lines]),), None if at is None else 0)

    return style


def as_text(write: Callable[[int, Said], str], between: str = "\n", around: tuple[str, str] = ("", "")) -> Style:
    """Return the style that writes a text, which the verifier cuts into steps itself."""

    def style(_: Problem, lines: Sequence[str], at: int | None) -> Styled:
        written = [write(i, take_apart(line)) for i, line in enumerate(lines)]
        text = around[0] + between.join(written) + around[1]
        steps = split(text)
        if at is None:
            return Styled(tuple(s.text for s in steps), None)
        # A line may hold a heading and a formula: its last sign stands in the formula.
        end = len(around[0]) + sum(map(len, written[: at + 1])) + at * len(between)
        return Styled(tuple(s.text for s in steps), next(i for i, s in enumerate(steps) if s.end >= end - 2))

    return style


def led(notation: Notation, said: Said) -> str:
    """Return a line in a notation, with its lead."""
    return (f"{said.lead}: " if said.lead else "") + notation.all_of(said)


def _display(_: int, said: Said) -> str:
    if said.is_answer:
        return rf"\[ \boxed{{{LATEX.all_of(said)}}} \]"
    return (f"{said.lead}:\n" if said.lead else "") + rf"\[ {LATEX.all_of(said)} \]"


def _dollars(i: int, said: Said) -> str:
    if said.is_answer:
        return f"The answer is $\\boxed{{{CDOT.all_of(said)}}}$."
    return f"{_lead(i, said)}\n$$\n{CDOT.all_of(said)}\n$$"


def _inline(i: int, said: Said) -> str:
    if said.is_answer:
        return f"The final answer is ${LATEX.all_of(said)}$."
    return f"{_lead(i, said)} ${LATEX.all_of(said)}${_TAILS[i % len(_TAILS)]}."


def _parens(i: int, said: Said) -> str:
    if said.is_answer:
        return rf"Therefore, the answer is \(\boxed{{{DIV.all_of(said)}}}\)."
    return rf"{_lead(i, said)} \({DIV.all_of(said)}\), and we go on with that."


def _prose(i: int, said: Said) -> str:
    if said.is_answer:
        return f"So the answer is {PLAIN.all_of(said)}."
    return f"{_lead(i, said)} {PLAIN.all_of(said)}{_TAILS[i % len(_TAILS)]}."


def _rows(lines: Sequence[Said]) -> list[str]:
    """Return rows of `align`: a line that goes on from the last one has no left side of its own."""
    rows, last = [], ""
    for said in lines:
        if said.is_answer or len(said.statements) > 1:
            rows.append(f"& {LATEX.all_of(said)}")
            last = ""
            continue
        first, *rest = said.statements[0]
        shown = "" if first == last else f"{latex(first)} "
        rows.append(shown + "&" + LATEX.statement(("", *rest)).lstrip() if rest else f"& {latex(first)}")
        last = said.statements[0][-1] if len(said.statements[0]) == 3 else ""
    return rows


def _align(lines: Sequence[Said]) -> str:
    *working, answer = lines
    body = " \\\\\n".join(_rows(working))
    end = f"The answer is $\\boxed{{{LATEX.all_of(answer)}}}$."
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}\n{end}"


def _align_as_text(_: Problem, lines: Sequence[str], at: int | None) -> Styled:
    *working, answer = (take_apart(line) for line in lines)
    rows = [f"{row} \\\\" for row in _rows(working)]
    text = "\n".join((r"\begin{align}", *rows, r"\end{align}", f"Answer: ${LATEX.all_of(answer)}$"))
    return Styled(tuple(s.text for s in split(text)), at)


def _one_display(lines: Sequence[Said]) -> str:
    rows = " \\\\ ".join(LATEX.all_of(said) for said in lines[:-1])
    return (
        f"\\[\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n\\]\nThus the answer is \\({LATEX.all_of(lines[-1])}\\)."
    )


def _step_label(i: int, said: Said) -> str:
    if said.is_answer:
        return f"**Answer:** {PLAIN.all_of(said)}"
    return f"**Step {i + 1}:** {said.lead or _WORKS[i % len(_WORKS)]}: {PLAIN.all_of(said)}"


def _chat(i: int, said: Said) -> str:
    if said.is_answer:
        return f"### Final answer\n\n**{PLAIN.all_of(said)}**"
    return f"### Step {i + 1}: {said.lead or _WORKS[i % len(_WORKS)]}\n\n- We write `{PLAIN.all_of(said)}` ✓"


def _emphasis(i: int, said: Said) -> str:
    if said.is_answer:
        return f"**Final Answer:** **{UNICODE.all_of(said)}**"
    return f"{_lead(i, said)} **{UNICODE.all_of(said)}**."


def _joined(lines: Sequence[Said]) -> str:
    """Return lines two by two in a sentence, all in one paragraph."""
    out = []
    for i in range(0, len(lines) - 1, 2):
        pair = [PLAIN.all_of(said) for said in lines[i : min(i + 2, len(lines) - 1)]]
        out.append(f"{_lead(i, lines[i])} {', which gives '.join(pair)}.")
    return " ".join([*out, f"The answer is {PLAIN.all_of(lines[-1])}."])


def _bullets_in_one(lines: Sequence[Said]) -> str:
    rows = "\n".join(f"- \\({LATEX.all_of(said)}\\)" for said in lines[:-1])
    return f"We work it out:\n{rows}\nSo the answer is \\(\\boxed{{{LATEX.all_of(lines[-1])}}}\\)."


def _sympy(_: int, said: Said) -> str:
    return led(PLAIN, said) if said.is_answer else rf"\[ {SYMPY.all_of(said)} \]"


def _german(_: int, said: Said) -> str:
    return f"Antwort: {GERMAN.all_of(said)}" if said.is_answer else GERMAN.all_of(said)


def _french(_: int, said: Said) -> str:
    return f"Réponse : {FRENCH.all_of(said)}" if said.is_answer else FRENCH.all_of(said)


_UNIT_SKILLS = frozenset({"word_short", "word_long", "units"})


def _units(problem: Problem, lines: Sequence[str], at: int | None) -> Styled:
    """Write what a story counts, or what a conversion is into, behind each result."""
    params = dict(problem.params)
    unit = str(params.get("thing") or params.get("to") or "") if problem.skill in _UNIT_SKILLS else ""
    written = []
    for i, said in enumerate(map(take_apart, lines)):
        maths = LATEX.all_of(said) + (rf" \text{{ {unit}}}" if unit else "")
        lead = r"\textbf{Answer: }" if said.is_answer else rf"\text{{{_lead(i, said)} }}"
        written.append(rf"\[ {lead} {maths} \]" if not said.is_answer else rf"Answer: \( {maths} \)")
    return Styled(tuple(written), at)


DECIMAL_COMMA = frozenset({"german signs", "french signs"})
"""Styles that are read with the option for decimal commas."""

STYLES: dict[str, Style] = {
    "display LaTeX": each(_display),
    "displays by dollars": each(_dollars),
    "inline dollars": each(_inline),
    "inline \\( \\)": each(_parens),
    "align, rows as steps": _align_as_text,
    "align in one step": in_one(_align),
    "aligned, all in one display": in_one(_one_display),
    "bullets": as_text(lambda _, said: f"- {led(PLAIN, said)}"),
    "bullets of LaTeX in one step": in_one(_bullets_in_one),
    "numbered list": as_text(lambda i, said: f"{i + 1}. {led(DOT, said)}"),
    "Step 1:": as_text(_step_label),
    "prose around": each(_prose),
    "SymPy's latex()": each(
        lambda _, said: rf"\[ {SYMPY.all_of(said)} \]" if not said.is_answer else led(PLAIN, said)
    ),
    "chat markdown": as_text(_chat, "\n\n"),
    "bold": as_text(_emphasis),
    "one paragraph": in_one(_joined),
    "sentences of a paragraph": as_text(_prose, " "),
    "lines in one step": in_one(lambda lines: "\n".join(led(PLAIN, said) for said in lines)),
    "units in \\text": _units,
    "Unicode signs": each(lambda _, said: led(UNICODE, said)),
    "without spaces": each(lambda _, said: led(TIGHT, said)),
    "with more spaces": each(lambda _, said: led(WIDE, said)),
    "arrows": in_one(lambda lines: f"{' ⇒ '.join(map(PLAIN.all_of, lines[:-1]))}. Answer: {PLAIN.all_of(lines[-1])}"),
    "spoken": each(lambda _, said: f"{led(SPOKEN, said)}."),
    "numbers in words": each(lambda _, said: f"{said.lead + ': ' if said.lead else ''}{_in_words(said)}"),
    "german signs": each(_german),
    "french signs": each(_french),
}
"""Every style by its name."""
