"""Tokens of a formula to MathML, by a bounded recursive layout: fractions, powers and roots, nothing reordered."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

from workbench.verification.text.tokens import Token, tokenize, word_set

MAX_TOKENS = 160
MAX_DEPTH = 24
SIGNS = {"-": "−", "*": "×", "<=": "≤", ">=": "≥", "~": "≈", "±": "±"}


class Untypeset(Exception):
    """The tokens are no formula within the bounds; they are shown as the text that they are."""


@dataclass
class _LaidOut:
    """What has been laid out side by side."""

    atoms: list[str] = field(default_factory=list)
    product: int = 0
    """How many of the last atoms stand side by side without a sign: a numerator takes them all."""
    bare: dict[int, str] = field(default_factory=dict)
    """Bracketed atoms without their brackets, by place: a fraction's bar does their work."""

    def add(self, atom: str, bare: str | None = None) -> None:
        if bare is not None:
            self.bare[len(self.atoms)] = bare
        self.atoms.append(atom)
        self.product += 1

    def sign(self, atom: str) -> None:
        self.atoms.append(atom)
        self.product = 0

    def take(self, count: int) -> str:
        """The last atoms as one, taken off; a single bracketed one loses its brackets."""
        first = len(self.atoms) - count
        taken = self.atoms[first:]
        if count == 1 and first in self.bare:
            taken = [self.bare[first]]
        del self.atoms[first:]
        self.bare = {place: inner for place, inner in self.bare.items() if place < first}
        self.product = 0
        return _row(taken)


def layout(text: str, tokens: Sequence[Token]) -> str:
    """The MathML of tokens that were read from `text`. Raises `Untypeset`."""
    if len(tokens) > MAX_TOKENS:
        raise Untypeset
    writer = _Writer(text, tokens)
    made = writer.row(0)
    if writer.at != len(tokens):
        raise Untypeset
    return made


