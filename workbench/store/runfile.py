"""One run as a file: gzipped JSONL of typed records, checked whole before anything is written.

A line is `{"kind": K, "record": R}`; the first is the run. Rollouts may be a choice: those that memory was
written from, and an even sample of every round, so that the file stays small.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench import resources
from workbench.errors import BadInput
from workbench.files import json_object, shown, unreadable, what_was_wrong, write_atomically
from workbench.store import Store
from workbench.store.memory import MemoryEvent, insert_history
from workbench.store.runs import RunInfo, has_run, insert_run, put_problems, put_rounds
from workbench.store.verdicts import insert_judged
from workbench.types import Judged, MemoryItem, Problem, Round, content_id, from_json, to_json

SHIPPED = resources.TRAINED_RUN
"""The run that made the shipped trained model."""
ROLLOUTS = 10_000
"""Rollouts in a file at most, unless the caller says otherwise."""
EVEN_SHARE = 0.5
"""The share of them that is spread evenly over the rounds; the rest is evidence of memory."""
LONGEST_FILE = 512 << 20
"""Bytes of an unpacked file; more is a mistake or an attack."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
EXAMPLE = '{"kind": "round", "record": {...}}'


@dataclass(frozen=True)
class RunRecords:
    """Everything that a file holds of one run."""

    info: RunInfo
    rounds: tuple[Round, ...]
    problems: tuple[Problem, ...]
    events: tuple[MemoryEvent, ...]
    judged: tuple[Judged, ...]


KINDS: Mapping[str, type] = {
    "run": RunInfo,
    "round": Round,
    "problem": Problem,
    "event": MemoryEvent,
    "rollout": Judged,
}


def collect(store: Store, run: str, problems: Mapping[str, Problem], limit: int = ROLLOUTS) -> RunRecords:
    """Return what goes into the file of a run. Raise `BadInput` for an unknown run.

    `problems`: those of the run by id; `limit`: rollouts at most.
    """
    if limit < 0:
        raise BadInput(f"{limit} rollouts cannot be chosen; give 0 or more.")
    events = store.memory.events(run)
    info, judged = store.runs.info(run), store.verdicts.judged(run)
    if len(judged) > limit:
        quota = int(limit * EVEN_SHARE) // max(1, len({j.rollout.round for j in judged}))
        info = replace(info, evenly=quota if info.evenly is None else min(quota, info.evenly))
        judged = choose(judged, store.memory.items(run), limit, info.evenly or 0)
    wanted = {j.rollout.problem_id for j in judged}
    return RunRecords(
        info,
        tuple(store.runs.rounds(run)),
        tuple(p for key, p in sorted(problems.items()) if key in wanted),
        tuple(events),
        tuple(judged),
    )


def choose(judged: Sequence[Judged], memory: Iterable[MemoryItem], limit: int, evenly: int) -> list[Judged]:
    """Return an even sample, `evenly` rollouts of each round, then evidence of memory up to `limit` in all.

    Live items come before retired ones, of each item its newest evidence first. The order is kept.
    """
    chosen = {j.rollout.id for j in even_sample(judged, evenly)}
    known = {j.rollout.id for j in judged}
    items = sorted(memory, key=lambda item: (item.retired is not None, not item.pinned, -item.uses, item.id))
    evidence = [key for item in items for key in reversed(item.evidence) if key in known]
    more = [key for key in dict.fromkeys(evidence) if key not in chosen]
    chosen.update(more[: max(0, limit - len(chosen))])
    return [j for j in judged if j.rollout.id in chosen]


def even_sample(judged: Sequence[Judged], evenly: int | None) -> list[Judged]:
    """Return `evenly` rollouts of each round, those whose ids have the smallest hashes; all for None.

    The hash has nothing to do with what a rollout says, so that shares of the sample stand for all.
    """
    if evenly is None:
        return list(judged)
    by_round: dict[int, list[str]] = {}
    for j in sorted(judged, key=lambda j: content_id(j.rollout.id)):
        by_round.setdefault(j.rollout.round, []).append(j.rollout.id)
    kept = {key for ids in by_round.values() for key in ids[:evenly]}
    return [j for j in judged if j.rollout.id in kept]


def write_run(path: Path, records: RunRecords) -> None:
    """Write a run's file, whole or not at all; the same records give the same bytes. Raise `StorageError`."""
    text = "".join(f"{line}\n" for line in _lines(records))
    write_atomically(path, gzip.compress(text.encode(), mtime=0))


def _lines(records: RunRecords) -> Iterator[str]:
    kinds = {kind: name for name, kind in KINDS.items()}
    groups = ((records.info,), records.rounds, records.problems, records.events, records.judged)
    for record in (record for group in groups for record in group):
        yield f'{{"kind": "{kinds[type(record)]}", "record": {to_json(record)}}}'


