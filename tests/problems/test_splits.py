"""Splits: the committed files are what the generators make, and nothing held out was ever trained on."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from workbench.errors import BadInput
from workbench.lab import corpus
from workbench.problems import splits
from workbench.problems.catalogue import (
    BY_NAME,
    COSMETIC,
    DIFFICULTIES,
    SKILLS,
    SPLITS,
    draw,
    make_split,
    part_of,
)
from workbench.problems.splits import FOLDER, SHIPPED, load_split, split_named, write_splits
from workbench.problems.work import BASE, Params, Skill
from workbench.types import Problem

SIZES = {
    "train": 480,
    "dev": 720,
    "test": 1440,
    "numbers": 720,
    "numbers-dev": 360,
    "wording": 720,
    "wording-dev": 360,
    "depth": 720,
    "depth-dev": 360,
}
HELD_OUT = tuple(name for name in SIZES if name != "train")
Drawn = tuple[str, tuple[tuple[str, int | str], ...]]


def drawn(skill: str, params: Params) -> Drawn:
    """What was drawn, without letters and names."""
    return skill, tuple(sorted((k, v) for k, v in params.items() if k not in COSMETIC or isinstance(v, int)))


def skeleton(text: str) -> str:
    """A text without its numbers and letters: how it is told."""
    return re.sub(r"\b\d*[xyn]\b|\d+", "#", text)


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{2,}", text))


@dataclass
class Trained:
    """Everything the model may have read: the corpus, the training split, a part of the large one."""

    params: list[tuple[Skill, Params]] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def trained() -> Trained:
    seen = Trained()

    def record(skill: Skill, level: int, rng: Random, part: str, kind: str = BASE) -> Params:
        params = draw(skill, level, rng, part, kind)
        seen.params.append((skill, params))
        return params

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "draw", record)
        for mixture in (corpus.CLEAN_MIXTURE, corpus.PUPIL_MIXTURE):
            for document in islice(corpus.documents(mixture, "leaks"), 3000):
                message = document[0][0]
                seen.texts |= set(re.findall(r"(?:Problem|Solved): (.*?)(?:\n|<\|end\|>)", message))
    assert len(seen.params) > 4000
    for problem in (*load_split("train"), *make_split(SPLITS["train-large"], size=2000)):
        seen.params.append((BY_NAME[problem.skill], dict(problem.params)))
        seen.texts.add(problem.text)
    return seen


@pytest.mark.parametrize("name", SHIPPED)
def test_the_committed_file_is_what_the_generators_make(name: str) -> None:
    assert (FOLDER / f"{name}.jsonl").is_file()
    assert load_split(name) == make_split(SPLITS[name])


@pytest.mark.parametrize("name", SHIPPED)
def test_sizes_and_balance(name: str) -> None:
    problems = load_split(name)
    assert len(problems) == SIZES[name]
    cells = Counter((p.skill, p.difficulty) for p in problems)
    assert len(cells) == len(SKILLS) * len(DIFFICULTIES)
    assert set(cells.values()) == {SIZES[name] // 60}
    assert len({p.id for p in problems}) == len(problems)


def test_the_files_stay_small() -> None:
    assert set(SIZES) == set(SHIPPED)
    assert {path.stem for path in FOLDER.glob("*.jsonl")} == set(SHIPPED)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 6 * 2**20


def test_everything_trained_on_is_of_the_part_to_fit(trained: Trained) -> None:
    assert {part_of(skill.name, params) for skill, params in trained.params} == {"fit"}


@pytest.mark.parametrize("name", HELD_OUT)
def test_no_parameters_and_no_text_of_a_held_out_split_were_trained_on(name: str, trained: Trained) -> None:
    fitted = {drawn(skill.name, params) for skill, params in trained.params}
    problems = load_split(name)
    assert {part_of(p.skill, dict(p.params)) for p in problems} == {SPLITS[name].part}
    assert not fitted & {drawn(p.skill, dict(p.params)) for p in problems}
    assert not trained.texts & {p.text for p in problems}


@pytest.mark.parametrize("suffix", ["", "-dev"])
def test_no_depth_of_the_depth_split_was_trained_on(suffix: str, trained: Trained) -> None:
    fitted: dict[str, set[int]] = defaultdict(set)
    for skill, params in trained.params:
        fitted[skill.name].add(skill.depth(params))
    for problem in load_split(f"depth{suffix}"):
        assert problem.depth > max(fitted[problem.skill])


@pytest.mark.parametrize("suffix", ["", "-dev"])
def test_no_wording_of_the_wording_split_was_trained_on(suffix: str, trained: Trained) -> None:
    frames = {frame for skill in SKILLS for frame in skill.wording.trained}
    told = {skeleton(text) for text in trained.texts}
    for problem in load_split(f"wording{suffix}"):
        assert problem.frame not in frames
        assert problem.frame in BY_NAME[problem.skill].wording.held_out
        assert skeleton(problem.text) not in told


def test_held_out_frames_of_trained_parameters_were_never_written(trained: Trained) -> None:
    told = {skeleton(text) for text in trained.texts}
    for skill, params in trained.params:
        for frame in skill.wording.held_out:
            assert skeleton(skill.text(params, frame)) not in told


@pytest.mark.parametrize("name", ["wording", "wording-dev", "depth", "depth-dev"])
def test_every_word_of_a_shifted_split_was_trained_on(name: str, trained: Trained) -> None:
    known = set().union(*map(words, trained.texts))
    assert not set().union(*(words(p.text) for p in load_split(name))) - known


def test_an_unknown_split_is_bad_input_with_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"There is no split 'tests'; the nearest is 'test'\."):
        load_split("tests")
    assert split_named("train-large").size == 20_000


def test_without_the_files_the_generators_make_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shipped: list[Problem] = load_split("depth-dev")
    monkeypatch.setattr(splits, "FOLDER", tmp_path)
    assert load_split("depth-dev") == shipped


def test_writing_splits_makes_the_folder_and_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "problems"
    assert write_splits(folder, ["wording-dev"]) == [folder / "wording-dev.jsonl"]
    assert (folder / "wording-dev.jsonl").read_bytes() == (FOLDER / "wording-dev.jsonl").read_bytes()
    other = tmp_path / "other"
    write_splits(other, ["wording-dev"], seed=1)
    assert (other / "wording-dev.jsonl").read_bytes() != (FOLDER / "wording-dev.jsonl").read_bytes()


def test_an_unknown_name_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the nearest is 'dev'"):
        write_splits(tmp_path / "out", ["train", "devv"])
    assert not (tmp_path / "out").exists()


def test_a_run_can_practise_one_difficulty_alone():
    assert {p.difficulty for p in splits.practised(difficulty=1)} == {1}
    assert splits.practised() == load_split("train")
    with pytest.raises(BadInput, match="train has no problem of difficulty 7; it has 1, 2, 3"):
        splits.practised(difficulty=7)
