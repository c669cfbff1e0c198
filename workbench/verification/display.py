"""Text as HTML: escaped, with its formulas as MathML, which browsers draw themselves, without any script.

Delimited LaTeX is typeset as it is. Runs of mathematical tokens in plain text become LaTeX first, nothing reordered.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

from workbench.verification.text.tokens import Token, tokenize, word_set

MAX_TEXT = 2000
"""Characters that are shown of one text."""
MAX_LATEX, MAX_BRACES = 600, 12
MAX_TOKENS, MAX_DEPTH = 160, 24

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
_SIGNS, _CLOSING = frozenset("+−±"), frozenset(")]}%")
_SIGNED = {"*": "\\times", "<=": "\\le", ">=": "\\ge", "~": "\\approx"}
"""Signs in LaTeX; the others are written as they are."""
_PERCENT = re.compile(r"(?<!\\)%")
_BINOMIAL = re.compile(r"(\\[dt]?binom)\s*([0-9a-zA-Z])\s*([0-9a-zA-Z])")
_KNOWN_AS = (("{aligned}", "{align*}"), ("{gathered}", "{align*}"))
_UNKNOWN = re.compile(r"<mi>\\[a-zA-Z]")
_BRACES = {"}": "\\}", "\\right}": "\\right\\}"}
_CHAIN = re.compile(r"(?:\\[a-zA-Z]+\s*|[\^_]\s*){13,}")
_VALUE = re.compile(r"[A-Za-z0-9 .%+-]{0,40}")


def typeset(text: str) -> str:
    """Return the text as HTML: escaped, with its formulas typeset. Never raises; a long text is cut with a note.

    Each line is typeset by itself: `n = 12 - 11` above `n = 1` is no formula `11n`.
    """
    return "<br>".join(_short_html(line) for line in clean(text).split("\n")) + _rest(text)


@lru_cache(maxsize=4096)
def _short_html(text: str) -> str:
    return "".join(_pieces(text))


def plain_html(text: str) -> str:
    """Return the text as HTML, escaped and not typeset: for lines that are still being written."""
    return html.escape(clean(text)) + _rest(text)


def clean(text: str) -> str:
    """Return what is shown of a text: its start, with marks that steer the page's direction made visible."""
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
    """Return a formula that somebody wrote in LaTeX as MathML; None where it is beyond the bounds or not LaTeX."""
    if len(formula) > MAX_LATEX or _BOMBS.search(formula) or _depth(formula) > MAX_BRACES:
        return None
    made = _mathml(_for_converter(formula))
    # A command that the converter does not know is shown as it was written.
    return made if made is not None and _UNKNOWN.search(made) is None else None


def _for_converter(formula: str) -> str:
    """Return LaTeX that the converter reads as people mean it.

    A bare % begins a comment in LaTeX, and would hide the rest of what is judged: `20% of 50 = 10`. The converter
    takes `52` and the sign behind it into an unbraced `\\binom52`, and knows no `aligned`.
    """
    formula = _PERCENT.sub(r"\\%", formula)
    formula = _BINOMIAL.sub(r"\1{\2}{\3}", formula)
    for written, known in _KNOWN_AS:
        formula = formula.replace(written, known)
    return formula


def _mathml(latex: str) -> str | None:
    try:
        return "".join(_safe(Converter().convert_to_element(latex)))
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


def _safe(element: Element, prefix: bool = False) -> Iterator[str]:
    """Give known elements and attributes as text, everything between them escaped; unknown elements lose their tags.

    `prefix`: a sign here belongs to what follows it, as in `x = -5`.
    """
    text = _words(element.text)
    if element.tag == "mrow" and len(element) == 1 and not text:
        yield from _safe(element[0], prefix)
        return
    # A sign such as % comes as a letter.
    tag = "mo" if element.tag == "mi" and len(text) == 1 and not text.isalnum() else element.tag
    known = tag in _ELEMENTS
    if known:
        kept = "".join(
            f' {name}="{value}"'
            for name, value in element.attrib.items()
            if name in _ATTRIBUTES and _VALUE.fullmatch(value)
        )
        kept += ' form="prefix"' if prefix and text in _SIGNS else ""
        kept += ' class="wb-math"' if tag == "math" else ""
        yield f"<{tag}{kept}>"
    yield text
    before = None
    for child in element:
        yield from _safe(child, prefix=before is None or (before.tag == "mo" and _words(before.text) not in _CLOSING))
        yield _words(child.tail)
        before = child
    if known:
        yield f"</{tag}>"


def _words(text: str | None) -> str:
    # latex2mathml writes its signs as numeric references; markup in the formula's own text stays text.
    signs = re.sub(r"&#x([0-9A-Fa-f]{1,6});", lambda m: _character(m.group(1)), text or "")
    return html.escape(signs)


def _character(code: str) -> str:
    number = int(code, 16)
    return chr(number) if 32 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


# Plain signs


