"""Trees as text, for sentences about them."""

from __future__ import annotations

from workbench.verification.algebra.relations import show
from workbench.verification.reading.grammar import BinaryOperation, Neg, Node, Num, Pct, Root, Var

_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}


def write(node: Node, above: int = 0, right: bool = False, behind: bool = False) -> str:
    """A tree as text, with the brackets that it needs; `behind` an operator a sign needs them too."""
    match node:
        case Num(n):
            text = show(n)
            return f"({text})" if "/" in text and above >= 2 else text
        case Var(name):
            return name
        case Pct(arg):
            return f"{write(arg, 3)}%"
        case Root(arg):
            return f"√({write(arg)})"
        case Neg(arg):
            text = f"-{write(arg, 2 if isinstance(arg, BinaryOperation) and arg.op in '+-' else 0)}"
            return f"({text})" if behind or above >= 3 else text
        case BinaryOperation(op, a, b):
            rank = _RANK[op]
            wrapped = rank < above or (rank == above and right and above < 3)
            left, other = write(a, rank, False, behind and not wrapped), write(b, rank, True, True)
            text = _joined(op, left, other, a, b)
            return f"({text})" if wrapped else text


def _joined(op: str, left: str, right: str, a: Node, b: Node) -> str:
    if op == "*" and (
        isinstance(b, Var) or right.startswith("(") or (isinstance(b, BinaryOperation) and b.op == "^")
    ):
        plain = right[:1].isalpha() or not (isinstance(a, Num | Neg) and not _has_letter(b))
        if plain and not (right[:1].isdigit()):
            return f"{left}{right}"
    if op in "^/":
        return f"{left}{op}{right}"
    return f"{left} {op} {right}"


def _has_letter(node: Node) -> bool:
    match node:
        case Var():
            return True
        case Neg(arg) | Pct(arg) | Root(arg):
            return _has_letter(arg)
        case BinaryOperation(_, left, right):
            return _has_letter(left) or _has_letter(right)
    return False