def read_run(path: Path) -> RunRecords:
    """Return the records of a run's file, all checked. Raise `BadInput` that names the line and what was wrong."""
    found: dict[type, list[Any]] = {kind: [] for kind in KINDS.values()}
    for number, line in enumerate(_unpacked(path), start=1):
        try:
            record: Any = _record(line, first=number == 1)
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{path}, line {number}: {what_was_wrong(error)}.") from error
        found[type(record)].append(record)
    if not found[RunInfo]:
        raise BadInput(f"{path} is empty; make it with 'workbench export'.")
    groups = (tuple(found[kind]) for kind in (Round, Problem, MemoryEvent, Judged))
    records = RunRecords(found[RunInfo][0], *groups)
    for complaint in _contradictions(records):
        raise BadInput(f"{path}: {complaint}; export the run again.")
    return records


def _unpacked(path: Path) -> Iterator[bytes]:
    """Yield the lines of a gzipped file that are not blank. Raise `BadInput` if it unpacks to too much."""
    size = 0
    try:
        with gzip.open(path) as lines:
            while line := lines.readline(LONGEST_FILE):
                size += len(line)
                if size >= LONGEST_FILE:
                    raise BadInput(f"{path} unpacks to more than {LONGEST_FILE >> 20} MiB; no run is that large.")
                if line.strip():
                    yield line
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        what = shown(str(error) or "cut off")
        raise BadInput(f"{path} is not a whole gzip file ({what}); make it with 'workbench export'.") from error
    except OSError as error:
        raise unreadable(path, error) from error


def _record(line: bytes, first: bool) -> Any:
    row = json_object(line.decode(), EXAMPLE)
    kind = row["kind"]
    if kind not in KINDS:
        raise ValueError(f"`kind` is {shown(kind)}; it is one of {', '.join(KINDS)}")
    if first != (kind == "run"):
        raise ValueError(f"`kind` is {kind!r}; the run is on the first line and nowhere else")
    record: object = from_json(KINDS[kind], json.dumps(row["record"]))
    if isinstance(record, RunInfo) and not NAME.fullmatch(record.name):
        raise ValueError(f"{shown(record.name)} cannot name a run")
    return record


def _contradictions(records: RunRecords) -> Iterator[str]:
    """Yield contradictions between records that are each well formed."""
    yield from _repeated("round", (r.index for r in records.rounds))
    yield from _repeated("problem", (p.id for p in records.problems))
    yield from _repeated("memory event", (e.seq for e in records.events))
    yield from _repeated("rollout", (j.rollout.id for j in records.judged))
    problems = {p.id for p in records.problems}
    for j in records.judged:
        if j.rollout.problem_id not in problems:
            yield f"rollout {j.rollout.id!r} is about the problem {shown(j.rollout.problem_id)}, which is missing"
    for event in records.events:
        if event.item is not None and event.item.id != event.item_id:
            yield f"memory event {event.seq} is about {event.item_id!r} but holds {event.item.id!r}"


def _repeated(what: str, keys: Iterable[object]) -> Iterator[str]:
    seen: set[object] = set()
    for key in keys:
        if key in seen:
            yield f"{what} {key!r} occurs twice"
        seen.add(key)


def import_run(store: Store, path: Path, name: str | None = None) -> str:
    """Put a file's run into the store, under its own name or another; all of it or nothing. Return the name.

    Raise `BadInput` for a bad file, or if there is a run of that name.
    """
    records = read_run(path)
    if name is not None:
        if not NAME.fullmatch(name):
            raise BadInput(f"{shown(name)} cannot name a run; use letters, digits, '.', '_' and '-'.")
        records = replace(records, info=replace(records.info, name=name))
    add_run(store, records)
    return records.info.name


def add_run(store: Store, records: RunRecords) -> None:
    """Put in a whole run in one transaction. Raise `BadInput` if there is one of its name."""
    info, name = records.info, records.info.name
    # A run that was training where it was exported does not train here.
    status = "interrupted" if info.status == "running" else info.status
    with store.database.write() as db:
        if has_run(db, name):
            raise BadInput(f"There is a run {name!r} in this store; import it under another name by --as NAME.")
        insert_run(db, replace(info, status=status))
        put_rounds(db, name, records.rounds)
        put_problems(db, name, records.problems)
        insert_judged(db, name, records.judged)
        insert_history(db, name, records.events)


def shipped_run(store: Store, path: Path = SHIPPED) -> str | None:
    """Return the name of the shipped model's run, imported if the store lacks it; None where none ships."""
    if not path.is_file():
        return None
    name = read_run(path).info.name
    try:
        return name if name in store.runs.names() else import_run(store, path)
    except BadInput:
        if name in store.runs.names():  # another process was faster
            return name
        raise
