"""Rollouts in the store, and the verdicts on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.dialects.sqlite import insert

from workbench.errors import BadInput
from workbench.store.connection import Database, chunks
from workbench.store.runs import knowledge_in
from workbench.store.schema import rollouts, verdicts
from workbench.types import Judged, Knowledge, Rollout, Verdict, from_json, to_json


class Verdicts:
    """Read and write rollouts and verdicts. Methods raise `BadInput` for an unknown run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_rollouts(self, run: str, new: Iterable[Rollout]) -> None:
        """Record rollouts; saving one again changes nothing.

        Raise `BadInput`, and save none, if an id is stored with another text or other tokens.
        """
        rows = [_rollout_row(run, rollout) for rollout in new]
        if not rows:
            return
        statement = insert(rollouts)
        old, given = rollouts.c.json, statement.excluded.json
        # Log-probabilities may differ in the last bit on another machine: what was sampled may not.
        same = [func.json_extract(old, p) == func.json_extract(given, p) for p in ("$.text", "$.token_ids")]
        statement = statement.on_conflict_do_update(
            index_elements=["run", "id"], set_={"json": given}, where=same[0] & same[1]
        )
        with self._database.write(run) as db:
            if db.execute(statement, rows).rowcount < len(rows):
                place = self._database.path
                raise BadInput(f"A rollout of run {run!r} has the id of one in {place} with other content.")

    def rollouts(self, run: str, round: int | None = None) -> list[Rollout]:
        """Return the rollouts of a run, or of one of its rounds, in the order in which they were saved."""
        with self._database.read(run) as db:
            return [from_json(Rollout, text) for text in db.scalars(_of_round(select(rollouts.c.json), run, round))]

    def save(self, run: str, pairs: Iterable[tuple[str, Verdict]]) -> None:
        """Record verdicts by rollout id as the newest ones.

        One of the same verifier and knowledge is replaced. Raise `BadInput`, and save none, for a rollout that the
        run does not have.
        """
        rows = [_verdict_row(rollout_id, verdict) for rollout_id, verdict in pairs]
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
        with self._database.write(run) as db:
            wanted = {row["rollout_id"] for row in rows}
            query = select(rollouts.c.id).where(rollouts.c.run == run)
            found = {key for ids in chunks(wanted) for key in db.scalars(query.where(rollouts.c.id.in_(ids)))}
            if missing := sorted(wanted - found):
                raise BadInput(f"Run {run!r} has no rollout {missing[0]!r}; save rollouts before verdicts.")
            db.execute(statement, rows)

    def of(
        self, rollout_ids: Iterable[str], verifier: str, knowledge: Knowledge = Knowledge.ANSWER
    ) -> dict[str, Verdict]:
        """Return one version's verdicts by rollout id; rollouts that it has not verified are left out."""
        of_version = (verdicts.c.verifier == verifier) & (verdicts.c.knowledge == knowledge.value)
        query = select(verdicts.c.rollout_id, verdicts.c.json).where(of_version)
        with self._database.read() as db:
            return {
                key: from_json(Verdict, text)
                for ids in chunks(rollout_ids)
                for key, text in db.execute(query.where(verdicts.c.rollout_id.in_(ids)))
            }

    def judged(
        self, run: str, round: int | None = None, verifier: str | None = None, knowledge: Knowledge | None = None
    ) -> list[Judged]:
        """Return rollouts with one version's verdict, in the order in which they were saved.

        Without `verifier`, take each rollout's newest verdict; without `knowledge`, what the run itself knew.
        Rollouts without a verdict are left out.
        """
        with self._database.read(run) as db:
            query = _newest(knowledge or knowledge_in(db, run), verifier)
            return _pairs(db, _of_round(query, run, round))

    def judged_of(self, run: str, rollout_ids: Sequence[str]) -> list[Judged]:
        """Return some rollouts, each with its newest verdict, in the order asked for.

        Those without a verdict are left out.
        """
        with self._database.read(run) as db:
            query = _newest(knowledge_in(db, run)).where(rollouts.c.run == run)
            found = {
                judged.rollout.id: judged
                for ids in chunks(rollout_ids)
                for judged in _pairs(db, query.where(rollouts.c.id.in_(ids)))
            }
        return [found[key] for key in rollout_ids if key in found]

    def growth(self, run: str) -> tuple[int, int]:
        """Return two numbers that change when a run gets rollouts, or any rollout a verdict."""
        with self._database.read(run) as db:
            made = db.scalar(select(func.count()).select_from(rollouts).where(rollouts.c.run == run)) or 0
            return made, db.scalar(select(func.max(verdicts.c.seq))) or 0


def insert_judged(db: Connection, run: str, judged: Iterable[Judged]) -> None:
    """Insert rollouts with their verdicts into a run that has none.

    Rollouts' ids are of their content: a copy of the run may have brought the same verdicts before.
    """
    pairs = list(judged)
    if pairs:
        db.execute(rollouts.insert(), [_rollout_row(run, j.rollout) for j in pairs])
        said = [_verdict_row(j.rollout.id, j.verdict) for j in pairs]
        db.execute(insert(verdicts).on_conflict_do_nothing(), said)


def _newest(knowledge: Knowledge, verifier: str | None = None) -> Select[Any]:
    """Return the query for rollouts with the verdict that came last, of all versions or of one."""
    wanted = (verdicts.c.rollout_id == rollouts.c.id) & (verdicts.c.knowledge == knowledge.value)
    if verifier is not None:
        wanted &= verdicts.c.verifier == verifier
    last = select(func.max(verdicts.c.seq)).where(wanted).correlate(rollouts).scalar_subquery()
    return select(rollouts.c.json, verdicts.c.json).join(verdicts, verdicts.c.seq == last)


def _pairs(db: Connection, query: Select[Any]) -> list[Judged]:
    return [Judged(from_json(Rollout, made), from_json(Verdict, said)) for made, said in db.execute(query)]


def _of_round(query: Select[Any], run: str, round: int | None) -> Select[Any]:
    """Keep a query on rollouts to a run and perhaps a round, in the order in which they were saved."""
    query = query.where(rollouts.c.run == run).order_by(rollouts.c.round, rollouts.c.seq)
    return query if round is None else query.where(rollouts.c.round == round)


def _rollout_row(run: str, rollout: Rollout) -> dict[str, Any]:
    return {
        "run": run,
        "id": rollout.id,
        "round": rollout.round,
        "problem_id": rollout.problem_id,
        "json": to_json(rollout),
    }


def _verdict_row(rollout_id: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "rollout_id": rollout_id,
        "verifier": verdict.verifier,
        "knowledge": verdict.knowledge.value,
        "json": to_json(verdict),
    }
