"""Pairs of answers in other people's notations: equal ones are equal, different ones are not, unread ones are open.

Each row is the known answer, the stated one, whether they are equal, and how the form differs where only it does.
"""

from __future__ import annotations

import pytest

from workbench.types import Judgement
from workbench.verification.answers import compare_answers, final_answer, grade

WORKED, OTHER, SOLVED = "not worked out", "in another form", "not solved"

FOUND = [
    ("36 is the final answer.", "36"), ("I get $36$ as my answer.", "$36$"), ("(Answer: 36)", "36"),
    ("Ans. 36", "36"), ("Answer: [0, 36)", "[0, 36)"), ("Answer: 36, since 9 * 4 = 36", "36"),
    ('{"answer": "36"}', "36"), ("The answer, then, is 36.", "36"), ("The answer would then be 36.", "36"),
    ("Final Answer 36", "36"), ("<final_answer>36</final_answer>", "36"), ("The correct option is (D).", "(D)"),
    ("The answer is option D.", "D"), ("The best choice is to walk.", None), ("Answer: ```36```", "36"),
    ("Answer: '36'", "36"), ("Answer: ≈ 36", "36"), ("9 * 4 = 36 eggs\nA: 36", "36"),
    ("So 9 * 4 = 36.\n#### 36", "36"), ("#### 1,250<|endoftext|>", "1,250"), ("Ans: 36", "36"), ("Answer:\n36", "36"),
    ("### Answer\n\n36 eggs", "36 eggs"), ("**Answer:** 36", "36"), ("**Answer: 36**", "36"),
    ("## Final Answer\n\\[ \\boxed{36} \\]", "36"), ("Final Answer:\n$36$", "$36$"),
    ("Final Answer: The final answer is $36$. I hope it is correct.", "$36$"), ("ANSWER = 36", "36"),
    ("<think>9 * 4</think>\n<answer> 36 </answer>", "36"), ("<answer>The answer is 36.</answer>", "36"),
    ("<answer>36", "36"), ("36 it is. Answer: 36</s>", "36"), ("Answer: `36`", "36"), ("Answer: `$36$`", "$36$"),
    ("The correct answer is 36.", "36"), ("Hence the final result is 36.", "36"), ("Our answer is: **36**", "36"),
    ("Thus, the final answer is \\(36\\).", "36"), ("The answer is 36. Let me check: 30 + 6 = 36.", "36"),
    ("The answer to this question is 36.", "36"), ("\\textbf{Answer:} 36", "36"), ("answer is therefore 36", "36"),
    ("so \\boxed 7", "7"), ("We get \\fbox{7}.", "7"),
    ("\\boxed{\\frac{1}{\\sqrt{3}}} is left.", "\\frac{1}{\\sqrt{3}}"),
    ("Its roots are $\\boxed{4}$ and $\\boxed{-9}$.", "4, -9"), ("\\boxed{4} first, then at last \\boxed{9}", "9"),
    ("\\boxed{4}\n\nThen I saw my mistake.\n\n\\boxed{9}", "9"),
    ("Answer: 8\n\nQuestion: What is 2 + 2?\nAnswer: 4", "8"), ("Answer: 8\n\n### Problem 2:\nThe answer is 4.", "8"),
    ("The solution is x = 7.", "x = 7"), ("The answer is 2.75.", "2.75"),
    ("It takes until 9:15 a.m. to be there.", None), ("We have 36 eggs.", None),
    ("x" * 30_000 + "\nThe answer is 36.", "36"), ("The answer is 36.\n" + "We thank you. " * 300, "36"), ("", None),
]  # fmt: skip

