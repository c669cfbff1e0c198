"""Static pictures of plotly figures without a browser: the kinds of trace that this project draws, by matplotlib.

Simplified: no hover, no legend groups, markers of three shapes. A kind of trace that is not known is refused.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.errors import BadInput

INK = "#7A7A7A"
MARKERS = {"square": "s", "x": "x", "circle": "o", "diamond": "D", "line-ns": "|"}
DASHES = {"dash": "--", "dot": ":", "dashdot": "-."}
COLOURS = 128
"""In a picture; more are not seen, and make a notebook big."""
DPI, WIDTH = 100, 780
"""Pixels an inch, and pixels across: as wide as a notebook is beside its list of files."""


def static_png(figure: Mapping[str, Any]) -> bytes:
    """A plotly figure, given as its JSON (`data`, `layout`), as a PNG with a transparent ground.

    Raises `BadInput` where matplotlib is not installed, or for a kind of trace that is not drawn here.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise BadInput("Static pictures need matplotlib; install the project with '.[dev]'.") from error
    layout = figure.get("layout", {})
    height = layout.get("height") or 380
    canvas = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI)
    FigureCanvasAgg(canvas)
    axes = _axes(canvas, layout, height)
    grouped = layout.get("barmode", "group") == "group"
    bars = [t for t in figure["data"] if t["type"] == "bar"]
    bottoms: dict[tuple[str, Any], float] = {}
    shades = layout.get("colorway", [INK])
    for k, trace in enumerate(figure["data"]):
        plot = axes[trace.get("xaxis", "x")[1:]]
        place = (bars.index(trace), len(bars)) if trace["type"] == "bar" and grouped else (0, 1)
        _draw(plot, {"_colour": shades[k % len(shades)], **trace}, place, bottoms)
    for number, plot in axes.items():
        _dress(plot, layout.get(f"xaxis{number}", {}), layout.get(f"yaxis{number}", {}))
    _add_shapes(axes, layout)
    _add_annotations(axes, layout)
    _head(canvas, axes[""], layout, height)
    _make_room(canvas, axes)
    out = io.BytesIO()
    canvas.savefig(out, format="png", transparent=True)
    return _light(out)


def _light(png: io.BytesIO) -> bytes:
    """The picture in as many colours as the eye needs: bands that overlap are many kilobytes of blends."""
    from PIL import Image

    made = io.BytesIO()
    Image.open(png).quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(made, format="png", optimize=True)
    return made.getvalue()


def plain(text: str) -> str:
    """Text without plotly's tags."""
    return re.sub(r"<[^>]+>", "", text.replace("<br>", "\n")).replace("$", r"\$")


def values(data: Any) -> list[Any]:
    """An array of a figure's JSON as a list: plotly writes numpy's arrays as base64."""
    if isinstance(data, Mapping):
        made = np.frombuffer(base64.b64decode(data["bdata"]), dtype=data["dtype"])
        shape = [int(n) for n in str(data["shape"]).split(",")] if "shape" in data else [-1]
        return list(made.reshape(shape).tolist())
    return list(data) if data is not None else []


def colour(text: Any) -> Any:
    """A CSS colour as matplotlib takes it."""
    found = re.fullmatch(r"rgba?\(([^)]*)\)", str(text).replace(" ", ""))
    if not found:
        return text
    numbers = [float(n) for n in found.group(1).split(",")]
    return (*(n / 255 for n in numbers[:3]), numbers[3] if len(numbers) > 3 else 1.0)


# Axes


def _axes(canvas: Any, layout: Mapping[str, Any], height: float) -> dict[str, Any]:
    """A plot for each pair of axes, at its place within the margins."""
    margin = {"l": 56, "r": 16, "t": 48, "b": 48, **layout.get("margin", {})}
    left, right = margin["l"] / WIDTH, 1 - margin["r"] / WIDTH
    bottom, top = margin["b"] / height, 1 - margin["t"] / height
    found = {}
    for name in sorted(k for k in layout if re.fullmatch(r"xaxis\d*", k)) or ["xaxis"]:
        number = name.removeprefix("xaxis")
        x0, x1 = layout.get(name, {}).get("domain", (0, 1))
        y0, y1 = layout.get(f"yaxis{number}", {}).get("domain", (0, 1))
        width, tall = right - left, top - bottom
        found[number] = canvas.add_axes((left + x0 * width, bottom + y0 * tall, (x1 - x0) * width, (y1 - y0) * tall))
    return found