class _Writer:
    """Lays out the tokens of one formula from left to right."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text, self.tokens, self.at = text, tokens, 0

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def written(self, token: Token) -> str:
        return self.text[token.start : token.end]

    def row(self, depth: int) -> str:
        """Everything up to a closing bracket or the end."""
        row = _LaidOut()
        while (token := self.peek()) is not None and token.kind != "close":
            if token.kind == "op" and token.text == "/":
                self.at += 1
                top = row.take(row.product) if row.product else _missing()
                row.add(f"<mfrac>{top}{self.operand(depth, bare=True)}</mfrac>")
            elif token.kind == "op" and token.text == "^":
                self.at += 1
                if not row.product:
                    raise Untypeset
                row.product -= 1
                base, left = row.atoms.pop(), row.product
                row.bare.pop(len(row.atoms), None)
                row.product = left
                row.add(f"<msup>{base}{self.exponent(depth)}</msup>")
            elif token.kind == "op":
                self.at += 1
                prefix = not row.product and token.text in "+-"
                row.sign(_operator(token, prefix))
            elif token.kind == "rel":
                self.at += 1
                row.sign(_operator(token, False))
            elif token.kind == "pct":
                self.at += 1
                row.add("<mo>%</mo>")
            else:
                row.add(*self.atom(depth))
        return _row(row.atoms)

    def operand(self, depth: int, bare: bool) -> str:
        """One operand with its signs and its powers, as a denominator or an exponent takes it."""
        signs = ""
        while (token := self.peek()) is not None and token.kind == "op" and token.text in "+-":
            self.at += 1
            signs += _operator(token, True)
        made, inside = self.atom(depth)
        following = self.peek()
        if following is not None and following.kind == "op" and following.text == "^":
            self.at += 1
            return _row([signs, f"<msup>{made}{self.exponent(depth)}</msup>"])
        return _row([signs, inside if bare and inside is not None and not signs else made])

    def exponent(self, depth: int) -> str:
        return self.operand(_deeper(depth), bare=True)

    def atom(self, depth: int) -> tuple[str, str | None]:
        """One number, letter, group, fraction or root; and for a bracketed group what stands inside."""
        token = self.peek()
        if token is None:
            raise Untypeset
        self.at += 1
        match token.kind:
            case "num":
                return f"<mn>{html.escape(token.text)}</mn>", None
            case "mixed":
                return _mixed(token.text), None
            case "var":
                return f"<mi>{html.escape(token.text)}</mi>", None
            case "money":
                return f"<mtext>{html.escape(self.written(token).lstrip(chr(92)))}</mtext>", None
            case "open":
                return self.group(token, _deeper(depth))
            case "frac":
                return f"<mfrac>{self.argument(depth)}{self.argument(depth)}</mfrac>", None
            case "root":
                return f"<msqrt>{self.argument(depth)}</msqrt>", None
            case "box":
                return self.argument(depth), None
        raise Untypeset

    def group(self, opened: Token, depth: int) -> tuple[str, str | None]:
        """What stands in brackets; braces group without being seen."""
        inside = self.row(depth)
        closed = self.peek()
        if closed is None or closed.kind != "close":
            raise Untypeset
        self.at += 1
        left, right = self.written(opened), self.written(closed)
        if left == "{":
            return inside, inside
        tall = "true" if "<mfrac" in inside or "<msqrt" in inside else "false"
        fence = f'<mo fence="true" stretchy="{tall}">'
        shown = f"<mrow>{fence}{html.escape(left)}</mo>{inside}{fence}{html.escape(right)}</mo></mrow>"
        return shown, inside

    def argument(self, depth: int) -> str:
        """The argument of a fraction or a root, without its brackets."""
        token = self.peek()
        if token is None or token.kind not in ("open", "num", "var"):
            raise Untypeset
        made, inside = self.atom(_deeper(depth))
        return inside if inside is not None else made


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise Untypeset
    return depth + 1


def _missing() -> str:
    raise Untypeset


def _operator(token: Token, prefix: bool) -> str:
    form = ' form="prefix"' if prefix else ""
    return f"<mo{form}>{html.escape(SIGNS.get(token.text, token.text))}</mo>"


def _mixed(text: str) -> str:
    whole, _, fraction = text.partition(" ")
    top, _, bottom = fraction.partition("/")
    shown = f"<mn>{html.escape(whole)}</mn>" if whole != "0" else ""
    return f"<mrow>{shown}<mfrac><mn>{html.escape(top)}</mn><mn>{html.escape(bottom)}</mn></mfrac></mrow>"


def _row(atoms: Sequence[str]) -> str:
    kept = [atom for atom in atoms if atom]
    return kept[0] if len(kept) == 1 else f"<mrow>{''.join(kept)}</mrow>"


# Typeset mathematics: text with its formulas as MathML, which browsers draw themselves, without any script.


MAX_TEXT = 2000
"""Characters that are shown of one text."""
MAX_LATEX = 600
MAX_BRACES = 12

_DELIMITED = re.compile(
    r"\$\$([^$]{1,600})\$\$|\$(?=[^\s$])([^$\n]{1,600})(?<=[^\s])\$(?![0-9])"
    r"|\\\(((?:(?!\\\)).){1,600})\\\)|\\\[((?:(?!\\\]).){1,600})\\\]",
    re.DOTALL,
)
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of what follows them."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BOMBS = re.compile(
    r"\\(?:re|provide)?newcommand|\\(?:e|g|x)?def(?![a-z])|\\let(?![a-z])|\\DeclareMathOperator|\\newenvironment"
    r"|\\(?:input|include|href|url|class|style|cssId|htmlData)(?![a-zA-Z])"
)
_PLAIN_KINDS = frozenset(("num", "mixed", "rel", "op", "frac", "root", "box", "open", "close", "pct", "var", "money"))
_TELLING = frozenset(("rel", "op", "frac", "root", "box"))
_ELEMENTS = word_set(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd "
    "mpadded mphantom mstyle menclose"
)
_ATTRIBUTES = word_set(
    "display stretchy fence separator form accent linethickness columnalign rowspacing columnspacing mathvariant "
    "displaystyle scriptlevel notation width lspace rspace movablelimits"
)
_CHAIN = re.compile(r"(?:\\[a-zA-Z]+\s*|[\^_]\s*){13,}")
_VALUE = re.compile(r"[A-Za-z0-9 .%+-]{0,40}")


@lru_cache(maxsize=4096)
def _short_html(text: str) -> str:
    return "".join(_pieces(text))


def typeset(text: str) -> str:
    """The text as HTML: escaped, with its formulas typeset. Never raises; a long text is cut with a note."""
    return _short_html(clean(text)) + _rest(text)


def plain_html(text: str) -> str:
    """The text as HTML, escaped and not typeset: for lines that are still being written."""
    return html.escape(clean(text)) + _rest(text)


def clean(text: str) -> str:
    """What is shown of a text: its start, with marks that steer the page's direction made visible."""
    return _CONTROL.sub("\ufffd", _STEERING.sub("\ufffd", text[:MAX_TEXT]))


def _rest(text: str) -> str:
    left = len(text) - MAX_TEXT
    return f' <span class="wb-cut">… {left:,} more characters</span>' if left > 0 else ""


def _pieces(text: str) -> Iterator[str]:
    """Delimited LaTeX typeset as such, what stands around it as plain signs."""
    at = 0
    for match in _DELIMITED.finditer(text):
        formula = next(group for group in match.groups() if group is not None)
        made = _latex(formula)
        if made is None:
            continue
        yield from _plain(text[at : match.start()])
        yield made
        at = match.end()
    yield from _plain(text[at:])


