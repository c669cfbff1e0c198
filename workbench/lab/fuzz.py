"""Hand-made hostile lines: what has hung, crashed or fooled checkers of mathematics."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

from workbench.lab.speed import solutions
from workbench.types import Knowledge, Problem
from workbench.verification import Verifier, grade
from workbench.verification.symbolic import checker as symbolic
from workbench.verification.symbolic.pool import Holds, Pool
from workbench.verification.symbolic.trees import Call
from workbench.verification.symbolic.values import intervals

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


# Hostile input: no crash, no hang, no growth of memory, nothing executed, from one thread and from many.


HANG_SECONDS = 2 * symbolic.SECONDS
"""The backstop of a check, and as much again for a machine on which eight threads share a core."""
GROWTH_BYTES = 64 << 20
"""What the second half of a run may add, after the first has filled every cache."""
_PIECES = (
    *"0123456789xyzabn+-*/^=<>(){}[]|!%$.,:; ", " = ", " or ", " and ", "**", "==", "<=", ">=", "\\frac{1}{2}",
    "\\sqrt{", "√", "sin ", "log_2 ", "\\boxed{", "\\text{ or }", "\\left(", "\\right)", "×", "÷", "−", "±",
    "²", "≈", "½", "%", "$1,200", "2 1/2", "Answer: ", "#### ", "Step 1: ", "x = ", "twice ", "half of ",
    "dozen ", "<<3+4=7>>", "hours", "Let x be ", "\n", "\t", "\x00", "\u202e", "\u200b", "３", "٣", "х",
    "\ud800", "🙂", "\\", "&", "\\\\", "°", "π", "9" * 50, "0.000001", "1/0", "__import__",
)  # fmt: skip
_EVENTS = ("exec", "compile", "os.system", "os.exec", "os.posix_spawn", "socket.connect", "ctypes.dlopen")
_STORY = Problem("p", "Ann has 2 boxes of 6 pens and buys 3 more. How many pens has she?", "15")
_GOLD = ("7", "x = 5", "1/2", "x > -4", "(x + 2)(x + 3)", "12 apples")


@dataclass(frozen=True)
class FuzzReport:
    """What happened; `passed` only where nothing bad did."""

    strings: int
    bombs: int
    threads: int
    seconds: float
    crashes: tuple[str, ...]
    """Exceptions that came out, with the text that raised them, at most ten."""
    slowest_seconds: float
    slowest_text: str
    hangs: int
    growth_bytes: int
    executed: tuple[str, ...]
    """Audit events that tell of executed code, and the canary file."""
    kill_gives_unknown: bool
    next_check_works: bool
    lost_checks: int

    @property
    def passed(self) -> bool:
        whole = self.kill_gives_unknown and self.next_check_works
        return whole and not (self.crashes or self.hangs or self.executed) and self.growth_bytes <= GROWTH_BYTES


@dataclass
class _Watch:
    """What the threads write down."""

    crashes: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    hangs: int = 0
    executed: list[str] = field(default_factory=list)
    watching: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


def strings(number: int, seed: int, others: Sequence[str] = ()) -> Iterator[str]:
    """Random soups of pieces, mutated steps of generated solutions and of `others`, and any characters at all."""
    rng = Random(seed)
    steps = [*others, *(step for _, written in islice(solutions(seed), 300) for step in written)]
    for _ in range(number):
        kind = rng.random()
        if kind < 0.5:
            yield _mutated(rng, rng.choice(steps))
        elif kind < 0.9:
            yield "".join(rng.choice(_PIECES) for _ in range(rng.randint(1, 40)))
        else:
            yield "".join(chr(rng.randrange(0x11000)) for _ in range(rng.randint(1, 60)))


def _mutated(rng: Random, text: str) -> str:
    for _ in range(rng.randint(1, 5)):
        at = rng.randint(0, len(text))
        match rng.randrange(4):
            case 0:
                text = text[:at] + rng.choice(_PIECES) + text[at:]
            case 1:
                text = text[:at] + text[at + rng.randint(1, 3) :]
            case 2:
                text = text[:at] + text[rng.randint(0, len(text)) :]
            case 3:
                text = text[:at] + text[at : at + 6] * rng.randint(2, 20) + text[at + 6 :]
    return text


def attack(verifier: Verifier, text: str, number: int) -> None:
    """Everything that reads text, on one text: as a step, a solution, a problem, and an answer."""
    plain = Problem("p", "Solve 3x + 5 = 20.", "x = 5", solution=("3x = 15", "x = 5"))
    knowledge = (Knowledge.FREE, Knowledge.ANSWER, Knowledge.REFERENCE)[number % 3]
    verifier.verify(plain, ["3x = 20 - 5", text], knowledge)
    if number % 4 == 3:
        verifier.verify(_STORY, ["6 + 6 = 12", text, text], knowledge)
    if number % 4 == 0:
        verifier.verify(plain, text, knowledge)
    if number % 4 == 1:
        verifier.verify(Problem("p", text, text, solution=(text,)), [text, "x = 3"], knowledge)
    if number % 4 == 2:
        grade(_GOLD[number % len(_GOLD)], text)
        grade(text, _GOLD[number % len(_GOLD)])


def fuzz(
    number: int,
    bomb_number: int,
    threads: int = 8,
    seed: int = 0,
    progress: Callable[[int], None] = lambda count: None,
    others: Sequence[str] = (),
) -> FuzzReport:
    """Half of the strings from this thread, half from many at once; the bombs from both.

    `others` are steps that other people wrote: they are mutated beside those of generated solutions.
    """
    verifier, watch = Verifier(), _Watch()
    chosen = bombs() if bomb_number >= len(bombs()) else bombs()[:: max(1, len(bombs()) // bomb_number)][:bomb_number]
    killed, works = kill_in_mid_check()
    intervals()
    for n, text in enumerate(strings(200, seed + 1, others)):  # whatever is imported late is imported now
        attack(verifier, text, n)
    sys.addaudithook(_auditor(watch))
    lost, began = symbolic.POOL.lost, time.perf_counter()
    watch.watching = True
    half = list(strings(number // 2, seed, others))
    _run(verifier, watch, [*chosen, *half], 0, progress)
    middle = _resident()
    other = list(strings(number - number // 2, seed + 2, others))
    work = [*chosen, *other]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda i: _run(verifier, watch, work[i::threads], i, progress), range(threads)))
    watch.watching = False
    if Path(CANARY).exists():
        watch.executed.append(f"the file {CANARY} appeared")
    return FuzzReport(
        strings=number,
        bombs=len(chosen),
        threads=threads,
        seconds=time.perf_counter() - began,
        crashes=tuple(watch.crashes[:10]),
        slowest_seconds=watch.slowest[0],
        slowest_text=watch.slowest[1][:80],
        hangs=watch.hangs,
        growth_bytes=_resident() - middle,
        executed=tuple(watch.executed[:10]),
        kill_gives_unknown=killed,
        next_check_works=works,
        lost_checks=symbolic.POOL.lost - lost,
    )


def _run(
    verifier: Verifier, watch: _Watch, texts: Sequence[str], first: int, progress: Callable[[int], None]
) -> None:
    for number, text in enumerate(texts, start=first):
        began = time.perf_counter()
        try:
            attack(verifier, text, number)
        except Exception as error:  # the very thing that must not happen, so anything counts
            with watch.lock:
                watch.crashes.append(f"{type(error).__name__}: {error} on {text[:60]!r}")
        seconds = time.perf_counter() - began
        with watch.lock:
            watch.slowest = max(watch.slowest, (seconds, ascii(text[:80])))
            watch.hangs += seconds > HANG_SECONDS
        progress(1)


def _auditor(watch: _Watch) -> Callable[[str, tuple[object, ...]], None]:
    """Python tells of every piece of code that is compiled or run; only while we watch does it count."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watch.watching and event in _EVENTS:
            watch.executed.append(f"{event} {str(arguments)[:60]}")

    return hook


def _resident() -> int:
    """Bytes of memory in use now, where the system tells."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def kill_in_mid_check() -> tuple[bool, bool]:
    """Kill a worker while it works: whether that check is given up as it should, and whether the next works."""
    with_pool = Pool("workbench.verification.symbolic.solving:serve", memory=symbolic.MEMORY, size=1)
    easy = Holds(Call("sqrt", (16,)), "=", 4)
    with_pool.ask(easy, symbolic.SECONDS)
    for worker in with_pool.idle:  # halted, so that on any machine the check is still going on when it is killed
        worker.process.send_signal(signal.SIGSTOP)
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(with_pool.ask(easy, symbolic.SECONDS)))
    asking.start()
    while asking.is_alive() and not with_pool.busy:
        time.sleep(0.001)
    for worker in list(with_pool.busy):
        worker.process.kill()
    asking.join()
    after = with_pool.ask(easy, symbolic.SECONDS)
    with_pool.close()
    return answers == [None], after is not None and after.holds is True
