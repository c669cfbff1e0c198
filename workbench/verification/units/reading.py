"""Units among the tokens of a line: each unit as one token, and each quantity in two units as one number.

`60 miles per hour` becomes 60 and the unit `mile/hour`, and `3 h 20 min` becomes 200 and the unit `minute`, before
chains are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from workbench.verification.text import kinds
from workbench.verification.text.tokens import Token, token_value, tokenize, word_set
from workbench.verification.units.areas import multiplied
from workbench.verification.units.measures import MAX_NAME, Dimension, measure, name_of
from workbench.verification.units.names import COUNTS, LETTERS, NAMES, POWERS, SYMBOLS

_PER = word_set("per a an each every")
_PLURAL_PER = frozenset(("per", "/"))
_FEET, _INCHES = frozenset("'′’"), frozenset('"″”')
CURRENCY = {"$": "dollar", "€": "euro", "£": "sterling"}
_THINGS = COUNTS | word_set("nickel dime quarter")
_UNDER = frozenset(("s", "h"))
"""Letters that are units below a bar: `m/s`, `km/h`."""
_CARRIES = kinds.NUMERIC | {kinds.CLOSE}
"""What a unit may stand behind."""
_WORDS = frozenset(NAMES) | SYMBOLS.keys() | POWERS.keys() | _PER | {"in"}
"""Words that a unit may begin with."""
_MAY_BEGIN = frozenset((kinds.UNIT, kinds.FRAC))
_NEVER = frozenset((kinds.NUM, kinds.OP, kinds.REL, kinds.OPEN, kinds.CLOSE))
_BEHIND_IN = frozenset((kinds.OP, kinds.REL, kinds.CLOSE, kinds.SEP))
"""What may follow `in` where it means inches."""


def measured(tokens: tuple[Token, ...], sure: frozenset[str] | None = None) -> tuple[Token, ...]:
    """Return the tokens with units as names, and compound quantities as numbers in their smallest unit.

    `sure` are the single letters that are units; where it is left out, the line's other units show it.
    """
    if not _may_hold_units(tokens, sure is not None):
        return tokens
    sure = _evidence(tokens) if sure is None else sure
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        found.append(token)
        at += 1
        if token.kind not in _CARRIES:
            continue
        read = _behind(tokens, at, sure)
        if read is None:
            continue
        name, end = read
        if name not in COUNTS and _goes_on(tokens, end):
            found.append(_unit_token(tokens, at, end, f"{name}/?"))  # `125 watt hours`, `3 miles per trip`
        elif end == at + 1 and tokens[at].kind is kinds.WORD and tokens[at].text != "in":
            found.append(tokens[at])
        else:
            found.append(_unit_token(tokens, at, end, name))
        at = end
    return tuple(multiplied(_compounds(found)))


def _may_hold_units(tokens: Sequence[Token], told: bool) -> bool:
    """Whether a unit may stand anywhere; `told` where the letters that are units are known."""
    carries = False
    for i, token in enumerate(tokens):
        kind = token.kind
        if carries and kind not in _NEVER and _begins(tokens, i) and (told or _shows(tokens, i)):
            return True
        carries = kind in _CARRIES
    return False


def _shows(tokens: Sequence[Token], i: int) -> bool:
    """Whether a letter may be known for a unit: right behind its number, as in `3m`, it is none by itself."""
    token = tokens[i]
    return token.kind is not kinds.VAR or token.spaced or (i + 1 < len(tokens) and tokens[i + 1].text == "/")


def _begins(tokens: Sequence[Token], i: int) -> bool:
    """Whether a unit may stand at token i, which costs little to ask."""
    if not i or tokens[i - 1].kind not in _CARRIES:
        return False
    token = tokens[i]
    if token.kind is kinds.WORD:
        return token.text in _WORDS or token.text.lower() in _WORDS
    if token.kind is kinds.VAR:
        return token.text in LETTERS or (token.text == "a" and i > 1 and tokens[i - 2].kind is kinds.MONEY)
    return token.kind in _MAY_BEGIN or token.text in _FEET


def _goes_on(tokens: Sequence[Token], i: int) -> bool:
    """Whether more of a unit follows that was not read: another unit, or so much per thing."""
    if i >= len(tokens):
        return False
    word = tokens[i].text.lower()
    if word == "/":
        return i + 1 < len(tokens) and tokens[i + 1].kind in kinds.WORDS
    if word in ("per", "each", "every", "apiece"):
        return True
    return tokens[i].kind in kinds.WORDS and word not in ("in", "squared", "cubed") and name_of(word) is not None


def _unit_token(tokens: Sequence[Token], i: int, end: int, name: str) -> Token:
    return Token(kinds.UNIT, name, tokens[i].start, tokens[end - 1].end, tokens[i].spaced)


def _evidence(tokens: Sequence[Token]) -> frozenset[str]:
    """The single letters that are units here: another unit of their kind is in the line, or each number has it."""
    bases: set[str] = set()
    bare: set[str | None] = set()
    rates: set[str] = set()
    for i, token in enumerate(tokens):
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        if token.kind is kinds.WORD or token.kind is kinds.UNIT:
            read = unit_at(tokens, i, frozenset()) if i and tokens[i - 1].kind in _CARRIES else None
            if read is not None:
                bases |= _bases(_dimension(read[0]))
        elif token.kind in kinds.NUMERIC and not (i and tokens[i - 1].text == "^"):
            if following is not None and following.text in POWERS and i + 2 < len(tokens):
                following = tokens[i + 2]  # `300 sq m`
            letter = following is not None and following.kind is kinds.VAR and following.text in LETTERS
            if letter or not _is_factor(tokens, i):
                bare.add(following.text if letter and following is not None else None)
            if letter and following is not None and _is_rate(tokens, i + 1):
                rates |= {following.text, *_UNDER}
    same = bare if len(bare) == 1 and None not in bare and sum(t.kind is kinds.REL for t in tokens) else set()
    if bases and all(_has_unit(tokens, i) for i, t in enumerate(tokens) if t.kind in kinds.NUMERIC):
        return frozenset(LETTERS)
    known = {letter for letter, name in LETTERS.items() if bases & _bases(_dimension(name))}
    return frozenset(known | rates | {letter for letter in same if letter is not None and _repeats(tokens, letter)})


def _is_factor(tokens: Sequence[Token], i: int) -> bool:
    """Whether the number at i only multiplies or divides: `4 * 7 m = 28 m`."""
    before, behind = tokens[i - 1 : i] if i else (), tokens[i + 1 : i + 2]
    return any(t.kind is kinds.OP and t.text == "*" for t in behind) or any(
        t.kind is kinds.OP and t.text in "*/" for t in before
    )


def _repeats(tokens: Sequence[Token], letter: str) -> bool:
    """Whether a letter stands at least twice, each time behind a number and a blank: `5 m * 3 m`."""
    places = [i for i, t in enumerate(tokens) if t.text == letter and t.kind is kinds.VAR]
    before = [tokens[i - 1] for i in places if i and tokens[i].spaced]
    return len(before) == len(places) > 1 and all(t.kind in kinds.NUMERIC or t.text in POWERS for t in before)


def _is_rate(tokens: Sequence[Token], i: int) -> bool:
    """`m/s`, `m/h` and `g/cm^3`, written without blanks."""
    if [t.text for t in tokens[i + 1 : i + 2]] != ["/"] or i + 2 >= len(tokens):
        return False
    if tokens[i + 1].spaced or tokens[i + 2].spaced:
        return False
    return (tokens[i].text == "m" and tokens[i + 2].text in _UNDER) or _factor(tokens, i + 2, frozenset()) is not None


def _has_unit(tokens: Sequence[Token], i: int) -> bool:
    """Whether the number at i has a unit or a letter that may be one; an exponent needs none."""
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    if i and tokens[i - 1].text == "^":
        return True
    if following is None or (following.kind is kinds.VAR and following.spaced is False):
        return False
    letter = following.kind is kinds.VAR and following.text in LETTERS
    return letter or unit_at(tokens, i + 1, frozenset()) is not None


def _bases(dimension: Dimension) -> set[str]:
    """The base quantities of a dimension; a volume also speaks for litres."""
    volume = {"V"} if dict(dimension).get("L") == 3 else set()
    return volume or {base for base, _ in dimension}


def _dimension(name: str) -> Dimension:
    found = measure(name)
    return found.dimension if found is not None else ()


def _behind(tokens: Sequence[Token], i: int, sure: frozenset[str]) -> tuple[str, int] | None:
    """The unit behind the number that ends before token i; for money that of `$5 per hour`."""
    if i >= len(tokens):
        return None
    money = CURRENCY.get(tokens[i - 2].text.lstrip("\\")) if i > 1 and tokens[i - 2].kind is kinds.MONEY else None
    if money is not None:
        read = _per(tokens, i, sure)
        return (f"{money}/{read[0]}", read[1]) if read is not None else None
    return unit_at(tokens, i, sure)


def unit_at(tokens: Sequence[Token], i: int, sure: frozenset[str] = frozenset(LETTERS)) -> tuple[str, int] | None:
    """Return the name of the unit that begins at token i and where it ends; `sure` are the letters that are units."""
    read = _fraction(tokens, i, sure) or _factor(tokens, i, sure)
    while read is not None and "/" not in read[0]:
        per = _per(tokens, read[1], sure)
        if per is None:
            break
        read = f"{read[0]}/{per[0]}", per[1]
    return read if read is not None and len(read[0]) <= MAX_NAME else None


def _per(tokens: Sequence[Token], i: int, sure: frozenset[str]) -> tuple[str, int] | None:
    """`per hour`, `/ hour`, `an hour`: the unit in which something is counted."""
    word = tokens[i].text.lower() if i < len(tokens) else ""
    if word not in _PER and word != "/":
        return None
    read = _factor(tokens, i + 1, sure | _UNDER if word == "/" else sure)
    if read is None or (word not in _PLURAL_PER and not _bases(_dimension(read[0])) <= {"T", "Y"}):
        return None
    return None if name_of(read[0]) in COUNTS else read


def _fraction(tokens: Sequence[Token], i: int, sure: frozenset[str]) -> tuple[str, int] | None:
    r"""`\\frac{\\text{km}}{\\text{h}}` behind a number."""
    if i >= len(tokens) or tokens[i].kind is not kinds.FRAC:
        return None
    parts: list[str] = []
    at = i + 1
    for _ in range(2):
        read = _factor(tokens, at + 1, sure) if at < len(tokens) and tokens[at].kind is kinds.OPEN else None
        if read is None or read[1] >= len(tokens) or tokens[read[1]].kind is not kinds.CLOSE:
            return None
        parts.append(read[0])
        at = read[1] + 1
    return "/".join(parts), at


def _factor(tokens: Sequence[Token], i: int, sure: frozenset[str]) -> tuple[str, int] | None:
    """A unit with its power: `cm^2`, `square feet`, `m squared`."""
    if i >= len(tokens):
        return None
    power = POWERS.get(tokens[i].text.lower()) if tokens[i].kind is kinds.WORD else None
    at = i
    if power is not None:
        if tokens[i].text.lower() in ("squared", "cubed"):
            return None
        at += 2 if tokens[i + 1 : i + 2] and tokens[i + 1].text == "." else 1
    read = _word(tokens, at, sure)
    if read is None:
        return None
    name, at = read
    if power is None:
        power, at = _power(tokens, at)
    if power > 1 and _dimension(name) != (("L", 1),):
        return (name, read[1]) if at == read[1] else None
    return (f"{name}^{power}" if power > 1 else name), at


def _power(tokens: Sequence[Token], i: int) -> tuple[int, int]:
    """The power behind a unit and where it ends; 1 where there is none."""
    texts = [t.text for t in tokens[i : i + 4]]
    if texts[:1] == ["^"] and texts[1:2] and texts[1] in "23":
        return int(texts[1]), i + 2
    if texts[:2] == ["^", "("] and texts[2:3] and texts[2] in "23" and texts[3:] == [")"]:
        return int(texts[2]), i + 4
    return (POWERS[texts[0]], i + 1) if texts and texts[0] in ("squared", "cubed") else (1, i)


def _word(tokens: Sequence[Token], i: int, sure: frozenset[str]) -> tuple[str, int] | None:
    """One unit without its power."""
    if i >= len(tokens):
        return None
    token = tokens[i]
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    if token.kind is kinds.VAR:
        return (LETTERS[token.text], i + 1) if token.text in sure else None
    if token.kind is kinds.UNIT:
        return _sign(tokens, i)
    if token.kind is not kinds.WORD:
        return None
    word = token.text.lower()
    if word in ("degree", "degrees"):
        return _degrees(tokens, i)
    if word == "in":
        return ("inch", i + 1) if following is None or following.kind in _BEHIND_IN else None
    name = name_of(token.text)
    return (name, i + 1) if name is not None else None


def _degrees(tokens: Sequence[Token], i: int) -> tuple[str, int]:
    """`20 °C`, `20 degrees Celsius`, or degrees of an angle."""
    scale = tokens[i + 1].text.rpartition("{")[2].strip("} ").lower() if i + 1 < len(tokens) else ""
    for name in ("celsius", "fahrenheit"):
        if scale in (name, name[0]):
            return f"degree_{name}", i + 2
    return "degree", i + 1


def _sign(tokens: Sequence[Token], i: int) -> tuple[str, int] | None:
    r"""A sign or LaTeX's text as a unit: `°`, `¢`, `cm²`, `\\text{ km/h}`."""
    text = tokens[i].text
    if text == "°":
        return _degrees(tokens, i)
    inner = text.partition("{")[2].replace("}", "", 1) if text.startswith("\\") else text
    name = "inch" if inner.strip() in ("in", "in.") else inner_unit(inner.strip())
    return (name, i + 1) if name is not None else None


