"""Typeset mathematics: text with its formulas as MathML, which browsers draw themselves, without any script.

Formulas in plain signs are laid out from the verifier's own tokens, sign by sign as they were written, so
that nothing is simplified or reordered. LaTeX between delimiters goes through latex2mathml, and only known
elements come back out of it. All text is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

from workbench.ui.layout import MAX_TOKENS, Untypeset, layout
from workbench.verification.reading.tokens import Token, tokenize, word_set

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


def maths_html(text: str) -> str:
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
