"""The part of the store that the app and run files need: whole runs, problems, and memory changed by people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from workbench.errors import BadInput
from workbench.store import by_hand, memory_log
from workbench.store.incoming import insert_run
from workbench.store.memory_log import PERSON, MemoryEvent
from workbench.store.rows import chunks, require_run
from workbench.store.runfile import RunRecords
from workbench.store.schema import problems, rollouts, rounds, runs, verdicts
from workbench.types import Judged, Knowledge, MemoryItem, Problem, Rollout, Verdict, from_json, to_json


class AppMethods:
    """Methods of `Store`; they raise `BadInput` for an unknown run."""

    def _read(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError

    def _write(self, run: str | None = None) -> AbstractContextManager[Connection]:
        raise NotImplementedError

    # Whole runs

    def add_run(self, records: RunRecords) -> None:
        """Put in a whole run at once, as a file holds it. Raises `BadInput` if there is one of its name."""
        with self._write() as db:
            if db.scalar(select(runs.c.seq).where(runs.c.name == records.info.name)) is not None:
                raise BadInput(
                    f"There is a run {records.info.name!r} in this store; import it under another name by --as NAME."
                )
            insert_run(db, records)

    def round_count(self, run: str) -> int:
        """How many rounds of a run are done."""
        with self._read() as db:
            require_run(db, run)
            return db.scalar(select(func.count()).select_from(rounds).where(rounds.c.run == run)) or 0

    def knowledge_of(self, run: str) -> Knowledge:
        """What the verifier knew in a run, by its configuration; the answer where that does not say."""
        with self._read() as db:
            require_run(db, run)
            config = db.scalar(select(runs.c.config).where(runs.c.name == run))
        try:
            return Knowledge(json.loads(config or "")["training"]["knowledge"])
        except (ValueError, KeyError, TypeError):
            return Knowledge.ANSWER

    def judged_of(self, run: str, rollout_ids: Sequence[str]) -> list[Judged]:
        """Some rollouts, each with the verdict that came to it last, in the order asked for.

        Those without a verdict are left out.
        """
        knowledge = self.knowledge_of(run)
        of_rollout = (verdicts.c.rollout_id == rollouts.c.id) & (verdicts.c.knowledge == knowledge.value)
        last = select(func.max(verdicts.c.seq)).where(of_rollout).correlate(rollouts).scalar_subquery()
        pairs = select(rollouts.c.json, verdicts.c.json).join(verdicts, verdicts.c.seq == last)
        found = {}
        with self._read() as db:
            require_run(db, run)
            for ids in chunks(rollout_ids):
                for made, said in db.execute(pairs.where(rollouts.c.run == run, rollouts.c.id.in_(ids))):
                    judged = Judged(from_json(Rollout, made), from_json(Verdict, said))
                    found[judged.rollout.id] = judged
        return [found[key] for key in rollout_ids if key in found]

    def growth(self, run: str) -> tuple[int, int]:
        """Two numbers that change when a run gets rollouts, or any rollout a verdict."""
        with self._read() as db:
            require_run(db, run)
            made = db.scalar(select(func.count()).select_from(rollouts).where(rollouts.c.run == run)) or 0
            return made, db.scalar(select(func.max(verdicts.c.seq))) or 0

    # Problems

    def save_problems(self, run: str, new: Iterable[Problem]) -> None:
        """Record the problems that a run's rollouts are about; one of the same id is replaced."""
        rows = [{"run": run, "id": p.id, "json": to_json(p)} for p in new]
        statement = insert(problems)
        statement = statement.on_conflict_do_update(
            index_elements=["run", "id"], set_={"json": statement.excluded.json}
        )
        with self._write(run) as db:
            if rows:
                db.execute(statement, rows)

    def problems(self, run: str) -> dict[str, Problem]:
        """The recorded problems of a run by id; none in runs of older versions."""
        with self._read() as db:
            require_run(db, run)
            query = select(problems.c.json).where(problems.c.run == run).order_by(problems.c.id)
            return {p.id: p for p in (from_json(Problem, text) for text in db.scalars(query))}

    # Memory and people

    def memory_history(self, run: str) -> list[MemoryEvent]:
        """Every state of every memory item, oldest first."""
        with self._read() as db:
            require_run(db, run)
            return memory_log.all_events(db, run)

    def human_edits(self, run: str) -> dict[str, MemoryItem]:
        """What people last made of each memory item that they touched, by id; for `heed`."""
        with self._read() as db:
            require_run(db, run)
            return memory_log.human_edits(db, run)

    def change_memory(self, run: str, seen: MemoryItem, wanted: MemoryItem, by: str = PERSON) -> MemoryItem:
        """Give an item the text, pin and retirement that a person wants; see `by_hand`. Returns it as it is now.

        Raises `BadInput` if there is no such item, or if it is no longer as it was `seen`.
        """
        with self._write(run) as db:
            return by_hand.put(db, run, seen, wanted, by)

    def undo_memory(self, run: str, seen: MemoryItem, by: str = PERSON) -> MemoryItem:
        """Take back the last change by a person that stands.

        Raises `BadInput` if there is none, or if the item is no longer as it was `seen`.
        """
        with self._write(run) as db:
            return by_hand.undo(db, run, seen, by)