@lru_cache(maxsize=512)
def inner_unit(text: str) -> str | None:
    """Return the name of the unit that fills a short text, such as `miles per hour`; None where it does not."""
    if not text or len(text) > MAX_NAME:
        return None
    plain = text.replace("²", "^2").replace("³", "^3")
    letters = plain.partition("^")[0] if "^" in plain else ""
    if letters and "/" not in plain:
        name = "inch" if letters.strip() == "in" else name_of(letters.strip()) or LETTERS.get(letters.strip())
        power = plain.rpartition("^")[2].strip("{}")
        return f"{name}^{power}" if name and power in ("2", "3") else None
    tokens = tokenize(plain)
    if any(t.kind is kinds.UNIT and t.text.strip() == text for t in tokens):
        return name_of(text)
    read = unit_at(tokens, 0)
    return read[0] if read is not None and read[1] == len(tokens) else None


def _compounds(tokens: list[Token]) -> list[Token]:
    """Quantities in two or three units as one number in the smallest."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        read = _compound(tokens, at) if tokens[at].kind in _OPENS else None
        new, at = read or ([tokens[at]], at + 1)
        found += new
    return found


_OPENS = frozenset((kinds.NUM, kinds.MONEY))


def _compound(tokens: Sequence[Token], i: int) -> tuple[list[Token], int] | None:
    """The compound quantity that begins at token i: `3 h 20 min`, `5'3"`, `$3 and 50 cents`."""
    if i and tokens[i - 1].text.lower() in ("between", "from"):
        return None
    part = _part(tokens, i)
    if part is None:
        return None
    total, name, at = part
    above, last = total, i
    while above.denominator == 1 and (further := _further(tokens, at, name)) is not None:
        ratio, above, name, last, at = further
        total = total * ratio + above
    text = decimal(total)
    if last == i or text is None:
        return None
    number = Token(kinds.NUM, text, tokens[i].start, tokens[last].end, tokens[i].spaced)
    unit = Token(kinds.UNIT, name, tokens[last + 1].start, tokens[last + 1].end, tokens[last + 1].spaced)
    return [number, unit], at


def _part(tokens: Sequence[Token], i: int) -> tuple[Fraction, str, int] | None:
    """A number with its unit at token i, and where they end."""
    if tokens[i].kind is kinds.MONEY:
        worth = token_value(tokens[i + 1]) if i + 1 < len(tokens) else None
        name = CURRENCY.get(tokens[i].text.lstrip("\\"))
        return (Fraction(worth), name, i + 2) if worth is not None and name is not None else None
    worth = token_value(tokens[i])
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    if worth is None or following is None:
        return None
    if following.text in _FEET and not following.spaced:
        return Fraction(worth), "foot", i + 2
    if following.text in _INCHES and not following.spaced:
        return Fraction(worth), "inch", i + 2
    name = name_of(following.text) if following.kind in kinds.WORDS else None
    return (Fraction(worth), name, i + 2) if name is not None else None


def _further(tokens: Sequence[Token], i: int, above: str) -> tuple[Fraction, Fraction, str, int, int] | None:
    """The next smaller part of a compound quantity: how many of it make the unit above, and what it is worth."""
    joined = i < len(tokens) and tokens[i].text == "and"
    at = i + joined
    if at >= len(tokens) or tokens[at].kind is not kinds.NUM:
        return None
    primes = tokens[i - 1].text in _FEET
    part = _part(tokens, at)
    if part is None or primes != (tokens[at + 1].text in _INCHES):
        return None
    worth, name, end = part
    big, small = measure(above), measure(name)
    if big is None or small is None or big.dimension != small.dimension or {above, name} & _THINGS:
        return None
    ratio = big.size / small.size
    if ratio <= 1 or ratio.denominator != 1 or big.customary != small.customary or (joined and worth >= ratio):
        return None
    return ratio, worth, name, at, end


def decimal(worth: Fraction) -> str | None:
    """Return a number written out as a decimal; None beyond six places."""
    scaled = worth * 10**6
    if scaled.denominator != 1 or scaled < 0:
        return None
    whole, rest = divmod(scaled.numerator, 10**6)
    return f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole)
