#!/usr/bin/env bash
# In pint a decade is no time but a ratio of ten, and an acre is not 43,560 square feet.
#
# Expected: `decade` stands in the row of `year`, `century` and `millennium`, which are all defined as times, and
# an acre is 43,560 ft^2 exactly, as every school book and the conversion tables of shops have it.
# Seen (pint 0.25.3): 1 decade is 10 dimensionless (the frequency ratio), so 2 decades do not convert to years, while
# 2 centuries do. 1 acre is 43,560.174 ft^2, for it is that of the US survey foot: exact school arithmetic fails.
# Whom it hurts: whoever checks answers in units with pint's table: `2 decades = 20 years` cannot be told, and
# `1 acre = 43560 square feet` is told to be false.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q 'pint==0.25.3'
cat > "$folder/units.py" <<'PYTHON'
import sys

import pint

registry = pint.UnitRegistry()
kinds = {unit: str(registry.Quantity(1, unit).dimensionality) for unit in ("year", "decade", "century", "millennium")}
print(f"pint {pint.__version__}: {kinds}")
try:
    years = f"{registry.Quantity(2, 'decade').to('year'):~}"
except pint.DimensionalityError as error:
    years = f"DimensionalityError: {error}"
print("2 decades in years:", years)
acre = registry.Quantity(1, "acre").to("foot ** 2").magnitude
print("1 acre in square feet:", acre)
as_seen = kinds["decade"] == "dimensionless" and kinds["century"] == "[time]" and "Error" in years
as_seen = as_seen and 0.1 < acre - 43560 < 0.3
print("as described" if as_seen else "CHANGED: this is no longer what happens")
sys.exit(0 if as_seen else 1)
PYTHON
"$folder/env/bin/python" "$folder/units.py"
