"""What `import workbench` offers: every name is there, and none is loaded before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import workbench


@pytest.mark.parametrize("name", workbench.__all__)
def test_every_exported_name_is_found(name: str) -> None:
    assert getattr(workbench, name).__name__ if name != "DOMAINS" else workbench.DOMAINS


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(AttributeError, match="'Rum'"):
        workbench.Rum  # noqa: B018


def test_importing_the_package_loads_neither_torch_nor_pydantic() -> None:
    script = "import sys, workbench; print(sorted({'torch', 'pydantic', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
