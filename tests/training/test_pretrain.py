"""Pretraining: what is refused before it starts."""

from __future__ import annotations

import pytest

from workbench.errors import BadInput
from workbench.lab import pretrain as module
from workbench.lab.pretrain import Recipe, build_model, build_optimizers, build_tokenizer, pretrain


def test_a_pause_of_another_shape_is_refused_in_a_sentence(tmp_path, monkeypatch):
    tokenizer = build_tokenizer(sample=300)
    monkeypatch.setattr(module, "build_tokenizer", lambda _: tokenizer)
    small = Recipe(hidden=32, layers=1, heads=2, intermediate=64)
    model = build_model(small, len(tokenizer))
    module._keep(tmp_path / "pretrain-state.pt", model, build_optimizers(model, small), 0, 0, small)
    with pytest.raises(BadInput, match="another recipe"):
        pretrain(tmp_path, Recipe(hidden=64, layers=2, heads=2, intermediate=64))
