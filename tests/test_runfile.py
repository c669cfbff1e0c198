"""A run as a file: what goes in comes out, and a bad file changes nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.made_run import make_run
from tests.records import RIGHT, group
from workbench.errors import BadInput
from workbench.problems.splits import problems_of
from workbench.store import Store
from workbench.store.memory import pinned
from workbench.store.runfile import (
    RunRecords,
    choose,
    collect,
    even_sample,
    import_run,
    read_run,
    shipped_run,
    write_run,
)
from workbench.types import Level, MemoryItem


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one run, in which somebody pinned an item."""
    place = tmp_path_factory.mktemp("source") / "w.db"
    with Store.open(place) as store:
        make_run(store, rounds=3, per_round=4)
        item = store.memory.items("made")[0]
        store.memory.change("made", item, pinned(item), "person:Ann")
    return place


def records(source: Path, limit: int = 4000) -> RunRecords:
    with Store.open(source) as store:
        return collect(store, "made", problems_of(store, "made"), limit)


def test_a_run_comes_back_as_it_was(source: Path, tmp_path: Path) -> None:
    whole = records(source)
    write_run(tmp_path / "run.gz", whole)
    assert read_run(tmp_path / "run.gz") == whole
    with Store.open(source) as old, Store.open(tmp_path / "new.db") as new:
        assert import_run(new, tmp_path / "run.gz") == "made"
        assert import_run(new, tmp_path / "run.gz", "again") == "again"
        for name in ("made", "again"):
            assert new.runs.rounds(name) == old.runs.rounds("made")
            assert new.verdicts.judged(name) == old.verdicts.judged("made")
            assert new.memory.items(name) == old.memory.items("made")
            assert new.memory.events(name) == old.memory.events("made")
            assert new.runs.info(name) == replace(old.runs.info("made"), name=name)
            assert new.runs.problems(name).items() <= old.runs.problems("made").items()


def test_the_same_run_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_run(tmp_path / name, records(source))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_run_that_trains_elsewhere_does_not_train_here(source: Path, tmp_path: Path) -> None:
    whole = records(source)
    write_run(tmp_path / "run.gz", replace(whole, info=replace(whole.info, status="running")))
    with Store.open(tmp_path / "new.db") as new:
        import_run(new, tmp_path / "run.gz")
        assert new.runs.info("made").status == "interrupted"


def test_a_choice_is_an_even_sample_and_evidence(source: Path) -> None:
    part = records(source, limit=20)
    assert len(part.judged) == 20
    assert part.info.evenly == 3  # half of 20 over 3 rounds
    assert len(even_sample(part.judged, part.info.evenly)) == 9
    # The even sample of the part is that of the whole.
    whole = records(source)
    assert even_sample(part.judged, 3) == even_sample(whole.judged, 3)


def test_evidence_of_live_items_comes_first() -> None:
    judged = group([RIGHT] * 10).members
    ids = [j.rollout.id for j in judged]
    base = MemoryItem("m", Level.LESSON, "s", None, "t", (ids[7],), "v", 0)
    memory = [replace(base, id="gone", evidence=(ids[1], ids[2]), retired="old"), base]
    chosen = choose(judged, memory, limit=2, evenly=1)
    assert len(chosen) == 2
    assert ids[7] in {j.rollout.id for j in chosen}
    assert chosen == sorted(chosen, key=lambda j: j.rollout.index)


def spoil(lines: list[dict], change: Callable[[list[dict]], object]) -> bytes:
    change(lines)
    return gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode())


def _second_run(lines: list[dict]) -> None:
    lines.insert(1, lines[0])


def _repeat_rollout(lines: list[dict]) -> None:
    lines.append(lines[-1])


BAD = {
    "unknown kind": (lambda ls: ls[3].update(kind="label"), "line 4: `kind` is 'label'"),
    "no kind": (lambda ls: ls[3].pop("kind"), "line 4: the key 'kind' is missing"),
    "wrong field": (lambda ls: ls[1]["record"].update(index="x"), "line 2: index"),
    "no run": (lambda ls: ls.pop(0), "line 1: `kind` is 'round'; the run is on the first line"),
    "two runs": (_second_run, "line 2: `kind` is 'run'"),
    "bad name": (lambda ls: ls[0]["record"].update(name="../x"), "line 1: '../x' cannot name a run"),
    "twice": (_repeat_rollout, "occurs twice"),
    "no problem": (
        lambda ls: ls.remove(next(x for x in ls if x["kind"] == "problem")),
        "which is missing",
    ),
    "other item": (
        lambda ls: next(x for x in ls if x["kind"] == "event")["record"].update(item_id="zz"),
        "is about 'zz' but holds",
    ),
    "not a list": (lambda ls: ls.clear(), "is empty"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_changes_nothing(source: Path, tmp_path: Path, name: str) -> None:
    change, complaint = BAD[name]
    write_run(tmp_path / "good.gz", records(source))
    lines = [json.loads(line) for line in gzip.decompress((tmp_path / "good.gz").read_bytes()).splitlines()]
    (tmp_path / "bad.gz").write_bytes(spoil(lines, change))
    with Store.open(tmp_path / "new.db") as new:
        with pytest.raises(BadInput) as error:
            import_run(new, tmp_path / "bad.gz")
        assert complaint in str(error.value)
        assert new.runs.names() == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"plain text", "not a whole gzip file"),
        (gzip.compress(b"x" * 100)[:-9], "not a whole gzip file"),
        (gzip.compress(b"{nonsense"), "line 1: not JSON"),
        (gzip.compress(b"\xff\xfe"), "line 1"),
        (gzip.compress(b"[" * 100_000), "line 1"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "bad.gz").write_bytes(content)
    with pytest.raises(BadInput, match=complaint):
        read_run(tmp_path / "bad.gz")


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.store.runfile.LONGEST_FILE", 1 << 16)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"\n" * (1 << 20)))
    with pytest.raises(BadInput, match="unpacks to more"):
        read_run(tmp_path / "bomb.gz")


def test_a_name_that_is_taken_is_refused(source: Path, tmp_path: Path) -> None:
    write_run(tmp_path / "run.gz", records(source))
    with Store.open(tmp_path / "new.db") as new:
        import_run(new, tmp_path / "run.gz")
        with pytest.raises(BadInput, match="--as NAME"):
            import_run(new, tmp_path / "run.gz")
        with pytest.raises(BadInput, match="cannot name a run"):
            import_run(new, tmp_path / "run.gz", "a/b")


def test_the_shipped_run_is_put_in_once(source: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "new.db") as new:
        assert shipped_run(new, tmp_path / "absent.gz") is None
        write_run(tmp_path / "run.gz", records(source))
        assert shipped_run(new, tmp_path / "run.gz") == "made"
        assert shipped_run(new, tmp_path / "run.gz") == "made"
        assert new.runs.names() == ["made"]


def test_a_disk_that_is_full_in_the_middle_leaves_no_half_run(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "run.gz", records(source))

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    with Store.open(tmp_path / "new.db") as new:
        monkeypatch.setattr("workbench.store.runfile.insert_history", full)
        with pytest.raises(OSError, match="No space"):
            import_run(new, tmp_path / "run.gz")
        monkeypatch.undo()
        assert new.runs.names() == []
        assert import_run(new, tmp_path / "run.gz") == "made"
