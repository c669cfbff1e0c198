"""Tokens of a formula to MathML, by a bounded recursive layout: fractions, powers and roots, nothing reordered."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.verification.reading.tokens import Token

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
