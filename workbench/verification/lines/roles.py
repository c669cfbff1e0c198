"""What part a statement plays in its line: the next line, something supposed, or one root among several.

`If x > 1, both factors are positive.` and `Check x = 2: 4 - 10 + 6 = 0` state nothing that must follow, and nothing
that later lines go on from.
"""

from __future__ import annotations

import re
from enum import StrEnum

from workbench.verification.lines.claims import Line
from workbench.verification.lines.relations import FLIP, Statement
from workbench.verification.text.tokens import word_set


class Role(StrEnum):
    """What a statement is to the lines around it."""

    NEXT = "next"
    """It goes on from the line before, and later lines go on from it."""
    SUPPOSED = "supposed"
    """It is tried out, or said of one case."""
    ONE_ROOT = "one root"
    """It names or checks one solution among several."""


_NEAR = 90
"""How far before a calculation a word may deny it."""
_SENTENCE_END = re.compile(r"[.!?](?=\s|$|\\)|[;\n]")
_SUPPOSE = re.compile(
    r"\b(?:(?<!only )if(?! and only)|"
    r"suppos\w+|assum\w+|cases?|check\w*|test\w*|try|trying|tries|guess\w*|unless|whether|"
    r"verif\w+|consider\w*|otherwise|either|hypothe\w+)\b",
    re.IGNORECASE,
)
"""Words that govern the rest of their sentence."""
_AHEAD = re.compile(
    r"\b(?:for|when(?:ever)?|where|with|at|set(?:ting)?|let(?:ting)?(?!['’]s|\s+us|\s+me)|take|taking|say|since|because|"
    r"as|given|put(?:ting)?|plug\w*(?: in)?|substitut\w+|choos\w+|pick\w*|using|until|provided|from|once|while)\s+"
    r"(?:that\s+|all\s+|every\s+|any\s+|in\s+|we\s+have\s+)?(?:\\?[$(\[]\s*)*$",
    re.IGNORECASE,
)
"""Words right before a statement that only recall it or try it out."""
_ON = re.compile(r"\b(?:for|when(?:ever)?|let|where)\b", re.IGNORECASE)
"""Those that govern the rest of the sentence too: `For x = 3: 9 - 15 + 6 = 0`."""
_CLOSES = re.compile(r"\b(?:so|thus|therefore|hence)\b", re.IGNORECASE)
_ONE_BEFORE = re.compile(
    r"\b(?:a|one|another|other|first|second|third|fourth|smaller|larger|bigger|greater|lesser|smallest|largest|"
    r"positive|negative|integer|rational|possible|potential|extraneous|valid|invalid|double|trivial|obvious)\s+"
    r"(?:real\s+|possible\s+|integer\s+|other\s+)?(?:roots?|solutions?|zeros?|values?|answers?|candidates?|factors?|"
    r"brackets?|cases?|parts?|half|inequalit\w+|conditions?|numbers?|terms?|equations?|one)\b"
    r"|\bthe (?:other|first|second|third)(?: one)? is\b",
    re.IGNORECASE,
)
_ONE_AFTER = re.compile(
    r"\b(?:works?|satisf\w+|fits?|checks?|fails?|(?:is|are)\s+(?:(?:also|indeed|not|only)\s+)?"
    r"(?:a|an|one|another|the|not|too|valid|invalid|extraneous|impossible|allowed|possible|rejected|excluded|outside|"
    r"inside|positive|negative|larger|smaller)|"
    r"makes?|gives?|does|do|must be|cannot|can't|reject\w*|discard\w*|exclud\w*|ignor\w*|undefined|"
    r"by (?:inspection|trial|guess\w*|test\w*|check\w*))\b",
    re.IGNORECASE,
)
_WHICH_GIVES = re.compile(
    r"[\s,$\\)\]]*(?:and |so )?(?:(?:which|this|that|it) )?(?:gives|makes|means|implies|leads to)\b([^=<>≤≥]*)",
    re.IGNORECASE,
)
_CHECKED = re.compile(
    r"[\s$\\)]{0,6}(?::|=>|⇒|→|\\implies\b|\\Rightarrow\b|\\to\b)(?:[\s$\\(]|q?quad\b){0,8}[-−(\d][^:]{0,80}="
)
"""`x = 4: 16 - 36 + 20 = 0`"""
_REJECTS = re.compile(
    r"\b(?:reject\w*|discard\w*|exclud\w*|ignor\w*|extraneous|impossible|undefined|invalid|cannot|can't|no longer|"
    r"not (?:allowed|valid|possible|in)|throw\w*|eliminat\w+ (?:this|that|it)|restrict\w*|contradict\w*|incorrect|"
    r"wrong|mistake|recheck|denominator (?:is|becomes|would be|to be) (?:zero|0)|divi\w+ by (?:zero|0)|"
    r"no solutions?)\b",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:first|second|third|left|right|upper|lower|other|one|each|separate\w*|part|on the|half)\b",
    re.IGNORECASE,
)
_CASE = re.compile(r"\b(?:cases?|if|when(?:ever)?|suppos\w+|assum\w+|otherwise|either)\b", re.IGNORECASE)
_CONCLUDES = re.compile(
    r"\b(?:combin\w+|together|overall|altogether|union|solutions? (?:is|are|set)|in (?:both|all|either) cases?|"
    r"final\w*|answer|in total|conclu\w+|solved? (?:for|by))\b",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    r"\b(?:so|thus|therefore|hence|simplif\w+|combin\w+|expand\w*|distribut\w+|subtract\w*|add(?:ing)?|divid\w+|"
    r"multipl\w+|solving|rearrang\w+|becomes|isolat\w+|factor\w*)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")
