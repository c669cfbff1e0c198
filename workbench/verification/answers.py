"""Final answers: reading them from a solution, and grading one against another, exactly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from workbench.types import Judgement
from workbench.verification import boundaries, scan
from workbench.verification.claims import Line, Part, make_part, read_line
from workbench.verification.forms import form_matches, is_worked_out
from workbench.verification.grammar import MAX_CHARS, Node, Number, Token, Unreadable, tokenize, word_set
from workbench.verification.polynomials import rational, same, value
from workbench.verification.relations import Interval, Roots, Statement, compare, statements

ANSWER_LINE = re.compile(
    r"[\s*_#>-]*(?:(?:(?:the\s+)?(?:final\s+)?answer(?:\s+is)?\s*[:=]|(?:the\s+)?final\s+answer\s+is\b|"
    r"(?:(?:so|thus|therefore|hence),?\s+)?the\s+answer\s+is\b:?)(?P<answer>.*)|(?<=####)(?P<mark>.*))",
    re.IGNORECASE | re.DOTALL,
)
_BOXED = "\\boxed{"
_LAST_NUMBER = re.compile(r"-?[$]?[0-9][0-9,]*(?:\.[0-9]+)?(?:/[0-9]+)?%?")
_MAX_ANSWER_LINE = 2000
_MAX_LINES = 200


def answer_in(line: str) -> str | None:
    """The answer that one line states, if it is an answer line."""
    if len(line) > _MAX_ANSWER_LINE:
        return None
    match = ANSWER_LINE.match(line)
    if match is None:
        return boxed(line)
    found = match.group("answer") or match.group("mark") or ""
    return boxed(found) or found.strip(" \t*_").rstrip(". ") or None


def boxed(text: str) -> str | None:
    """What stands in the last LaTeX box."""
    start = text.rfind(_BOXED)
    if start < 0:
        return None
    begin, depth = start + len(_BOXED), 1
    for at in range(begin, min(len(text), begin + MAX_CHARS)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return text[begin:at].strip() or None
    return None


def final_answer(text: str) -> str | None:
    """The last answer that a solution states: `Answer: ...`, `#### ...`, `The answer is ...` or a box."""
    for line in text.splitlines()[: -_MAX_LINES - 1 : -1]:
        found = answer_in(line)
        if found is not None:
            return found
        _, marker, rest = line[-_MAX_ANSWER_LINE:].rpartition("Answer:")
        if marker and rest.strip():
            return rest.strip().rstrip(".").strip() or None
        match = re.search(r"\bthe answer is\b:?(.*)", line[-400:], re.IGNORECASE)
        if match and match.group(1).strip(" ."):
            return match.group(1).strip(" .")
    return None


def last_number(text: str) -> str | None:
    """The last number in free prose: a guess for models that state no answer."""
    found = _LAST_NUMBER.findall(text[-_MAX_ANSWER_LINE:])
    return found[-1].rstrip(",") if found else None


@dataclass(frozen=True, eq=False)
class Answer:
    """An answer as read: statements about letters, or values with what joins and follows them."""

    line: Line
    statements: tuple[Statement, ...] = ()
    values: tuple[Part, ...] = ()
    ordered: bool = True
    units: frozenset[str] = frozenset()
    bracketed: bool = False


_FILLER = word_set("a an the is are of in per each and or about only exactly there answer total ")


@lru_cache(maxsize=4096)
def read_answer(text: str) -> Answer | None:
    """The answer in a text, or None where it is beyond the grammar."""
    if len(text) > MAX_CHARS:
        return None
    cleaned = text.strip().rstrip(".").strip()
    cleaned = boxed(cleaned) or cleaned
    line = read_line(cleaned)
    tokens = tokenize(cleaned)
    if any(t.kind == "bad" and t.text not in "'’`_" for t in tokens) or line.unreadable:
        return None
    if line.claims:
        return _stated(line) if _covered(line, tokens) else None
    if line.expression is not None and not any(t.text == ":" for t in tokens):
        return Answer(line, values=(line.expression,), units=frozenset(_unit_words(tokens)))
    return _listed(line, tokens)


def _covered(line: Line, tokens: tuple[Token, ...]) -> bool:
    """Whether every number of the answer stands in one of its claims."""
    spans = {t.start for c in line.claims for p in c.whole for t in p.tokens}
    return all(t.start in spans for t in tokens if t.kind in ("num", "mixed"))


def _stated(line: Line) -> Answer | None:
    found = statements(line)
    if found:
        return Answer(line, statements=found)
    if len(line.claims) == 1:
        return Answer(line, values=line.claims[0].whole[-1:])
    return None


def _listed(line: Line, tokens: tuple[Token, ...]) -> Answer | None:
    """Values with unit words between them, such as `15 apples` or `2, -3`."""
    values: list[Part] = []
    words: set[str] = set()
    ordered, at = True, 0
    bracketed = len(tokens) > 2 and tokens[0].kind == "open" and tokens[-1].kind == "close"
    if bracketed and any(t.text == "," for t in tokens):
        tokens = tokens[1:-1]
    else:
        bracketed = False
    while at < len(tokens):
        token = tokens[at]
        run = scan.chain(tokens, at) if boundaries.begins(tokens, at) or _lone_letter(tokens, at) else None
        if run is not None:
            try:
                values.append(make_part(run.parts[0]))
            except Unreadable:
                return None
            words.update(u.word for u in run.units)
            at = run.end
            continue
        if token.kind in ("op", "rel", "pct", "close", "open", "num"):
            return None
        ordered &= token.text.lower() not in ("or", "and")
        words.update(_unit_words((token,)))
        at += 1
    return Answer(line, values=tuple(values), ordered=ordered, units=frozenset(words), bracketed=bracketed)


def _lone_letter(tokens: tuple[Token, ...], i: int) -> bool:
    """A letter that stands as a value of its own, behind a comma or at the start."""
    token = tokens[i]
    return token.kind == "var" and token.text not in "aAI" and (i == 0 or tokens[i - 1].kind in ("sep", "op"))


def _unit_words(tokens: tuple[Token, ...]) -> set[str]:
    """The unit words among tokens, without plural endings and filler."""
    found = set()
    for token in tokens:
        if token.kind in ("word", "var", "unit") and token.text.lower() not in _FILLER:
            text = token.text
            if token.kind == "unit":
                text = text.rpartition("{")[2].rstrip("}").strip()
            found.add(text.lower().rstrip("s"))
    return found


def grade(gold: str, pred: str) -> Judgement:
    """Whether a stated answer is the known one; unknown only where neither can be read as mathematics."""
    if len(gold) > MAX_CHARS or len(pred) > MAX_CHARS:
        return Judgement.INCORRECT
    return _grade(gold, pred)


@lru_cache(maxsize=8192)
def _grade(gold: str, pred: str) -> Judgement:
    if _plain(gold) == _plain(pred) and gold.strip():
        return Judgement.CORRECT
    try:
        known, stated = read_answer(gold), read_answer(pred)
        if known is None:
            return Judgement.UNKNOWN if stated is None and pred.isascii() else Judgement.INCORRECT
        if stated is None:
            return Judgement.INCORRECT
        return Judgement.CORRECT if _equal(known, stated) else Judgement.INCORRECT
    except (Unreadable, RecursionError):
        return Judgement.INCORRECT


def _plain(text: str) -> str:
    return " ".join(text.replace("$", "").split()).rstrip(".").casefold()


def _equal(known: Answer, stated: Answer) -> bool:
    if known.statements and stated.statements:
        return _equal_statements(known, stated)
    if known.statements:
        return _equal_values(_assigned(known), list(stated.values), False)
    if stated.statements:
        return len(known.values) >= 1 and _equal_values(list(known.values), _assigned(stated), False)
    if not known.values or known.bracketed != stated.bracketed:
        return False
    if known.units and stated.units and not known.units & stated.units and not _lettered(known):
        return False
    return _equal_values(list(known.values), list(stated.values), known.ordered and stated.ordered)


def _lettered(answer: Answer) -> bool:
    return any(p.letters for p in answer.values)


def _assigned(answer: Answer) -> list[Part]:
    """The values of an answer such as `x = 2 or x = 3`, where it speaks of one letter."""
    pairs = [pair for s in answer.statements for pair in s.assignments]
    if len({letter for letter, _ in pairs}) != 1 or not all(s.assignments for s in answer.statements):
        return []
    return [part for _, part in pairs]


def _equal_values(known: list[Part], stated: list[Part], ordered: bool) -> bool:
    """The same values, each once; in order where both are plain lists."""
    if not known or len(known) != len(stated):
        return False
    if ordered or len(known) == 1:
        return all(_same_value(a, b) for a, b in zip(known, stated, strict=True))
    left = list(stated)
    for part in known:
        match = next((p for p in left if _same_value(part, p)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _same_value(known: Part, stated: Part) -> bool:
    if known.letters or stated.letters:
        return same(known.rational, stated.rational) and form_matches(known.node, stated.node)
    if is_worked_out(known.node) and not is_worked_out(stated.node):
        return False
    return bool(_readings(known.node) & _readings(stated.node))


def _readings(node: Node) -> set[Number]:
    """A percentage may be meant as a hundredth or as a number of per cent."""
    return {value(node), value(node, percent=False)}


def _equal_statements(known: Answer, stated: Answer) -> bool:
    """Letter by letter: the same values, or the same interval in solved form."""
    left, right = _by_letter(known), _by_letter(stated)
    if left is not None and right is not None:
        return left.keys() == right.keys() and all(_equal_values(left[k], right[k], False) for k in left)
    if len(known.statements) != len(stated.statements):
        return False
    return all(_same_statement(a, b) for a, b in zip(known.statements, stated.statements, strict=True))


def _by_letter(answer: Answer) -> dict[str, list[Part]] | None:
    """The assigned values by letter; None where the answer is not made of assignments."""
    found: dict[str, list[Part]] = {}
    for statement in answer.statements:
        if not statement.assignments:
            return None
        for letter, part in statement.assignments:
            found.setdefault(letter, []).append(part)
    return found


def _same_statement(known: Statement, stated: Statement) -> bool:
    if _solved(known) and not _solved(stated):
        return False
    a, b = known.solutions, stated.solutions
    if a is not None and b is not None:
        matching = isinstance(a, Roots) == isinstance(b, Roots) and isinstance(a, Interval) == isinstance(b, Interval)
        return matching and a.letter == b.letter and compare(a, b) is None
    return _same_formula(known, stated)


def _solved(statement: Statement) -> bool:
    """Each relation has a lone letter on one side and no letter but other ones on the other."""
    pairs = [p for a in statement.alternatives for p in a]
    return all(any(len(s.tokens) == 1 and s.letters for s in (p.left, p.right)) for p in pairs)


def _same_formula(known: Statement, stated: Statement) -> bool:
    """`y = 2x + 1` and `y = 1 + 2x`: the same letter stands for equal expressions."""
    pairs = [s.alternatives[0][0] for s in (known, stated) if len(s.alternatives) == 1 == len(s.alternatives[0])]
    if len(pairs) != 2 or any(p.relation != "=" for p in pairs):
        return False
    a, b = pairs
    return same(rational(a.left.node), rational(b.left.node)) and same(a.right.rational, b.right.rational)
