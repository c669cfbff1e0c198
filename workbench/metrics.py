"""What the metrics of a training round mean: every name that a round may report, with a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One number that a round reports."""

    name: str
    title: str
    """A few words, for the head of a figure."""
    meaning: str
    unit: str = "share"
    better: str = ""
    """`higher` or `lower`; empty where neither is better in itself."""
    drawn: bool = False
    """Whether the app's figure of a run's health shows it."""


_ALL = (
    Metric("solve_share", "Solved", "Rollouts with the right final answer.", better="higher"),
    Metric(
        "process_share",
        "Right throughout",
        "Rollouts with the right answer and no step proved wrong.",
        better="higher",
    ),
    Metric(
        "wrong_reasons_share",
        "Right for wrong reasons",
        "Rollouts with the right answer despite a step proved wrong.",
        better="lower",
    ),
    Metric("mean_tokens", "Tokens per rollout", "Mean length of a rollout.", "tokens", drawn=True),
    Metric("cut_off_share", "Rollouts cut off", "Rollouts that met the token limit.", better="lower", drawn=True),
    Metric("rollouts", "Rollouts", "Rollouts that were sampled in the round.", "count"),
    Metric("seen_before", "Problems seen before", "Problems of the round that earlier rounds had practised."),
    Metric("route_reinforce", "Reinforced", "Rollouts right throughout: the policy gradient reinforces them."),
    Metric("route_distil_step", "Taught one step", "Rollouts whose first wrong step is taught by the teacher."),
    Metric("route_distil_whole", "Taught as a whole", "Wrong rollouts with no wrong step found, taught as a whole."),
    Metric(
        "teacher_coverage",
        "With a teacher context",
        "Rollouts to be taught for which the teacher had something to read.",
        better="higher",
        drawn=True,
    ),
    Metric(
        "correction_share",
        "With a corrected step",
        "Rollouts to be taught for which a corrected step was known.",
        better="higher",
        drawn=True,
    ),
    Metric(
        "memory_hits", "Teachers that read memory", "Rollouts to be taught whose teacher read memory.", drawn=True
    ),
    Metric("teacher_tokens", "Tokens read by teachers", "Tokens that the teacher read in the round.", "tokens"),
    Metric("unknown_share", "Steps judged unknown", "Steps that no checker decided.", better="lower", drawn=True),
    Metric("repeated_steps", "Repeated steps", "Steps that repeat an earlier one of their rollout.", better="lower"),
    Metric("masked_tokens", "Tokens left alone", "Tokens that no loss moved.", drawn=True),
    Metric(
        "all_equal_groups",
        "Groups all right or all wrong",
        "Problems whose rollouts were all right or all wrong: they give no advantage.",
        better="lower",
        drawn=True,
    ),
    Metric("loss_gradient", "Policy-gradient loss", "The policy-gradient term of the loss.", "loss"),
    Metric("loss_distil", "Distillation loss", "The divergence from the teacher, weighted.", "loss", better="lower"),
    Metric("loss_target", "Corrected-step loss", "Cross-entropy of the corrected steps, weighted.", "loss", "lower"),
    Metric(
        "entropy",
        "Entropy per token",
        "Mean entropy of the policy at trained tokens.",
        "nats",
        drawn=True,
    ),
    Metric("gradient_norm", "Norm of the gradient", "Norm of the gradient before it is clipped.", "norm", drawn=True),
    Metric("memory_live", "Live memory items", "Memory items that are not retired.", "count", drawn=True),
    Metric("insights_written", "Insights written", "Insights and patterns that were kept.", "count", drawn=True),
    Metric("patterns_written", "Patterns written", "Patterns that were kept.", "count"),
    Metric("reflections_asked", "Reflections asked for", "Questions for an insight or a pattern.", "count"),
    Metric("reflections_parsed", "Reflections parsed", "Replies in the form that was asked for.", "count"),
    Metric("reflections_repeated", "Reflections repeated", "Reflections that say the same as another.", "count"),
    Metric("writer_tokens", "Tokens of the writer", "Tokens read and written for reflections.", "tokens"),
    Metric("dropped_form", "Dropped: form", "Replies cut off or not in the form asked for.", "count", "lower"),
    Metric("dropped_garbled", "Dropped: garbled", "Replies that the writer itself finds unlikely.", "count", "lower"),
    Metric("dropped_skill", "Dropped: skill", "Replies about another skill.", "count", "lower"),
    Metric(
        "dropped_malrule",
        "Dropped: malrule",
        "Replies about a mistake that no verdict shows.",
        "count",
        "lower",
    ),
    Metric(
        "dropped_method", "Dropped: method", "Replies that name another method than the solution's.", "count", "lower"
    ),
    Metric("dropped_value", "Dropped: value", "Replies with a number wrong or from nowhere.", "count", "lower"),
    Metric(
        "insight_raises",
        "Insights that help",
        "New insights that make a verified solution likelier to the teacher; measured in some rounds.",
        better="higher",
    ),
    Metric(
        "insight_gain",
        "Gain by an insight",
        "Mean gain in log-probability per token of a verified solution by reading a new insight.",
        "nats",
        "higher",
    ),
    Metric("contexts_tried", "Contexts tried", "Wrong rollouts whose teacher context was measured.", "count"),
    Metric(
        "contexts_moving",
        "Contexts that move",
        "Measured contexts that make the wrong step less likely to the teacher.",
        "count",
        "higher",
    ),
    Metric(
        "contexts_usable",
        "Contexts that tell",
        "Measured contexts that do so more than another problem's context would.",
        "count",
        "higher",
    ),
)
METRICS = {metric.name: metric for metric in _ALL}
"""Every metric by its name."""
