"""Hand-made hostile lines: what has hung, crashed or fooled checkers of mathematics."""

from __future__ import annotations

from collections.abc import Iterator

CANARY = "workbench-fuzz-canary"
"""The file that would appear if anything in a line were executed."""

_POWERS = (
    "9**9**9", "9^9^9", "9^{9^{9}}", "((9**9)**9999)**9999", "2^2^2^2^2^2^2", "10^1000000", "(-9)^(9^9)",
    "x^(10^9)", "0^0^0", "2^-99999999", "1.5^99999", "(1/3)^40000", "(x+1)^100", "(x+y+z)^12*(x-y-z)^12",
    "9^(9^(9^(9^9)))", "(1+x)^12^12", "7^7^7^7 mod 3", "e^e^e^e^79", "√(9^9^9)", "10**10**10%7",
)  # fmt: skip
_FACTORIALS = (
    "5!!!!!!", "((9!)!)!", "factorial(10**7)", "(10000000)!", "99999999999!", "(5!)^(5!)^(5!)",
    "binomial(10^9, 10^8)", "\\binom{100000}{50000}", "gamma(10^9)", "3!^3!^3!", "(((3!)!)!)!",
    "100000! / 99999!", "√((20!)!)", "-(7!)!",
)  # fmt: skip
_CODE = (
    f"__import__('os').system('touch {CANARY}')", f"__import__('pathlib').Path('{CANARY}').touch() = 3",
    f"exec(\"open('{CANARY}','w')\") = 1", f"eval(\"open('{CANARY}','w')\")",
    f"3 = 3; import os; os.mknod('{CANARY}')", "().__class__.__mro__[1].__subclasses__()",
    "x.__class__.__mro__ = 3", "lambda x: 3 = 3", "[x for x in range(10**9)]", f"$(touch {CANARY})",
    f"`touch {CANARY}`", f"; touch {CANARY} #", "{{7*7}} = 49", "${7*7} = 49", "%s%s%s%n = 3",
    "'; DROP TABLE steps; --", "<script>alert(1)</script> = 3", "\\write18{touch x} = 1",
    "\\input{/etc/passwd} = 2", "\\immediate\\openout = 3", "sympify('1') = 1", "f(x)(x)(x)(x) = 3",
    "globals()['x'] = 4", "os.getpid() = 4",
)  # fmt: skip
_LOOKALIKES = (
    "３ ＋ ４ ＝ ７", "٣ + ٤ = ٧", "३ + ४ = ७", "𝟑 + 𝟒 = 𝟕", "³ + ⁴ = ⁷", "½ + ½ = 1", "Ⅲ + Ⅳ = Ⅶ",
    "3 ＋ 4 = 8", "х = 5", "x ꞊ 5", "3‐4 = 1", "3 ⁄ 4 = 0.75", "1/2 = 0٫5", "x² = ²x", "①＋②=③",
    "\u200b3 + 4 = 7", "3\u00ad4 + 1 = 35", "3 + 4 \u2260 7", "\u202e7 = 4 + 3\u202c", "\u2066x = 3\u2069 = 4",
    "a\u0301 = 3", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘! = 3", "👍🏽 + 👩‍👩‍👧 = 3",
)  # fmt: skip
_CONTROL = (
    "3 + 4\x00 = 7", "\x00", "3 +\x1b[31m 4 = 7", "\x1b]0;title\x07 3 = 3", "3\x08 + 4 = 7", "\x7f3 = 3",
    "\ud800 = 3", "3 = \udfff4", "\ufeff3 + 4 = 7", "\u2028 3 = 3 \u2029", "3\r\n=\r3",
    "\x0b\x0c\x1c\x1d\x1e\x85", "\t" * 300 + "3 = 4", "3 = 3" + "\x00" * 300, "\uffff\ufffe = 1",
    "\U0010ffff = \U000e0001",
)  # fmt: skip
_NUMBERS = (
    "1/0 = 5", "0/0 = 0/0", "x/0 = 3", "1/(x - x) = 2", "nan = nan", "inf - inf = 0", "1e999 = 2", "0x10 = 16",
    "1_000 = 1000", "1,2,3,4 = 5", "1..2 = 3", "1.2.3 = 4", ",,,, = 4", "--------3 = 3", "+-+-+-3 = 3",
    "3 % 0 = 1", "100%%%%%% = 3", "1 1/0 = 3", "3:0 = 4:0", "−−−−5 = 5", "0.1e-400 = 0",
    "1/3/3/3/3/3/3/3/3/3 = 2",
)  # fmt: skip


def bombs() -> tuple[str, ...]:
    """All of them, each once: more than 200."""
    return tuple(dict.fromkeys((*_short(), *_long())))


def _short() -> Iterator[str]:
    for power in _POWERS:
        yield power
        yield f"{power} = 3"
    yield from (f"{text} = 2" for text in _FACTORIALS)
    yield from (*_CODE, *_LOOKALIKES, *_CONTROL, *_NUMBERS)


def _long() -> Iterator[str]:
    """Deep brackets, megabyte lines, and bait for regular expressions that backtrack."""
    for size in (30, 1_000, 50_000):
        yield "(" * size + "1" + ")" * size + " = 1"
        yield "(" * size
        yield ")" * size + " = 2"
        yield "-" * size + "1 = 1"
        yield "√" * size + "2 = 1"
        yield "\\frac{" * size + "1}{2} = 1"
        yield "{" * size + "x" + "}" * size + "^2 = 3"
        yield "|" * size + "x = 3"
        yield "^".join("2" for _ in range(size)) + " = 4"
        yield "+".join("x" for _ in range(size)) + " = 4"
        yield " = ".join("3" for _ in range(size))
        yield " or ".join("x = 3" for _ in range(size))
    for bait in (
        "1,", "1,000", "1 1/2 ", "a ", "a, ", "a. ", "Mr. ", "$", "\\$", "**", "<<", "<<1+1=2>>", "\\text{",
        "'a", "0.", "%", "x=", "1:", "- ", "Step 1: ", "Answer: ", "\\boxed{", "....", "\\left(", " ", "\t",
        "é", "＝", "sin ", "1/", "((", "&\\\\",
    ):  # fmt: skip
        yield bait * 20_000
        yield bait * 90 + "!"
        yield "3 + 4 = 7 " + bait * 180
    yield "3 + 4 = 7 " * 100_000
    yield "9" * 1_000_000
    yield "9" * 1_000_000 + " = 3"
    yield "x" * 1_000_000 + " = 3"
    yield " " * 1_000_000 + "3 = 4"
    yield "\n" * 100_000
    yield "3 + 4 = 8\n" * 5_000
    yield "Answer: 3\n" * 5_000
