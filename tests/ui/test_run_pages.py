"""What the Memory and Progress tabs show: hostile text in every field, and what is found and listed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.made_run import make_run
from tests.records import LINEAR, SIGN_KEPT, group
from workbench.evaluation.audit import Audit, Failure, cells
from workbench.store import MemoryEvent, Store
from workbench.types import Level, MemoryItem, Problem
from workbench.ui import audit as views
from workbench.ui import memory as memory_views
from workbench.ui.audit import audit_page
from workbench.ui.comparison import committed_curves, committed_html
from workbench.ui.context import Audits, audited
from workbench.ui.pages import Column, TableRow, figure, key_of, read_key, share, table_html, words
from workbench.ui.tabs import progress

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e' onclick='alert(3) ${7*7} {{8*8}} `"
BOMB = "\\frac{" * 300 + "1" + "}" * 300
TEXTS = [HOSTILE, BOMB, "x" * 1_000_000, "'; DROP TABLE runs; --", "\x00\x01\ud83d"]
ITEM = MemoryItem("m", Level.LESSON, "linear", "p1", "Change the sign.", ("r0",), "v0", 2, uses=3)


class Tags(HTMLParser):
    """The tags and attributes in a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def assert_harmless(text: str) -> None:
    found = Tags(text)
    assert not found.tags & {"script", "img", "iframe", "object", "svg", "link", "meta"}
    assert not {name for name in found.attributes if name.startswith("on")}
    assert "\u202e" not in text


def hostile_item(text: str) -> MemoryItem:
    return replace(
        ITEM, id=text, skill=text, problem_id=text, text=text, evidence=(text,), policy_version=text,
        malrule=text, writer=text, retired=text,
    )  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=["html", "latex", "long", "sql", "control"])
def test_hostile_text_does_nothing_in_any_field(text: str) -> None:
    item = hostile_item(text)
    problem = Problem(id=text, text=text, answer=text, skill=text)
    failure = Failure(text, text, text, 0, text, text)
    found = Audit((failure,), {(text, 0): 1})
    (cell,) = cells(found)
    judged = group([SIGN_KEPT]).members[0]
    step = replace(judged.verdict.steps[0], text=text, reason=text, malrule=text, repair=text)
    hostile = replace(judged, verdict=replace(judged.verdict, steps=(step,)))
    event = MemoryEvent(1, text, 0, text, item, f"person:{text}")
    shown = [
        memory_views.summary_html([item], 1),
        memory_views.items_html([item], 3),
        memory_views.item_html(item, 3, problem),
        memory_views.item_html(item, 3, None),
        memory_views.evidence_html(item, [hostile], {judged.rollout.problem_id: problem}),
        memory_views.history_html([event, replace(event, event="retired"), replace(event, event="edited")]),
        views.summary_html(found, text),
        views.heatmap_html(found),
        views.cells_html(found),
        views.cell_html(cell, text),
        views.memory_html([item]),
        views.examples_html([hostile], {}),
        table_html(text, [Column(text, hint=text)], [TableRow((words(text),), key_of(text))]),
    ]
    for html in shown:
        assert_harmless(html)


def test_a_picked_cell_comes_back_as_it_was() -> None:
    for skill, kind in (("linear", "sign_kept"), (HOSTILE, '"]'), ("", "")):
        assert read_key(key_of(skill, kind), 2) == (skill, kind)
    for nonsense in ("", "{}", "[1, 2]", "[" * 100_000, '["a"]', "null", "undefined", None):
        assert read_key(nonsense, 2) is None


def test_search_needs_every_word_and_the_state_fits() -> None:
    pattern = replace(ITEM, id="p", level=Level.PATTERN, text="Signs turn when crossing", uses=1)
    gone = replace(ITEM, id="g", retired="hurt 3 times, helped 0")
    kept = replace(ITEM, id="k", pinned=True, skill="percent", text="Find the base", malrule="forgets_base")
    items = [ITEM, pattern, gone, kept]

    def ids(**options: object) -> list[str]:
        return [i.id for i in memory_views.matching(items, **options)]  # type: ignore[arg-type]

    assert ids() == ["p", "k", "m"]
    assert ids(search="SIGN") == ["p", "m"]
    assert ids(search="sign change") == ["m"]
    assert ids(search="forgets") == ["k"]
    assert ids(state="retired") == ["g"]
    assert ids(state="pinned") == ["k"]
    assert ids(state="all", level="lesson") == ["g", "k", "m"]
    assert ids(skill="percent") == ["k"]
    assert ids(state="changed by people", touched=frozenset({"g"})) == ["g"]


