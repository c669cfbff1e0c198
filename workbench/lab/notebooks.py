"""Building the notebooks: run each, give every figure a static picture, and note what it was built from.

The committed `.ipynb` is source and result in one. What it was built from stands in its metadata, so that a test can
tell whether source, outputs, model and library still belong together.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.sign import NotebookNotary

from workbench import resources
from workbench.engine.fetch import TUTOR
from workbench.errors import BadInput, WorkbenchError
from workbench.files import write_atomically
from workbench.lab.pace import find_chromium
from workbench.prompts import TEXT_HASH
from workbench.types import content_id
from workbench.verification import Verifier

ROOT = resources.HOME
FOLDER = resources.NOTEBOOKS
FIGURE, PICTURE, PAGE = "application/vnd.plotly.v1+json", "image/png", "text/html"
LARGEST = 500_000
"""Bytes of a notebook's file: larger ones are slow to load and to review."""
CELL_SECONDS = 600
WIDTH, HEIGHT = 780, 380
"""Pixels of a static picture: as wide as a notebook beside its list of files; the height of a figure without one."""
COLOURS = 128
"""In a static picture; more are not seen, and make a notebook big."""
KEY = "workbench"


def notebook_paths(names: tuple[str, ...] = ()) -> list[Path]:
    """Return the notebooks in order, or those whose file name starts with one of the names. Raise `BadInput`."""
    if not FOLDER.is_dir():
        raise BadInput(f"There is no folder {FOLDER}; run from a checkout of the project, which has the notebooks.")
    paths = sorted(FOLDER.glob("[0-9][0-9]-*.ipynb"))
    for name in names:
        if not any(path.name.startswith(name) for path in paths):
            raise BadInput(f"There is no notebook {name!r}; there are {', '.join(p.stem for p in paths)}.")
    return [path for path in paths if not names or path.name.startswith(names)]


def read_notebook(path: Path) -> Any:
    """Return a notebook's file. Raise `BadInput` where it is not one."""
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise BadInput(f"{path} is not a notebook that can be read: {error}") from error


def run_notebook(notebook: Any, progress: Callable[[int], None] | None = None) -> Any:
    """Return a copy with the outputs of running it from top to bottom in a folder of its own.

    `progress` is called with the number of each cell that is done. Raise `WorkbenchError` that says which cell
    failed and why.
    """
    made = nbformat.from_dict(notebook)
    for cell in made.cells:
        cell.metadata.pop("execution", None)
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        client = NotebookClient(
            made,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            record_timing=False,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": folder}},
            on_cell_executed=lambda cell_index, **_: progress(cell_index + 1) if progress else None,
        )
        try:
            client.execute()
        except CellExecutionError as error:
            raise WorkbenchError(f"A cell failed with {error.ename}: {error.evalue}") from error
        except CellTimeoutError as error:
            raise WorkbenchError(f"A cell took longer than {CELL_SECONDS} s; make it do less.") from error
        except (DeadKernelError, AssertionError) as error:
            raise WorkbenchError("The kernel ended early; was it stopped, or is there no RAM left?") from error
    return made


def build_notebook(path: Path, progress: Callable[[int], None] | None = None) -> int:
    """Run a notebook and write it back with static pictures. Returns its size in bytes.

    Raise `WorkbenchError` where a cell fails or the file would be larger than `LARGEST`; the old file then stays.
    """
    made = run_notebook(read_notebook(path), progress)
    _add_pictures([output for cell in made.cells for output in cell.get("outputs", ())])
    reads = made.metadata.get(KEY, {}).get("reads", [])
    made.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        KEY: {"reads": reads, **ingredients(made, reads)},
    }
    text = nbformat.writes(made) + "\n"
    size = len(text.encode())
    if size > LARGEST:
        raise WorkbenchError(f"{path.name} would have {size:,} bytes; show less in it, {LARGEST:,} are the most.")
    write_atomically(path, text)
    return size


def _add_pictures(outputs: Sequence[Any]) -> None:
    """Give every figure among the outputs of cells its static picture."""
    drawn = [output["data"] for output in outputs if FIGURE in output.get("data", {})]
    for data, picture in zip(drawn, pictures([data[FIGURE] for data in drawn]), strict=True):
        # The page would carry the whole drawing library.
        data.pop(PAGE, None)
        data["text/plain"] = "A figure; its static picture is beside it."
        data[PICTURE] = base64.b64encode(picture).decode()


def pictures(figures: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """Return plotly figures, given as their JSON, as PNGs with a transparent ground.

    Plotly draws them itself, in the machine's Chromium, which is asked to load nothing. Raise `BadInput` where
    Chromium or kaleido is missing.
    """
    if not figures:
        return []
    chromium = find_chromium("to draw static pictures")
    try:
        from kaleido import Kaleido
    except ImportError as error:
        raise BadInput("Static pictures need kaleido; install the project with '.[dev]'.") from error

    async def draw() -> list[bytes]:
        # Without mathjax=False it would be loaded from another host.
        async with Kaleido(n=1, mathjax=False, path=chromium) as drawer:
            return [await drawer.calc_fig(figure, opts=_size(figure)) for figure in figures]

    # In a thread of its own: where another event loop runs in this one, as in a notebook, asyncio would refuse.
    with ThreadPoolExecutor(1) as alone:
        return [_light(png) for png in alone.submit(asyncio.run, draw()).result()]


def _size(figure: Mapping[str, Any]) -> dict[str, Any]:
    height = figure.get("layout", {}).get("height") or HEIGHT
    return {"format": "png", "width": WIDTH, "height": height, "scale": 1}


def _light(png: bytes) -> bytes:
    """Return the picture in as many colours as the eye needs: bands that overlap are many kilobytes of blends."""
    from PIL import Image

    made = io.BytesIO()
    Image.open(io.BytesIO(png)).quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(
        made, format="png", optimize=True
    )
    return made.getvalue()


def ingredients(notebook: Any, reads: list[str]) -> Mapping[str, str]:
    """Return what a notebook's outputs depend on, each as a hash: cells, outputs, model, text, verifier, files."""
    sources = [(cell.cell_type, cell.source) for cell in notebook.cells]
    outputs = [cell.get("outputs", []) for cell in notebook.cells]
    files = {name: _hash(ROOT / name) for name in reads}
    return {
        "sources": content_id(sources),
        "outputs": content_id(outputs),
        "model": _hash(TUTOR / "model.safetensors"),
        "text": TEXT_HASH,
        "verifier": Verifier().version,
        **files,
    }


def stale(path: Path) -> list[str]:
    """Return the names of the ingredients that have changed since a notebook was built; none where it is in step."""
    notebook = read_notebook(path)
    noted = dict(notebook.metadata.get(KEY, {}))
    now = ingredients(notebook, noted.get("reads", []))
    return [name for name, value in now.items() if noted.get(name) != value]


def trust(path: Path) -> bool:
    """Let Jupyter show a notebook's styles and pages at once, if its outputs are those that were built here."""
    notebook = read_notebook(path)
    built = notebook.metadata.get(KEY, {}).get("outputs")
    ours = bool(built == content_id([cell.get("outputs", []) for cell in notebook.cells]))
    if ours:
        NotebookNotary().sign(notebook)
    return ours


def _hash(path: Path) -> str:
    """Return the hash of a file's content; empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""
