"""Frozen records that pass between the stages, their JSON round trip, and content ids.

Every stage is a function from these records to these records. Nothing here imports torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

UNKNOWN_SKILL = "unknown"
"""The skill of problems whose source names none."""
DOMAIN = "maths"
"""The domain of problems whose source names none."""


class Judgement(StrEnum):
    """What the verifier says of one step. `unknown` is never an error and never punished."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    UNKNOWN = "unknown"


class Scope(StrEnum):
    """How much of a step was checked."""

    COMPUTATION = "computation"
    """What the line computes or infers."""
    MEANING = "meaning"
    """It was also the right thing to compute."""


class Diagnosis(StrEnum):
    """Why a step got its judgement, after the IDEAS framework."""

    EXPECTED = "expected"
    DETOUR = "detour"
    SIMILAR = "similar"
    VALID = "valid"
    WRONG_RULE = "wrong_rule"
    BUGGY = "buggy"
    NOT_EQUIVALENT = "not_equivalent"
    ROUNDED = "rounded"
    UNGROUNDED = "ungrounded"
    OFF_PATH = "off_path"
    UNREADABLE = "unreadable"
    UNDECIDED = "undecided"
    MISREAD = "misread"
    """Two readings of the step differ: a fault of reading, not of reasoning."""
    OVERRULED = "overruled"
    """People overruled verdicts of this kind, so it is not given any more."""


class Knowledge(StrEnum):
    """What the verifier may know beside the problem's text."""

    FREE = "free"
    ANSWER = "answer"
    REFERENCE = "reference"


class StopReason(StrEnum):
    """Why a rollout ended."""

    END = "end"
    """The policy wrote its end token."""
    LENGTH = "length"
    """The token limit cut it off."""


class Level(StrEnum):
    """The three levels of procedural memory; `insight` is split into its two kinds."""

    EXPERIENCE = "experience"
    STRATEGY = "strategy"
    LESSON = "lesson"
    PATTERN = "pattern"


@dataclass(frozen=True)
class Problem:
    """One tutoring problem."""

    id: str
    text: str
    answer: str | None
    """The final answer as text; None only for problems that are solved, never trained on."""
    skill: str = UNKNOWN_SKILL
    difficulty: int = 0
    """1 to 3 for generated problems; 0 where the source does not say."""
    solution: tuple[str, ...] = ()
    """A worked solution, one step each. Training never reads it."""
    alternates: tuple[tuple[str, ...], ...] = ()
    """Other valid solutions by another path."""
    frame: str = ""
    """Name of the sentence frame that the text was made from."""
    depth: int = 0
    """How many operations the problem composes."""
    params: tuple[tuple[str, int | str], ...] = ()
    """What the generator drew, sorted by name."""
    domain: str = DOMAIN
    """The kind of problem, as `workbench/domains` names it. Left out of JSON where it is mathematics."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Callable[[Any], Any]) -> Any:
        """Leave the default domain out of JSON: files and hashes from before there were domains stay as they are."""
        from pydantic_core import core_schema

        def fields_of(problem: Problem, fields: Callable[[Problem], dict[str, Any]]) -> dict[str, Any]:
            found = fields(problem)
            if problem.domain == DOMAIN:
                del found["domain"]
            return found

        schema = handler(source)
        schema["serialization"] = core_schema.wrap_serializer_function_ser_schema(fields_of)
        return schema


@dataclass(frozen=True)
class Step:
    """One line of reasoning in a solution, with where it stands in the solution's text."""

    text: str
    start: int
    end: int


class EvidenceKind(StrEnum):
    """What kind of fact the checkers of mathematics find; another domain has words of its own."""

    VALUE = "value"
    """What a calculation really gives."""
    COUNTEREXAMPLE = "counterexample"
    """A number that fits one line and not the other."""
    ROOTS = "roots"
    DOMAIN = "domain"
    """Where a line is undefined."""
    QUANTITY = "quantity"
    UNIT = "unit"
    CLAIM = "claim"
    """What the line says it does, beside what it does."""
    ANSWER = "answer"
    PLACE = "place"
    """Where in the line a malrule is at work."""


@dataclass(frozen=True)
class Evidence:
    """One fact that a checker found."""

    kind: str
    """An `EvidenceKind`, or a word of another domain."""
    text: str
    """A sentence a pupil could read."""


@dataclass(frozen=True)
class StepVerdict:
    """What the verifier says of one step."""

    text: str
    judgement: Judgement
    diagnosis: Diagnosis
    scope: Scope = Scope.COMPUTATION
    confidence: float = 1.0
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    carried: bool = False
    """True where the step follows correctly from an earlier wrong one."""
    checker: str = ""
    malrule: str | None = None
    repair: str | None = None
    """The corrected step in the step's own form and size, where one is known."""

    @property
    def only_ends_wrong(self) -> bool:
        """Whether the step is wrong only for the answer that it states: the mistake lies anywhere before."""
        by_answer = bool(self.evidence) and all(e.kind == EvidenceKind.ANSWER for e in self.evidence)
        return self.judgement is Judgement.INCORRECT and by_answer and self.confidence < 1


