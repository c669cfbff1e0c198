"""A line that is one formula in plain signs, split at its relations without looking for prose around it.

Two of three lines of exercises are such. Whatever could be a label, a unit, a remark or a times sign is left to the
full reading.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.text import kinds
from workbench.verification.text.tokens import Token


def plain_chain(tokens: Sequence[Token]) -> tuple[list[list[Token]], list[str]] | None:
    """Return the sides of a chain and the relations between them; None where it takes more to read it."""
    parts: list[list[Token]] = [[]]
    relations: list[str] = []
    ended = False
    factors: list[bool] = []
    """Of each open bracket, whether it stands behind an operand and holds no operator yet."""
    for token in tokens:
        kind = token.kind
        if kind is kinds.NUM:
            if ended:
                return None
            ended = True
        elif kind is kinds.VAR:
            if (ended and token.spaced) or token.text == "i":
                return None
            ended = True
        elif kind is kinds.OP:
            if not ended and (token.text != "-" or (parts[-1] and parts[-1][-1].kind is kinds.OP)):
                return None
            if factors:
                factors[-1] = False
            ended = False
        elif kind is kinds.OPEN:
            if ended and token.spaced:
                return None
            factors.append(ended)
            ended = False
        elif kind is kinds.CLOSE:
            if not ended or not factors or factors.pop():
                return None
        elif kind is kinds.REL:
            if not ended or factors:
                return None
            relations.append(token.text)
            parts.append([])
            ended = False
            continue
        else:
            return None
        parts[-1].append(token)
    return (parts, relations) if ended and not factors and relations else None
