"""What the malrules of numbers say: misconception, what it is as if, where to look, the rule."""

TEXT = """
minus_minus
  Reads the operation sign and the sign of the number as one minus.
  as if taking away a negative number were taking away
  Look at the two minus signs that stand in a row.
negative_start
  Is unsure of the sign of a sum that starts below zero.
  as if adding to a negative number led further below zero
  Look at the sum that starts with a negative number.
negative_minus
  Is unsure which way to go when something is taken from a negative number.
  as if taking away from a negative number led up towards zero
  Look at what is taken away from a negative number.
two_minuses_plus
  Uses the rule that two negatives make a positive where two negative numbers are added.
  as if two negative numbers together were positive
  Look at the sign of the result of two negative numbers.
  Two debts together are a larger debt: negative and negative add to negative.
smaller_from_larger
  Takes the smaller number from the larger, whichever stands first.
  as if the order of a subtraction did not matter
  Look at the order of the subtraction.
  Taking a larger number from a smaller one gives a negative result.
sign_of_sum
  Gives the sum of a positive and a negative number the wrong sign.
  as if the smaller of the two sizes decided the sign
  Look at the sign of the result.
  The number with the larger size decides the sign of the sum.
adds_instead
  Adds where the line subtracts.
  as if the minus were a plus
  Look at the operation between the two numbers.
  The minus between two numbers takes the second away from the first.
subtracts_instead
  Subtracts where the line adds.
  as if the plus were a minus
  Look at the operation between the two numbers.
  The plus between two numbers puts them together.
adds_sizes
  Adds the sizes of two numbers of different sign.
  as if both numbers pointed the same way
  Look at the signs of the two numbers.
  Numbers of different sign partly cancel: take the difference of the sizes.
multiplies_instead
  Multiplies where the line adds or subtracts.
  as if the sign between the numbers meant times
  Look at the operation between the two numbers.
  Only a times sign, or nothing between a number and a letter, means multiplying.
drops_minus
  Leaves out the minus sign of a term.
  as if the minus did not belong to the term
  Look at the signs: one of them has got lost.
  The sign in front belongs to the term and goes with it.
adds_minus
  Writes a minus sign where there was none.
  as if the term had been negative
  Look at the signs: one of them was not there before.
  A term keeps its sign unless something is done to it.
drops_term
  Leaves out a term when copying or combining.
  as if the term left out were zero
  Count the terms: one of them is missing.
  Every term of a line must go on into the next.
bracket_minus
  Changes only the first sign behind a minus and a bracket.
  as if the minus in front reached only part of the bracket
  Look at the minus in front of the bracket.
left_to_right
  Works strictly from left to right and neglects the order of operations.
  as if the sum came before the product
  Look at which operation comes first.
right_to_left
  Works out the last subtraction first.
  as if the last two numbers stood in brackets
  Look at which of the two subtractions comes first.
  Sums and differences without brackets are worked out from left to right.
bracket_ignored
  Works as though the brackets were not there.
  as if there were no bracket
  Look at the bracket and at what acts on it.
divides_wrong_way
  Divides the second number by the first; thinks division can be switched round.
  as if top and bottom could change places
  Look at which number is divided by which.
  The number before the division sign is divided by the one behind it.
signs_of_quotient
  Is unsure of the sign of a quotient.
  as if the sign of one of the numbers did not count
  Look at the signs in the division.
  Equal signs give a positive quotient, different signs a negative one.
signs_of_product
  Is unsure of the sign of a product.
  as if the minus of one factor did not count
  Look at the signs in the multiplication.
  A positive times a negative is negative.
cancels_to_zero
  Takes a number over itself for nothing.
  as if cancelling left nothing behind
  Look at what is left when equal numbers cancel.
  A number divided by itself is one, not zero.
drops_divisor
  Leaves out what the term is divided by.
  as if dividing by the number changed nothing
  Look at the number that stands below.
  A divisor may only go if both sides are multiplied by it.
zero_divided
  Takes zero divided by a number for that number.
  as if dividing zero gave the divisor
  Look at the zero.
  Zero divided by any other number is zero.
times_zero
  Takes a product with zero for the other factor.
  as if times zero changed nothing
  Look at the zero.
  Zero times any number is zero.
multiplies_instead_of_dividing
  Multiplies where the line divides.
  as if the number below stood above
  Look at whether the line multiplies or divides.
  The number below the fraction bar divides.
subtracts_instead_of_dividing
  Subtracts where the line divides.
  as if dividing were taking away
  Look at the operation between the two numbers.
  Dividing asks how many times one number fits into the other.
adds_instead_of_dividing
  Adds where the line divides.
  as if dividing were adding
  Look at the operation between the two numbers.
  Dividing asks how many times one number fits into the other.
remainder_dropped
  Leaves out the remainder of a division.
  as if the division came out even
  Look at what is left over in the division.
  Keep the remainder as a fraction of the divisor.
adds_instead_of_multiplying
  Adds where the line multiplies.
  as if times meant plus
  Look at the operation between the two parts.
  A number next to a bracket or a times sign means multiplying.
subtracts_instead_of_multiplying
  Subtracts where the line multiplies.
  as if times meant minus
  Look at the operation between the two numbers.
  A times sign means multiplying.
divides_instead_of_multiplying
  Divides where the line multiplies.
  as if times meant divided by
  Look at the operation between the two numbers.
  A times sign means multiplying.
adds_denominators
  Adds fractions by adding tops and bottoms separately.
  as if the bottoms were added like the tops
  Look at the bottoms of the fractions.
adds_bottoms
  Adds the bottoms of fractions of one kind.
  as if the bottoms were added like the tops
  Look at the bottom of the sum.
multiplies_bottoms
  Multiplies equal bottoms when adding.
  as if adding fractions multiplied their bottoms
  Look at the bottom of the sum.
  Fractions of one kind are added by their tops; the bottom stays.
top_only
  Changes the bottom to a common one but keeps the old top.
  as if the bottom could change without the top
  Look at the tops of the new fractions.
bottom_only
  Multiplies the top of a fraction and keeps the old bottom.
  as if the top could change without the bottom
  Look at the bottom of the new fraction.
  Top and bottom of a fraction grow by the same factor.
keeps_bottom
  Multiplies fractions of one kind and keeps their bottom.
  as if a product of fractions kept the bottom
  Look at the bottom of the product.
  In a product of fractions the bottoms are multiplied as well.
cross_multiplies
  Multiplies across in a product, as one does when comparing fractions.
  as if a product of fractions were a division
  Look at what is multiplied with what.
adds_tops
  Adds the tops of a product of fractions.
  as if the tops were added and not multiplied
  Look at the tops of the two fractions.
adds_whole_to_top
  Adds a whole number to the top of a fraction.
  as if a whole were one part
  Look at the whole number beside the fraction.
  A whole is as many parts as the bottom says.
divides_by_top
  Changes the roles of top and bottom when taking a part.
  as if the top divided and the bottom multiplied
  Look at what top and bottom of the fraction do.
forgets_top
  Takes one part only.
  as if the top of the fraction were one
  Look at how many parts are taken.
forgets_bottom
  Multiplies by the top and does not divide by the bottom.
  as if the fraction had no bottom
  Look at the bottom of the fraction.
  The bottom of the fraction divides.
takes_away
  Takes a fraction of a number for something to take away.
  as if a part of a number were the number less the bottom
  Look at what a part of a number means.
divides_straight
  Divides by a fraction by multiplying with it.
  as if dividing by a fraction were multiplying by it
  Look at the fraction that divides.
  To divide by a fraction, turn it upside down and multiply.
turns_the_first
  Turns the first fraction upside down instead of the divisor.
  as if the first fraction had to be turned
  Look at which fraction is turned upside down.
  Only the fraction that divides is turned upside down.
divides_by_percent
  Finds a percentage by dividing by it.
  as if twenty percent were a twentieth
  Look at what percent means.
percent_as_number
  Leaves out the hundredth in a percentage.
  as if percent meant nothing
  Look at the percent sign.
  Percent means hundredths: divide by 100.
percent_as_amount
  Takes a percentage for an amount.
  as if percent were pieces and not a part
  Look at what the percentage is of.
percent_point_wrong
  Divides a percentage by ten or a thousand.
  as if percent meant tenths or thousandths
  Look at the point.
  Percent means hundredths: divide by 100.
takes_the_rest
  Works out what is left instead of the part.
  as if the rest had been asked for
  Look at which part is asked for.
  The percentage of a number is the part itself, not what is left.
forgets_base
  Loses the base that a percentage refers to.
  as if the change were the whole
  Look at the number that the percentage is of.
decimal_as_whole
  Lines up decimals at the right and not at the point.
  as if the digits behind the point counted like whole numbers
  Look at how the decimal points are lined up.
carry_after_point
  Adds before and after the point separately.
  as if ten tenths stayed behind the point
  Look at the digits behind the point.
whole_part_kept
  Does not carry over the point.
  as if nothing had run over the point
  Look at the whole part.
forgets_carry
  Does not carry into the next column.
  as if no column had run over
  Look at the columns that add to more than nine.
  What runs over nine goes into the next column.
smaller_digit_from_larger
  Takes in each column the smaller digit from the larger.
  as if the order of the digits did not matter
  Look at the column where the digit above is the smaller.
  Where the digit above is too small, borrow ten from the next column.
forgets_borrow
  Borrows ten and does not reduce the next column.
  as if what was borrowed were still there
  Look at the column that was borrowed from.
  After borrowing, the next column has one less.
off_by_one
  Counts on or back by one too many or too few.
  as if the start counted as a step
  Count again.
  Counting on starts with the next number.
counting_slip
  Slips by two or by ten in counting.
  as if a step had been counted twice
  Work the sum out again, digit by digit.
  Check a sum by taking it apart again.
point_too_far
  Puts the point of a product at the wrong place.
  as if the point could stand elsewhere
  Look at where the point stands.
place_value
  Writes a zero too many or too few.
  as if the places had moved
  Look at how large the result can be.
  Each place is worth ten times the next one.
table_neighbour
  Takes the neighbour of the right product from the table.
  as if one more or one less were taken
  Look at the multiplication again.
  Check a product by adding or taking away one more factor.
swaps_digits
  Writes two digits in the wrong order.
  as if the order of the digits did not matter
  Look at the order of the digits.
  The place of a digit decides what it is worth.
copies_wrongly
  Copies a number wrongly from the line before.
  as if it were the same number
  Compare the numbers with those of the line before.
  A number that nothing is done to stays as it is.
"""
