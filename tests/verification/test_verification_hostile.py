"""Two thousand fuzzed strings and twenty bombs; `workbench bench fuzz` does the hundred thousand."""

from __future__ import annotations

import pytest

from workbench.lab.fuzz import attack, bombs, fuzz, strings
from workbench.verification import Verifier

FOUND = ("5/66 + 32= 8/**6",)
"""Texts over which the fuzzer once found a crash."""


@pytest.mark.parametrize("text", FOUND)
def test_what_once_crashed(text: str):
    for number in range(12):
        attack(Verifier(), text, number)


def test_hostile_input():
    report = fuzz(2000, 20)
    assert not report.crashes
    assert not report.hangs, report.slowest_text
    assert not report.executed
    assert report.kill_gives_unknown
    assert report.next_check_works
    assert report.passed, report.growth_bytes


def test_there_are_more_than_two_hundred_bombs():
    assert len(bombs()) > 200
    assert len(set(bombs())) == len(bombs())


def test_the_strings_are_the_same_for_a_seed():
    assert list(strings(50, 3)) == list(strings(50, 3))
    assert list(strings(50, 3)) != list(strings(50, 4))
