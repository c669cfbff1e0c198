"""What a problem's text gives: statements, an expression, conditions on its letters, and whether it is nothing else.

"Does not follow" may be said only in a problem that is nothing but a command and its statements. Any other word could
carry a fact: `x is twice y`, `the x-intercept of`, `consecutive`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.verification.domain import lazy
from workbench.verification.exact import regions
from workbench.verification.exact.regions import Clauses
from workbench.verification.lines.absolute import unfolded
from workbench.verification.lines.asked import equation_asked
from workbench.verification.lines.claims import ClaimSide, Line, expressions_in, read_line
from workbench.verification.lines.relations import (
    FLIP,
    Condition,
    Interval,
    Solutions,
    Statement,
    clauses_of,
    statements,
    within,
)
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Number, Token, Unreadable, tokenize
from workbench.verification.text.tokens import word_set

MAX_PROBLEM = 2000
_SOLVE = re.compile(r"\bsolve\b|\bfind (?:the value of )?[a-z]\b|\bwhat is [a-z]\b", re.IGNORECASE)
_COMMAND = re.compile(
    r"\b(?:work out|calculate|compute|evaluate|expand|factor\w*|simplif\w*|multiply out|what is|find|"
    r"write)\b",
    re.I,
)
_WORDS = re.compile(r"[A-Za-z]{2,}")
_MANY_WORDS = 14

_PLAIN_WORDS = word_set(
    "solve find determine calculate compute evaluate work out simplify simplified expand expanded factor factorise "
    "factorize factored multiply reduce rewrite write give state what is are which does do value values of the a an "
    "all each every any both equation equations inequality inequalities system systems simultaneous linear quadratic "
    "cubic rational polynomial expression following below this that these those its for in terms and or if then such "
    "when given where with by using let real number numbers solution solutions root roots zero zeros answer answers "
    "exact exactly complete completely fully form simplest lowest fraction show your working steps step please now "
    "help me can you to it be algebraically carefully final put boxed problem exercise unknown unknowns variable "
    "variables satisfy satisfies satisfying so make makes true holds have has we know as integer integers whole "
    "natural possible two three many on only over reals isolate get how much equals equal item items"
)
"""Words that state nothing beside the formulas."""
_FINDS = re.compile(
    r"\b(?:find|determine|compute|give|state|what (?:is|are))\b[^.?!=<>]{0,60}?\b"
    r"(?:solutions?|roots?|items?|zeros?|numbers?|integers?|values? of \$?[a-z]|(?:(?<=for )|(?<=the ))\$?[a-z])\b",
    re.IGNORECASE,
)
_ROOT_OF = re.compile(r"(?<!square )(?<!cube )\b(?:root|zero)(s?) of(?= (?:the equation )?[\\$0-9(a-z-])")
"""`The larger root of x^2 - 5x + 6 = 0`, where no root is to be drawn."""
_NUMBER = r"([-−]?\s?\d{1,6}(?:\.\d{1,6}|/\d{1,4})?)"
_NOT = re.compile(rf"\b([a-zA-Z])\s*(?:≠|\\neq?(?![a-z])|!=)\s*{_NUMBER}|\b([a-zA-Z]) is not (?:equal to )?{_NUMBER}")
_ENDS = re.compile(
    rf"(?:\b(?:in|on|over|within)\s+(?:the\s+)?(?:interval\s+)?|\\in\s*|∈\s*)(?:\$|\\\()?\s*(?:\\left)?([\[(])"
    rf"\s*{_NUMBER}\s*,\s*{_NUMBER}\s*(?:\\right)?([\])])",
    re.IGNORECASE,
)
_BETWEEN = re.compile(rf"\b(?:between|from)\s+\$?{_NUMBER}\$?\s+(?:and|to)\s+\$?{_NUMBER}", re.IGNORECASE)
_THAN = re.compile(
    rf"\b(?:(less|smaller|lower)|(more|greater|larger|bigger)) than (?:or equal to )?\$?{_NUMBER}"
    rf"|\bat (?:(least)|(most)) \$?{_NUMBER}",
    re.IGNORECASE,
)
_THING = (
    r"(?:(?:real|rational|whole|integer|possible)\s+)?"
    r"(?:solutions?|roots?|items?|zeros?|values?|numbers?|integers?|\$?[a-z]\b)"
)
_KIND = re.compile(
    rf"\b(?P<kind>positive|negative|non-?negative|non-?zero)\s+{_THING}"
    r"|\b(?:is|be|are|for \$?[a-z]\$?|with \$?[a-z]\$?)\s+(?P<said>positive|negative|non-?negative|non-?zero)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\b(natural|whole|integers?)\b", re.IGNORECASE)
_LARGEST = re.compile(
    rf"\b(?:(?P<up>larger|largest|greater|greatest|bigger|biggest)|(?P<down>smaller|smallest|least|lesser))\s+"
    rf"(?:positive\s+|negative\s+)?{_THING}(?!\s+than)",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"\bas (?:a |an )?(?:simplified |single |common |improper |proper )?"
    r"(?:products?|sums?|differences?|powers?|fractions?|decimals?|percent\w*|mixed numbers?)\b"
    r"|\b(?:the )?(?:brackets?|parentheses|like terms)\b",
    re.IGNORECASE,
)
"""The form that is wanted."""
_FORMULA = frozenset((kinds.NUM, kinds.MIXED, kinds.OP, kinds.FRAC, kinds.ROOT, kinds.OPEN))
_SAYS_NOTHING = frozenset((kinds.SEP, kinds.BREAK, kinds.VAR, kinds.MONEY, kinds.OPEN, kinds.CLOSE))
_PAIR = re.compile(rf"\(\s*([a-z])\s*,\s*([a-z])\s*\)\s*=\s*\(\s*{_NUMBER}\s*,\s*{_NUMBER}\s*\)")
_SIGNS = {"positive": ">", "negative": "<", "nonnegative": ">=", "nonzero": "!="}


@dataclass(frozen=True, eq=False)
class Reading:
    """A problem's text as mathematics."""

    statements: tuple[Statement, ...]
    """What is to be solved; conditions on the letters are left out."""
    expression: ClaimSide | None
    """The expression to work on, where the problem gives one and no equation."""
    solves: bool
    """The problem asks for the letters of its equations."""
    pure: bool = False
    """The text is a command and its statements, with no word that could carry another fact."""
    conditions: Mapping[str, Condition] | None = None
    """By letter, under "" for every letter: what is asked of the solutions besides."""
    given: Mapping[str, Number] | None = None
    """Letters whose values the text gives, as in `x^2 - 3x for x = -2`."""

    @lazy
    def letters(self) -> frozenset[str]:
        return frozenset().union(*(s.letters for s in self.statements))

    def condition(self, letter: str) -> Condition | None:
        """Return what is asked of a letter besides the statements."""
        if not self.conditions:
            return None
        return self.conditions.get(letter) or self.conditions.get("")

    @lazy
    def wanted(self) -> Solutions | None:
        """The solutions asked for, where the problem is a single statement in one letter."""
        found = self.statements[0].solutions if len(self.statements) == 1 else None
        if found is None:
            return None
        try:
            return within(found, self.condition(found.letter))
        except Unreadable:
            return None