def _make_room(canvas: Any, axes: Mapping[str, Any]) -> None:
    """Move the left edge of plots whose labels would be cut off, as plotly does by itself."""
    canvas.draw_without_rendering()
    missing = max(0.0, *(6 - plot.get_tightbbox().x0 for plot in axes.values())) / WIDTH
    for plot in axes.values():
        box = plot.get_position()
        if missing and box.x0 < 0.3:
            plot.set_position((box.x0 + missing, box.y0, box.width - missing, box.height))


def _dress(plot: Any, x: Mapping[str, Any], y: Mapping[str, Any]) -> None:
    plot.set_facecolor("none")
    for spine in plot.spines.values():
        spine.set_visible(False)
    if x.get("visible") is False:
        plot.set_axis_off()
    plot.grid(color="#888888", alpha=0.18, linewidth=1)
    plot.set_axisbelow(True)
    plot.tick_params(colors=INK, labelsize=9, length=0)
    for axis, settings, limits in ((plot.xaxis, x, plot.set_xlim), (plot.yaxis, y, plot.set_ylim)):
        if settings.get("type") == "log":
            (plot.set_xscale if axis is plot.xaxis else plot.set_yscale)("log")
        if "range" in settings:
            low, high = settings["range"]
            limits(*((10**low, 10**high) if settings.get("type") == "log" else (low, high)))
        elif settings.get("autorange") == "reversed":
            axis.set_inverted(True)
        axis.set_label_text(plain((settings.get("title") or {}).get("text", "")), color=INK, fontsize=10)
        _ticks(axis, settings)
    if x.get("tickangle"):
        plot.tick_params(axis="x", rotation=-x["tickangle"])
        for label in plot.get_xticklabels():
            label.set_ha("right")
    if x.get("showticklabels") is False:
        plot.set_xticklabels([])


def _ticks(axis: Any, settings: Mapping[str, Any]) -> None:
    from matplotlib.ticker import MultipleLocator, PercentFormatter

    if "tickvals" in settings:
        axis.set_ticks(
            values(settings["tickvals"]), [plain(str(t)) for t in values(settings.get("ticktext"))] or None
        )
    elif isinstance(settings.get("dtick"), int | float):
        axis.set_major_locator(MultipleLocator(settings["dtick"]))
    if str(settings.get("tickformat", "")).endswith("%"):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))


# Traces


def _draw(plot: Any, trace: Mapping[str, Any], place: tuple[int, int], bottoms: dict[tuple[str, Any], float]) -> None:
    kind = trace["type"]
    if kind == "scatter":
        _scatter(plot, trace)
    elif kind == "bar":
        _bar(plot, trace, place, bottoms)
    elif kind == "heatmap":
        _heatmap(plot, trace)
    else:
        raise BadInput(f"A static picture cannot show a trace of kind {kind!r}; use scatter, bar or heatmap.")


def _scatter(plot: Any, trace: Mapping[str, Any]) -> None:
    x, y, mode = values(trace.get("x")), values(trace.get("y")), trace.get("mode", "lines")
    line, marker = trace.get("line", {}), trace.get("marker", {})
    shade = marker.get("color") or line.get("color") or trace.get("_colour")
    if trace.get("fill") == "toself":
        plot.fill(x, y, color=colour(trace.get("fillcolor", shade)), linewidth=0, alpha=trace.get("opacity"))
    if "lines" in mode and line.get("width", 2):
        drawn = {"hv": "steps-post", "vh": "steps-pre"}.get(line.get("shape", ""), "default")
        plot.plot(x, y, color=colour(line.get("color") or shade), linewidth=line.get("width", 2),
                  linestyle=DASHES.get(line.get("dash", ""), "-"), drawstyle=drawn, label=_label(trace))  # fmt: skip
    if "markers" in mode and x:
        sizes = marker.get("size", 7)
        size = [s * s * 0.5 for s in values(sizes)] if not isinstance(sizes, int | float) else (sizes * 0.72) ** 2
        symbol = MARKERS.get(str(marker.get("symbol", "circle")).removesuffix("-open"), "o")
        shades = [colour(c) for c in values(shade)] if isinstance(shade, list | tuple) else colour(shade)
        named = None if "lines" in mode else _label(trace)
        painted = {"c": shades} if isinstance(shades, list) else {"color": shades}
        plot.scatter(x, y, s=size, marker=symbol, label=named, zorder=3, **painted)
    _errors(plot, trace, x, y, shade)
    if "text" in mode:
        lift = 10 if "top" in str(trace.get("textposition", "")) else 0
        for a, b, text in zip(x, y, values(trace.get("text")), strict=False):
            plot.annotate(plain(str(text)), (a, b), xytext=(0, lift), textcoords="offset points", ha="center",
                          va="center" if not lift else "bottom", fontsize=9,
                          color=colour(trace.get("textfont", {}).get("color", INK)), zorder=4)  # fmt: skip


