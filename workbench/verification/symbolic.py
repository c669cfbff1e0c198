"""What exact arithmetic and polynomials cannot decide, given to SymPy in a killable process."""

from __future__ import annotations

from workbench.verification.pool import Pool

POOL = Pool("workbench.verification.algebra:serve", memory=512 << 20, size=2)
