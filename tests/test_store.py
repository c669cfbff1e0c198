"""The store: what it keeps, with many writers, after a kill, and what it says when it cannot."""

import multiprocessing
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from workbench.errors import BadInput, StorageError
from workbench.store import Store, schema
from workbench.store.connection import store_path
from workbench.store.memory import at_end_of
from workbench.types import (
    Diagnosis,
    Estimate,
    Judged,
    Judgement,
    Knowledge,
    Level,
    MemoryItem,
    Rollout,
    Round,
    StepVerdict,
    StopReason,
    Verdict,
    to_json,
)

CHILD = """
import sys
from workbench.store import Store
from workbench.types import Rollout, StopReason
place, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
def rollout(i):
    return Rollout(f"{name}-{i}", "p", 0, i, 0, "2 = 2", (1, 2), (-0.5, -0.25), StopReason.END, "v0")
with Store.open(place) as store:
    if name not in store.runs.names():
        store.runs.create(name, "{}", {})
"""
WRITE_ON = """
    for i in range(count):
        store.verdicts.save_rollouts(name, [rollout(i)])
        print(f"{name}-{i}", flush=True)
"""
STOP_HALF_WAY = """
    with store.database.write(name) as db:
        db.exec_driver_sql("INSERT INTO rollouts (run, id, round, problem_id, json) "
                           f"VALUES ('{name}', 'half', 0, 'p', '{{}}')")
        print("half way", flush=True)
        sys.stdin.read()
"""


def child(script: str, place: Path, name: str, count: int = 0) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", CHILD + script, str(place), name, str(count)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def rollout(key: str = "r0", round: int = 0, text: str = "2 + 2 = 4") -> Rollout:
    return Rollout(key, "p1", round, 0, 7, text, (5, 6, 2), (-0.1, -1e-9, -3.5), StopReason.END, "v0")


def verdict(verifier: str = "v1", knowledge: Knowledge = Knowledge.ANSWER, text: str = "2 + 2 = 4") -> Verdict:
    step = StepVerdict(text, Judgement.CORRECT, Diagnosis.EXPECTED)
    answer = Judgement.CORRECT if knowledge is Knowledge.ANSWER else None
    return Verdict((step,), "4", answer, verifier, knowledge)


def item(key: str, text: str = "Subtract first.", **changes: object) -> MemoryItem:
    made = MemoryItem(key, Level.LESSON, "linear", "p1", text, ("r0",), "v0", 0)
    return replace(made, **changes)  # type: ignore[arg-type]


def memory_at(store: Store, round: int) -> list[MemoryItem]:
    with store.database.read() as db:
        return at_end_of(db, "a", round)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "workbench.db"


@pytest.fixture
def store(path: Path):  # type: ignore[no-untyped-def]
    with Store.open(path) as opened:
        opened.runs.create("a", "training: {}", {"workbench": "0.1.0"})
        yield opened


# What it keeps


def test_runs_in_the_order_in_which_they_were_made(store: Store) -> None:
    store.runs.create("0-later", "{}", {})
    assert store.runs.names() == ["a", "0-later"]
    assert store.runs.latest() == "0-later"
    store.runs.set_status("a", "done")
    info = store.runs.info("a")
    assert (info.config, info.versions, info.status) == ("training: {}", {"workbench": "0.1.0"}, "done")


def test_an_empty_store_has_no_latest_run(path: Path) -> None:
    with Store.open(path) as empty:
        assert empty.runs.latest() is None
        with pytest.raises(BadInput, match="the store is empty"):
            empty.runs.rounds("a")


def test_a_run_that_is_there_or_is_not_there_is_bad_input(store: Store) -> None:
    with pytest.raises(BadInput, match="There is a run 'a'"):
        store.runs.create("a", "{}", {})
    for use in (
        store.runs.rounds,
        store.verdicts.rollouts,
        store.verdicts.judged,
        store.memory.items,
        store.runs.info,
    ):
        with pytest.raises(BadInput, match="no run 'b'; the nearest is 'a'"):
            use("b")
    with pytest.raises(BadInput, match="no run 'b'"):
        store.verdicts.save_rollouts("b", [rollout()])