@dataclass(frozen=True)
class Verdict:
    """The verifier's word on a whole solution."""

    steps: tuple[StepVerdict, ...]
    answer: str | None
    """The final answer as read from the solution."""
    answer_judgement: Judgement | None
    """Against the known answer; None in `free` mode."""
    verifier: str
    """Version of the verifier."""
    knowledge: Knowledge = Knowledge.FREE

    @property
    def first_error(self) -> int | None:
        """Index of the first step judged incorrect."""
        wrong = (i for i, s in enumerate(self.steps) if s.judgement is Judgement.INCORRECT)
        return next(wrong, None)

    @property
    def located_error(self) -> int | None:
        """Index of the first incorrect step, where that step is the mistake and not only where it shows."""
        error = self.first_error
        return None if error is None or self.steps[error].only_ends_wrong else error

    @property
    def answer_correct(self) -> bool:
        return self.answer_judgement is Judgement.CORRECT

    @property
    def process_correct(self) -> bool:
        """Right answer and no step incorrect."""
        return self.answer_correct and self.first_error is None

    @property
    def right_for_wrong_reasons(self) -> bool:
        return self.answer_correct and self.first_error is not None

    @property
    def all_decided(self) -> bool:
        return bool(self.steps) and all(s.judgement is not Judgement.UNKNOWN for s in self.steps)


@dataclass(frozen=True)
class Rollout:
    """One sampled solution, with the very tokens that were sampled."""

    id: str
    problem_id: str
    round: int
    index: int
    """Place in its group."""
    seed: int
    text: str
    token_ids: tuple[int, ...]
    """Sampled ids, the end token included; never re-tokenised from `text`."""
    logprobs: tuple[float, ...]
    """Log-probability of each sampled id under the policy that sampled it, at T = 1."""
    stop: StopReason
    policy_version: str


@dataclass(frozen=True)
class Judged:
    """A rollout with its verdict."""

    rollout: Rollout
    verdict: Verdict


@dataclass(frozen=True)
class Group:
    """The judged rollouts of one problem in one round."""

    problem: Problem
    members: tuple[Judged, ...]

    @property
    def solved(self) -> int:
        return sum(m.verdict.answer_correct for m in self.members)


class Writer(StrEnum):
    """Who wrote a reflection or an item of memory."""

    POLICY = "policy"
    DIAGNOSIS = "diagnosis"
    """Made from the verdicts, without a model."""
    PERSON = "person"


@dataclass(frozen=True)
class MemoryItem:
    """One lasting item of procedural memory."""

    id: str
    level: Level
    skill: str
    problem_id: str | None
    """None for patterns, which belong to a skill."""
    text: str
    evidence: tuple[str, ...]
    """Ids of the rollouts it was written from."""
    policy_version: str
    written_round: int
    solve_share: float = 0.0
    """Share of the group that solved the problem when the item was written."""
    malrule: str | None = None
    writer: Writer = Writer.POLICY
    uses: int = 0
    helped: int = 0
    hurt: int = 0
    retired: str | None = None
    """Why it was retired; None while it is live."""
    confirmed_round: int | None = None
    """The last round whose verdicts showed the lesson's mistake again; None where none did since it was written."""
    pinned: bool = False
    """Whether a person keeps it: a pinned item never expires."""


@dataclass(frozen=True)
class Reflection:
    """Text written about a group of rollouts and their verdicts, before it becomes memory."""

    problem_id: str
    skill: str
    level: Level
    text: str
    evidence: tuple[str, ...]
    malrule: str | None = None
    writer: Writer = Writer.DIAGNOSIS


class Mark(StrEnum):
    """What a person says of one step. The words are those of the buttons."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    CANT_TELL = "can't tell"


@dataclass(frozen=True)
class LabelItem:
    """One step in its context, to be labelled."""

    id: str
    """Content id of the problem's text and the lines: the same step in the same context is one item."""
    problem: Problem
    lines: tuple[str, ...]
    """The solution up to the step, which is the last of them."""
    source: str
    """Where it came from: a run's name, `solve` for a step disputed in the app, or a file's name."""
    rollout_id: str | None = None

    @property
    def step(self) -> str:
        return self.lines[-1]


@dataclass(frozen=True)
class Label:
    """What one annotator says of one item. Labels are never changed: an undo is a further record."""

    item_id: str
    annotator: str
    """A name; `ai:NAME` for a model's reading, which never counts as a person's."""
    mark: Mark | None
    """None takes back the annotator's label before it."""
    at: str
    """When, in ISO 8601 with UTC offset."""
    reason: str = ""
    malrule: str | None = None
    corrected: str | None = None
    """The step as it should have been, if the annotator wrote it."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Round:
    """What one turn of the loop did."""

    index: int
    epoch: float
    metrics: dict[str, float]
    """Loss, health and solve rate of the round, by name."""
    seconds: dict[str, float]
    """Wall time by stage."""
    evaluation: dict[str, Estimate] = field(default_factory=dict)


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        from pydantic import TypeAdapter  # to judge a line needs no JSON, and the import takes a tenth of a second

        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_json(record: Any) -> str:
    """A record as one line of JSON."""
    return _adapter(type(record)).dump_json(record).decode()


def from_json(kind: type[T], text: str | bytes) -> T:
    """The record that `to_json` wrote. Raises `pydantic.ValidationError` on any other shape."""
    result: T = _adapter(kind).validate_json(text)
    return result


def content_id(*parts: object) -> str:
    """Sixteen hex digits of the SHA-256 of the parts' canonical JSON."""
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
