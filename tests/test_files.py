"""Files: what the reader says of a bad line, and that a write is whole or not at all."""

import errno
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import files
from workbench.errors import BadInput, StorageError
from workbench.files import (
    free_space_check,
    make_folder,
    read_jsonl,
    require_writable,
    write_atomically,
)
from workbench.types import Problem, from_json, to_json

GOOD = to_json(Problem("p1", "What is 2 + 2?", "4"))


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "problems.jsonl"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def problems(path: Path) -> list[Problem]:
    return list(read_jsonl(path, partial(from_json, Problem)))


def test_records_round_trip_with_blank_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = written(tmp_path, f"\ufeff{GOOD}\n\n{GOOD}\r\n")
    assert [p.id for p in problems(path)] == ["p1", "p1"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "Invalid JSON"),
        ('{"id": "p2"}', "text: Field required"),
        ('{"id": "p2", "text": 3, "answer": "4"}', "text: Input should be a valid string"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_bad_line_is_named_with_what_was_wrong(tmp_path: Path, line: str | bytes, complaint: str) -> None:
    path = written(tmp_path, GOOD.encode() + b"\n" + (line if isinstance(line, bytes) else line.encode()))
    with pytest.raises(BadInput) as raised:
        problems(path)
    message = str(raised.value)
    assert str(path) in message
    assert "line 2" in message
    assert complaint in message
    assert "\n" not in message


def test_a_missing_key_of_a_parse_function_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, '{"a": 1}\n{"b": 1}\n')
    with pytest.raises(BadInput, match="line 2: the key 'a' is missing"):
        list(read_jsonl(path, lambda line: json.loads(line)["a"]))


def test_a_missing_file_and_a_folder_are_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        problems(tmp_path / "none.jsonl")
    with pytest.raises(BadInput, match="is a folder"):
        problems(tmp_path)


@given(content=st.binary(max_size=200))
def test_any_bytes_give_records_or_bad_input(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = written(tmp_path_factory.mktemp("any"), content)
    try:
        problems(path)
    except BadInput as error:
        assert "line" in str(error)  # noqa: PT017


def test_a_write_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, "old")
    write_atomically(path, b"new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_file_follows_the_umask_and_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "a.txt", tmp_path / "link.txt"
    link.symlink_to(path)
    write_atomically(link, "x")
    plain = tmp_path / "plain.txt"
    plain.write_text("x")
    assert link.is_symlink()
    assert path.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("place", ["file/a.txt", "nowhere/a.txt"])
def test_a_folder_that_is_not_there_is_a_storage_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="make the folder or choose another"):
        write_atomically(tmp_path / place, "x")


def test_a_full_disk_leaves_the_old_file_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(StorageError, match="no room"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_past_a_real_limit_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    path = tmp_path / "a.txt"
    write_atomically(path, "old")
    script = """
import resource, sys
from pathlib import Path
from workbench.errors import StorageError
from workbench.files import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_atomically(Path(sys.argv[1]), "x" * 100_000)
except StorageError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    assert "free some space" in done.stdout
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root ignores permissions")
def test_a_folder_without_permission_is_a_storage_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="permissions"):
        require_writable(tmp_path)
    with pytest.raises(StorageError, match="permissions"):
        write_atomically(tmp_path / "a.txt", "x")


def test_a_system_folder_that_takes_no_files_is_a_storage_error() -> None:
    if not Path("/proc/self").exists():
        pytest.skip("no /proc here")
    with pytest.raises(StorageError):
        require_writable(Path("/proc/self"))


def test_require_writable_makes_the_folder_and_leaves_it_empty(tmp_path: Path) -> None:
    require_writable(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    for place in ("a", "a/b"):
        with pytest.raises(StorageError, match="a file is in its place"):
            make_folder(tmp_path / place)


def test_free_space_is_checked_also_for_a_folder_yet_to_be_made(tmp_path: Path) -> None:
    free_space_check(tmp_path / "new" / "deep", 1)
    with pytest.raises(StorageError, match="are needed; free some space"):
        free_space_check(tmp_path / "new", 2**60)
