from __future__ import annotations

import pytest

from workbench.verification.text.steps import split

STYLES = [
    ("1. We add 3 + 4 = 7.\n2. Then 7 * 2 = 14.", ["We add 3 + 4 = 7.", "Then 7 * 2 = 14."]),
    ("First 3 + 4 = 7.\n\nThen 7 * 2 = 14.", ["First 3 + 4 = 7.", "Then 7 * 2 = 14."]),
    ("Step 1: 3+4=7. Step 2: 7*2=14.", ["3+4=7.", "7*2=14."]),
    ("**Step 1:** 3 + 4 = 7\n**Step 2:** 7 * 2 = 14", ["3 + 4 = 7", "7 * 2 = 14"]),
    ("a) 3 + 4 = 7\nb) 7 * 2 = 14", ["3 + 4 = 7", "7 * 2 = 14"]),
    ("(1) 3 + 4 = 7\n(2) 2 * 7 = 14", ["3 + 4 = 7", "2 * 7 = 14"]),
    ("## Solution\n3 + 4 = 7\n---\nAnswer: 7", ["Solution", "3 + 4 = 7", "Answer: 7"]),
    ("\\[\n3x = 15\n\\]\nSo x = 5.", ["3x = 15", "So x = 5."]),
    ("$$\n3x = 15\n$$", ["3x = 15"]),
    (
        "\\begin{aligned}\n3x + 5 &= 20 \\\\\n3x &= 15\n\\end{aligned}",
        ["3x + 5 &= 20 \\\\", "3x &= 15"],
    ),
    (
        "\\begin{align*} 3x + 5 &= 20 \\\\ 3x &= 15 \\end{align*}",
        ["\\begin{align*} 3x + 5 &= 20 \\\\", "3x &= 15 \\end{align*}"],
    ),
    ("- 3 + 4 = 7", ["- 3 + 4 = 7"]),
    ("3. + 4 = 7", ["3. + 4 = 7"]),
    ("---", ["---"]),
    ("\n \n", []),
]


@pytest.mark.parametrize(("text", "steps"), STYLES, ids=[ascii(t[:24]) for t, _ in STYLES])
def test_styles_of_solutions(text: str, steps: list[str]) -> None:
    found = split(text)
    assert [s.text for s in found] == steps
    assert "".join("".join(text[s.start : s.end] for s in found).split()) == "".join(text.split())


def test_a_list_is_taken_as_it_is() -> None:
    assert [s.text for s in split(["1. 3 + 4 = 7", "", "---"])] == ["1. 3 + 4 = 7", "", "---"]