@lru_cache(maxsize=4096)
def read_problem(text: str) -> Reading:
    """Return the equations or the expression that a problem's text carries."""
    text = equation_asked(text) or unfolded(text) or text
    short = _ROOT_OF.sub(r"item\1 of", text) if " of" in text else text
    short = short.replace("inverse of", "mirror of")  # `the inverse of y = 2x` is no reciprocal
    line = read_line(short)
    every = statements(line)
    found, bounds = _split(every)
    claimed = list(_spans(line))
    rest = False
    for token in tokenize(short[:MAX_PROBLEM]):
        if token.kind in _FORMULA and not any(a <= token.start < b for a, b in claimed):
            rest = True
            break
    found_in = expressions_in(short) if rest else ()
    expressions = [e for e in found_in if not any(a <= e.start < b for a, b in claimed)]
    short = short[:MAX_PROBLEM]
    asked = not every and _COMMAND.search(short) and len(_WORDS.findall(short)) <= _MANY_WORDS
    best = max(expressions, key=lambda p: len(p.tokens), default=None) if asked else None
    if (
        not every
        and best is None
        and line.expression is not None
        and len(line.expression.tokens) > 2
        and not line.prose
    ):
        best = line.expression  # the problem is an expression and no more: `8 - 50 + 7`
    pair = _PAIR.search(short) if not every and "," in short else None
    given = _given(found, pair) if expressions else {}
    spans, conditions = _conditions(short, bounds) if found else ([], {})
    spans += [m.span() for m in _FORM.finditer(short)]
    covered = [*spans, *claimed, *((e.start, e.end) for e in expressions), *([pair.span()] if pair else [])]
    pure = (
        len(text) <= MAX_PROBLEM and (bool(every) or len(expressions) < 2) and _nothing_else(tokenize(short), covered)
    )
    asks = _SOLVE.search(short) or (pure and _FINDS.search(short))
    return Reading(found, best, bool(found and asks and not expressions), pure, conditions, given)


def _split(every: Sequence[Statement]) -> tuple[tuple[Statement, ...], list[Statement]]:
    """Statements to solve, and bounds on a letter of an equation beside them, as `x > 0` in `x^2 = 9 for x > 0`."""
    equations = [s for s in every if any(p.relation not in FLIP for p in s.pairs)]
    lettered = frozenset().union(*(s.letters for s in equations))
    main: list[Statement] = []
    bounds: list[Statement] = []
    for statement in every:
        (mixed, rest) = _apart(statement)
        if rest is not None:
            main.append(mixed)
            bounds.append(rest)
        elif equations and statement not in equations and statement.letters <= lettered and _is_bound(statement):
            bounds.append(statement)
        else:
            main.append(statement)
    if not equations and len(main) > 1 and _is_bound(main[-1]) and not _is_bound(main[0]):
        bounds.append(main.pop())  # `x^2 > 4 for x > 0`
    return tuple(main), bounds


