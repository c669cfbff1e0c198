"""Typeset mathematics: hand-made cases, faithful to what was written, escaped, and bounded."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.verification.display import MAX_TEXT, plain_html, typeset

ALLOWED = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup"),
    *("munder", "mover", "munderover", "mtable", "mtr", "mtd", "mpadded", "mphantom", "mstyle", "menclose", "span"),
}


class Tags(HTMLParser):
    """Collects what a browser would see: elements, attributes, and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


def seen(made: str) -> Tags:
    parser = Tags()
    parser.feed(made)
    parser.close()
    return parser


def inner(made: str) -> str:
    """The one formula in it, without the outermost element and classes."""
    (found,) = re.findall(r"<math[^>]*>(.*?)</math>", made)
    return re.sub(r' (?:fence|stretchy|form)="[a-z]+"', "", found)


def test_a_product_with_a_bracket_and_a_fraction():
    assert inner(typeset("3(x + 5) = 2x/4")) == (
        "<mrow><mn>3</mn><mrow><mo>(</mo><mi>x</mi><mo>+</mo><mn>5</mn><mo>)</mo></mrow><mo>=</mo>"
        "<mfrac><mrow><mn>2</mn><mi>x</mi></mrow><mn>4</mn></mfrac></mrow>"
    )


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("-x^2", "<mrow><mo>−</mo><msup><mi>x</mi><mn>2</mn></msup></mrow>"),
        ("(x + 1)/(y - 2)", "<mfrac><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow>"
         "<mrow><mi>y</mi><mo>−</mo><mn>2</mn></mrow></mfrac>"),
        ("12 / 3 / 2", "<mfrac><mfrac><mn>12</mn><mn>3</mn></mfrac><mn>2</mn></mfrac>"),
        ("1/2x", "<mrow><mfrac><mn>1</mn><mn>2</mn></mfrac><mi>x</mi></mrow>"),
        ("2 * x / 4", "<mrow><mn>2</mn><mo>×</mo><mfrac><mi>x</mi><mn>4</mn></mfrac></mrow>"),
        (r"\frac{1}{2}x", "<mrow><mfrac><mn>1</mn><mn>2</mn></mfrac><mi>x</mi></mrow>"),
        (r"\sqrt{x + 1}", "<msqrt><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow></msqrt>"),
        ("x² <= 9", "<mrow><msup><mi>x</mi><mn>2</mn></msup><mo>≤</mo><mn>9</mn></mrow>"),
        ("2^3^4", "<msup><mn>2</mn><msup><mn>3</mn><mn>4</mn></msup></msup>"),
        ("1 1/2 + 2", "<mrow><mrow><mn>1</mn><mfrac><mn>1</mn><mn>2</mn></mfrac></mrow><mo>+</mo><mn>2</mn></mrow>"),
        ("3 - (-5)", "<mrow><mn>3</mn><mo>−</mo><mrow><mo>(</mo><mo>−</mo><mn>5</mn><mo>)</mo></mrow>"
         "</mrow>"),
    ],
)  # fmt: skip
def test_layout(text: str, made: str):
    assert inner(typeset(text)) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("x = -5", '<mi>x</mi><mo>=</mo><mo form="prefix">−</mo><mn>5</mn>'),
        ("7 - 5 = 2", "<mn>7</mn><mo>−</mo><mn>5</mn>"),
        ("50% - 5 = 1", "<mn>50</mn><mo>%</mo><mo>−</mo><mn>5</mn>"),
        ("(1/2)^2 = 1/4", '<msup><mrow><mo stretchy="true" fence="true" form="prefix">(</mo>'),
        ("1,234 + 1", "<mtext>1,234</mtext>"),
        ("$5 + $6 = $11", "<mtext>$</mtext><mn>5</mn>"),
    ],
)
def test_signs_and_brackets(text: str, made: str):
    assert made in typeset(text)


@pytest.mark.parametrize(
    "text", ["Leo has 18 apples.", "a dog", "$5 and $6", "the ratio 4:5", "well - no", "I am", ""]
)
def test_prose_stays_prose(text: str):
    assert typeset(text) == text


