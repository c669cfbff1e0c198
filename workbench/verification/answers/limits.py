"""Words that keep an answer from being the number beside them: `less than 58`, `not 58`, `58 or more`."""

from __future__ import annotations

import re

_COMPARED = "less|fewer|more|greater|larger|bigger|smaller|higher|lower|older|younger|longer|shorter|other|rather"
_NUMBER = r"(?=[$€£]?\s?[-−]?\s?(?:\\?\()?[-−]?(?:[0-9.√]|\\(?:[dt]?frac|sqrt|pi)(?![a-z])))"
_BEFORE = re.compile(
    rf"(?<![0-9] )\b(?:(?:{_COMPARED}) than|at (?:the )?(?:least|most)|up to|instead of|not|never|neither|nor|cannot"
    rf"|can't|isn't|except|excluding|but|below|under|above|over|beyond)\s+(?:(?:be|equal to|for)\s+)?{_NUMBER}",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"[0-9%$)}]\s*(?:[A-Za-z°]{1,15}\s+)?or "
    r"(?:more|less|fewer|greater|above|below|higher|lower|over|under|older|younger)\b",
    re.IGNORECASE,
)
_MAY = re.compile(r"[a-z] |or ", re.IGNORECASE)
"""What every such phrase has, which is quick to ask."""


def is_limited(text: str) -> bool:
    """Return whether words say that a number is a bound, is excluded, or is not the answer."""
    return _MAY.search(text) is not None and (_BEFORE.search(text) is not None or _BEHIND.search(text) is not None)