def test_saving_again_changes_nothing(store: Store) -> None:
    made, done = [rollout("r1"), rollout("r0")], Round(0, 0.5, {"loss": 0.25}, {"sample": 1.5})
    for _ in range(2):
        store.verdicts.save_rollouts("a", made)
        store.verdicts.save("a", [("r0", verdict())])
        store.runs.save_round("a", done)
        store.memory.save("a", 0, [item("m0")])
    assert store.verdicts.rollouts("a") == made
    assert store.runs.rounds("a") == [done]
    assert store.verdicts.judged("a") == [Judged(rollout("r0"), verdict())]
    assert len(store.memory.events("a", "m0")) == 1


def test_a_repeated_round_replaces_the_one_before(store: Store) -> None:
    for loss in (1.0, 0.5):
        evaluation = {"solve_rate": Estimate(loss, 0.0, 1.0)}
        store.runs.save_round("a", Round(3, 1.0, {"loss": loss}, {}, evaluation))
    store.runs.save_round("a", Round(1, 1.0, {}, {}))
    assert [(r.index, r.metrics) for r in store.runs.rounds("a")] == [(1, {}), (3, {"loss": 0.5})]


def test_one_id_with_other_content_is_refused_and_nothing_of_the_call_is_kept(store: Store) -> None:
    store.verdicts.save_rollouts("a", [rollout("r0")])
    with pytest.raises(BadInput, match="other content"):
        store.verdicts.save_rollouts("a", [rollout("r1"), rollout("r0", text="2 + 2 = 5")])
    assert store.verdicts.rollouts("a") == [rollout("r0")]


def test_log_probabilities_may_differ_in_the_last_bit(store: Store) -> None:
    store.verdicts.save_rollouts("a", [rollout("r0")])
    again = replace(rollout("r0"), logprobs=(-0.1000001, -1e-9, -3.5))
    store.verdicts.save_rollouts("a", [again])
    assert store.verdicts.rollouts("a") == [again]


def test_two_runs_may_hold_the_same_rollout(store: Store) -> None:
    store.runs.create("b", "{}", {})
    for run in ("a", "b"):
        store.verdicts.save_rollouts(run, [rollout()])
    store.verdicts.save("a", [("r0", verdict())])
    assert store.verdicts.judged("a") == store.verdicts.judged("b") == [Judged(rollout(), verdict())]


def test_rounds_are_told_apart(store: Store) -> None:
    store.verdicts.save_rollouts("a", [rollout("r1", 1), rollout("r0", 0)])
    assert [r.id for r in store.verdicts.rollouts("a")] == ["r0", "r1"]
    assert [r.id for r in store.verdicts.rollouts("a", 1)] == ["r1"]
    store.verdicts.save("a", [("r1", verdict()), ("r0", verdict())])
    assert [j.rollout.id for j in store.verdicts.judged("a", 0)] == ["r0"]


def test_verdicts_are_told_apart_by_verifier_and_knowledge(store: Store) -> None:
    store.verdicts.save_rollouts("a", [rollout("r0"), rollout("r1")])
    free = verdict("v1", Knowledge.FREE)
    store.verdicts.save("a", [("r0", verdict("v1")), ("r0", verdict("v2")), ("r0", free), ("r1", verdict("v1"))])
    assert store.verdicts.of(["r0"], "v1") == {"r0": verdict("v1")}
    assert store.verdicts.of(["r0"], "v1", Knowledge.FREE) == {"r0": free}
    assert store.verdicts.of(["r0"], "v3") == {}
    assert set(store.verdicts.of(["r0", "r1", "r9"], "v1")) == {"r0", "r1"}
    assert [j.verdict.verifier for j in store.verdicts.judged("a")] == ["v2", "v1"]
    assert [j.rollout.id for j in store.verdicts.judged("a", verifier="v2")] == ["r0"]
    assert store.verdicts.judged("a", knowledge=Knowledge.FREE) == [Judged(rollout("r0"), free)]


def test_a_verdict_that_is_saved_again_counts_again(store: Store) -> None:
    """As after a new version was tried on a run and withdrawn."""
    ids = ["r0", "r1", "r2"]
    store.verdicts.save_rollouts("a", [rollout(key) for key in ids])
    for version in ("v1", "v2", "v1"):
        before = store.verdicts.growth("a")
        store.verdicts.save("a", [(key, verdict(version)) for key in ids])
        assert [j.verdict.verifier for j in store.verdicts.judged("a")] == [version] * 3
        assert store.verdicts.growth("a") != before
    assert store.verdicts.judged("a", verifier="v2") == [Judged(rollout(key), verdict("v2")) for key in ids]


