"""The sentences that teach mathematics: by malrule, by skill and method, and by skill alone.

The shipped model learned these words in its pretraining: `prompts.TEXT_HASH` changes with any of them.
"""

from __future__ import annotations

LESSONS: dict[str, tuple[str, str]] = {
    "minus_minus": ("Taking away a negative number adds it.", "Two minus signs in a row make a plus."),
    "negative_start": (
        "Adding to a negative number moves up towards zero.",
        "A negative plus a positive: take the difference of the sizes.",
    ),
    "negative_minus": (
        "Taking away from a negative number moves further below zero.",
        "A negative minus a positive gets more negative.",
    ),
    "bracket_minus": (
        "A minus in front of a bracket changes every sign inside.",
        "Taking away a bracket flips the sign of each term in it.",
    ),
    "left_to_right": ("Multiply before you add.", "A product comes before a sum, wherever it stands."),
    "bracket_ignored": ("Work out the bracket first.", "The factor multiplies the whole bracket."),
    "adds_denominators": (
        "Never add denominators; make them the same first.",
        "Fractions need a common denominator before they are added.",
    ),
    "top_only": (
        "When the denominator is multiplied, multiply the top as well.",
        "Top and bottom of a fraction grow by the same factor.",
    ),
    "adds_bottoms": (
        "With equal denominators add the tops and keep the bottom.",
        "The denominator stays when fractions of one kind are added.",
    ),
    "takes_away": (
        "A fraction of a number means dividing by the denominator.",
        "One part of several is found by dividing, not by taking away.",
    ),
    "divides_by_top": (
        "Divide by the denominator and multiply by the top.",
        "The bottom of the fraction divides, the top multiplies.",
    ),
    "forgets_top": (
        "After dividing, multiply by the top of the fraction.",
        "One part is not enough: take as many parts as the top says.",
    ),
    "cross_multiplies": (
        "Multiply top with top and bottom with bottom.",
        "A product of fractions never goes across.",
    ),
    "adds_tops": ("The tops of a product are multiplied, not added.", "Multiply the tops, do not add them."),
    "point_too_far": (
        "Tenths times a whole number stay tenths: one digit after the point.",
        "The product has as many places as the decimal had.",
    ),
    "decimal_as_whole": (
        "Line up the decimal points before adding.",
        "Fill up with a zero so that both have the same places.",
    ),
    "carry_after_point": (
        "Ten tenths make a whole, carry it over the point.",
        "When the tenths pass nine, the ones go up.",
    ),
    "whole_part_kept": (
        "Add the carried one to the whole part.",
        "When the tenths run over, the whole part grows by one.",
    ),
    "divides_by_percent": (
        "Find ten percent first, then as many tens as needed.",
        "To take a percent do not divide by it: divide by 100 and multiply.",
    ),
    "percent_as_amount": (
        "A percent is a part of the price, not an amount of dollars.",
        "Work out the percent of the price before adding or taking away.",
    ),
    "forgets_base": (
        "The change is not the new price: put it together with the old price.",
        "After finding the change, add it to or take it from the price.",
    ),
    "divides_by_own_part": (
        "Divide the total by the sum of all parts.",
        "Add the parts of the ratio before you divide.",
    ),
    "shares_equally": (
        "A ratio does not share equally: count the parts.",
        "Use the numbers of the ratio, not the number of people.",
    ),
    "other_share": (
        "Multiply by the part of the person asked for.",
        "Take the number in the ratio that belongs to the name.",
    ),
    "adds_the_difference": (
        "Find the price of one first, then multiply.",
        "More things cost more by a factor, not by a sum.",
    ),
    "multiplies_total": (
        "Divide the total by the count before multiplying.",
        "The total is for all of them: find the price of one.",
    ),
    "divides_by_count": (
        "Divide the money by the price of one.",
        "How many can be bought: money divided by the price of one.",
    ),
    "ten_for_all": (
        "Units change by their own number, not by ten or a hundred.",
        "Recall how many small units make one big unit.",
    ),
    "wrong_way": (
        "From small to big units divide.",
        "Fewer big units are needed, so divide by the number.",
    ),
    "forgets_to_change": (
        "Change the big units before adding the rest.",
        "Only equal units can be added: multiply first.",
    ),
    "sign_kept": (
        "A number that crosses the equals sign changes its sign.",
        "Do the opposite on the other side: plus becomes minus.",
    ),
    "sign_kept_letter": (
        "A letter term that crosses the equals sign changes its sign.",
        "Take the letter term away from both sides.",
    ),
    "subtracts_coefficient": (
        "The number in front of the letter multiplies, so divide by it.",
        "Undo a product by dividing, not by taking away.",
    ),
    "drops_negative": (
        "Divide by the negative number with its sign.",
        "Keep the minus of the coefficient when you divide.",
    ),
    "first_term_only": (
        "Multiply every term in the bracket.",
        "The factor in front reaches all terms of the bracket.",
    ),
    "minus_bracket": (
        "A minus times a minus in the bracket gives plus; a minus times a plus gives minus.",
        "The negative factor changes the sign of each term in the bracket.",
    ),
    "sign_lost": (
        "Keep the minus inside the bracket.",
        "The sign of a term goes with it into the product.",
    ),
    "divides_again": (
        "Undo a division by multiplying both sides.",
        "The letter is divided, so multiply by the denominator.",
    ),
    "multiplies_first_only": (
        "When you multiply both sides, multiply every term.",
        "The number beside the fraction is multiplied as well.",
    ),
    "inequality_kept": (
        "Dividing by a negative number turns the inequality round.",
        "Flip the sign when the divisor is negative.",
    ),
    "flips_for_negative": (
        "Only a negative divisor flips the inequality.",
        "A negative number on the right does not turn the sign round.",
    ),
    "adds_right_side": (
        "Subtract the right sides as well.",
        "What is done on the left is done on the right.",
    ),
    "adds_coefficients": (
        "When you subtract equations, subtract the coefficients.",
        "Take one coefficient from the other, do not add them.",
    ),
    "forgets_to_double": (
        "Adding the equations gives two times the letter.",
        "The sum has the letter twice.",
    ),
    "subtracts_right_side": (
        "When you add equations, add the right sides.",
        "Add on the right as on the left.",
    ),
    "one_root": (
        "A square has two roots, one of them negative.",
        "Write both roots, plus and minus.",
    ),
    "halves_square": (
        "Undo a square with the root, not with half.",
        "The square means times itself: look for the root.",
    ),
    "factor_signs": (
        "The numbers in the brackets add up to the middle coefficient.",
        "Check the signs: the sum of the two numbers is the middle one.",
    ),
    "root_signs": (
        "The root is the number that makes the bracket zero.",
        "From the bracket with minus comes a positive root.",
    ),
    "squares_each_term": (
        "A squared bracket has a middle term.",
        "Write the square as bracket times bracket.",
    ),
    "minus_times_minus": (
        "Minus times minus is plus at the end.",
        "The last term is positive when both numbers are negative.",
    ),
    "ends_only": (
        "Every term meets every term: four products.",
        "Do not forget the two middle products.",
    ),
    "divides_first_only": (
        "Divide both terms by the common factor.",
        "The factor comes out of every term.",
    ),
    "ignores_minus": (
        "A negative middle and a positive end need two minus signs.",
        "Both numbers are negative when the middle is negative and the end positive.",
    ),
    "copies_numbers": (
        "Find two numbers with that product and that sum.",
        "The product of the numbers is the end, their sum the middle.",
    ),
    "keyword_left": (
        "Left over things are there as well: add them.",
        "The word left does not always mean taking away.",
    ),
    "each_once": (
        "Each means for every friend: multiply first.",
        "Multiply by the number of friends before taking away.",
    ),
    "one_pack": (
        "Count all packs: multiply before adding.",
        "Packs times the number in each gives how many come.",
    ),
    "double_adds_two": ("Doubled means times two.", "To double multiply by two, do not add two."),
    "half_takes_two": ("Half means divided by two.", "To halve divide by two, do not take two away."),
    "share_subtracts": ("Sharing equally means dividing.", "Divide by the number of friends."),
    "uses_every_number": (
        "Not every number in the text is needed.",
        "Leave out the number that has nothing to do with the question.",
    ),
}
"""What to remember, by malrule: two ways to say it."""

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
    "frac_of": (
        "Divide by the bottom, then multiply by the top.",
        "Multiply by the top, then divide by the bottom.",
    ),
    "decimal": ("Give both numbers the same places, then add.",),
    "percent": (
        "Find ten percent, then as many tens as needed, then change the price.",
        "Take the percent that is left of the price.",
    ),
    "ratio": (
        "Add the parts, find one part, then multiply.",
        "Add the parts, multiply the total by the share, then divide.",
    ),
    "rate": (
        "Find the price of one, then multiply.",
        "Find how many times as many, then multiply the price.",
    ),
    "units": ("Change the big units, then add the rest.", "Add the small units, then change the big ones."),
    "linear_one": (
        "Move the number across, then divide.",
        "Do the same on both sides until the letter is alone.",
    ),
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
    "system": (
        "Combine the equations so that y goes away.",
        "Combine the equations so that x goes away.",
    ),
    "quadratic": (
        "Write it as a product, then make each bracket zero.",
        "Look for two numbers by product and sum, then make each bracket zero.",
    ),
    "expand": (
        "Multiply every term with every term, then collect.",
        "Split the first bracket, then multiply out.",
    ),
    "factor": (
        "Pull out the common number or the two brackets.",
        "Test the numbers by product and sum first.",
    ),
    "word_short": (
        "Follow the story one event at a time.",
        "Put what comes in together before what goes out.",
    ),
    "word_long": ("Write one line for each event of the story.", "Count what comes in before what goes out."),
}
"""What worked, by skill: one sentence for each valid path."""

PATTERNS: dict[str, tuple[str, str]] = {
    "signed": (
        "signs: two minus signs make a plus, also before a bracket",
        "signs: minus a negative is plus",
    ),
    "order": ("order: brackets, then products, then sums", "order: sums come last"),
    "frac_add": ("fractions: same bottom first, then add the tops", "fractions: never add the bottoms"),
    "frac_of": ("parts: the bottom divides, the top multiplies", "parts: tops together, bottoms together"),
    "decimal": ("decimals: places under places, carry over the point", "decimals: count the places"),
    "percent": ("percent: a part of the price, then change the price", "percent: ten percent first"),
    "ratio": ("ratio: total divided by all parts, times the own part", "ratio: one part first"),
    "rate": ("rate: the price of one first", "rate: divide to one, then multiply"),
    "units": (
        "units: the right number between units, then add",
        "units: big to small times, small to big divided",
    ),
    "linear_one": (
        "equation: across means the opposite, then divide",
        "equation: undo the sum, then the product",
    ),
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