NUMBERS = [
    ("17500", "17{,}500", True, None), ("17500", "17,\\!500", True, None), ("17500", "17\\,500", True, None),
    ("17500", "17 500", True, None), ("17500", "$17{,}500$", True, None), ("17,\\!500", "17500", True, None),
    ("17500", "17.5", False, None), ("17500", "17{,}501", False, None), ("1{,}000", "10{,}00", False, None),
    ("0.0048", "4.8e-3", True, None), ("0.0048", "4.8 \\times 10^{-3}", True, None), ("36000", "3.6E+4", True, None),
    ("36000", "3.6 x 10^4", True, None), ("0.0048", "4.8e-2", False, None), ("5/3", "\\cfrac{5}{3}", True, None),
    ("5/3", "1\\frac{2}{3}", True, None), ("5/3", "1 2/3", True, None), ("\\frac53", "-\\frac53", False, None),
    ("-7/4", "- \\frac{7}{4}", True, None), ("7/4", "- \\frac{7}{4}", False, None), ("1¾", "7/4", True, None),
    ("4/9", "0.\\overline{4}", True, None), ("0.444...", "4/9", True, None), ("4/9", "0.(4)", True, None),
    ("0.2\\overline{3}", "7/30", True, None), ("1/7", "0.142857142857...", True, None), ("0.1(6)", "1/6", True, None),
    ("0.999...", "1", True, None), ("4/9", "0.\\overline{5}", False, None), ("0.\\overline{45}", "5/11", True, None),
    ("45%", "0.45", True, None), ("45%", "45", True, None), ("45\\%", "9/20", True, None),
    ("0.45", "0.45%", False, None), ("45%", "4.5%", False, None), ("1/200", "1/2%", True, None),
    ("half", "1/2", True, None), ("2/3", "two thirds", True, None), ("three quarters", "0.75", True, None),
    ("36", "thirty six", True, None), ("36", "3 dozen", True, None), ("one hundred", "100", True, None),
    ("12", "a dozen", True, None), ("36", "thirty seven", False, None), ("3 dozen", "3", False, None),
    ("9 R 2", "9 remainder 2", True, None), ("9 R 2", "9 r 3", False, None), ("4:7", "4 to 7", True, None),
    ("4:7", "7:4", False, None), ("2:5:6", "4:10:12", True, None), ("2:5:6", "4:10:13", False, None),
    ("4:7", "8/14", True, None), ("6.5", "6,5", None, None), ("1202_7", "1202_{7}", True, None),
    ("1202_7", "1202_8", False, None), ("1202_7", "1202", None, None), ("110_2", "6", True, OTHER),
    ("110_2", "1201_2", None, None), ("١٢", "12", None, None),
]  # fmt: skip

FORMS = [
    ("8", "64^(1/2)", True, WORKED), ("4", "64^{1/3}", True, WORKED), ("4", "\\sqrt[3]{64}", True, WORKED),
    ("4", "∛64", True, WORKED), ("10", "4 + 6", True, WORKED), ("6", "3!", True, WORKED), ("3!", "6", True, None),
    ("\\binom{6}{2}", "15", True, None), ("\\binom62", "15", True, None), ("\\binom{6}{2}", "20", False, None),
    ("(y-4)^2", "y^2 - 8y + 16", True, OTHER), ("y^2 - 8y + 16", "(y-4)^2", True, OTHER),
    ("(y-4)^2", "y^2 + 16", False, None), ("6a + 8", "2(3a + 4)", True, OTHER), ("x = 6", "5x = 30", True, SOLVED),
    ("x = 6", "5x = 35", False, None), ("x > 6", "-x < -6", True, SOLVED), ("x > 6", "-x < 6", False, None),
    ("x = 6", "x = 10 - 4", True, WORKED), ("x = 6", "x = 10 - 5", False, None),
    ("x = 3 or x = -3", "x^2 = 9", True, SOLVED),
]  # fmt: skip