def _errors(plot: Any, trace: Mapping[str, Any], x: Sequence[Any], y: Sequence[Any], shade: Any) -> None:
    for name in ("error_x", "error_y"):
        bars = trace.get(name)
        if bars and bars.get("array") is not None:
            above = values(bars["array"])
            below = values(bars.get("arrayminus")) or above
            given = {"xerr" if name == "error_x" else "yerr": [below, above]}
            plot.errorbar(x, y, fmt="none", ecolor=colour(bars.get("color") or shade), elinewidth=2, **given)


def _bar(plot: Any, trace: Mapping[str, Any], place: tuple[int, int], bottoms: dict[tuple[str, Any], float]) -> None:
    lying = trace.get("orientation") == "h"
    names, lengths = values(trace.get("y" if lying else "x")), values(trace.get("x" if lying else "y"))
    shade = trace.get("marker", {}).get("color") or trace.get("_colour")
    shades = [colour(c) for c in values(shade)] if isinstance(shade, list | tuple) else colour(shade)
    number, count = place
    thick = 0.8 / count
    at: list[Any] = names
    if count > 1:
        axis = plot.yaxis if lying else plot.xaxis
        if all(isinstance(name, str) for name in names):
            at = list(axis.convert_units(names)) if axis.have_units() else list(range(len(names)))
            axis.set_ticks(range(len(names)), names)
        at = [float(a) + (number - (count - 1) / 2) * thick for a in at]
    start = [bottoms.get((trace.get("xaxis", "x"), n), 0.0) for n in names] if count == 1 else [0.0] * len(names)
    for name, length in zip(names, lengths, strict=True):
        key = (trace.get("xaxis", "x"), name)
        bottoms[key] = bottoms.get(key, 0.0) + (length or 0.0)
    heights = [length or 0.0 for length in lengths]
    if lying:
        plot.barh(at, heights, height=thick, left=start, color=shades, label=_label(trace))
    else:
        plot.bar(at, heights, width=thick, bottom=start, color=shades, label=_label(trace))
    _errors(plot, trace, heights if lying else at, at if lying else heights, INK)


def _heatmap(plot: Any, trace: Mapping[str, Any]) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    z = [[np.nan if v is None else float(v) for v in row] for row in values(trace["z"])]
    stops = [(float(at), colour(c)) for at, c in trace.get("colorscale") or ((0, "#ffffff"), (1, "#0072B2"))]
    shades = LinearSegmentedColormap.from_list("stops", stops)
    rows, columns = len(z), len(z[0])
    low, high = trace.get("zmin", np.nanmin(z)), trace.get("zmax", np.nanmax(z))
    plot.pcolormesh(np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5, z, cmap=shades, vmin=low, vmax=high,
                    edgecolors="none")  # fmt: skip
    _name_cells(plot.xaxis, trace.get("x"), columns)
    _name_cells(plot.yaxis, trace.get("y"), rows)
    text = trace.get("text") if trace.get("texttemplate") else None
    for i, row in enumerate(values(text)):
        for j, cell in enumerate(values(row)):
            bright = not np.isnan(z[i][j]) and (z[i][j] - low) / ((high - low) or 1) > 0.6
            plot.text(j, i, plain(str(cell)), ha="center", va="center", fontsize=8.5,
                      color="white" if bright else "#333333")  # fmt: skip


def _name_cells(axis: Any, names: Any, count: int) -> None:
    axis.set_ticks(range(count), [plain(str(name)) for name in values(names)] or [str(i) for i in range(count)])


