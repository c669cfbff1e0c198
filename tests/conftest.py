"""What tests of several folders share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# Speed belongs into benchmarks: a busy machine must not fail a test.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def tiny_tutor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random tutor model of one small layer: it writes nonsense, but at once."""
    # Imported here, so that tests which need no model do not wait for torch.
    from workbench.lab.pretrain import Recipe, build_model, build_tokenizer, save_tutor

    folder = tmp_path_factory.mktemp("models") / "tiny"
    recipe = Recipe(hidden=32, layers=1, heads=2, intermediate=64)
    tokenizer = build_tokenizer(sample=300)
    save_tutor(folder, build_model(recipe, len(tokenizer)), tokenizer, recipe)
    return folder
