"""What child processes run in tests."""

from __future__ import annotations

import os
import signal

from workbench.types import Diagnosis, Judgement
from workbench.verification.lines.findings import Context, Finding
from workbench.verification.symbolic.pool import Reply


def swallow(size: int, reply: Reply) -> None:
    """Take so many bytes, if they are given."""
    try:
        taken = bytearray(size)
    except MemoryError:
        reply("too much")
    else:
        reply("fits" if len(taken) == size else "")


class Deadly:
    """A checker that ends its process at one word."""

    name = "deadly"

    def __call__(self, context: Context) -> Finding | None:
        if "die" in context.step:
            os.kill(os.getpid(), signal.SIGKILL)
        return Finding(Judgement.CORRECT, Diagnosis.VALID, self.name)
