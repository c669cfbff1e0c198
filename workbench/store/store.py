"""The store: one SQLite file for all runs, safe for several threads and processes at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.dialects.sqlite import insert

from workbench.errors import BadInput
from workbench.files import make_folder
from workbench.store import memory_log
from workbench.store.app_methods import AppMethods
from workbench.store.connection import open_engine, reporting, store_path
from workbench.store.labels import LabelMethods
from workbench.store.memory_log import MemoryEvent
from workbench.store.migrations import migrate
from workbench.store.rows import RunInfo, chunks, of_round, require_run, rollout_row, verdict_row
from workbench.store.schema import rollouts, rounds, runs, verdicts
from workbench.types import Judged, Knowledge, MemoryItem, Rollout, Round, Verdict, from_json, to_json

DEFAULT_PATH = Path("runs/workbench.db")
"""Where the store lies unless the caller says otherwise."""


class Store(LabelMethods, AppMethods):
    """Open with `Store.open`, close by leaving its `with` block.

    Methods raise `StorageError` where the disk or the database refuses, and `BadInput` for an unknown run.
    What a method wrote stays when it returns, also if the process is killed right after.
    """

    def __init__(self, engine: Engine, path: Path) -> None:
        self._readers = engine
        self._writers = engine.execution_options(begin="IMMEDIATE")
        self.path = path

    @classmethod
    def open(cls, place: str | Path = DEFAULT_PATH, wait_s: float = 30.0) -> Store:
        """The store in a file, given as a path or a `sqlite:///` URL; made with its folder if new.

        `wait_s`: seconds to wait for other writers. Raises `StorageError` also for a newer version's store.
        """
        path = store_path(place)
        make_folder(path.absolute().parent)
        store = cls(open_engine(path, wait_s), path)
        try:
            with reporting(path):
                migrate(store._readers, path)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        self._readers.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with reporting(self.path), self._readers.begin() as db:
            yield db

    @contextmanager
    def _write(self, run: str | None = None) -> Iterator[Connection]:
        """A short transaction that holds the write lock from its first statement on."""
        with reporting(self.path), self._writers.begin() as db:
            if run is not None:
                require_run(db, run)
            yield db

    # Runs

    def create_run(self, name: str, config_json: str, versions: Mapping[str, str]) -> None:
        """Record a new run with status `running`. Raises `BadInput` if there is one of that name."""
        row = {
            "name": name,
            "created": datetime.now(UTC).isoformat(),
            "config": config_json,
            "versions": json.dumps(dict(versions), sort_keys=True),
            "status": "running",
        }
        with self._write() as db:
            if db.scalar(select(runs.c.seq).where(runs.c.name == name)) is not None:
                raise BadInput(f"There is a run {name!r} in {self.path}; resume it or choose another name.")
            db.execute(runs.insert(), row)

    def run_names(self) -> list[str]:
        """Names of all runs, oldest first."""
        with self._read() as db:
            return list(db.scalars(select(runs.c.name).order_by(runs.c.seq)))

    def latest_run(self) -> str | None:
        """Name of the run that was made last; None in an empty store."""
        with self._read() as db:
            return db.scalar(select(runs.c.name).order_by(runs.c.seq.desc()).limit(1))

    def run_info(self, name: str) -> RunInfo:
        """What is known of a run. Raises `BadInput`, with the nearest name, if there is none."""
        with self._read() as db:
            require_run(db, name)
            row = db.execute(select(runs).where(runs.c.name == name)).one()
        return RunInfo(row.name, row.created, row.config, json.loads(row.versions), row.status, row.evenly)

    def set_status(self, run: str, status: str) -> None:
        with self._write(run) as db:
            db.execute(update(runs).where(runs.c.name == run).values(status=status))

    # Rounds, rollouts and verdicts

    def save_round(self, run: str, done: Round) -> None:
        """Record a round; one of the same index is replaced, as when a resumed run repeats it."""
        row = {"run": run, "index": done.index, "json": to_json(done)}
        statement = insert(rounds)
        statement = statement.on_conflict_do_update(
            index_elements=["run", "index"], set_={"json": statement.excluded.json}
        )
        with self._write(run) as db:
            db.execute(statement, row)

    def rounds(self, run: str) -> list[Round]:
        """All rounds of a run by index."""
        with self._read() as db:
            require_run(db, run)
            query = select(rounds.c.json).where(rounds.c.run == run).order_by(rounds.c.index)
            return [from_json(Round, text) for text in db.scalars(query)]

    def save_rollouts(self, run: str, new: Iterable[Rollout]) -> None:
        """Record rollouts; saving one again changes nothing.

        Raises `BadInput`, and saves none, if an id is stored with another text or other tokens.
        """
        rows = [rollout_row(run, rollout) for rollout in new]
        if not rows:
            return
        statement = insert(rollouts)
        old, given = rollouts.c.json, statement.excluded.json
        # Log-probabilities may differ in the last bit on another machine: what was sampled may not.
        same = [func.json_extract(old, p) == func.json_extract(given, p) for p in ("$.text", "$.token_ids")]
        statement = statement.on_conflict_do_update(
            index_elements=["run", "id"], set_={"json": given}, where=same[0] & same[1]
        )
        with self._write(run) as db:
            if db.execute(statement, rows).rowcount < len(rows):
                raise BadInput(f"A rollout of run {run!r} has the id of one in {self.path} with other content.")

    def rollouts(self, run: str, round: int | None = None) -> list[Rollout]:
        """Rollouts of a run, or of one of its rounds, in the order in which they were saved."""
        with self._read() as db:
            require_run(db, run)
            query = of_round(select(rollouts.c.json), run, round)
            return [from_json(Rollout, text) for text in db.scalars(query)]

    def save_verdicts(self, run: str, pairs: Iterable[tuple[str, Verdict]]) -> None:
        """Record verdicts by rollout id, as the ones that came last.

        One of the same verifier and knowledge is replaced. Raises `BadInput`, and saves none, for a rollout that the
        run does not have.
        """
        rows = [verdict_row(rollout_id, verdict) for rollout_id, verdict in pairs]
        if not rows:
            return
        statement = insert(verdicts)
        statement = statement.on_conflict_do_update(
            index_elements=["rollout_id", "verifier", "knowledge"],
            set_={
                "json": statement.excluded.json,
                "seq": select(func.max(verdicts.c.seq) + 1).correlate(None).scalar_subquery(),
            },
        )
        with self._write(run) as db:
            wanted = {row["rollout_id"] for row in rows}
            query = select(rollouts.c.id).where(rollouts.c.run == run)
            found = {key for ids in chunks(wanted) for key in db.scalars(query.where(rollouts.c.id.in_(ids)))}
            if missing := sorted(wanted - found):
                raise BadInput(f"Run {run!r} has no rollout {missing[0]!r}; save rollouts before verdicts.")
            db.execute(statement, rows)

    def verdict_of(self, rollout_id: str, verifier: str, knowledge: Knowledge = Knowledge.ANSWER) -> Verdict | None:
        """One version's verdict on a rollout; None if it has not been verified by it."""
        return self.verdicts_of([rollout_id], verifier, knowledge).get(rollout_id)

    def verdicts_of(
        self, rollout_ids: Iterable[str], verifier: str, knowledge: Knowledge = Knowledge.ANSWER
    ) -> dict[str, Verdict]:
        """One version's verdicts by rollout id; rollouts that it has not verified are left out."""
        of_version = (verdicts.c.verifier == verifier) & (verdicts.c.knowledge == knowledge.value)
        query = select(verdicts.c.rollout_id, verdicts.c.json).where(of_version)
        with self._read() as db:
            return {
                key: from_json(Verdict, text)
                for ids in chunks(rollout_ids)
                for key, text in db.execute(query.where(verdicts.c.rollout_id.in_(ids)))
            }

    def judged(
        self,
        run: str,
        round: int | None = None,
        verifier: str | None = None,
        knowledge: Knowledge | None = None,
    ) -> list[Judged]:
        """Rollouts with one version's verdict, in the order in which they were saved.

        Without `verifier`, the verdict of the version that came to each rollout last; without `knowledge`, what
        the run itself knew. Rollouts without a verdict are left out.
        """
        knowledge = knowledge or self.knowledge_of(run)
        of_rollout = (verdicts.c.rollout_id == rollouts.c.id) & (verdicts.c.knowledge == knowledge.value)
        if verifier is not None:
            of_rollout &= verdicts.c.verifier == verifier
        last = select(func.max(verdicts.c.seq)).where(of_rollout).correlate(rollouts).scalar_subquery()
        pairs = select(rollouts.c.json, verdicts.c.json).join(verdicts, verdicts.c.seq == last)
        with self._read() as db:
            require_run(db, run)
            rows = db.execute(of_round(pairs, run, round))
            return [Judged(from_json(Rollout, made), from_json(Verdict, said)) for made, said in rows]

    # Memory

    def save_memory(self, run: str, round: int, items: Iterable[MemoryItem]) -> int:
        """Put items in the states given, with an event for each that changed. Returns how many did.

        Items that are not given stay as they are.
        """
        with self._write(run) as db:
            return memory_log.save_items(db, run, round, items)

    def memory(self, run: str) -> list[MemoryItem]:
        """Memory as it is now, retired items included, by id."""
        with self._read() as db:
            require_run(db, run)
            return memory_log.current(db, run)

    def memory_at(self, run: str, round: int) -> list[MemoryItem]:
        """Memory as it was at the end of a round, retired items included, by id."""
        with self._read() as db:
            require_run(db, run)
            return memory_log.at_end_of(db, run, round)

    def memory_events(self, run: str, item_id: str) -> list[MemoryEvent]:
        """Every state that one item was in, oldest first."""
        with self._read() as db:
            require_run(db, run)
            return memory_log.events_of(db, run, item_id)

    def rewind(self, run: str, round: int) -> list[MemoryItem]:
        """Go back to the memory at the end of a round, to resume from there; -1 for before the first.

        Nothing is forgotten: later states stay in the history. Rounds and rollouts need no rewinding, as
        repeating them replaces them. Returns the memory.
        """
        with self._write(run) as db:
            memory_log.rewind(db, run, round)
            return memory_log.current(db, run)