def test_the_table_sorts_by_what_it_shows() -> None:
    made = table_html(
        "t", [Column("a"), Column("b", figures=True)], [TableRow((words("Zoo"), share(0.056)), "k", True)]
    )
    assert re.findall(r'data-order="([^"]*)"', made) == ["zoo", "0.056"]
    assert "5.6%" in made
    assert 'data-pick="k"' in made
    assert 'aria-current="true"' in made
    assert figure(1234).shown == "1,234"
    assert share(None).shown == "–"
    assert "Nothing here" in table_html("t", [Column("a")], [])


def test_the_history_puts_uses_together() -> None:
    used = [MemoryEvent(k, "m", k, "used", replace(ITEM, uses=k)) for k in range(2, 6)]
    events = [MemoryEvent(1, "m", 0, "written", ITEM), *used, MemoryEvent(9, "m", 6, "retired", ITEM, "person:Ann")]
    text = re.sub(r"<[^>]+>", "", memory_views.history_html(events))
    assert text.index("retired") < text.index("used 4 times") < text.index("written")
    assert "by Ann" in text


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("made") / "w.db") as store:
        make_run(store, rounds=4, per_round=8)
        yield store


def test_a_round_that_comes_during_the_drawing_is_drawn_at_the_next_look(tmp_path: Path, monkeypatch) -> None:
    drawn = progress.curves_figure
    with Store.open(tmp_path / "w.db") as store:
        make_run(store, rounds=2, per_round=2)

        def slow(rounds):
            store.runs.save_round("made", replace(store.runs.rounds("made")[-1], index=2))
            return drawn(rounds)

        monkeypatch.setattr(progress, "curves_figure", slow)
        *_, (_, seen) = progress._draw(store, ["made"])
        assert seen != progress.signature(store, ["made"])


def test_an_audit_is_kept_for_a_while_and_then_until_the_store_grows(made: Store, monkeypatch) -> None:
    audits = Audits(made)
    first = audits.of("made")
    assert audits.of("made") is first
    assert first.audit.count() == 4 * 8 * 4
    assert first.audit == audited(made, "made").audit
    judged = made.verdicts.judged("made")[0]
    made.verdicts.save("made", [(judged.rollout.id, replace(judged.verdict, verifier="another"))])
    assert audits.of("made") is first  # a run that trains grows all the time
    monkeypatch.setattr("workbench.ui.context.FRESH", 0.0)
    assert audits.of("made") is not first


def test_the_page_loads_nothing_and_escapes_the_run(made: Store, tmp_path: Path) -> None:
    page = audit_page(made, "made")
    assert page.count("plotly.js v") == 1
    body = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert not re.search(r'(src|href)\s*=\s*"?(https?:)?//', body)
    assert "@import" not in body
    assert "Audit of made" in body
    assert "wb-heat" in body


def test_the_committed_curves_are_drawn_for_every_method(tmp_path: Path) -> None:
    assert committed_curves(tmp_path / "nowhere") is None
    assert committed_curves(tmp_path) is None
    (tmp_path / "damaged.json").write_text("{")
    assert committed_curves(tmp_path) is None
    names = {trace.name for trace in committed_curves().data if trace.name}
    assert {"pmd", "grpo"} <= names


def test_the_committed_comparison_is_shown_where_it_ships(tmp_path: Path) -> None:
    path = tmp_path / "compare.json"
    assert committed_html(path) is None
    for nonsense in ("{", "[]", "{}", '{"summary": 3}'):
        path.write_text(nonsense)
        assert committed_html(path) is None
    gain = {"value": 0.1234, "low": 0.05, "high": 0.2}
    fell = {"malrule": HOSTILE, "share": [{"round": 0, "share": 0.1}, {"round": 9, "share": 0.02}]}
    summary = {"gain_on_test": gain, HOSTILE: {"value": None, "reason": HOSTILE}, "malrules": [fell], "seeds": 5}
    path.write_text(json.dumps({"summary": summary}))
    made = committed_html(path)
    assert made is not None
    assert_harmless(made)
    assert "gain on test" in made
    assert "0.123" in made
    assert "0.05 to 0.2" in made
    assert "10.0% to 2.0%" in made


def test_examples_show_the_problem_and_the_first_error() -> None:
    made = views.examples_html(group([SIGN_KEPT]).members, {LINEAR.id: LINEAR})
    assert "wb-incorrect" in made
    assert "round 0, sample 0" in made
