"""Static pictures: the pixels are where the figure's numbers put them, and what cannot be drawn is refused."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from workbench.errors import BadInput
from workbench.lab.static import colour, plain, static_png, values
from workbench.ui.notebook import STAGES, flow

BLUE = (0, 114, 178)


def drawn(data: list[dict], **layout: object) -> np.ndarray:
    """The picture as an array [height, width, RGBA]."""
    png = static_png({"data": data, "layout": {"height": 300, **layout}})
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)


def share_of(picture: np.ndarray, rgb: tuple[int, int, int]) -> np.ndarray:
    """Where a colour is: [height, width] of truth."""
    return (np.abs(picture[..., :3] - rgb).sum(-1) < 12) & (picture[..., 3] > 200)


def test_bars_stand_in_the_proportion_of_their_values():
    bars = [{"type": "bar", "x": ["a", "b"], "y": [1.0, 3.0], "marker": {"color": "#0072B2"}}]
    blue = share_of(drawn(bars), BLUE)
    middle = blue.shape[1] // 2
    assert blue[:, middle:].sum() == pytest.approx(3 * blue[:, :middle].sum(), rel=0.05)


def test_a_line_goes_from_corner_to_corner():
    line = [{"type": "scatter", "mode": "lines", "x": [0, 1], "y": [0, 1], "line": {"color": "#0072B2", "width": 4}}]
    rows, columns = np.nonzero(share_of(drawn(line), BLUE))
    assert np.corrcoef(rows, columns)[0, 1] < -0.99


def test_a_heat_map_is_darkest_where_its_value_is_largest():
    stops = [[0, "#ffffff"], [1, "#0072B2"]]
    blue = share_of(
        drawn([{"type": "heatmap", "z": [[0.0, 1.0]], "x": ["a", "b"], "y": ["r"], "colorscale": stops}]), BLUE
    )
    middle = blue.shape[1] // 2
    assert blue[:, middle:].sum() > 1000
    assert blue[:, :middle].sum() == 0


def test_the_lit_stage_alone_is_filled():
    for place, stage in enumerate(STAGES):
        filled = [s for s in flow(stage.name).layout.shapes if s.type == "rect" and s.fillcolor == "#0072B2"]
        assert len(filled) == 1
        assert filled[0].x0 < stage.x < filled[0].x1
        assert f"<b>{place + 1}</b>" in flow(stage.name).layout.annotations[place].text
    lit = share_of(
        np.asarray(Image.open(io.BytesIO(static_png(flow("loop").to_plotly_json()))).convert("RGBA")).astype(int),
        BLUE,
    )
    rows, _ = np.nonzero(lit)
    assert rows.max() < 0.4 * lit.shape[0]


def test_an_unknown_stage_or_trace_is_refused_by_name():
    with pytest.raises(BadInput, match=r"'loops'"):
        flow("loops")
    with pytest.raises(BadInput, match="'pie'"):
        static_png({"data": [{"type": "pie", "values": [1]}], "layout": {}})


def test_numbers_that_plotly_packed_are_unpacked():
    packed = {
        "dtype": "i4",
        "bdata": base64.b64encode(np.array([[1, 2], [3, 4]], "i4").tobytes()).decode(),
        "shape": "2, 2",
    }
    assert values(packed) == [[1, 2], [3, 4]]
    assert values(None) == []
    assert values((1, 2)) == [1, 2]


def test_texts_and_colours_are_read():
    assert plain("<b>2</b> step<br>verdicts $3") == "2 step\nverdicts \\$3"
    assert colour("rgba(255, 0, 0, 0.5)") == (1.0, 0.0, 0.0, 0.5)
    assert colour("#0072B2") == "#0072B2"
