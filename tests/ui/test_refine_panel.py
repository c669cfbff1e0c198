"""The Refine panel: what it answers, and that nothing of a label's text can run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from tests.records import LINEAR, STORY
from workbench.labeling.candidates import item_of
from workbench.labeling.judge import CalibrationBin, Judge, JudgeFit, Measured
from workbench.labeling.refined import Changes, StepChange
from workbench.labeling.reliability import Reliability
from workbench.labeling.versions import BUILTIN, Version, chosen, names, save, use, versions_folder
from workbench.store import Store
from workbench.types import Estimate, Judgement, Knowledge, Label, Mark
from workbench.ui import refine_panel
from workbench.ui.context import AppContext
from workbench.ui.refine_panel import change_rows, changes_html, reliability_diagram, version_html
from workbench.verification import Verifier

HOSTILE = "<script>alert(1)</script>"


def no_progress(*_: Any, **__: Any) -> None:
    """Stands where gradio would show progress."""


def version() -> Version:
    half = Estimate(0.5, 0.4, 0.6)
    report = Measured(
        40, 20, 19, half, Estimate(0.95, 0.75, 1.0), (CalibrationBin(0.3, half, 20), CalibrationBin(0.9, half, 20))
    )
    trial = JudgeFit(160, 80, 2, 72, f"may decide {HOSTILE}", report)
    rules = (
        Reliability(HOSTILE, "sign_kept", Judgement.INCORRECT, 0, 20),
        Reliability("arithmetic", "valid", Judgement.CORRECT, 1, 0),
    )
    judge = Judge(("finding",), 0.0, {})
    return Version(Verifier().version, 0.95, rules, {Knowledge.ANSWER: judge}, {Knowledge.ANSWER: trial})


def test_a_version_is_shown_with_intervals_and_reasons_and_escaped():
    html = version_html(version())
    assert "<script>" not in html
    assert "50.0% [40.0%, 60.0%]" in html
    assert "people found it wrong more often than right" in html
    assert "1 more rules" in html


def test_the_diagram_shows_every_bin_with_its_interval():
    figure = reliability_diagram(version())
    drawn = figure.data[1]
    assert list(drawn.x) == [0.3, 0.9]
    assert list(drawn.error_y.array) == pytest.approx([0.1, 0.1])
    assert len(reliability_diagram(None).data) == 1


def test_changes_are_escaped_and_counted():
    change = StepChange("id", HOSTILE, 0, HOSTILE, "unknown", "incorrect", "judge", "why")
    changes = Changes("<b>r", ("a",), "b", 10, 2, 30, 3, {"unknown -> incorrect": 3}, 1, 0, 1, (change,))
    html = changes_html(changes, stored=True)
    assert "<b>r" not in html
    assert "3 of 30 steps" in html
    assert "1 lost, 0 won" in html
    assert change_rows(changes) == [[HOSTILE, 1, HOSTILE, "unknown", "incorrect", "judge", "why"]]


def test_refine_use_and_revert_from_the_panel(tmp_path: Path):
    with Store.open(tmp_path / "workbench.db") as store:
        context = AppContext(store, None, {})
        with gr.Blocks() as page:
            refine_panel.panel(page, context)
        assert page.fns
        with pytest.raises(gr.Error, match="no labels"):
            refine_panel._answer(lambda: refine_panel._refine(context, 0.95, no_progress))
        items = [item_of(STORY, ["Some words."], "t"), item_of(LINEAR, ["3x = 15"], "t")]
        store.labels.add_items(items)
        for item in items:
            store.labels.add(Label(item.id, "ann", Mark.CORRECT, "2026-01-01T00:00:00+00:00"))
        folder = versions_folder(store.path)
        shown = refine_panel._refine(context, 0.95, no_progress)
        (made,) = names(folder)
        assert made in shown[2]
        assert "at least 79 are needed" in shown[2]
        assert chosen(folder) == BUILTIN
        assert made in refine_panel._use(context, made)[1]
        assert chosen(folder) == made
        assert "built-in" in refine_panel._revert(context)[1]
        assert chosen(folder) == BUILTIN


def test_two_people_see_the_same_choice(tmp_path: Path):
    with Store.open(tmp_path / "workbench.db") as store:
        folder = versions_folder(store.path)
        save(folder, version())
        use(folder, version().hash)
        first, second = (refine_panel._shown(AppContext(store, None, {}), None) for _ in range(2))
        assert first[1:3] == second[1:3]
        assert version().hash in first[1]
