"""One formula of an answer as a tree: all of it is read, or nothing.

This is a reader of its own, wider than the grammar of steps: an answer is one formula, so nothing around it has to be
told apart, and roots, powers, functions and Greek letters may stand in it. Every limit is checked before its work.
"""

from __future__ import annotations

from functools import lru_cache

from workbench.verification.answers.formula_tokens import SUPERSCRIPTS, Token, mixed, number_of, repeating, tokens_of
from workbench.verification.answers.trees import PI, Call, Tree
from workbench.verification.text.grammar import BINDING, MAX_CHARS, MAX_DEPTH, Unreadable

_BEGINS = frozenset(["num", "mixed", "repeat", "frac", "binom", "root", "open", "letter", "func", "bar"])
_CLOSING = {"(": ")", "{": "}", "[": "]", "\\lfloor": "\\rfloor", "\\lceil": "\\rceil"}


@lru_cache(maxsize=4096)
def read_formula(text: str) -> Tree | None:
    """Return the tree of one formula; None where any of it is beyond this reader."""
    if len(text) > MAX_CHARS:
        return None
    try:
        parser = _Parser(tokens_of(text))
        tree = parser.expression(0)
        return tree if parser.at == len(parser.tokens) else None
    except (Unreadable, RecursionError):
        return None


_END = Token("end", "")


class _Parser:
    """A Pratt parser over the tokens of one formula."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at, self.depth, self.bars = tokens, 0, 0, 0

    def peek(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def next(self) -> Token:
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
            power = BINDING.get(name, 0)
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
        return Call("^", (base, self.exponent())) if self.peek() == Token("op", "^") and self.next() else base

    def postfix(self, tree: Tree) -> Tree:
        """Return an operand with its suffixes: a small exponent, a factorial, a percent sign, degrees."""
        while True:
            token = self.peek()
            if token.kind == "sup":
                tree = Call("^", (tree, int(token.text.translate(SUPERSCRIPTS))))
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
                return mixed(token.text)
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
        base = token.text.translate(SUPERSCRIPTS) if token.kind == "sub" else self.subscript()
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
            name = f"{name}_{token.text.translate(SUPERSCRIPTS)}"
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
            base = int(token.text.translate(SUPERSCRIPTS)) if token.kind == "sub" else self.operand()
        elif name == "log" and self.peek().kind == "num" and not self.peek().spaced:
            base = number_of(self.next().text)  # `log2(8)`
            if self.peek().text != "(":
                raise Unreadable("a logarithm without brackets")
        if self.peek().text == "^":
            self.at += 1
            power = self.exponent()
        elif self.peek().kind == "sup":
            power = int(self.next().text.translate(SUPERSCRIPTS))
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
