"""The table of metrics against a run: every name that rounds report has its sentence, and none is left over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_loop import config, train
from workbench.metrics import METRICS


def test_a_run_reports_every_metric_of_the_table_and_no_other(tmp_path: Path):
    reported = {name for done in train(tmp_path, config(3)) for name in done.metrics}
    assert reported == set(METRICS)


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_a_metric_is_explained(metric):
    assert metric.meaning[0].isupper()
    assert metric.meaning.endswith(".")
    assert len(metric.title) <= 32
    assert metric.better in ("", "higher", "lower")
