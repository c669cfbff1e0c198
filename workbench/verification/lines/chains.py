"""From a chain of tokens to the claims that its sides make, of which some may be unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workbench.verification.lines.sides import Claim, ClaimSide, make_part
from workbench.verification.text import boundaries, kinds, remarks, scan
from workbench.verification.text.grammar import Token, Unreadable
from workbench.verification.text.tokens import Unit

JOINS = frozenset(("or", "and"))

_MOST_GAPS = 6
"""Sides of a chain that may be unread."""


@dataclass
class Found:
    """What was read from one token on."""

    end: int
    """Where to go on."""
    claims: list[Claim] = field(default_factory=list)
    other: Claim | None = None
    """The claim with the other sign of a plus-minus."""
    unread: list[tuple[int, int]] = field(default_factory=list)
    """The spans that were not read."""
    cut: bool = False
    """The chain ends unread."""


def claims_at(tokens: tuple[Token, ...], i: int, behind: int) -> Found:
    """The claims of the chain that begins at token i.

    A side that is not wholly read drops out: `Rest = Tom's age - 3 = 11 - 3 = 8` claims `11 - 3 = 8`.
    """
    continued = i == 0 and tokens[0].kind is kinds.REL
    if not continued and not boundaries.begins(tokens, i):
        return Found(i + 1, unread=_odd(tokens[i]))
    if tokens[i].kind is kinds.OPEN and remarks.is_item(tokens, i):
        return Found(i + 3)
    run = scan.chain(tokens, i, continued)
    if run is None:
        return Found(i + 1)
    if not run.relations and not _goes_on(tokens, run.end):
        # No shorter start inside a run without relation can have one, save behind its last operand.
        return Found(max(i + 1, run.end - 1 if run.end - i > 40 else i + 1))
    found = Found(run.end)
    chain = Chain([*run.parts], [*run.relations], [*run.units])
    if not continued and (_tail_of_mixed(tokens, i, behind) or not boundaries.clean_before(tokens, i, run.end)):
        chain.unread.add(0)
        found.unread.append((tokens[max(i - 1, 0)].start, chain.parts[0][-1].end))
    _go_on(tokens, chain, found)
    sign = any(t.text == "±" for part in chain.parts for t in part)
    found.claims = make_claims(tokens, i, found, chain, "+", found.unread)
    if sign and len(found.claims) == 1:
        others = make_claims(tokens, i, found, chain, "-", [])
        found.other = replace(others[0], loose=True) if others else None
    found.cut = len(chain.parts) - 1 in chain.unread
    return found


def _odd(token: Token) -> list[tuple[int, int]]:
    odd = token.kind is kinds.BAD and token.text not in boundaries.BENIGN
    return [(token.start, token.end)] if odd else []


@dataclass
class Chain:
    """The sides of a chain as tokens, and which of them are not wholly read."""

    parts: list[list[Token]]
    relations: list[str]
    units: list[Unit]
    unread: set[int] = field(default_factory=set)


def _goes_on(tokens: tuple[Token, ...], end: int) -> bool:
    """Whether a side that is unread so far has a relation behind it."""
    if end < len(tokens) and tokens[end].kind is kinds.REL:
        return boundaries.next_relation(tokens, end + 1) is not None
    return not boundaries.clean_after(tokens, end) and boundaries.next_relation(tokens, end) is not None


def _go_on(tokens: tuple[Token, ...], chain: Chain, found: Found) -> None:
    """Read on behind sides that cannot be read, as long as relations follow."""
    for _ in range(_MOST_GAPS):
        end = found.end
        opened = end < len(tokens) and tokens[end].kind is kinds.REL
        if opened:
            chain.relations.append(tokens[end].text)
            chain.parts.append([])
        elif boundaries.clean_after(tokens, end):
            return
        chain.unread.add(len(chain.parts) - 1)
        at = boundaries.next_relation(tokens, end + opened)
        stop = at if at is not None else min(end + 3, len(tokens))
        found.unread.append(
            (
                tokens[end + opened].start if end + opened < len(tokens) else tokens[-1].end,
                tokens[max(stop - 1, end)].end,
            )
        )
        more = scan.chain(tokens, at, continued=True) if at is not None else None
        if at is None or more is None:
            found.end = end + opened if at is None else at
            return
        shift = len(chain.parts) - 1
        chain.parts += more.parts[1:]
        chain.relations += more.relations
        chain.units += [u._replace(part=u.part + shift) for u in more.units]
        found.end = more.end


def make_claims(
    tokens: tuple[Token, ...], i: int, found: Found, chain: Chain, sign: str, unread: list[tuple[int, int]]
) -> list[Claim]:
    """The claims that the sides of a chain make which were read: neighbours, or equal through what is between."""
    made: list[tuple[list[ClaimSide | None], list[str], list[int]]] = [([], [], [])]
    pending: str | None = None
    imaginary = _is_imaginary(chain.parts)
    for index, part in enumerate(chain.parts):
        if index:
            relation = chain.relations[index - 1]
            pending = relation if pending is None else _through(pending, relation)
        side: ClaimSide | None = None
        if index in chain.unread:
            continue
        if part:
            try:
                side = make_part([t._replace(text=sign) if t.text == "±" else t for t in part])
                if imaginary and "i" in side.letters:
                    raise Unreadable("a complex number")
            except (Unreadable, RecursionError):
                chain.unread.add(index)
                unread.append((part[0].start, part[-1].end))
                continue
        sides, relations, places = made[-1]
        if sides and not pending:
            sides, relations, places = [], [], []
            made.append((sides, relations, places))
        if sides and pending:
            relations.append(pending)
        sides.append(side)
        places.append(index)
        pending = None
    units = [*chain.units, *_last_unit(tokens, found.end, chain)]
    return [_make_claim(tokens, i, *one, units) for one in made if len(one[0]) > 1]


def _is_imaginary(parts: Sequence[Sequence[Token]]) -> bool:
    """Whether `i` is the imaginary unit, as in `z = 3 + 4i`; alone, as in `2i + 1 = 7`, it is a letter."""
    held = [[t.text for t in part] for part in parts]
    if not any("i" in part for part in held):
        return False
    letters = {t.text for part in parts for t in part if t.kind is kinds.VAR}
    powers = any(part[at : at + 2] == ["i", "^"] for part in held for at in range(len(part)))
    return letters != {"i"} or powers or all("i" in part for part in held if part)


def _through(first: str, second: str) -> str:
    """What two relations with a side between them say of the outer ones; empty where they say nothing."""
    if first == second or second == "=":
        return first
    if first == "=":
        return second
    return "<" if {first, second} == {"<", "<="} else ">" if {first, second} == {">", ">="} else ""


def _tail_of_mixed(tokens: tuple[Token, ...], i: int, behind: int) -> bool:
    """`12 * 1 and 1/4 = 15`: a fraction behind a number and `and`, where no claim has just ended."""
    return (
        1 < i != behind + 1
        and tokens[i - 1].text == "and"
        and tokens[i - 2].kind is kinds.NUM
        and [t.text for t in tokens[i + 1 : i + 2]] == ["/"]
    )


def _make_claim(
    tokens: tuple[Token, ...],
    i: int,
    sides: list[ClaimSide | None],
    relations: list[str],
    places: list[int],
    units: list[Unit],
) -> Claim:
    first = sides[0]
    before = tokens[i - 1] if i and places[0] == 0 else None
    behind_prose = before is not None and before.kind in (kinds.WORD, kinds.SEP, kinds.CLOSE)
    placed = [u._replace(part=places.index(u.part)) for u in units if u.part in places]
    loose = first is not None and first.bare and not first.letters and (bool(placed) or behind_prose)
    return Claim(tuple(sides), tuple(relations), loose, tuple(u.word for u in placed), tuple(placed))


def _last_unit(tokens: tuple[Token, ...], end: int, chain: Chain) -> list[Unit]:
    """The unit word right behind a chain."""
    after = tokens[end] if end < len(tokens) else None
    if after is None or after.kind not in kinds.WORDS or after.text in JOINS:
        return []
    return [Unit(after.text.lower(), len(chain.parts) - 1, len(chain.parts[-1]) - 1)]