ALGEBRA = [
    ("e^{\\ln 7}", "7", True, None), ("(k+1)^{40}", "(1+k)^{40}", True, None),
    ("(k+1)^{40}", "(1-k)^{40}", False, None), ("\\vec{v}", "v", True, None),
    ("2\\operatorname{cis} 30^\\circ", "2", None, None), ("7\\sqrt{2}", "\\sqrt{98}", True, None),
    ("7\\sqrt{2}", "2\\sqrt{7}", False, None), ("√75", "5√3", True, None),
    ("\\frac{1}{\\sqrt{7}}", "\\frac{\\sqrt{7}}{7}", True, None),
    ("\\sqrt{2}-1", "\\frac{1}{\\sqrt{2}+1}", True, None), ("\\sqrt{2}+1", "\\frac{1}{\\sqrt{2}+1}", False, None),
    ("2^{3/2}", "2\\sqrt{2}", True, None), ("\\sqrt[3]{54}", "3\\sqrt[3]{2}", True, None),
    ("\\sqrt[3]{54}", "3\\sqrt{2}", False, None), ("\\sqrt{7+4\\sqrt{3}}", "2+\\sqrt{3}", True, None),
    ("\\sqrt{b^2}", "b", False, None), ("\\sqrt{b^2}", "|b|", True, None), ("\\sqrt{25b^2}", "5b", False, None),
    ("sqrt((u-6)^2)", "|u - 6|", True, None), ("sqrt((u-6)^2)", "|6-u|", True, None),
    ("sqrt(m^2*n)", "m*sqrt(n)", False, None), ("sqrt(1/k)", "1/sqrt(k)", True, None),
    ("a^{1/2}", "\\sqrt{a}", True, None), ("a\\sqrt{a}", "a^{3/2}", True, None),
    ("7\\pi/4", "\\frac{7}{4}\\pi", True, None), ("7\\pi/4", "7/4", False, None), ("7\\pi/4", "5.5", False, None),
    ("\\frac{\\pi}{3} + 2", "2 + π/3", True, None), ("\\log_3 81", "4", True, None),
    ("\\ln 18", "\\ln 2 + 2\\ln 3", True, None), ("\\ln 18", "2\\ln 9", False, None), ("\\log 1000", "3", True, None),
    ("\\tan^2(w)+1", "\\sec^2(w)", True, None), ("\\tan^2(w)-1", "\\sec^2(w)", False, None),
    ("\\sin 2w", "2\\sin w\\cos w", True, None), ("\\cos 60^\\circ", "1/2", True, None),
    ("\\sin\\frac{\\pi}{3}", "\\frac{\\sqrt{3}}{2}", True, None), ("3pq", "3qp", True, None),
    ("3pq", "3pr", False, None), ("px+q", "q+px", True, None), ("abc", "cba", True, None),
    ("4b + B", "4B + b", False, None), ("k^3 + K^2", "K^2 + k^3", True, None),
    ("\\frac{2}{3}i", "\\frac23i", True, None), ("(2+i)^2", "3+4i", True, None),
    ("2^{n+2}", "4\\cdot 2^n", True, None), ("2^n", "n^2", False, None), ("a_1 + a_2", "a_2 + a_1", True, None),
    ("a_1", "a_2", False, None), ("1/3^{70}", "1/3^{71}", False, None), ("1/2010!", "1/2012!", False, None),
    ("e^{5}+2", "2+e^5", True, None), ("|−3|", "3", True, None),
    ("\\frac{n(n+1)}{2}", "\\frac{n^2+n}{2}", True, None), ("\\sin(w^2)", "\\sin(w)^2", False, None),
]  # fmt: skip

NAMED = [
    ("x=6", "6=6", False, None), ("9=x", "9=9", False, None), ("6", "1 = 1", False, None),
    ("x = 6", "x = x", False, None), ("y = 5x - 3", "5x - 3", True, None), ("5x - 3", "y = 5x - 3", True, None),
    ("y = 5x - 3", "5x - y = 3", True, None), ("y = 5x - 3", "10x - 2y = 6", True, None),
    ("y = 5x - 3", "5x + y = 3", False, None), ("g(x) = 7x", "7x", True, None), ("7x", "g(x) = 7x", True, None),
    ("g(x) = 7x", "g(x) = 8x", False, None), ("P = 2a + 2b", "2(a + b)", True, None), ("x_1 = 4", "4", True, None),
    ("x = 4 or x = 9", "x_1 = 4, x_2 = 9", True, None), ("x = 4 or x = 9", "x_1 = 4, x_2 = 8", False, None),
    ("AB = 11", "11", True, None),
    ("v = \\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix}1\\\\2\\end{pmatrix}", True, None),
    ("(a,b)=(4,9)", "(4,9)", True, None), ("(4,9)", "(a,b)=(9,4)", False, None),
    ("(x, y) = (4, 9)", "x=4,y=9", True, None), ("(x, y) = (4, 9)", "x=9,y=4", False, None),
    ("y=9, x=4", "(4, 9)", True, None), ("m=4", "n=4", False, None), ("2x + 3y = 6", "4x + 6y = 12", True, None),
    ("2x + 3y = 6", "2x - 3y = 6", False, None), ("x^2 + y^2 = 4", "2x^2 + 2y^2 = 8", True, None),
    ("V_1:V_2 = 3:8", "3:8", True, None), ("x=5", "5x", False, None),
]  # fmt: skip