def test_a_verdict_on_an_unknown_rollout_is_refused(store: Store) -> None:
    store.verdicts.save_rollouts("a", [rollout("r0")])
    with pytest.raises(BadInput, match="no rollout 'r9'"):
        store.verdicts.save("a", [("r0", verdict()), ("r9", verdict())])
    assert store.verdicts.judged("a") == []


def test_more_ids_than_one_query_takes(store: Store) -> None:
    ids = [f"r{i}" for i in range(1201)]
    store.verdicts.save_rollouts("a", [rollout(key) for key in ids])
    store.verdicts.save("a", [(key, verdict()) for key in ids])
    assert set(store.verdicts.of(ids, "v1")) == set(ids)


@pytest.mark.parametrize("text", ["naïve ½ 𝟙", "line\nline\x00end", "'; DROP TABLE runs; --"])
def test_any_text_comes_back_as_it_went(store: Store, text: str) -> None:
    store.verdicts.save_rollouts("a", [rollout(text=text)])
    store.verdicts.save_rollouts("a", [rollout(text=text)])
    assert store.verdicts.rollouts("a")[0].text == text


# Memory and its history


def test_each_change_of_an_item_is_an_event_of_its_kind(store: Store) -> None:
    states = [
        ("written", item("m")),
        ("used", item("m", uses=1)),
        ("scored", item("m", uses=2, helped=1)),
        ("edited", item("m", "Add first.", uses=2, helped=1)),
        ("retired", item("m", "Add first.", uses=2, helped=1, retired="expired")),
        ("revived", item("m", "Add first.", uses=2, helped=1)),
        ("changed", item("m", "Add first.", uses=2, helped=1, skill="fractions")),
    ]
    for index, (_, state) in enumerate(states):
        assert store.memory.save("a", index, [state, state]) == 1
    events = store.memory.events("a", "m")
    assert [(e.event, e.item, e.round) for e in events] == [(k, s, i) for i, (k, s) in enumerate(states)]
    assert store.memory.items("a") == [states[-1][1]]
    assert memory_at(store, 3) == [states[3][1]]
    assert memory_at(store, -1) == []


def test_a_rewind_goes_back_and_forgets_nothing(store: Store) -> None:
    store.memory.save("a", 0, [item("kept"), item("used")])
    store.memory.save("a", 1, [item("used", uses=1), item("late")])
    assert store.memory.rewind("a", 0) == [item("kept"), item("used")]
    assert memory_at(store, 1) == store.memory.items("a") == [item("kept"), item("used")]
    assert [(e.event, e.item) for e in store.memory.events("a", "late")] == [
        ("written", item("late")),
        ("rewound", None),
    ]
    store.memory.save("a", 1, [item("late")])
    assert store.memory.items("a") == [item("kept"), item("late"), item("used")]
    assert store.memory.rewind("a", 1) == store.memory.items("a")
    assert store.memory.rewind("a", -1) == store.memory.items("a") == []


STATES = st.builds(
    item,
    st.sampled_from("xyz"),
    st.sampled_from(["s", "t"]),
    uses=st.integers(0, 2),
    retired=st.none() | st.just("stale"),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(STATES, max_size=4), min_size=1, max_size=4), st.data())
def test_the_memory_of_every_round_can_be_had_again(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[MemoryItem]], data: st.DataObject
) -> None:
    with Store.open(tmp_path_factory.mktemp("memory") / "w.db") as store:
        store.runs.create("a", "{}", {})
        expected: list[list[MemoryItem]] = []
        for index, items in enumerate(table):
            store.memory.save("a", index, items)
            expected.append(store.memory.items("a"))
        back = data.draw(st.integers(0, len(table) - 1))
        assert [memory_at(store, i) for i in range(len(table))] == expected
        assert store.memory.rewind("a", back) == expected[back]
        for index in range(back + 1, len(table)):  # the resumed run does the same again
            store.memory.save("a", index, table[index])
        assert [memory_at(store, i) for i in range(len(table))] == expected