# LaTeX


def _latex(formula: str) -> str | None:
    """A formula in LaTeX as MathML; None where it is beyond the bounds or not LaTeX."""
    if len(formula) > MAX_LATEX or _BOMBS.search(formula) or _depth(formula) > MAX_BRACES:
        return None
    try:
        root = Converter().convert_to_element(formula)
        return "".join(_safe(root))
    except Exception:  # the converter raises whatever its tables raise; the text is then shown as it is
        return None


def _depth(formula: str) -> int:
    """How deep braces, `\\left` and environments nest at most."""
    depth = deepest = 0
    for match in re.finditer(r"\\left|\\right|\\begin|\\end|[{}]|\\sqrt|\\frac|[\^_]", formula):
        sign = match.group()
        opens = sign in ("{", "\\left", "\\begin")
        depth += opens - (sign in ("}", "\\right", "\\end"))
        deepest = max(deepest, depth)
    # Commands without braces nest too: \sqrt\sqrt\sqrt x.
    return MAX_BRACES + 1 if _CHAIN.search(formula) else deepest


def _safe(element: Element) -> Iterator[str]:
    """Known elements and attributes as text, everything between them escaped; unknown elements lose their tags."""
    known = element.tag in _ELEMENTS
    if known:
        kept = "".join(
            f' {name}="{value}"'
            for name, value in element.attrib.items()
            if name in _ATTRIBUTES and _VALUE.fullmatch(value)
        )
        extra = ' class="wb-math"' if element.tag == "math" else ""
        yield f"<{element.tag}{kept}{extra}>"
    yield _words(element.text)
    for child in element:
        yield from _safe(child)
        yield _words(child.tail)
    if known:
        yield f"</{element.tag}>"


def _words(text: str | None) -> str:
    # latex2mathml writes its signs as numeric references; markup in the formula's own text stays text.
    signs = re.sub(r"&#x([0-9A-Fa-f]{1,6});", lambda m: _character(m.group(1)), text or "")
    return html.escape(signs)


def _character(code: str) -> str:
    number = int(code, 16)
    return chr(number) if 32 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


# Plain signs


def _plain(text: str) -> Iterator[str]:
    """Escaped text in which runs of mathematical tokens are typeset."""
    at = 0
    for run in _runs(text):
        start, end = run[0].start, run[-1].end
        try:
            made = f'<math class="wb-math" display="inline">{layout(text, run)}</math>'
        except Untypeset:
            continue
        yield html.escape(text[at:start])
        yield made
        at = end
    yield html.escape(text[at:])


def _runs(text: str) -> Iterator[list[Token]]:
    """Longest runs of tokens that are mathematics."""
    run: list[Token] = []
    for token in tokenize(text):
        written = text[token.start : token.end]
        # `times` is read as a sign, but it was written as a word.
        spelt = token.kind == "op" and written.isalpha()
        follows = token.start >= (run[-1].end if run else 0)
        if token.kind in _PLAIN_KINDS and follows and not spelt:
            run.append(token)
        else:
            yield from _worth(text, run)
            run = []
    yield from _worth(text, run)


def _worth(text: str, run: list[Token]) -> Iterator[list[Token]]:
    """The run without what prose left at its ends, if it is more than a number or an article."""
    if len(run) > MAX_TOKENS:
        return
    run = _balanced(run)
    while run and run[-1].kind in ("op", "money", "open"):
        run = run[:-1]
    kinds = {token.kind for token in run}
    if not run or not kinds & {"num", "mixed", "var", "frac", "root"}:
        return
    letters = [token for token in run if token.kind == "var"]
    lone_letter = len(run) == 1 and bool(letters) and run[0].text not in "aAI" and _stands_alone(text, run[0])
    product = len(run) > 1 and bool(letters) and bool(kinds & {"num", "open"})
    if kinds & _TELLING or "mixed" in kinds or product or lone_letter:
        yield run


def _stands_alone(text: str, token: Token) -> bool:
    around = text[max(token.start - 1, 0) : token.start] + text[token.end : token.end + 1]
    return not any(sign.isalnum() or sign in "'’-_.&@/" for sign in around.removesuffix("."))


def _balanced(run: list[Token]) -> list[Token]:
    """The longest start of the run whose brackets pair up, without brackets that prose opened before it."""
    while run:
        opened: list[int] = []
        for i, token in enumerate(run):
            if token.kind == "open":
                opened.append(i)
            elif token.kind == "close" and not opened:
                run = run[:i]
                break
            elif token.kind == "close":
                opened.pop()
        if not opened:
            return run
        # An open bracket without its partner: at the start it is prose's, later the run ends before it.
        run = run[1:] if opened[0] == 0 else run[: opened[0]]
    return run