SETS = [
    ("(4, \\infty)", "(4,+\\infty)", True, None), ("\\mathbb{R} \\setminus \\{4\\}", "x \\neq 4", True, None),
    ("x=4, y=9 or x=2, y=1", "(2,1), (4,9)", True, None),
    ("x=4, y=9 or x=2, y=1", "x=4, y=1 or x=2, y=9", False, None), ("A, D", "D, A", True, None),
    ("5\\pi \\approx 15.7", "5\\pi", True, None), ("x = \\frac{8}{3} \\approx 2.67", "8/3", True, None),
    ("x \\approx 2.5", "2.5", True, None), ("a : b = 4 : 9", "4:9", True, None), ("(4, 375)", "(4,375)", True, None),
    ("(4,375)", "4375", False, None), ("5375", "[5,375]", False, None), ("\\{9, 245\\}", "\\{9,245\\}", True, None),
    ("(4, 375) \\cup (400, 500)", "(4,375) \\cup (400,500)", True, None),
    ("(0, 1) \\cup (3, 4)", "(3,4) \\cup (0,1)", True, None),
    ("(0, 1) \\cup (3, 4)", "(0,1) \\cup (3,4]", False, None), ("{4, 9}", "9, 4", True, None),
    ("4, 9", "9, 4", False, None), ("{4, 9}", "{4}", False, None), ("4, 9, 11", "4, 9", False, None),
    ("(4,9),(9,4)", "(9,4),(4,9)", True, None), ("(4,9),(9,4)", "(4,9),(9,5)", False, None),
    ("(4,9)", "4, 9", None, None), ("{4, 9}", "x=4, x=9", True, None), ("x=4,x=9,x=-1", "x=-1,x=4,x=9", True, None),
    ("±7", "-7 or 7", True, None), ("±7", "7", False, None), ("x = ±7", "x = 7 or x = -7", True, None),
    ("-7", "+-7", False, None), ("2 ± √5", "2+√5, 2-√5", True, None), ("p>q", "q<p", True, None),
    ("p>q", "p<q", False, None), ("p>q", "p≥q", False, None), ("x > \\sqrt{7}", "\\sqrt{7} < x", True, None),
    ("x<-3 or 6<x", "6<x or x<-3", True, None), ("x<-3 or 6<x", "-3<x or x<6", False, None),
    ("x>2 and x<11", "11>x and 2<x", True, None), ("x>2 and x<11", "2 < x < 11", True, None),
    ("2 < x < 11", "(2, 11)", True, None), ("2 < x < 11", "2 ≤ x < 11", False, None),
    ("k \\leq \\sqrt{7}", "(-\\infty, \\sqrt{7}]", True, None),
    ("k \\leq \\sqrt{7}", "(-\\infty, \\sqrt{7})", False, None), ("[0, \\frac{\\pi}{3}]", "[0, \\pi/3]", True, None),
    ("[a, b]", "[a,b]", True, None), ("[a, b]", "[a, b)", False, None), ("x > 7", "\\{x \\mid x > 7\\}", True, None),
    ("x > 7", "\\{x : x \\ge 7\\}", False, None), ("x > 7", "(7, \\infty)", True, None),
    ("x \\in [1, 7)", "1 \\le x < 7", True, None), ("-3 \\\\le x \\\\le 8", "[-3,8]", True, None),
    ("x > 7", "y > 7", False, None), ("0 <= x <= 6 and x != 2", "[0,2) U (2,6]", True, None),
    ("x \\neq 4", "(-\\infty,4) \\cup (4,\\infty)", True, None), ("no solution", "There is no solution.", True, None),
    ("no solution", "none", True, None), ("\\emptyset", "no real solutions", True, None),
    ("no solution", "x = 4", False, None), ("x = 4", "no solution", False, None),
    ("all real numbers", "\\mathbb{R}", True, None), ("all real numbers", "x > 0", False, None),
    ("D = (2, 5)", "(2, 5)", True, None), ("y < x/2 - 3", "2y < x - 6", True, None),
    ("\\begin{pmatrix} 4 \\\\ 9 \\end{pmatrix}", "\\begin{pmatrix}4\\\\9\\end{pmatrix}", True, None),
    ("\\begin{pmatrix} 4 \\\\ 9 \\end{pmatrix}", "\\begin{pmatrix}9\\\\4\\end{pmatrix}", False, None),
    ("x > 7", "7", False, None),
]  # fmt: skip