_PLAIN = word_set(
    "so thus therefore hence then we get have obtain find see know gives give giving gave yields yield which "
    "means mean that this it is are and the equation becomes become now next first second third finally step "
    "steps line subtract subtracting subtracted add adding added divide dividing divided multiply multiplying "
    "multiplied both sides side each every by from to of on in simplify simplifies simplified simplifying expand "
    "expanding expanded expands factor factoring factors factored combine combining combined like terms term "
    "distribute distributing distributive property cross square squaring squared root roots take taking move "
    "moving moved collect collecting gather gathering isolate isolating solve solving solved for rewrite "
    "rewriting rewritten write written bring back our us let one two ten everything all into as follows implies "
    "imply leads with result results left right hand constant variable variables coefficient coefficients number "
    "numbers turn turning reduce reduces reduced common denominator denominators fraction fractions clear "
    "clearing eliminate eliminating calculate calculating compute computing work working out solution solutions "
    "answer value values must be also ok okay yes well done same here leaves leaving leave remains remaining "
    "letter letters times minus plus over equals equal equivalent need want can will could do does did make makes "
    "making made after before again just only simply start starting begin given original expression product zero "
    "cancel cancelling canceling canceled cancels undo undoing apply applying using use used through throughout "
    "open opening brackets bracket parentheses parenthesis inequality inequalities flip flips flipped flipping "
    "sign signs reverse reversing reversed direction negative positive half double group grouping grouped put "
    "putting together real quadratic linear formula system rearrange rearranging rearranged standard form "
    "evaluate evaluating or either go goes going on continue continuing tidy up what"
)
"""Words that change nothing about the formula that they stand beside."""


def opened(line: Line, statement: Statement) -> tuple[str, str]:
    """Return the text of a statement's sentence before and after it."""
    start = _start(statement)
    end = max(p.right.end for p in statement.pairs)
    text = line.text
    ends = [m.end() for m in _SENTENCE_END.finditer(text, 0, start)]
    following = _SENTENCE_END.search(text, end)
    return text[ends[-1] if ends else 0 : start], text[end : following.start() if following else len(text)]


def _start(statement: Statement) -> int:
    """Where a statement begins; a side carried from another line stands nowhere in this one."""
    first = statement.first
    return min(first.left.start, first.right.start) if first.left.end <= first.right.start else first.right.start


def role(line: Line, statement: Statement) -> Role:
    """Return what part a statement plays in its line."""
    text, end = line.text, statement.pairs[-1].right.end
    if len(text) > end + 4 and _CHECKED.match(text, end) and len(statement.assignments) == 1:
        return Role.ONE_ROOT
    if not _WORD.search(text, 0, _start(statement)) and not _WORD.search(text, end):
        return Role.NEXT
    before, after = opened(line, statement)
    if _AHEAD.search(before) or _is_supposed(line, statement, before):
        return Role.SUPPOSED
    one = len(statement.alternatives) == 1 and not _goes_on(statement, after)
    clause = _CLOSES.split(before.rpartition(",")[2])[-1]
    if one and (_ONE_BEFORE.search(clause) or _ONE_AFTER.search(after) or _REJECTS.search(before)):
        return Role.ONE_ROOT
    return Role.NEXT


