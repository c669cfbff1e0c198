"""What the malrules of algebra say: misconception, what it is as if, where to look, the rule."""

TEXT = """
combines_unlike
  Puts together terms that are not alike; every sum has to become a single term.
  as if unlike terms could be added
  Look at the two terms that were put together.
  Only terms with the same letters can be added.
adds_exponents
  Adds the exponents when adding terms.
  as if a sum of letters were a product
  Look at the exponents.
  In a sum of like terms the exponent stays and the numbers are added.
forgets_letter
  Takes the number for the whole term.
  as if the letter did not count
  Look at the letter of the term.
  A number times a letter keeps its letter.
minus_times_minus
  Is unsure of the sign of a product of two negatives.
  as if minus times minus were minus
  Look at the product of the two negative parts.
first_term_only
  Multiplies only the first term of a bracket.
  as if the factor reached only the first term
  Look at what the factor in front of the bracket multiplies.
last_term_only
  Multiplies only the last term of a bracket.
  as if the factor reached only the last term
  Look at what the factor multiplies.
  The factor multiplies every term of the bracket.
divides_first_only
  Divides only one term of a sum.
  as if only one term were divided
  Look at what is divided.
sign_lost
  Loses a sign when multiplying out or factoring.
  as if the minus inside did not go into the product
  Look at the signs of the products.
minus_bracket
  Does not change the signs behind a negative factor.
  as if the negative factor changed only the first sign
  Look at the negative factor in front of the bracket.
squares_each_term
  Squares a sum term by term.
  as if the square of a sum were the sum of the squares
  Look at the squared bracket.
middle_once
  Takes the middle product of a square only once.
  as if the middle term came only once
  Look at the middle term.
  The square of a sum has twice the product of its terms in the middle.
ends_only
  Multiplies first with first and last with last only.
  as if the middle products were not there
  Count the products of the two brackets.
drops_product
  Leaves out one product of a bracket.
  as if one of the products were not there
  Count the products of the bracket.
  Every term meets every term.
drops_factor
  Leaves out the factor in front of a bracket.
  as if the factor in front were one
  Look at the factor in front of the bracket.
  The factor in front stays until it is multiplied in.
cancels_terms
  Cancels a term of a sum against the divisor.
  as if a term could be cancelled like a factor
  Look at what is cancelled.
  Only a factor of the whole top can be cancelled.
multiplies_exponents
  Multiplies the exponents in a product of powers.
  as if exponents were multiplied in a product
  Look at the exponents.
  In a product of powers of one letter the exponents are added.
divides_exponents
  Divides the exponents in a quotient of powers.
  as if exponents were divided in a quotient
  Look at the exponents.
  In a quotient of powers of one letter the exponents are subtracted.
power_as_product
  Takes a power for a product of base and exponent.
  as if the exponent were a factor
  Look at what the exponent means.
  The exponent says how often the base is multiplied with itself.
square_of_negative
  Confuses the square of a negative number with minus a square.
  as if the minus could go in and out of the square
  Look at whether the minus belongs to what is squared.
  A negative number in brackets has a positive square; without brackets the minus stays.
power_of_first_only
  Raises only the letter of a product to the power.
  as if the exponent reached only the letter
  Look at what the exponent reaches.
  A power of a product raises every factor.
adds_exponents_of_power
  Adds the exponents of a power of a power.
  as if a power of a power added the exponents
  Look at the exponents.
  In a power of a power the exponents are multiplied.
sign_kept
  Moves a number to the other side without changing its sign.
  as if a number crossed the equals sign with its sign unchanged
  Look at the sign of the number that crosses the equals sign.
sign_kept_letter
  Moves a letter term to the other side without changing its sign.
  as if a letter term crossed the equals sign with its sign unchanged
  Look at the sign of the letter term that crosses the equals sign.
one_side_only
  Does something on one side and not on the other.
  as if one side could change alone
  Look at what was done on each side.
  What is done on the left is done on the right.
divides_again
  Undoes a division by dividing once more.
  as if dividing undid a division
  Look at what is done to the letter, and how to undo it.
subtracts_coefficient
  Undoes a product by taking the number away.
  as if the number in front were added to the letter
  Look at how the number in front is joined to the letter.
adds_coefficient
  Undoes a product by adding the number.
  as if the number in front were taken from the letter
  Look at how the number in front is joined to the letter.
  The number in front of the letter multiplies, so divide by it.
drops_negative
  Leaves out the sign of the number in front when dividing.
  as if the number in front had no minus
  Look at the sign of the number in front of the letter.
multiplies_by_coefficient
  Undoes a product by multiplying once more.
  as if multiplying undid a product
  Look at what is done to the letter, and how to undo it.
  The number in front of the letter multiplies, so divide by it.
divides_one_term
  Divides only one term of a side.
  as if only one term had to be divided
  Look at every term of the side that is divided.
  When you divide both sides, divide every term.
multiplies_first_only
  Multiplies only one term of a side.
  as if only the fraction had to be multiplied
  Look at every term of the side that is multiplied.
divides_one_side
  Divides one side and leaves the other.
  as if only one side had to be divided
  Look at what was done on each side.
  What is done on the left is done on the right.
multiplies_one_side
  Multiplies one side and leaves the other.
  as if only one side had to be multiplied
  Look at what was done on each side.
  What is done on the left is done on the right.
multiplies_across
  Multiplies top with top in a proportion.
  as if a proportion were a product of fractions
  Look at what is multiplied with what.
  In a proportion the top of one side times the bottom of the other is equal.
inequality_kept
  Keeps the direction when dividing by a negative number.
  as if an inequality were treated just like an equation
  Look at the direction of the inequality.
flips_for_negative
  Turns the inequality round without a cause.
  as if any minus sign turned the inequality round
  Look at the direction of the inequality.
strictness_changed
  Adds or leaves out the line under the inequality sign.
  as if it did not matter whether the bound belongs to it
  Look at whether the bound itself is meant.
  Moving terms does not change whether the bound belongs to the solutions.
halves_square
  Undoes a square by halving.
  as if a square were twice the number
  Look at what the square means.
forgets_root
  Leaves out the root when undoing a square.
  as if a number were its own root
  Look at what the square means.
  Undo a square with the root.
one_root
  Gives the positive root only.
  as if only a positive number had this square
  Look for all the numbers with this square.
one_factor_only
  Sets only one factor to zero.
  as if only one bracket could be zero
  Look at every factor.
  A product is zero if any of its factors is zero.
divides_by_letter
  Divides by the letter and loses the root zero.
  as if the letter could not be zero
  Look at whether the letter may be zero.
  Do not divide by a letter that may be zero: bring all to one side and factor.
root_signs
  Reads the root from a bracket with the wrong sign.
  as if the root were the number in the bracket
  Look at which number makes the bracket zero.
factor_signs
  Chooses the signs in the brackets wrongly.
  as if the signs in the brackets could be chosen freely
  Look at the signs in the brackets.
ignores_minus
  Overlooks that both numbers must be negative.
  as if the middle term were positive
  Look at the sign of the middle term.
copies_numbers
  Writes the coefficients into the brackets.
  as if the coefficients were the numbers in the brackets
  Look at how the numbers in the brackets are found.
factor_sum_wrong
  Takes a pair with the right product and the wrong sum.
  as if any pair with that product would do
  Look at the sum of the two numbers.
  The two numbers must have the last number as product and the middle one as sum.
factor_product_wrong
  Takes a pair with the right sum and the wrong product.
  as if any pair with that sum would do
  Look at the product of the two numbers.
  The two numbers must have the last number as product and the middle one as sum.
product_not_zero
  Sets factors equal to a number that is not zero.
  as if a product could be split for any number
  Look at the side without brackets.
  Only from a product that is zero can the factors be read one by one.
adds_right_side
  Adds the right sides when subtracting equations.
  as if subtracting concerned only the left
  Look at what was done with the right sides.
subtracts_right_side
  Subtracts the right sides when adding equations.
  as if adding concerned only the left
  Look at what was done with the right sides.
forgets_right_side
  Leaves one right side out when equations are put together.
  as if only one of the right sides counted
  Look at what was done with the right sides.
  What is done on the left is done on the right.
adds_coefficients
  Adds a coefficient where equations are subtracted, or the other way round.
  as if one coefficient were put together differently
  Look at the number in front of each letter.
forgets_to_double
  Overlooks that adding two equal terms gives two of them.
  as if a letter and the same letter were one letter
  Look at how often the letter comes in the sum.
"""
