"""One formula of an answer as a tree: all of it is read, or nothing.

This is a reader of its own, wider than the grammar of steps: an answer is one formula, so nothing around it has to be
told apart, and roots, powers, functions and Greek letters may stand in it. Every limit is checked before its work.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from workbench.verification.text.grammar import MAX_CHARS, MAX_DEPTH, MAX_TOKENS, Number, Unreadable, word_set


class Call(NamedTuple):
    """An operation or a function, by name, with what it is of."""

    name: str
    args: tuple[Tree, ...]


Tree = Number | str | Call
"""A number, a letter (which may have a subscript), or a call."""

PI = Call("pi", ())
FUNCTIONS = word_set("sin cos tan cot sec csc arcsin arccos arctan ln log lg exp abs sqrt cbrt floor ceil")
_GREEK = word_set("alpha beta gamma delta epsilon theta lambda mu rho sigma tau phi omega Delta Omega Phi ell")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<repeat>[0-9]*\.[0-9]*(?:\\overline\s*\{?[0-9]+\}?|\\(?:bar|dot)\s*\{[0-9]+\}|\([0-9]+\)|[0-9]\u0305)
        |[0-9]*\.[0-9]+\s?(?:\.\.\.|…))
    |(?P<mixed>[0-9]{1,9}(?:[ ](?:and[ ])?[0-9]{1,9}/[0-9]{1,9}(?![0-9./])
        |\s?\\[dtc]?frac\s*(?:\{[0-9]{1,9}\}\s*\{[0-9]{1,9}\}|[0-9]{2}(?![0-9])))|[0-9]{0,9}[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])
    |(?P<num>(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+(?![0-9])|[0-9]+)
        (?:\.[0-9]+)?(?:[eE][-+−]?[0-9]{1,3}(?![0-9a-zA-Z]))?|\.[0-9]+)
    |(?P<frac>\\[dtc]?frac(?![a-zA-Z]))|(?P<binom>\\[dt]?binom(?![a-zA-Z]))
    |(?P<root>\\sqrt(?![a-zA-Z])|[³⁴]?√|∛)
    |(?P<degree>\^\s*\{?\s*\\circ\s*\}?|°|\\degree(?![a-zA-Z]))
    |(?P<op>\*\*|[-+*/^×÷·−–∙⋅]|\\(?:times|cdot|div)(?![a-zA-Z]))
    |(?P<bar>\\[lr]vert(?![a-zA-Z])|\\mid(?![a-zA-Z])|\|)
    |(?P<open>[({\[]|\\l(?:floor|ceil)(?![a-zA-Z]))|(?P<close>[)}\]]|\\r(?:floor|ceil)(?![a-zA-Z]))
    |(?P<pct>\\?%)|(?P<bang>!)|(?P<sup>[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<under>_)|(?P<sub>[₀-₉]+)|(?P<comma>,)
    |(?P<command>\\[A-Za-z]+)|(?P<word>[A-Za-z]{2,})|(?P<letter>[A-Za-zπθαβγδλμφωℓ∞])|(?P<bad>.)""",
    re.VERBOSE | re.DOTALL,
)
_OPS = {"**": "^", "×": "*", "·": "*", "∙": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-"}
_OPS |= {r"\times": "*", r"\cdot": "*", r"\div": "/"}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉", "0123456789-0123456789")
_FIFTHS = "1/2 1/3 2/3 1/4 3/4 1/5 2/5 3/5 4/5 1/6 5/6 1/8 3/8 5/8 7/8"
_VULGAR = dict(zip("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞", _FIFTHS.split(" "), strict=True))
_NO_PRODUCT = word_set(
    "an am as at in is it of on or no to up us we be by do go he if me my so pm oz ft cm mm km kg mg ml mi yd lb hr "
    "and mph kmh lbs hrs yrs pts per rpm kph sqm min sec tsp Mr Dr vs"
)
_BINDING = {"+": 10, "-": 10, "*": 20, "/": 20, "^": 30}
_BEGINS = frozenset(["num", "mixed", "repeat", "frac", "binom", "root", "open", "letter", "func", "bar"])
_CLOSING = {"(": ")", "{": "}", "[": "]", "\\lfloor": "\\rfloor", "\\lceil": "\\rceil"}
_MAX_DIGITS = 60


class _Token(NamedTuple):
    kind: str
    text: str
    spaced: bool = False


@lru_cache(maxsize=4096)
def read_formula(text: str) -> Tree | None:
    """Return the tree of one formula; None where any of it is beyond this reader."""
    if len(text) > MAX_CHARS:
        return None
    try:
        parser = _Parser(_tokens(text))
        tree = parser.expression(0)
        return tree if parser.at == len(parser.tokens) else None
    except (Unreadable, RecursionError):
        return None


def is_product(word: str) -> bool:
    """Return whether a short word is a product of letters, such as `mn` or `xyz`, and no word or unit."""
    if word in _NO_PRODUCT or len(word) > 3:
        return False
    return len(word) == 2 or set(word) == set("abc") or not set(word.lower()) & set("aeiou")


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    spaced = False
    for match in _TOKEN.finditer(text):
        kind, raw = match.lastgroup or "bad", match.group()
        if kind == "space":
            spaced = True
            continue
        if kind == "bad" or len(found) > MAX_TOKENS:
            raise Unreadable("an unknown sign")
        found += _spelled(kind, raw, spaced, bool(found) and found[-1].kind in ("frac", "binom"))
        spaced = False
    return found


def _spelled(kind: str, raw: str, spaced: bool, applied: bool) -> list[_Token]:
    """The tokens that one match stands for."""
    if kind == "op":
        return [_Token("op", _OPS.get(raw, raw), spaced)]
    if kind == "num" and applied and raw.isdigit() and len(raw) == 2:
        return [_Token("num", raw[0]), _Token("num", raw[1])]  # LaTeX reads \frac13 digit by digit.
    if kind == "command":
        return [_command(raw[1:], spaced)]
    if kind == "word":
        return _word(raw, spaced)
    if kind == "bar" and raw != "|":
        return [_Token("bar", "|", spaced)]
    return [_Token(kind, raw, spaced)]


def _command(name: str, spaced: bool) -> _Token:
    name = {"lg": "log", "operatorname": "", "varepsilon": "epsilon", "varphi": "phi"}.get(name, name)
    if name in FUNCTIONS:
        return _Token("func", name, spaced)
    if name in _GREEK or name in ("pi", "infty"):
        return _Token("letter", {"pi": "π", "infty": "∞", "theta": "θ"}.get(name, name), spaced)
    raise Unreadable(f"an unknown command {name}")


def _word(raw: str, spaced: bool) -> list[_Token]:
    if raw.lower() in FUNCTIONS:
        return [_Token("func", raw.lower(), spaced)]
    if raw in ("pi", "theta"):
        return [_Token("letter", {"pi": "π", "theta": "θ"}[raw], spaced)]
    if raw.endswith("pi") and len(raw) == 3:
        return [_Token("letter", raw[0], spaced), _Token("letter", "π")]
    if is_product(raw):
        return [_Token("letter", c, spaced and i == 0) for i, c in enumerate(raw)]
    raise Unreadable(f"a word {raw}")


def number_of(text: str) -> Number:
    """Return what a number token is worth: digits, thousands, decimals, powers of ten. Raise `Unreadable`."""
    if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS:
        return int(text)
    plain = re.sub(r"[,\s]", "", text).replace("−", "-")
    digits, _, exponent = plain.lower().partition("e")
    if len(digits) > _MAX_DIGITS or abs(int(exponent or "0")) > 99:
        raise Unreadable("too many digits")
    value = Fraction(digits) * Fraction(10) ** int(exponent or "0")
    return value.numerator if value.denominator == 1 else value


def repeating(text: str) -> Tree:
    """Return what `0.\\overline{3}`, `0.1(6)` or `0.333...` is worth; else the decimal that was cut off."""
    head, _, tail = text.partition(".")
    if match := re.fullmatch(r"([0-9]*)(?:\\overline\s*\{?|\\(?:bar|dot)\s*\{|\()([0-9]+)[})]?", tail):
        return _periodic(head, match.group(1), match.group(2))
    if tail.endswith("\u0305"):
        return _periodic(head, tail[:-2], tail[-2])
    digits = tail.replace("…", "").rstrip(". ")
    for length in range(1, len(digits) // 2 + 1):
        block = digits[-length:]
        times = 2 if length > 1 or len(digits) < 3 else 3
        if digits.endswith(block * times) or digits == block * 2:
            start = len(digits)
            while digits[start - length : start] == block and start >= length:
                start -= length
            return _periodic(head, digits[:start], block)
    return Call("cut", (number_of(f"{head or '0'}.{digits}"), len(digits)))


def _periodic(head: str, lead: str, block: str) -> Number:
    if len(head) + len(lead) + len(block) > _MAX_DIGITS:
        raise Unreadable("too many digits")
    shift = 10 ** len(lead)
    whole = Fraction(int((head or "0") + lead), shift)
    value = whole + Fraction(int(block), shift * (10 ** len(block) - 1))
    return value.numerator if value.denominator == 1 else value


def _mixed(text: str) -> Number:
    if text[-1] in _VULGAR:
        return int(text[:-1] or "0") + Fraction(_VULGAR[text[-1]])
    if "frac" in text:
        whole, _, rest = text.partition("\\")
        top, bottom = re.findall("[0-9]+" if "{" in rest else "[0-9]", rest)
    else:
        whole, _, rest = text.replace(" and ", " ").partition(" ")
        top, bottom = rest.split("/")
    if not 0 < int(top) < int(bottom):
        raise Unreadable("not a mixed number")
    return int(whole) + Fraction(int(top), int(bottom))


_END = _Token("end", "")


class _Parser:
    """A Pratt parser over the tokens of one formula."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at, self.depth, self.bars = tokens, 0, 0, 0

    def peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def next(self) -> _Token:
        token = self.peek()
        self.at += 1
        return token

    def expression(self, binding: int) -> Tree:
        """Return all operators that bind tighter than `binding`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too deep")
        left = self.postfix(self.operand())
        while True:
            token = self.peek()
            begins = token.kind in _BEGINS and not (token.kind == "bar" and self.bars)
            name = token.text if token.kind == "op" else "*" if begins else ""
            power = _BINDING.get(name, 0)
            if power <= binding:
                break
            if begins and token.kind in ("num", "mixed", "repeat") and not isinstance(left, Call):
                raise Unreadable("a number behind a value")
            self.at += token.kind == "op"
            right = self.exponent() if name == "^" else self.expression(power)
            if name == "/" and isinstance(right, Call) and right.name == "pct" and not isinstance(left, Call | str):
                left = Call("pct", (Call("/", (left, right.args[0])),))  # `1/2%` is half a per cent.
            else:
                left = self.postfix(Call(name, (left, right)))
        self.depth -= 1
        return left

    def exponent(self) -> Tree:
        """An exponent: what LaTeX takes without braces is one sign, what people type may have its own power."""
        token = self.peek()
        if token.kind == "op" and token.text in "+-":
            self.at += 1
            inner = self.exponent()
            return Call("neg", (inner,)) if token.text == "-" else inner
        base = self.postfix(self.operand())
        return Call("^", (base, self.exponent())) if self.peek() == _Token("op", "^") and self.next() else base

    def postfix(self, tree: Tree) -> Tree:
        """Return what stands behind an operand: a small exponent, a factorial, a percent sign, degrees."""
        while True:
            token = self.peek()
            if token.kind == "sup":
                tree = Call("^", (tree, int(token.text.translate(_SUPERSCRIPTS))))
            elif token.kind in ("bang", "pct", "degree"):
                tree = Call({"bang": "factorial", "pct": "pct", "degree": "degree"}[token.kind], (tree,))
            else:
                return tree
            self.at += 1

    def operand(self) -> Tree:
        token = self.next()
        match token.kind:
            case "num":
                return self.based(token.text) if self.peek().kind in ("under", "sub") else number_of(token.text)
            case "mixed":
                return _mixed(token.text)
            case "repeat":
                return repeating(token.text)
            case "letter":
                return PI if token.text == "π" else self.letter(token.text)
            case "open":
                return self.bracket(token.text)
            case "bar":
                self.bars += 1
                inner = self.expression(0)
                self.bars -= 1
                self.need("bar")
                return Call("abs", (inner,))
            case "frac":
                return Call("/", (self.argument(), self.argument()))
            case "binom":
                return Call("binom", (self.argument(), self.argument()))
            case "root":
                return self.root(token.text)
            case "func":
                return self.function(token.text)
            case "op" if token.text in "+-":
                inner = self.expression(15)
                return inner if token.text == "+" else Call("neg", (inner,))
        raise Unreadable(f"unexpected {token.text!r}")

    def need(self, kind: str) -> None:
        if self.next().kind != kind:
            raise Unreadable(f"no {kind}")

    def based(self, digits: str) -> Tree:
        """`1202_7`: digits in another base. Raise `Unreadable` where they are none."""
        token = self.next()
        base = token.text.translate(_SUPERSCRIPTS) if token.kind == "sub" else self.subscript()
        if not base.isdigit() or not 2 <= int(base) <= 36 or not digits.isdigit():
            raise Unreadable("no base")
        if any(int(d) >= int(base) for d in digits):
            raise Unreadable("a digit beyond the base")
        return Call("based", (int(digits), int(base)))

    def letter(self, name: str) -> Tree:
        """A letter with its subscript; `f(` is the value of a function, which nothing is known of."""
        token = self.peek()
        if token.kind == "under":
            self.at += 1
            name = f"{name}_{self.subscript()}"
        elif token.kind == "sub":
            self.at += 1
            name = f"{name}_{token.text.translate(_SUPERSCRIPTS)}"
        following = self.peek()
        if name in ("f", "g", "h", "P", "Q") and following.text in ("(", "[") and not following.spaced:
            return Call(f"{name}()", (self.operand(),))
        return name

    def subscript(self) -> str:
        token = self.next()
        if token.kind in ("num", "letter"):
            return token.text
        if token.text != "{":
            raise Unreadable("an unknown subscript")
        inner = ""
        while (token := self.next()).kind in ("num", "letter", "op", "comma"):
            inner += token.text
        if token.text != "}":
            raise Unreadable("an unknown subscript")
        return inner

    def bracket(self, opening: str) -> Tree:
        inner = self.expression(0)
        if self.peek().text != _CLOSING[opening]:
            raise Unreadable("bracket not closed")
        self.at += 1
        return Call(opening[2:], (inner,)) if opening[0] == "\\" else inner

    def argument(self) -> Tree:
        """One argument of a LaTeX command: in braces, or a single sign."""
        token = self.peek()
        if token.kind == "num" and len(token.text) > 1:
            raise Unreadable("digits without braces")
        return self.operand()

    def root(self, sign: str) -> Tree:
        index: Tree = {"∛": 3, "³√": 3, "⁴√": 4}.get(sign, 2)
        if sign == "\\sqrt" and self.peek().text == "[":
            self.at += 1
            index = self.expression(0)
            self.need("close")
        if not isinstance(index, int) or not 2 <= index <= 12:
            raise Unreadable("a root without index")
        return Call("root", (self.argument() if sign[0] == "\\" else self.operand(), index))

    def function(self, name: str) -> Tree:
        """A function with its base or exponent and its argument."""
        base: Tree | None = None
        power: Tree | None = None
        if self.peek().kind in ("under", "sub") and name == "log":
            token = self.next()
            base = int(token.text.translate(_SUPERSCRIPTS)) if token.kind == "sub" else self.operand()
        elif name == "log" and self.peek().kind == "num" and not self.peek().spaced:
            base = number_of(self.next().text)  # `log2(8)`
            if self.peek().text != "(":
                raise Unreadable("a logarithm without brackets")
        if self.peek().text == "^":
            self.at += 1
            power = self.exponent()
        elif self.peek().kind == "sup":
            power = int(self.next().text.translate(_SUPERSCRIPTS))
        if power is not None and power in (-1, Call("neg", (1,))):
            if name not in ("sin", "cos", "tan"):
                raise Unreadable("an inverse function")
            name, power = f"arc{name}", None
        found = self.applied(name, base)
        return found if power is None else Call("^", (found, power))

    def applied(self, name: str, base: Tree | None) -> Tree:
        token = self.peek()
        if token.text in ("(", "{", "["):
            argument = self.operand()
        else:
            # `sin 2x`: a product without brackets belongs to the function, up to a sign or another function.
            argument = self.postfix(self.operand())
            while name not in ("sqrt", "cbrt") and self.peek().kind in ("letter", "root"):
                argument = Call("*", (argument, self.postfix(self.operand())))
            if self.peek().text == "^":
                self.at += 1
                argument = Call("^", (argument, self.exponent()))
        if name in ("sqrt", "cbrt"):
            return Call("root", (argument, 2 if name == "sqrt" else 3))
        if name in ("log", "lg"):
            return Call("log", (argument, base if base is not None else 10)) if base else Call("lg", (argument,))
        if name == "exp":
            return Call("^", ("e", argument))
        return Call(name, (argument,))


def letters(tree: Tree) -> frozenset[str]:
    """Return the letters of a tree, without the constants e and i."""
    if isinstance(tree, Call):
        return frozenset().union(*(letters(a) for a in tree.args))
    return frozenset((tree,)) - {"e", "i"} if isinstance(tree, str) else frozenset()