def _label(trace: Mapping[str, Any]) -> str | None:
    name = trace.get("name")
    return plain(str(name)) if name and trace.get("showlegend", True) is not False else None


# Around the traces


def _add_shapes(axes: Mapping[str, Any], layout: Mapping[str, Any]) -> None:
    from matplotlib.patches import Rectangle

    for shape in layout.get("shapes", ()):
        plot = axes.get(str(shape.get("xref", "x")).split()[0][1:], axes[""])
        across = plot.get_xaxis_transform() if "domain" in str(shape.get("yref", "")) else plot.transData
        line = shape.get("line", {})
        look = {"color": colour(line.get("color", INK)), "linewidth": line.get("width", 1), "transform": across}
        x0, x1, y0, y1 = (shape[k] for k in ("x0", "x1", "y0", "y1"))
        if shape["type"] == "line":
            plot.plot([x0, x1], [y0, y1], linestyle=DASHES.get(line.get("dash", ""), "-"), **look)
        else:
            plot.add_patch(
                Rectangle((x0, y0), x1 - x0, y1 - y0, facecolor=colour(shape.get("fillcolor", "none")),
                          edgecolor=look["color"], linewidth=look["linewidth"], transform=across)
            )  # fmt: skip


def _add_annotations(axes: Mapping[str, Any], layout: Mapping[str, Any]) -> None:
    for note in layout.get("annotations", ()):
        reference = str(note.get("xref", "x"))
        paper = reference == "paper"
        plot = axes[""] if paper else axes.get(reference.split()[0][1:], axes[""])
        at, text = (note["x"], note["y"]), plain(note.get("text", ""))
        if note.get("showarrow") and note.get("axref") == "x":
            arrow = {"arrowstyle": "-|>", "color": colour(note.get("arrowcolor", INK)), "shrinkA": 0, "shrinkB": 0}
            plot.annotate("", at, xytext=(note["ax"], note["ay"]), arrowprops=arrow)
            continue
        font = note.get("font", {})
        where = plot.figure.transFigure if paper else plot.transData
        if paper:
            at = _on_paper(axes, at)
        look = {"color": colour(font.get("color", INK)), "fontsize": 0.75 * font.get("size", 13)}
        plot.text(*at, text, ha=_side(note), va=_height(note), transform=where, **look)


def _height(note: Mapping[str, Any]) -> str:
    return {"bottom": "bottom", "top": "top"}.get(str(note.get("yanchor", "middle")), "center")


def _side(note: Mapping[str, Any]) -> str:
    return {"left": "left", "right": "right"}.get(str(note.get("xanchor", "center")), "center")


def _on_paper(axes: Mapping[str, Any], at: tuple[float, float]) -> tuple[float, float]:
    """A place given in shares of the plotting area, in shares of the whole picture."""
    boxes = [plot.get_position() for plot in axes.values()]
    x0, x1 = min(b.x0 for b in boxes), max(b.x1 for b in boxes)
    y0, y1 = min(b.y0 for b in boxes), max(b.y1 for b in boxes)
    return x0 + at[0] * (x1 - x0), y0 + at[1] * (y1 - y0)


def _head(canvas: Any, plot: Any, layout: Mapping[str, Any], height: float) -> None:
    """The title, and the legend where there is more than one name."""
    title = plain((layout.get("title") or {}).get("text", ""))
    if title:
        canvas.text(0.02, 1 - 14 / height, title, color=INK, fontsize=12, va="center")
    handles, labels = plot.get_legend_handles_labels()
    if labels and layout.get("showlegend", len(labels) > 1):
        asked = layout.get("legend") or {}
        standing, low = asked.get("orientation") == "v", asked.get("y", 1)
        look = {"frameon": False, "fontsize": 9, "labelcolor": INK, "ncols": 1 if standing else len(labels)}
        place = {"loc": "lower right", "bbox_to_anchor": (1, 0) if standing else (1, 1)}
        if low < 0:  # under the plot there is room for rows
            place, look["ncols"] = {"loc": "upper left", "bbox_to_anchor": (0, low)}, 4
        made = plot.legend(handles, labels, **place, **look)
        for handle in made.legend_handles:
            if hasattr(handle, "set_sizes"):
                handle.set_sizes([60])
