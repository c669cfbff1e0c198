"""The catalogue of malrules: what each is called, what it stands for, and what helps against it."""

from __future__ import annotations

from pathlib import Path

from workbench.verification.domain import Malrule


def read_wordings(text: str) -> tuple[dict[str, Malrule], dict[str, tuple[str, ...]]]:
    """Return the malrules of a table that a line can show, and the rules of those that are taught.

    The table explains its format in its first lines.
    """
    malrules: dict[str, Malrule] = {}
    rules: dict[str, tuple[str, ...]] = {}
    for name, entries in _blocks(text):
        fields = dict(reversed(entries))  # of two rules the first
        rules[name] = tuple(said for key, said in entries if key == "rule")
        if "misconception" in fields:
            said = (fields["misconception"], f"as if {fields['as if']}", fields["look"], fields["rule"])
            malrules[name] = Malrule(name, *said, fields["example"])
    return malrules, {name: said for name, said in rules.items() if len(said) > 1 or name not in malrules}


def _blocks(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each name with its `key: text` lines."""
    blocks: list[tuple[str, list[tuple[str, str]]]] = []
    for line in text.splitlines():
        if line.startswith(" "):
            key, _, said = line.strip().partition(": ")
            blocks[-1][1].append((key, said))
        elif line and not line.startswith("#"):
            blocks.append((line, []))
    return blocks


CATALOGUE, LESSONS = read_wordings(Path(__file__).with_name("wordings.txt").read_text(encoding="utf-8"))
"""The malrules that a line can show, by name; and what to remember against those that are taught."""


# The sentences that teach: by skill and method, and by skill alone. The shipped model learned these words in its
# pretraining: `prompts.TEXT_HASH` changes with any of them.


STRATEGIES: dict[str, tuple[str, ...]] = {
    "signed": (
        "Work from left to right and watch the signs.",
        "Open the bracket with changed signs, then go from left to right.",
    ),
    "order": ("Brackets first, then products, then sums.",),
    "frac_add": (
        "Write both with the least common denominator, then add the tops.",
        "Multiply the denominators to get a common one, then add the tops.",
    ),
    "frac_of": ("Divide by the bottom, then multiply by the top.", "Multiply by the top, then divide by the bottom."),
    "decimal": ("Give both numbers the same places, then add.",),
    "percent": (
        "Find ten percent, then as many tens as needed, then change the price.",
        "Take the percent that is left of the price.",
    ),
    "ratio": (
        "Add the parts, find one part, then multiply.",
        "Add the parts, multiply the total by the share, then divide.",
    ),
    "rate": ("Find the price of one, then multiply.", "Find how many times as many, then multiply the price."),
    "units": ("Change the big units, then add the rest.", "Add the small units, then change the big ones."),
    "linear_one": ("Move the number across, then divide.", "Do the same on both sides until the letter is alone."),
    "linear_both": (
        "Letters to the left, numbers to the right, then divide.",
        "First bring the letters together, then move the number.",
    ),
    "linear_brackets": ("Multiply out the bracket, then solve.", "Divide by the factor first, then solve."),
    "linear_frac": (
        "Move the number across, then multiply by the denominator.",
        "Multiply everything by the denominator first.",
    ),
    "inequality": (
        "Solve as an equation, but flip for a negative divisor.",
        "Do the same on both sides, but flip for a negative divisor.",
    ),
    "system": ("Combine the equations so that y goes away.", "Combine the equations so that x goes away."),
    "quadratic": (
        "Write it as a product, then make each bracket zero.",
        "Look for two numbers by product and sum, then make each bracket zero.",
    ),
    "expand": ("Multiply every term with every term, then collect.", "Split the first bracket, then multiply out."),
    "factor": ("Pull out the common number or the two brackets.", "Test the numbers by product and sum first."),
    "word_short": ("Follow the story one event at a time.", "Put what comes in together before what goes out."),
    "word_long": ("Write one line for each event of the story.", "Count what comes in before what goes out."),
}
"""What worked, by skill: one sentence for each valid path."""

PATTERNS: dict[str, tuple[str, str]] = {
    "signed": ("signs: two minus signs make a plus, also before a bracket", "signs: minus a negative is plus"),
    "order": ("order: brackets, then products, then sums", "order: sums come last"),
    "frac_add": ("fractions: same bottom first, then add the tops", "fractions: never add the bottoms"),
    "frac_of": ("parts: the bottom divides, the top multiplies", "parts: tops together, bottoms together"),
    "decimal": ("decimals: places under places, carry over the point", "decimals: count the places"),
    "percent": ("percent: a part of the price, then change the price", "percent: ten percent first"),
    "ratio": ("ratio: total divided by all parts, times the own part", "ratio: one part first"),
    "rate": ("rate: the price of one first", "rate: divide to one, then multiply"),
    "units": ("units: the right number between units, then add", "units: big to small times, small to big divided"),
    "linear_one": ("equation: across means the opposite, then divide", "equation: undo the sum, then the product"),
    "linear_both": ("two sides: what crosses changes its sign", "two sides: letters left, numbers right"),
    "linear_brackets": ("bracket: the factor reaches every term", "bracket: multiply all, keep the signs"),
    "linear_frac": ("denominator: multiply it away on every term", "denominator: multiply to undo it"),
    "inequality": ("inequality: a negative divisor flips it", "inequality: flip only for a negative divisor"),
    "system": ("system: do the same on both sides of the equations", "system: left as right"),
    "quadratic": ("square: two roots, each makes a bracket zero", "square: look for both roots"),
    "expand": ("product: every term with every term, signs too", "product: do not forget the middle"),
    "factor": ("factor: check by multiplying back", "factor: product at the end, sum in the middle"),
    "word_short": ("story: read what each event does", "story: say it before you compute it"),
    "word_long": ("long story: one event, one line", "long story: go event by event"),
}
"""Short named rules, by skill: what the insights of a skill come to."""

SAME_LINE = (
    frozenset({"factor_signs", "ignores_minus"}),
    frozenset({"one_root", "halves_square"}),
    frozenset({"sign_kept", "sign_kept_letter"}),
    frozenset({"whole_part_kept", "carry_after_point"}),
)
"""Malrules that can make the same line, so that the name the verifier gives it may be either."""

ALSO_ABOUT = {
    "adds_the_difference": frozenset({"multiplies_total"}),
    "multiplies_total": frozenset({"adds_the_difference"}),
    "forgets_top": frozenset({"divides_by_top"}),
    "forgets_to_change": frozenset({"ten_for_all"}),
    "factor_sum_wrong": frozenset({"factor_signs"}),
}
"""By malrule, others whose sentences are right about it as well: "divide by the bottom, multiply by the top"."""