# Where it lies, and of which version it is

BASE_FORM = """
CREATE TABLE migrations (name TEXT NOT NULL, applied TEXT NOT NULL, PRIMARY KEY (name));
INSERT INTO migrations VALUES ('m001_runs_and_rollouts', ''), ('m002_memory', ''), ('m003_labels', ''),
    ('m004_problems_and_hands', '');
CREATE TABLE runs (seq INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created TEXT NOT NULL,
    config TEXT NOT NULL, versions TEXT NOT NULL, status TEXT NOT NULL);
CREATE TABLE rounds (run TEXT NOT NULL REFERENCES runs (name), "index" INTEGER NOT NULL,
    json TEXT NOT NULL, PRIMARY KEY (run, "index"));
CREATE TABLE rollouts (seq INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (name),
    id TEXT NOT NULL, round INTEGER NOT NULL, problem_id TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (run, id));
CREATE INDEX rollouts_of_round ON rollouts (run, round);
CREATE TABLE verdicts (seq INTEGER PRIMARY KEY, rollout_id TEXT NOT NULL, verifier TEXT NOT NULL,
    knowledge TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (rollout_id, verifier, knowledge));
CREATE TABLE memory_items (run TEXT NOT NULL REFERENCES runs (name), id TEXT NOT NULL,
    json TEXT NOT NULL, PRIMARY KEY (run, id));
CREATE TABLE memory_events (run TEXT NOT NULL REFERENCES runs (name), seq INTEGER NOT NULL,
    item_id TEXT NOT NULL, round INTEGER NOT NULL, event TEXT NOT NULL, json TEXT, PRIMARY KEY (run, seq));
CREATE INDEX memory_events_of_item ON memory_events (run, item_id, seq);
CREATE TABLE label_items (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL,
    json TEXT NOT NULL, added TEXT NOT NULL, readings INTEGER NOT NULL, readers INTEGER NOT NULL,
    control INTEGER NOT NULL, gold TEXT, uncertain REAL, disagree REAL, diverse REAL, worth REAL);
CREATE TABLE labels (seq INTEGER PRIMARY KEY, item_id TEXT NOT NULL REFERENCES label_items (id),
    annotator TEXT NOT NULL, origin TEXT NOT NULL, json TEXT NOT NULL);
CREATE INDEX labels_of_item ON labels (item_id, annotator, seq);
CREATE TABLE labels_now (item_id TEXT NOT NULL REFERENCES label_items (id), annotator TEXT NOT NULL,
    seq INTEGER NOT NULL, person INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (item_id, annotator));
CREATE INDEX labels_now_of_annotator ON labels_now (annotator, seq);
CREATE TABLE label_leases (item_id TEXT NOT NULL PRIMARY KEY REFERENCES label_items (id),
    annotator TEXT NOT NULL, until REAL NOT NULL);
CREATE TABLE problems (run TEXT NOT NULL REFERENCES runs (name), id TEXT NOT NULL,
    json TEXT NOT NULL, PRIMARY KEY (run, id));
ALTER TABLE runs ADD COLUMN evenly INTEGER;
ALTER TABLE memory_events ADD COLUMN "by" TEXT NOT NULL DEFAULT 'run';
CREATE INDEX memory_events_by_hand ON memory_events (run, item_id, seq) WHERE "by" <> 'run';
"""
"""What the version before `user_version` made; stores of that form are still opened."""


@pytest.fixture
def base(path: Path) -> Path:
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.executescript(BASE_FORM)
    db.close()
    return path


def test_the_default_lies_in_the_folder_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open():
        assert (tmp_path / "runs" / "workbench.db").is_file()


def test_a_path_and_a_url_name_the_same_store(store: Store, path: Path) -> None:
    with Store.open(f"sqlite:///{path}") as again:
        assert again.runs.names() == ["a"]


@pytest.mark.parametrize("place", ["postgresql://host/db", "sqlite://", "mad://x y", ":memory:", ""])
def test_another_kind_of_store_is_bad_input(place: str) -> None:
    with pytest.raises(BadInput, match=r"runs/workbench\.db"):
        store_path(place)