class _Untypeset(Exception):
    """The tokens are no formula within the bounds; they are shown as the text that they are."""


class _Operand(NamedTuple):
    """One operand as LaTeX."""

    latex: str
    bare: str | None = None
    """Without its brackets, where it has some: a fraction's bar or a root does their work."""

    @property
    def inner(self) -> str:
        return self.latex if self.bare is None else self.bare


def _plain(text: str) -> Iterator[str]:
    """Give escaped text in which runs of mathematical tokens are typeset."""
    at = 0
    for run in _runs(text):
        start, end = run[0].start, run[-1].end
        try:
            made = _mathml(_Writer(text, run).formula())
        except _Untypeset:
            continue
        if made is not None:
            yield html.escape(text[at:start])
            yield made
            at = end
    yield html.escape(text[at:])


class _Writer:
    """Writes the tokens of one formula as LaTeX, from left to right."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text, self.tokens, self.at = text, tokens, 0

    def formula(self) -> str:
        """Return the whole run. Raise `_Untypeset` where it is no formula."""
        made = self.row(0)
        if self.at != len(self.tokens):
            raise _Untypeset
        return made

    def next_is(self, kind: str, text: str = "") -> bool:
        if self.at == len(self.tokens):
            return False
        token = self.tokens[self.at]
        return token.kind == kind and (not text or token.text in text)

    def row(self, depth: int) -> str:
        """Return everything up to a closing bracket or the end. A numerator takes all operands before it."""
        done: list[str] = []
        product: list[_Operand] = []
        while self.at < len(self.tokens) and not self.next_is("close"):
            token = self.tokens[self.at]
            if token.kind not in ("op", "rel"):
                product.append(self.operand(depth))
                continue
            self.at += 1
            if token.text in "/^" and not product:
                raise _Untypeset
            if token.text == "/":
                top = product[0].inner if len(product) == 1 else _joined(product)
                product = [_Operand(f"\\frac{{{top}}}{{{self.signed(depth)}}}")]
            elif token.text == "^":
                product.append(self.power(product.pop(), depth))
            else:
                done += [_joined(product), _SIGNED.get(token.text, token.text)]
                product = []
        return " ".join([*done, _joined(product)])

    def signed(self, depth: int) -> str:
        """Return one operand with its signs and its power, as a denominator or an exponent takes it."""
        signs = ""
        while self.next_is("op", "+-"):
            signs += self.tokens[self.at].text
            self.at += 1
        made = self.operand(depth)
        if self.next_is("op", "^"):
            self.at += 1
            made = self.power(made, depth)
        return signs + (made.latex if signs else made.inner)

    def power(self, base: _Operand, depth: int) -> _Operand:
        return _Operand(f"{{{base.latex}}}^{{{self.signed(_deeper(depth))}}}")

    def operand(self, depth: int) -> _Operand:
        """Return one number, letter, group, fraction or root."""
        if self.at == len(self.tokens):
            raise _Untypeset
        token = self.tokens[self.at]
        self.at += 1
        match token.kind:
            case "num":
                return _Operand(
                    token.text if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", token.text) else f"\\text{{{token.text}}}"
                )
            case "mixed":
                whole, top, bottom = re.split("[ /]", token.text)
                return _Operand(f"{{{whole if whole != '0' else ''}\\frac{{{top}}}{{{bottom}}}}}")
            case "var":
                return _Operand(token.text)
            case "money":
                return _Operand(f"\\text{{{self.text[token.start : token.end].lstrip(chr(92))}}}")
            case "pct":
                return _Operand("\\%")
            case "open":
                return self.group(token, _deeper(depth))
            case "frac":
                return _Operand(f"\\frac{{{self.argument(depth)}}}{{{self.argument(depth)}}}")
            case "root":
                return _Operand(f"\\sqrt{{{self.argument(depth)}}}")
            case "box":
                return _Operand(self.argument(depth))
        raise _Untypeset

    def group(self, opened: Token, depth: int) -> _Operand:
        """Return what stands in brackets; braces group without being seen."""
        inside = self.row(depth)
        if not self.next_is("close"):
            raise _Untypeset
        closed = self.tokens[self.at]
        self.at += 1
        left, right = self.text[opened.start : opened.end], self.text[closed.start : closed.end]
        if left == "{":
            return _Operand(f"{{{inside}}}", inside)
        if "\\frac" in inside or "\\sqrt" in inside:
            left, right = f"\\left{left}", f"\\right{right}"
        return _Operand(f"{{{left}{inside}{_BRACES.get(right, right)}}}", inside)

    def argument(self, depth: int) -> str:
        """Return the argument of a fraction or a root, without its brackets."""
        if not (self.next_is("open") or self.next_is("num") or self.next_is("var")):
            raise _Untypeset
        return self.operand(_deeper(depth)).inner


def _joined(product: Sequence[_Operand]) -> str:
    return " ".join(operand.latex for operand in product)


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise _Untypeset
    return depth + 1


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
