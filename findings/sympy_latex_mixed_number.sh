#!/usr/bin/env bash
# SymPy prints a product of numbers times a fraction as LaTeX that every reader takes for a mixed number.
#
# Expected: `latex()` puts a `\cdot` between two numbers, as it does in `2 \cdot 3 \cdot \frac{1}{4}`.
# Seen (sympy 1.14.0): where the fraction's denominator is itself a product that was not evaluated, the last sign is
# left out: (3*5)/(4*7) becomes `3 \cdot 5 \frac{1}{4 \cdot 7}`, which reads as 3 times five and a 28th.
# Whom it hurts: whoever prints worked steps with evaluate=False for a tutor, or for a model to learn from: the LaTeX of
# a right line says something else, and a checker that reads mixed numbers calls it wrong.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q 'sympy==1.14.0'
cat > "$folder/printing.py" <<'PYTHON'
import sys

import sympy
from sympy import latex
from sympy.parsing.sympy_parser import parse_expr

printed = {text: latex(parse_expr(text, evaluate=False)) for text in ("(3*5)/(4*7)", "(2*2)/3", "2*3*(1/4)")}
for text, shown in printed.items():
    print(f"sympy {sympy.__version__}: {text} -> {shown}")
joined = r"5 \frac{1}{4 \cdot 7}" in printed["(3*5)/(4*7)"]
apart = all(r"\cdot \frac" in printed[text] for text in ("(2*2)/3", "2*3*(1/4)"))
as_seen = joined and apart
print("as described" if as_seen else "CHANGED: this is no longer what happens")
sys.exit(0 if as_seen else 1)
PYTHON
"$folder/env/bin/python" "$folder/printing.py"