def form(store: Store) -> dict[str, object]:
    """The columns, keys and indexes of each table of ours."""
    made = inspect(store.database.engine)
    return {
        name: (
            sorted(
                (c["name"], str(c["type"]), c["nullable"] and not c["primary_key"]) for c in made.get_columns(name)
            ),
            made.get_pk_constraint(name)["constrained_columns"],
            sorted((i["name"], i["column_names"]) for i in made.get_indexes(name)),  # type: ignore[type-var]
            sorted(u["column_names"] for u in made.get_unique_constraints(name)),
            [f["referred_columns"] for f in made.get_foreign_keys(name)],
        )
        for name in schema.metadata.tables
    }


def test_a_store_of_the_version_before_is_read_and_written(base: Path, tmp_path: Path) -> None:
    with sqlite3.connect(base) as db:
        db.execute("INSERT INTO runs VALUES (1, 'old', '2026', '{}', '{}', 'finished', NULL)")
        db.execute("INSERT INTO memory_events VALUES ('old', 1, 'm', 0, 'written', ?, 'run')", (to_json(item("m")),))
        db.execute("INSERT INTO memory_items VALUES ('old', 'm', ?)", (to_json(item("m")),))
    db.close()
    with Store.open(base) as old, Store.open(tmp_path / "new.db") as new:
        assert form(old) == form(new)
        assert old.runs.names() == ["old"]
        old.verdicts.save_rollouts("old", [rollout()])
        old.verdicts.save("old", [("r0", verdict())])
        assert old.memory.save("old", 1, [item("m", uses=1)]) == 1
        assert [e.event for e in old.memory.events("old")] == ["written", "used"]
    with Store.open(base) as again:
        assert again.verdicts.judged("old") == [Judged(rollout(), verdict())]


def test_a_store_of_an_older_version_is_refused(base: Path) -> None:
    with sqlite3.connect(base) as db:
        db.execute("DELETE FROM migrations WHERE name = 'm004_problems_and_hands'")
    db.close()
    with pytest.raises(StorageError, match=r"older version .*version 3, here it is 4.*export its runs"):
        Store.open(base)


def test_a_store_of_a_newer_version_is_refused(store: Store, path: Path) -> None:
    with store.database.write() as db:
        db.exec_driver_sql("PRAGMA user_version = 5")
    with pytest.raises(StorageError, match=r"workbench\.db was made by a newer version .*version 5, here it is 4"):
        Store.open(path)


def test_the_tables_of_another_program_are_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE birds (name TEXT)")
    db.close()
    with pytest.raises(StorageError, match=r"is not a store, it holds other tables"):
        Store.open(path)
    with sqlite3.connect(path) as db:
        assert list(db.execute("SELECT name FROM sqlite_master")) == [("birds",)]
    db.close()


def test_tables_that_cannot_be_made_whole_are_not_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(db, **options) -> None:  # type: ignore[no-untyped-def]
        schema.runs.create(db)
        schema.runs.create(db)

    with monkeypatch.context() as patched:
        patched.setattr(schema.metadata, "create_all", broken)
        with pytest.raises(StorageError, match="already exists"):
            Store.open(path)
    with Store.open(path) as store:
        assert store.runs.names() == []


def test_the_store_is_in_wal_mode_with_foreign_keys(store: Store) -> None:
    with store.database.engine.connect() as db:
        pragmas = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        found = [db.exec_driver_sql(f"PRAGMA {p}").scalar() for p in pragmas]
    assert found == ["wal", 1, 1, 30000]


# When it cannot


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with pytest.raises(StorageError, match="a file is in its place"):
        Store.open(tmp_path / "runs" / "workbench.db")


def test_a_folder_in_the_place_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened; check"):
        Store.open(tmp_path)


def test_a_file_that_is_not_a_store(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(StorageError, match=r"notes\.txt is not a store"):
        Store.open(path)
    assert path.read_text().startswith("not a database")


def test_a_damaged_store(store: Store, path: Path) -> None:
    store.verdicts.save_rollouts("a", [rollout(f"r{i}") for i in range(200)])
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StorageError, match="is damaged; restore it"), Store.open(path) as again:
        again.verdicts.rollouts("a")