def _apart(statement: Statement) -> tuple[Statement, Statement | None]:
    """`x^2 = 25 and x > 0` as the equation and the bound."""
    if len(statement.alternatives) != 1:
        return statement, None
    pairs = statement.alternatives[0]
    bounds = tuple(p for p in pairs if p.relation in FLIP)
    rest = tuple(p for p in pairs if p.relation not in FLIP)
    if not bounds or not rest or not _is_bound(Statement((bounds,))):
        return statement, None
    return Statement((rest,)), Statement((bounds,))


def _is_bound(statement: Statement) -> bool:
    return isinstance(statement.solutions, Interval) and statement.solved


def _given(found: Sequence[Statement], pair: re.Match[str] | None) -> dict[str, Number]:
    """The values that a text gives for letters, beside an expression to work on."""
    values: dict[str, Number] = {}
    for statement in found:
        for letter, part in statement.assignments:
            if len(statement.alternatives) != 1 or part.known is None:
                return {}
            values[letter] = part.known
    if pair is not None and not values:
        return {pair[1]: _value(pair[3]), pair[2]: _value(pair[4])}
    return values if len(values) == len(found) else {}


def _value(text: str) -> Number:
    plain = text.replace("−", "-").replace(" ", "")
    part = read_line("x = " + plain).claims[0].parts[1]
    assert part is not None
    return part.value


Span = tuple[int, int]


def _conditions(text: str, bounds: Sequence[Statement]) -> tuple[list[Span], dict[str, Condition]]:
    """The conditions in a text by letter, and where they stand."""
    spans: list[Span] = []
    clauses: dict[str, Clauses] = {}

    def add(letter: str, *signs: tuple[Number, str]) -> None:
        made: Clauses = (tuple(((-end, 1), relation) for end, relation in signs),)
        clauses[letter] = regions.both(clauses.get(letter, regions.EVERY), made)

    for bound in bounds:
        if bound.solutions is not None:
            (letter,) = bound.letters
            clauses[letter] = regions.both(clauses.get(letter, regions.EVERY), clauses_of(bound.solutions))
    for match in _NOT.finditer(text):
        spans.append(match.span())
        add(match[1] or match[3], (_value(match[2] or match[4]), "!="))
    for match in _ENDS.finditer(text):
        spans.append(match.span())
        closed = (">=" if match[1] == "[" else ">", "<=" if match[4] == "]" else "<")
        add("", (_value(match[2]), closed[0]), (_value(match[3]), closed[1]))
    for match in _BETWEEN.finditer(text):
        spans.append(match.span())
        add("", (_value(match[1]), ">"), (_value(match[2]), "<"))
    for match in _THAN.finditer(text):
        spans.append(match.span())
        add("", (_value(match[3] or match[6]), "<" if match[1] or match[5] else ">"))
    for match in _KIND.finditer(text):
        spans.append(match.span())
        add("", (0, _SIGNS[(match["kind"] or match["said"]).lower().replace("-", "")]))
    whole = _WHOLE.search(text)
    if whole is not None and not whole[1].lower().startswith("integer"):
        # Whether zero is natural, and a negative number whole, is told in two ways: neither counts.
        add("", (0, ">" if whole[1].lower() == "natural" else ">="))
    most = _LARGEST.search(text)
    spans += [most.span()] if most else []
    shared = clauses.pop("", regions.EVERY)
    letters = clauses.keys() or ({""} if shared != regions.EVERY or whole or most else set())
    return spans, {
        letter: Condition(
            regions.both(clauses.get(letter, regions.EVERY), shared),
            whole is not None,
            bool(most["up"]) if most is not None else None,
        )
        for letter in letters
    }


def _spans(line: Line) -> Iterator[Span]:
    for claim in line.claims:
        if claim.whole:
            yield claim.whole[0].start, claim.whole[-1].end
    if line.expression is not None:
        yield line.expression.start, line.expression.end


def _nothing_else(tokens: Sequence[Token], covered: Sequence[Span]) -> bool:
    """Whether every token beside the formulas is a plain word, a letter or a mark."""
    for token in tokens:
        if token.kind is kinds.WORD:
            if token.text in _PLAIN_WORDS or token.text.lower() in _PLAIN_WORDS:
                continue
        elif token.kind in _SAYS_NOTHING:
            continue
        at = token.start
        for start, end in covered:
            if start <= at < end:
                break
        else:
            return False
    return True
