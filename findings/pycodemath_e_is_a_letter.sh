#!/usr/bin/env bash
# pycodemath refutes the right step from `ln(x)=2` to `x=e^2`, and proves it where it is written `x=exp(2)`.
#
# Expected: a checker of school algebra that knows `ln` reads `e` as its base, as textbooks and calculators do;
# or it calls the step inconclusive.
# Seen (pycodemath 0.4.0, sympy 1.14.0): `e` is a free letter, so the step is REFUTED by a counterexample in which e
# has a value of its own. A refutation counts as certain, so a right step is punished.
# Whom it hurts: whoever takes its verdicts on steps with exponentials or logarithms as a reward or as a second opinion.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q 'pycodemath==0.4.0' 'sympy==1.14.0'
cat > "$folder/steps.py" <<'PYTHON'
import sys
from importlib.metadata import version

from pycodemath.verify import check_steps

said = {}
for end in ("x=e^2", "x=exp(2)"):
    report = check_steps(["ln(x)=2", end])
    said[end] = str(report).replace("\n", " ")
    print(f"pycodemath {version('pycodemath')}, ln(x)=2 then {end}: {said[end][:300]}")
as_seen = "refuted" in said["x=e^2"].lower() and "refuted" not in said["x=exp(2)"].lower()
print("as described" if as_seen else "CHANGED: this is no longer what happens")
sys.exit(0 if as_seen else 1)
PYTHON
"$folder/env/bin/python" "$folder/steps.py"
