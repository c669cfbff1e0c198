"""A step's text without what is written around its numbers: list labels, ordinals, LaTeX delimiters, bold marks.

Nearly all of it is blanked, not cut, so that places in the text stay what they were.
"""

from __future__ import annotations

import re

_ORDINAL = "third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_COUNTED = "step|we|let|day|hour|week|month|year|floor|person|time|one|grade"
_AROUND = re.compile(
    rf"""(?P<label>(?:^|(?<=\n))[ ]*(?:[-*•][ ]+|\#+[ ]|\(?[0-9]{{1,2}}[.)][ ]+(?=[A-Z*\\$]))
        |\b(?:step|part|equation)[ ]+[0-9]{{1,2}}[ ]*[:.)-]+
        |(?<![A-Za-z0-9/-])(?:{_ORDINAL})(?:ly)?(?=[ ]*[,:]|[ ]+(?:{_COUNTED})\b)
        |\b(?:all|the)[ ](?:two|three|four|five|six)(?=[ ]of[ ](?:them|us|these|those|the)\b)
        |\b(?:the|in|from|to|see|by)[ ]step[ ][0-9]{{1,2}}(?![0-9.]))
        |(?P<times>\\(?:times|cdot)(?![a-zA-Z]))
        |(?P<over>\\div(?![a-zA-Z]))
        |(?P<line>\\[\[\]]|\\\\(?![a-zA-Z\[])|\n(?!\s*(?:&|=|\\approx|≈|\\\[|\\\])))
        |(?P<text>\\(?:text|textbf|mathrm|mbox|mathbf)\{{(?P<inside>[^{{}}\n]{{0,80}})\}})
        |(?P<blank>\\[()]|\\(?:quad|qquad|left|right|displaystyle)(?![a-zA-Z])
            |\\(?:begin|end)\{{[a-z]{{1,9}}\*?\}}|&|\*\*|~|\n)
        |(?P<thousands>(?<=[0-9])(?:\{{,\}}|,\\!)(?=[0-9]{{3}}))""",
    re.VERBOSE | re.IGNORECASE,
)
_MAY = re.compile(
    rf"[\\*&~#•\n{{-]|step|part|equation|\bof (?:them|us|the|those)|{_ORDINAL}|^[ ]*\(?[0-9]{{1,2}}[.)]",
    re.IGNORECASE,
)


def tidy(text: str) -> str:
    """Return the text with only its words, numbers and operators; line breaks and displays end a formula."""
    return _AROUND.sub(_instead, text) if _MAY.search(text) else text


def _instead(found: re.Match[str]) -> str:
    size = len(found.group())
    match found.lastgroup:
        case "times":
            return "*".ljust(size)
        case "over":
            return "/".ljust(size)
        case "line":
            return ";".ljust(size)
        case "inside" | "text":
            return f" {found['inside']} ".rjust(size)
        case "thousands":
            return ","
        case _:
            return " " * size