def test_a_store_that_may_not_be_written(store: Store) -> None:
    with store.database.engine.connect() as db:
        db.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match="may not be written; change its permissions"):
        store.runs.set_status("a", "done")


def test_a_full_disk_keeps_what_was_acknowledged(store: Store, path: Path) -> None:
    with store.database.engine.connect() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar()
        db.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
    saved: list[int] = []

    def fill() -> None:
        for i in range(1000):
            store.verdicts.save_rollouts("a", [rollout(f"r{i}", text="x" * 4000)])
            saved.append(i)

    with pytest.raises(StorageError, match=r"workbench\.db has no room to grow.*free some space"):
        fill()
    assert 0 < len(saved) == len(store.verdicts.rollouts("a"))
    with Store.open(path) as again:  # room again
        again.verdicts.save_rollouts("a", [rollout("more")])
        assert len(again.verdicts.rollouts("a")) == len(saved) + 1


def test_a_store_that_another_holds_for_too_long(store: Store, path: Path) -> None:
    with Store.open(path, wait_s=0.05) as hasty, store.database.write("a"):
        assert hasty.runs.names() == ["a"]  # readers do not wait
        with pytest.raises(StorageError, match="held by another process"):
            hasty.runs.set_status("a", "done")


def test_a_record_of_another_form_is_a_storage_error(store: Store) -> None:
    store.runs.save_round("a", Round(0, 0.0, {}, {}))
    with store.database.write() as db:
        db.exec_driver_sql("UPDATE rounds SET json = '{}'")
    with pytest.raises(StorageError, match="another form"):
        store.runs.rounds("a")


# Many at once


def test_threads_write_at_once(store: Store) -> None:
    def work(name: int) -> None:
        for i in range(15):
            store.verdicts.save_rollouts("a", [rollout(f"{name}-{i}")])
            store.memory.save("a", i, [item(f"{name}", uses=i)])
            assert store.verdicts.rollouts("a", 0)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(store.verdicts.rollouts("a")) == 8 * 15
    assert all(len(store.memory.events("a", str(name))) == 15 for name in range(8))


def test_processes_make_one_store_at_once_and_write_to_it(path: Path) -> None:
    writers = [child(WRITE_ON, path, f"w{i}", 25) for i in range(4)]
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    with Store.open(path) as store:
        assert sorted(store.runs.names()) == ["w0", "w1", "w2", "w3"]
        assert all(len(store.verdicts.rollouts(f"w{i}")) == 25 for i in range(4))


def _save_in_child(store: Store) -> None:
    store.verdicts.save_rollouts("a", [rollout("from the child")])


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_may_go_on_with_the_store(store: Store) -> None:
    process = multiprocessing.get_context("fork").Process(target=_save_in_child, args=(store,))
    process.start()
    process.join(30)
    store.verdicts.save_rollouts("a", [rollout("from the parent")])
    assert process.exitcode == 0
    assert [r.id for r in store.verdicts.rollouts("a")] == ["from the child", "from the parent"]


def whole(path: Path) -> bool:
    with sqlite3.connect(path) as db:
        return bool(db.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


def test_a_writer_killed_among_its_writes_leaves_every_acknowledged_row(path: Path) -> None:
    writer = child(WRITE_ON, path, "w", 100_000)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().strip() for _ in range(40)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [line for line in writer.communicate()[0].splitlines() if line.startswith("w-")][:-1]
    with Store.open(path) as store:
        assert set(acknowledged) <= {r.id for r in store.verdicts.rollouts("w")}
    assert whole(path)


def test_a_writer_killed_in_a_transaction_leaves_nothing_of_it_and_no_lock(path: Path) -> None:
    with Store.open(path) as store:
        store.runs.create("w", "{}", {})
        store.verdicts.save_rollouts("w", [rollout("before")])
    writer = child(STOP_HALF_WAY, path, "w")
    assert writer.stdout is not None
    assert writer.stdout.readline() == "half way\n"
    with Store.open(path, wait_s=0.05) as store:
        with pytest.raises(StorageError, match="held by another process"):
            store.runs.set_status("w", "done")
        writer.kill()
        writer.communicate()
        assert [r.id for r in store.verdicts.rollouts("w")] == ["before"]
        store.runs.set_status("w", "done")
    assert whole(path)