def _goes_on(statement: Statement, after: str) -> bool:
    """`4x = 8, which gives x = 2` goes on with the letter; `x = 2, which gives 4 - 6 + 2 = 0` checks a root."""
    found = _WHICH_GIVES.match(after)
    return found is not None and any(re.search(rf"(?<![A-Za-z]){c}(?![A-Za-z])", found[1]) for c in statement.letters)


def _is_supposed(line: Line, statement: Statement, before: str) -> bool:
    """Whether a word that supposes something stands earlier in the sentence and governs the statement."""
    matches = list(_SUPPOSE.finditer(before))
    if matches:
        rest = before[matches[-1].end() :]
        return not (_CLOSES.search(rest) and not re.search(r"[=<>≤≥]|\\[lg]e", rest))
    start = _start(statement)
    for claim in line.claims:
        if claim.whole and claim.whole[0].start < start and claim.whole[0].start >= start - len(before):
            ahead = line.text[start - len(before) : claim.whole[0].start]
            found = _AHEAD.search(ahead)
            if found is not None and _ON.match(found.group()):
                return True
    return False


def opens_case(line: Line, found: tuple[Statement, ...]) -> bool:
    """Return whether a line is said of one case only, so that the lines after it may be too."""
    if not _CASE.search(line.text) and not _ON.search(line.text):
        return False
    if re.search(r"\bcases?\b", line.text, re.IGNORECASE):
        return True
    return any(role(line, s) is Role.SUPPOSED and any(p.relation in FLIP for p in s.pairs) for s in found)


def closes_case(line: Line, found: tuple[Statement, ...]) -> bool:
    """Return whether a line of one case also says what holds in it, so that the next line may be about all."""
    text = line.text.rstrip(" .$\\()[]*")
    if text.endswith(":") or re.search(r"\bcases?\b", text, re.IGNORECASE) or not found:
        return False
    return len(text) > max(p.right.end for p in found[-1].pairs) + 2 or len(found) > 1


def concludes(line: Line, statement: Statement) -> bool:
    """Return whether a statement sums up the cases before it."""
    return len(statement.alternatives) > 1 or bool(_CONCLUDES.search(opened(line, statement)[0]))


def parts_by_words(line: Line, statement: Statement) -> bool:
    """Return whether the words say that a statement is one of several: `First, x - 3 < 5 gives x < 8`."""
    return bool(_PART.search(opened(line, statement)[0]))


def rejects(text: str) -> bool:
    """Return whether a line throws something out, or takes something back."""
    return bool(_REJECTS.search(text))


def understood(line: Line, statement: Statement) -> bool:
    """Return whether every word of the statement's sentence is one that leaves the formula as it is."""
    return all(map(plain, opened(line, statement)))


def plain(text: str) -> bool:
    """Return whether every word of a text is one that leaves a formula as it is."""
    return all(word.lower() in _PLAIN for word in _WORD.findall(text))


_DENIED = re.compile(
    r"(?:\b(?:not|never|mistake|error|wrong|incorrect|false|instead of|rather than|cannot|impossible)\b|n['’]t\b)"
    r"(?![^,.;:!?]*\b(?:so|because|since|but|therefore|thus|hence)\b)[^,.;:!?]{0,60}$"
    r"|\b(?:if|whether|unless|suppose|assume)\s+(?:that\s+)?[$\\(\s]*$",
    re.IGNORECASE,
)
_ASKED = re.compile(r"[\s$\\)]*\?")


def is_denied(text: str, start: int, end: int) -> bool:
    """Return whether words deny a calculation, suppose it or ask for it: `a common mistake is 1/2 + 1/3 = 2/5`."""
    return bool(_DENIED.search(text, max(0, start - _NEAR), start) or _ASKED.match(text, end))


def follows(line: Line, statement: Statement) -> bool:
    """Return whether the words before a statement say that it follows from the line before."""
    return bool(_FOLLOWS.search(opened(line, statement)[0]))
