"""A question about a defined function as the equation that it means: f(x) = 2x + 7 with f(x) = 19 is 2x + 7 = 19."""

from __future__ import annotations

import re

_MOST = 300
_WORDS = (
    r"(?:(?:and|then|if|find|determine|solve|compute|what|which|is|are|the|all|every|real|number|numbers|value|values|"
    r"of|for|such|that|so|with|where|when|does|have|we|[a-z](?![a-z(]))[\s,.?]+){0,14}"
)
_QUESTION = re.compile(
    r"(?:let|if|given(?: that)?|suppose(?: that)?|for|consider|define)\s+(?:the function\s+)?"
    r"(?P<name>[a-z])\((?P<letter>[a-z])\)\s*=\s*(?P<body>(?:[^=,;.?!<>]|\.\d){1,60}?)\s*[.,;]?\s+"
    rf"{_WORDS}(?P=name)\((?P<of>[a-z])\)\s*=\s*(?P<value>[-−]?\d{{1,6}}(?:[./]\d{{1,4}})?)[\s,.?]*{_WORDS}",
    re.IGNORECASE,
)


def equation_asked(text: str) -> str | None:
    """Return the equation that a problem about one value of one function asks to solve; None where it is another."""
    if "(" not in text or text.count("=") != 2 or len(text) > _MOST:
        return None
    plain = re.sub(r"\$|\\[()\[\]]", "", text)
    match = _QUESTION.fullmatch(plain.strip() + " ")
    if match is None or match["letter"] == match["name"]:
        return None
    body = re.sub(rf"(?<![A-Za-z\\]){match['letter']}(?![A-Za-z])", match["of"], match["body"])
    return f"Solve {body} = {match['value']}."


__all__ = ["equation_asked"]