def test_words_between_formulas_stay_where_they_are():
    made = seen(typeset("Subtract 4 from both sides: x = 7 - 4, so x = 3."))
    assert made.words == "Subtract 4 from both sides: x=7−4, so x=3."


@pytest.mark.parametrize("text", [r"$\frac{x}{3} \le 2$", r"\(\frac{x}{3} \le 2\)", r"\[\frac{x}{3} \le 2\]"])
def test_delimited_latex(text: str):
    made = typeset(text)
    assert "<mfrac>" in made
    assert "≤" in made
    assert "\\" not in made


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    r"$\text{<img src=x onerror=alert(1)>}$",
    r"$\text{&lt;img src=x onerror=alert(1)&gt;}$",
    r"$\text{&#x3C;script&#x3E;alert(1)&#x3C;/script&#x3E;}$",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\class{x}{y}\style{color:red}{z}$",
    r"$\newcommand{\a}{\b\b}\newcommand{\b}{\c\c}\a$",
    r"$\def\a{\a\a}\a$",
    "x = 3</math><script>alert(1)</script><math>",
    '"><svg onload=alert(1)>',
    "${alert(1)}",
    "{{constructor.constructor('alert(1)')()}}",
    "'; DROP TABLE labels; --",
    "\u202e3 = x\u202c",
    "\ud800 half a pair",
    "\x00\x07",
    "$" * 500,
    r"$\frac" + "{" * 300 + "}" * 300 + "$",
    "$" + r"\sqrt" * 400 + "x$",
    "$" + "^" * 400 + "$",
    "$" + r"\left(" * 60 + r"\right)" * 60 + "$",
    "(" * 2000,
    "(" * 1000 + ")" * 1000,
    "x^" * 900 + "2",
    "1/" * 900 + "2",
    r"\frac{" * 300 + "1" + "}{2}" * 300,
    "9" * 1900,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_only_text(text: str):
    begin = time.thread_time()
    made = typeset(text)
    assert time.thread_time() - begin < 2
    parsed = seen(made)
    assert parsed.tags <= ALLOWED
    assert not {name for name in parsed.attributes if name.startswith("on") or name in ("href", "src", "style")}
    assert "\u202e" not in made
    made.encode()


def test_a_megabyte_is_cut_with_a_note():
    made = typeset("3x + 4 = 5 and " * 70_000)
    assert len(made) < 100 * MAX_TEXT
    assert "1,048,000 more characters" in made
    assert len(plain_html("<" * 1_000_000)) < 5 * MAX_TEXT


@given(st.text(alphabet=r"xy123+-*/=^(){}[]$\ frac.sqrt<>&'\"", max_size=80))
def test_any_text_gives_known_elements_that_close(text: str):
    made = typeset(text)
    assert seen(made).tags <= ALLOWED
    for tag in ("math", "mrow", "mfrac", "msup"):
        assert made.count(f"<{tag}>") + made.count(f"<{tag} ") == made.count(f"</{tag}>")


def shown(text: str) -> str:
    return "".join(seen(typeset(text)).words.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$20% of 50 = 10$", "20%of50=10"),
        ("$12% + 3%$", "12%+3%"),
        (r"$20\% = 0.2$", "20%=0.2"),
        (r"$\binom52 = 10$", "(52)=10"),
        (r"$\binom{5}{2} = 10$", "(52)=10"),
        (r"$\tbinom n k$", "(nk)"),
        (r"\[ \begin{aligned}x&=1\\y&=2\end{aligned} \]", "x=1y=2"),
    ],
)
def test_what_is_judged_is_seen(text: str, words: str):
    assert shown(text) == words


def test_an_unbraced_binomial_keeps_the_sign_behind_it():
    assert inner(typeset(r"$\binom52 = 10$")) == inner(typeset(r"$\binom{5}{2} = 10$"))


def test_an_unknown_command_is_shown_as_it_was_written():
    assert shown(r"$\require{x} 5$").startswith(r"$\require")
