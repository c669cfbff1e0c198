"""Files that are read line by line with exact complaints, and written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from workbench.errors import BadInput, StorageError
from workbench.types import from_json

T = TypeVar("T")

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_LONE_HALF = re.compile("[\ud800-\udfff]")
MISSING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EEXIST})


def read_text(path: Path) -> str:
    """Return the whole text of a UTF-8 file. Raise `BadInput` if it is missing, a folder or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    except OSError as error:
        raise unreadable(path, error) from error


def read_jsonl(path: Path, parse: Callable[[str], T]) -> Iterator[T]:
    """Yield each line of a JSONL file through `parse`; blank lines are skipped.

    Raise `BadInput` that names the file, the line and what was wrong with it.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _parsed(path, number, line, parse)
    except OSError as error:
        raise unreadable(path, error) from error


def _parsed(path: Path, number: int, line: bytes, parse: Callable[[str], T]) -> T:
    try:
        return parse(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}, line {number}: not UTF-8 text; save the file as UTF-8.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path}, line {number}: {what_was_wrong(error)}.") from error


def json_object(line: str, example: str) -> dict[str, Any]:
    """Return the JSON object on one line. Raise `ValueError` that says what was found and shows the `example`."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        found = shown(line[error.pos : error.pos + 20].strip() or "the end")
        raise ValueError(
            f"not JSON at column {error.colno} ({found}: {error.msg}); write one object a line"
        ) from error
    except RecursionError as error:
        raise ValueError(f"{shown(line)} is nested too deeply; write one plain object a line") from error
    if not isinstance(row, dict):
        raise ValueError(f"{shown(row)} is not an object; write {example}")
    return row


def json_line(record: object) -> str:
    """Return a record on one line, with letters as they are; in ASCII if it holds half of a surrogate pair."""
    text = json.dumps(record, ensure_ascii=False)
    return text if text.isascii() or not _LONE_HALF.search(text) else json.dumps(record)


def shown(value: object) -> str:
    """Return a value as a message shows it: on one line, and shortened to fit."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def what_was_wrong(error: Exception) -> str:
    """Return the first complaint of a parser in a few words."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{place}: {first['msg']}" if place else first["msg"]
    if isinstance(error, KeyError):
        return f"the key {error} is missing"
    return str(error).rstrip(".") or type(error).__name__


def unreadable(path: Path, error: OSError) -> BadInput:
    """Return why a file that the caller named cannot be read."""
    if path.is_dir():
        return BadInput(f"{path} is a folder; name a file in it.")
    if error.errno in MISSING:
        return BadInput(f"{path} does not exist; check the path.")
    return BadInput(f"{path} cannot be read: {error.strerror or error}.")


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace a file by `content`, whole or not at all, also if the machine stops in between.

    Text is written as UTF-8. A link is followed. Raise `StorageError` and leave the old file as it was.
    """
    target = path.resolve()
    data = content.encode() if isinstance(content, str) else content
    draft = target.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        try:
            # "x" rather than `mkstemp`, so that the file gets the user's umask and not 0600.
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except OSError as error:
        raise refused(path, error) from error


def _sync_folder(folder: Path) -> None:
    """Make the new name itself lasting, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def refused(path: Path, error: OSError) -> StorageError:
    """Return the sentence for a write that the system refused, with its remedy."""
    if error.errno in FULL:
        return StorageError(f"The disk has no room for {path}; free some space and try again.")
    if error.errno in FORBIDDEN:
        return StorageError(f"{path} may not be written; change its permissions or choose another folder.")
    if error.errno in MISSING:
        return StorageError(f"{path} has no folder to be written in; make the folder or choose another.")
    return StorageError(f"{path} cannot be written: {error.strerror or error}.")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it. Raise `StorageError` where that is impossible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StorageError(f"{folder} cannot be a folder: a file is in its place; choose another.") from error
    except OSError as error:
        raise refused(folder, error) from error


def require_writable(folder: Path) -> None:
    """Make sure that a folder exists and takes files, before long work starts. Raise `StorageError`."""
    make_folder(folder)
    probe = folder / f".{secrets.token_hex(8)}.tmp"
    try:
        # Permission bits do not tell of read-only mounts and quotas: only a write does.
        try:
            probe.write_bytes(b"?")
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        raise refused(folder, error) from error


def free_space_check(folder: Path, bytes_needed: int) -> None:
    """Raise `StorageError` if the disk that holds `folder`, made or not, has less room than needed."""
    absolute = folder.absolute()
    there = next(place for place in (absolute, *absolute.parents) if place.exists())
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        raise refused(folder, error) from error
    if free < bytes_needed:
        room = f"{_mib(free)} free and {_mib(bytes_needed)} are needed"
        raise StorageError(f"{folder} has {room}; free some space or choose another.")


def _mib(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB"


def whole_lines(file: Path, kind: type[T]) -> list[T]:
    """Return the records of a JSONL file that were written whole: a kill can tear a line."""
    found = []
    for line in file.read_bytes().splitlines() if file.is_file() else ():
        with suppress(ValidationError):
            found.append(from_json(kind, line.decode(errors="replace")))
    return found


def append_line(file: Path, line: str) -> None:
    """Add a line to a file. Raises `StorageError`."""
    try:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(f"{line}\n")
    except OSError as error:
        raise refused(file, error) from error
