"""The picture of the flow, and static pictures: the pixels are where the figure's numbers put them."""

from __future__ import annotations

import io
import shutil

import numpy as np
import pytest
from PIL import Image

from tests.notebooks.reading import values
from workbench.errors import BadInput
from workbench.lab import pace
from workbench.lab.notebooks import pictures
from workbench.lab.pace import CHROMIUM_NAMES
from workbench.ui.notebook import STAGES, flow
from workbench.ui.palette import BLUE

RGB = tuple(int(BLUE[i : i + 2], 16) for i in (1, 3, 5))
needs_chromium = pytest.mark.skipif(not any(map(shutil.which, CHROMIUM_NAMES)), reason="needs Chromium on the PATH")


def blue(png: bytes) -> np.ndarray:
    """Where the picture is blue: [height, width] of truth."""
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)
    return (np.abs(picture[..., :3] - RGB).sum(-1) < 30) & (picture[..., 3] > 200)


@needs_chromium
def test_pictures_show_what_the_figures_say():
    bars = {
        "data": [{"type": "bar", "x": ["a", "b"], "y": [1.0, 3.0], "marker": {"color": BLUE}}],
        "layout": {"height": 300, "paper_bgcolor": "rgba(0,0,0,0)"},
    }
    low_high, lit = map(blue, pictures([bars, flow("loop").to_plotly_json()]))
    assert low_high.shape == (300, 780)
    middle = low_high.shape[1] // 2
    assert low_high[:, middle:].sum() == pytest.approx(3 * low_high[:, :middle].sum(), rel=0.05)
    rows, _ = np.nonzero(lit)
    assert rows.max() < 0.4 * lit.shape[0]


def test_without_chromium_it_is_asked_for(monkeypatch):
    assert pictures([]) == []
    monkeypatch.setattr(pace, "CHROMIUM_NAMES", ("no-such-browser",))
    with pytest.raises(BadInput, match="no Chromium on this machine; install one to draw static pictures"):
        pictures([{"data": [], "layout": {}}])


def test_the_lit_stage_alone_is_filled():
    for place, stage in enumerate(STAGES):
        filled = [s for s in flow(stage.name).layout.shapes if s.type == "rect" and s.fillcolor == BLUE]
        assert len(filled) == 1
        assert filled[0].x0 < stage.x < filled[0].x1
        assert f"<b>{place + 1}</b>" in flow(stage.name).layout.annotations[place].text
    with pytest.raises(BadInput, match=r"'loops'"):
        flow("loops")


def test_numbers_that_plotly_packed_are_unpacked():
    packed = {"dtype": "i4", "bdata": "AQAAAAIAAAADAAAABAAAAA==", "shape": "2, 2"}
    assert values(packed) == [[1, 2], [3, 4]]
    assert values(None) == []
    assert values((1, 2)) == [1, 2]
