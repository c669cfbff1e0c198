"""Tokens of roots, powers, functions and definitions to a bounded tree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from workbench.verification.symbolic.trees import NAMES, Call, Tree, check_bounds, letters, put
from workbench.verification.symbolic.values import Undefined, about
from workbench.verification.text import kinds
from workbench.verification.text.grammar import BINDING, MAX_DEPTH, Unreadable
from workbench.verification.text.tokens import SPELLED, number

_GREEK = "alpha|beta|gamma|theta|phi"
_TOKEN = re.compile(
    rf"""(?P<space>[\s&]+|\\[,;!: ]|\\(?:left|right|displaystyle|textstyle|[bB]igg?[lr]?|boxed)(?![a-zA-Z])\.?)
    |(?P<row>\\\\|\\(?:quad|qquad|implies|Rightarrow|rightarrow|to|Longrightarrow|iff|Leftrightarrow|therefore)
        (?![a-zA-Z])|=>|->|[→⇒⟹⇔∴])
    |(?P<num>[0-9]{{1,3}}(?:(?:,|\{{,\}}|,\\!)[0-9]{{3}})+(?![0-9])|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    |(?P<frac>\\[dtc]?frac(?![a-zA-Z]))
    |(?P<binom>\\[dt]?binom(?![a-zA-Z]))
    |(?P<logn>\\?log[0-9]{{1,2}}(?=[({{]|[\ ][({{A-Za-z0-9\\]))
    |(?P<func>\\?(?:sqrt|sin|cos|tan|cot|sec|csc|log|ln|exp|abs)(?![a-zA-Z])|[√∛])
    |(?P<pi>\\?pi(?![a-zA-Z])|π)
    |(?P<or>\\text\{{\ ?or\ ?\}}|\\lor(?![a-zA-Z])|or(?![a-zA-Z])|∨)
    |(?P<degree>\^?\{{?\\circ(?![a-zA-Z])\}}?|°|\\degree(?![a-zA-Z])|degrees?(?![a-zA-Z]))
    |(?P<rel><=|>=|==|!=|[=<>≤≥≈≠]|\\(?:leq?|geq?|lt|gt|approx|neq?)(?![a-zA-Z]))
    |(?P<op>\*\*|\+/-|[-+*/^×÷·−–±⋅]|\\(?:times|cdot|div|pm)(?![a-zA-Z]))
    |(?P<sup>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<sub>[₀₁₂₃₄₅₆₇₈₉]+)
    |(?P<bar>\||\\[lr]?vert(?![a-zA-Z]))
    |(?P<edge>\$+|\\[()\[\]])|(?P<open>\\?\{{|[(\[])|(?P<close>\\?\}}|[)\]])|(?P<bang>!)|(?P<under>_)
    |(?P<prime>['’′]+|\^\{{?(?:\\prime)+\}}?)
    |(?P<greek>\\(?:{_GREEK})(?![a-zA-Z])|[αβγθφ])
    |(?P<sep>[,;:.?"“”](?![0-9.]))
    |(?P<word>[A-Za-z]{{2,}})|(?P<var>[A-Za-z])|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_UNICODE = {"α": "alpha", "β": "beta", "γ": "gamma", "θ": "theta", "φ": "phi"}
_RELATIONS = {"≠": "!=", "!=": "!=", r"\ne": "!=", r"\neq": "!="}
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
_BEGINS = ("num", "var", "open", "func", "frac", "pi", "binom", "e")
APPLIED = frozenset("fghFGHpqPQ")
"""Letters that in front of a bracket are functions: without a definition nothing is known of them."""
MAX_BINOMIAL = 60


class Definition(NamedTuple):
    """What a letter such as f is a function of, and its formula."""

    letter: str
    body: Tree


Definitions = Mapping[str, Definition]


class FunctionToken(NamedTuple):
    """One token, normalised; the span points into the text."""

    kind: str
    text: str
    start: int
    end: int


def function_tokens(text: str, start: int = 0, end: int | None = None) -> list[FunctionToken]:
    """Return the tokens of a stretch of text; what the grammar does not know is of the kind `other`."""
    found: list[FunctionToken] = []
    for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
        kind, raw = match.lastgroup or "other", match.group()
        if kind == "space":
            continue
        at, until = match.span()
        if kind == "word" and set(raw) <= set("xyz") and len(raw) <= 3:
            found += [FunctionToken("var", c, at + i, at + i + 1) for i, c in enumerate(raw)]
        elif kind == "num" and len(raw) > 1 and raw.isdigit() and _takes_digits(found):
            # LaTeX takes the arguments of \frac12 digit by digit.
            found += [FunctionToken("num", c, at + i, at + i + 1) for i, c in enumerate(raw)]
        elif kind == "logn":
            found.append(FunctionToken("func", "log", at, until))
            found.append(FunctionToken("under", "_", until, until))
            found.append(FunctionToken("num", raw.lstrip("\\")[3:], until, until))
        elif kind in ("sup", "sub"):
            found.append(FunctionToken("op" if kind == "sup" else "under", "^" if kind == "sup" else "_", at, at))
            found.append(FunctionToken("num", raw.translate(_DIGITS), at, until))
        elif kind == "greek":
            found.append(FunctionToken("var", _UNICODE.get(raw, raw.lstrip("\\")), at, until))
        else:
            found.append(FunctionToken(kind, _normal(kind, raw), at, until))
    return found


def _takes_digits(before: Sequence[FunctionToken]) -> bool:
    if not before:
        return False
    if before[-1].kind in ("frac", "binom"):
        return True
    return len(before) > 1 and before[-2].kind in ("frac", "binom") and before[-1].kind in ("num", "var")


def _normal(kind: str, raw: str) -> str:
    """How a token is written here."""
    if kind == "rel" and raw in _RELATIONS:
        return "!="
    if kind in ("op", "rel"):
        spelled = SPELLED[kinds.Kind(kind)].get(raw, raw)
        return spelled if spelled in ("+", "-", "*", "/", "^", "±") or kind == "rel" else raw
    if kind == "num":
        return raw.replace("{,}", ",").replace(",\\!", ",")
    if kind == "prime":
        return "'" * (raw.count("prime") or len(raw))
    raw = raw.lstrip("\\")
    return {"√": "sqrt", "∛": "cbrt"}.get(raw, raw)


def parse_function(tokens: Sequence[FunctionToken], defined: Definitions | None = None) -> Tree:
    """Return the tree of one expression. Raise `Unreadable`."""
    parser = _FunctionParser(tokens, defined or {})
    tree = parser.expression(0)
    if parser.at != len(tokens):
        raise Unreadable("something is left over")
    check_bounds(tree)
    return tree


class _FunctionParser:
    """A Pratt parser over the tokens of one expression."""

    def __init__(self, tokens: Sequence[FunctionToken], defined: Definitions) -> None:
        self.tokens, self.at, self.depth, self.bars = tokens, 0, 0, 0
        self.defined = defined

    def peek(self, ahead: int = 0) -> FunctionToken:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else FunctionToken("end", "", 0, 0)

    def take(self, kind: str) -> bool:
        found = self.peek().kind == kind
        self.at += found
        return found

    def need(self, kind: str) -> None:
        if not self.take(kind):
            raise Unreadable(f"no {kind}")

    def expression(self, binding: int) -> Tree:
        """Return all operators that bind tighter than `binding`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too deep")
        left = self.postfix(self.operand())
        while True:
            token = self.peek()
            begins = token.kind in _BEGINS or (token.kind == "bar" and not self.bars)
            name = token.text if token.kind == "op" else "*" if begins else ""
            power = BINDING.get(name, 0)
            if power <= binding or (token.kind == "num" and not self.multiplies_number(left)):
                break
            self.at += token.kind == "op"
            right = self.expression(power - 1 if name == "^" else power)
            left = self.postfix(Call(name, (left, right)))
        self.depth -= 1
        return left

    def multiplies_number(self, left: Tree) -> bool:
        """`\\sin x 2` and `4! 2!` multiply; two numbers side by side do not."""
        if not isinstance(left, Call):
            return False
        return left.name in NAMES or (left.name == "factorial" and self.peek(1).kind == "bang")

    def postfix(self, tree: Tree) -> Tree:
        """Return what stands behind an operand: a factorial, degrees."""
        while True:
            token = self.peek()
            if token.kind == "bang":
                tree = Call("factorial", (_whole(tree),))
            elif token.kind == "degree":
                tree = Call("/", (Call("*", (tree, Call("pi", ()))), 180))
            else:
                return tree
            self.at += 1

    def operand(self) -> Tree:
        token = self.peek()
        self.at += 1
        match token.kind:
            case "num":
                return number(token.text)
            case "var":
                return self.letter(token.text)
            case "pi":
                return Call("pi", ())
            case "e":
                return Call("e", ())
            case "open":
                return self.closing("close")
            case "bar":
                self.bars += 1
                inside = self.closing("bar")
                self.bars -= 1
                return Call("abs", (inside,))
            case "frac":
                return Call("/", (self.group(), self.group()))
            case "binom":
                return _binomial(self.group(), self.group())
            case "func":
                return self.function(token.text)
            case "op" if token.text in "+-":
                inner = self.expression(15)
                return inner if token.text == "+" else Call("neg", (inner,))
        raise Unreadable(f"unexpected {token.text!r}")

    def letter(self, name: str) -> Tree:
        """Return a letter, or a defined function with its argument put in."""
        following = self.peek()
        primes = len(following.text) if following.kind == "prime" else 0
        if name in self.defined:
            letter, body = self.defined[name]
            for _ in range(primes):
                body = derivative(body, letter)
            self.at += primes > 0
            self.need("open")
            return put(body, letter, self.closing("close"))
        if primes or (name in APPLIED and following.kind == "open") or (name in "fgFG" and following.text == "^"):
            raise Unreadable("a function that is not known")
        return name

    def closing(self, kind: str) -> Tree:
        inner = self.expression(0)
        self.need(kind)
        return inner

    def group(self) -> Tree:
        """Return one argument of a LaTeX command: in braces, or a single sign."""
        token = self.peek()
        if token.kind == "num" and len(token.text) > 1:
            raise Unreadable("digits without braces")
        return self.operand()

    def function(self, name: str) -> Tree:
        """Return a function with its index or exponent and its argument."""
        index = power = None
        if name == "sqrt" and self.peek().text == "[":
            self.at += 1
            index = self.closing("close")
        if name == "log" and self.take("under"):
            index = self.group() if self.peek().kind != "num" else self.operand()
        if name not in ("sqrt", "cbrt", "abs", "exp") and self.peek().text == "^":
            power = self.exponent()
        argument = self.closing("close") if self.take("open") else self.argument(name)
        whole = (argument,) if index is None else (argument, index)
        call = Call("root" if index is not None and name == "sqrt" else name, whole)
        return call if power is None else Call("^", (call, power))

    def exponent(self) -> Tree:
        self.need("op")
        power = self.operand()
        if not isinstance(power, int) or power < 1:
            raise Unreadable("not a power of the function")  # sin^-1 is another function
        return power

    def argument(self, name: str) -> Tree:
        """Return an argument without brackets: one sign under a root, a product behind another function."""
        root = name in ("sqrt", "cbrt")
        if self.peek().kind not in ("num", "var", "pi", "frac", "func", "e", *(() if root else ("bar",))):
            raise Unreadable("a function of nothing")
        tree = self.postfix(self.operand())
        if self.peek().text == "^":
            raise Unreadable("unclear what the exponent belongs to")
        while not root and self.peek().kind in ("var", "pi"):
            tree = Call("*", (tree, self.postfix(self.operand())))
        return tree


def _whole(tree: Tree) -> Tree:
    """`(5 - 2)` as 3, so that its factorial can be bounded."""
    if not isinstance(tree, Call) or letters(tree):
        return tree
    try:
        value = about(tree, {})
    except Undefined:
        return tree
    return round(value) if abs(value - round(value)) < 1e-9 else tree


def _binomial(top: Tree, bottom: Tree) -> Tree:
    top, bottom = _whole(top), _whole(bottom)
    if not isinstance(top, int) or not isinstance(bottom, int) or not 0 <= bottom <= top <= MAX_BINOMIAL:
        raise Unreadable("binomial out of bounds")
    return Call("binom", (top, bottom))


def derivative(tree: Tree, letter: str) -> Tree:
    """Return the derivative of a polynomial. Raise `Unreadable` for anything else."""
    match tree:
        case str():
            return 1 if tree == letter else 0
        case Call(("+" | "-") as sign, (a, b)):
            return Call(sign, (derivative(a, letter), derivative(b, letter)))
        case Call("neg", (a,)):
            return Call("neg", (derivative(a, letter),))
        case Call("*", (a, b)):
            return Call("+", (Call("*", (derivative(a, letter), b)), Call("*", (a, derivative(b, letter)))))
        case Call("/", (a, int() as bottom)) if bottom:
            return Call("/", (derivative(a, letter), bottom))
        case Call("^", (a, int() as n)) if n > 0:
            return Call("*", (Call("*", (n, Call("^", (a, n - 1)) if n > 1 else 1)), derivative(a, letter)))
        case Call():
            raise Unreadable("no derivative of this")
    return 0