WORDS = [
    ("36", "The correct answer is (B) 36.", True, None), ("36", "(B) 63", False, None), ("(D)", "15", None, None),
    ("DNE", "does not exist", True, None), ("4 cats and 7 dogs", "7 cats and 4 dogs", False, None),
    ("4 cats and 7 dogs", "7 dogs and 4 cats", True, None), ("4 cats, 7 dogs", "7 dogs, 4 cats", True, None),
    ("Ben 4 and Eva 7", "Ben 7 and Eva 4", False, None), ("Ben 4 and Eva 7", "Eva 7 and Ben 4", True, None),
    ("Ben: 4, Eva: 7", "Ben 4 and Eva 7", True, None), ("4 cats and 7 dogs", "4 and 7", True, None),
    ("4 cats and 7 dogs", "11", False, None), ("4 cats and 7 dogs", "4 hens and 7 dogs", None, None),
    ("Yes", "yes.", True, None), ("Yes", "no", False, None), ("Friday", "friday", True, None),
    ("Friday", "Sunday", False, None), ("(D)", "D", True, None), ("(D)", "\\text{(B)}", False, None),
    ("9:15 AM", "9:15 a.m.", True, None), ("9:15", "9:25", False, None),
    ("x \\neq 4", "We find that $x \\neq 4$", True, None), ("36", "The largest $n$ is $36$.", True, None),
    ("36", "It is 36.", True, None), ("36", "The largest $n$ is $35$.", False, None), ("36 eggs", "36", True, None),
    ("36", "36 eggs", True, None), ("36 eggs", "36 hens", False, None), ("36", "Answer:\n36", True, None),
    ("\\boxed{36}", "so \\boxed{36}", True, None), ("36", "x" * 500 + " \\boxed{36}", True, None),
    ("36", "x" * 500, None, None), ("36", "\\foo{36}", None, None), ("\\lim_{x\\to 0} x", "0", None, None),
    ("36", "36?", False, None), ("", "36", None, None), ("f'(x)", "f(x)", None, None),
    ("2f(x) + 1", "1 + 2f(x)", True, None), ("f(x)", "f(y)", None, None), ("8!", "8", None, None),
    ("the red box", "the blue box", False, None),
]  # fmt: skip

PAIRS = [*NUMBERS, *FORMS, *ALGEBRA, *NAMED, *SETS, *WORDS]


@pytest.mark.parametrize(("text", "answer"), FOUND)
def test_an_answer_is_found_where_others_put_it(text: str, answer: str | None) -> None:
    assert final_answer(text) == answer


@pytest.mark.parametrize(("gold", "pred", "equal", "form"), PAIRS)
def test_pairs_of_answers(gold: str, pred: str, equal: bool | None, form: str | None) -> None:
    found = compare_answers(gold, pred)
    assert (found.equal, found.form) == (equal, form), found.reason
    assert found.reason.endswith(".")


@pytest.mark.parametrize(("gold", "pred"), [p[:2] for p in PAIRS if p[2] is True])
def test_equality_has_no_side(gold: str, pred: str) -> None:
    """Seen from the other side they are equal, too, or only not in the wanted form."""
    back = compare_answers(pred, gold)
    assert back.equal is True or back.form is not None, back.reason


def test_only_what_is_equal_pays() -> None:
    for gold, pred, equal, form in PAIRS:
        assert (grade(gold, pred) is Judgement.CORRECT) is (equal is True and form is None)
