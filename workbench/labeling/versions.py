"""Verifier versions made from labels: JSON files with a hash, and the choice of the one in use."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from workbench.errors import BadInput
from workbench.files import make_folder, read_text, refused, what_was_wrong, write_atomically
from workbench.labeling.judge import Judge, JudgeFit
from workbench.labeling.overruled import Overruled
from workbench.labeling.reliability import Reliability, Standing
from workbench.types import Knowledge, content_id, from_json, to_json

BUILTIN = "builtin"
"""The name of the verifier that no label has changed."""
FOLDER = "verifiers"
CHOICES = "chosen.jsonl"


@dataclass(frozen=True)
class Version:
    """What a refined verifier adds to the symbolic one, and how it was made."""

    base: str
    """Version of the symbolic verifier that the labels were compared with."""
    target: float
    rules: tuple[Reliability, ...]
    judges: Mapping[Knowledge, Judge]
    """By mode; none where nothing could be learned."""
    trials: Mapping[Knowledge, JudgeFit] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)
    """Labels by who gave them: `people` and `models`."""
    seed: int = 0
    made: str = ""
    """When, in ISO 8601 with UTC offset."""
    overruled: tuple[Overruled, ...] = ()
    """Rules whose proofs people contradict, withdrawn or not."""

    @property
    def hash(self) -> str:
        """Return the content id of all that decides a verdict, without time and measurements."""
        judges = {mode.value: asdict(judge) for mode, judge in self.judges.items()}
        # Versions from before proofs could be withdrawn keep their hash.
        withdrawn = [asdict(o) for o in self.overruled if o.withdrawn]
        return content_id("refined", self.base, [asdict(r) for r in self.rules], judges, *filter(None, [withdrawn]))


def changed(version: Version) -> str:
    """Return what a version changes, in a line."""
    said = [f"{sum(version.labels.values())} labels, target {version.target:g}"]
    for mode, judge in version.judges.items():
        said += [f"{mode.value}: decides {t.judgement.value} with at least {t.bound:.3f}" for t in judge.thresholds]
    for standing in (Standing.CONFIRMED, Standing.WITHDRAWN):
        count = sum(r.standing is standing for r in version.rules)
        if count:
            said.append(f"{count} {'rule' if count == 1 else 'rules'} {standing.value}")
    proofs = sum(o.withdrawn for o in version.overruled)
    if proofs:
        said.append(f"{proofs} {'kind' if proofs == 1 else 'kinds'} of proof withdrawn, for people overruled them")
    return "; ".join(said)


def versions_folder(store: Path) -> Path:
    """Return the folder of a store's versions, next to it."""
    return store.absolute().parent / FOLDER


def save(folder: Path, version: Version) -> Path:
    """Write a version to HASH.json, whole or not at all. Raise `StorageError`."""
    make_folder(folder)
    path = folder / f"{version.hash}.json"
    text = json.dumps({"version": version.hash, **json.loads(to_json(version))}, indent=1, sort_keys=True)
    write_atomically(path, text + "\n")
    return path


def load(folder: Path, name: str) -> Version:
    """Return the version of a hash, a unique prefix, or a file. Raise `BadInput` with those that exist."""
    path = Path(name) if name.endswith(".json") else _path(folder, name)
    try:
        fields = json.loads(read_text(path))
        said = fields.pop("version")
        found = from_json(Version, json.dumps(fields))
    except (ValidationError, ValueError, KeyError, AttributeError, TypeError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(f"{path} is not a verifier version ({what_was_wrong(error)}); make it again.") from error
    if said != found.hash:
        raise BadInput(f"{path} was changed after it was made: it names {said!r}, but its content is {found.hash!r}.")
    return found


def names(folder: Path) -> list[str]:
    """Return the hashes of all versions, oldest first."""
    files = list(folder.glob("*.json")) if folder.is_dir() else []
    return [p.stem for p in sorted(files, key=lambda p: (p.stat().st_mtime, p.name))]


def _path(folder: Path, name: str) -> Path:
    known = names(folder)
    matches = [k for k in known if k.startswith(name)] if name else []
    if name in known or len(matches) == 1:
        return folder / f"{name if name in known else matches[0]}.json"
    if matches:
        raise BadInput(f"{len(matches)} versions begin with {name!r}; write more of it: {', '.join(matches[:4])}.")
    near = get_close_matches(name, known, n=1, cutoff=0)
    hint = f"the nearest is {near[0]!r}" if near else "there are none yet, make one with 'workbench refine'"
    raise BadInput(f"There is no verifier {name!r} in {folder}; {hint}, and {BUILTIN!r} is the symbolic one.")


# Which one is in use


def use(folder: Path, name: str) -> str:
    """Put a version, or `builtin`, in use. Return its full name. Raise `BadInput` where there is none."""
    full = BUILTIN if name == BUILTIN else load(folder, name).hash
    _note(folder, {"use": full})
    return full


def revert(folder: Path, name: str | None = None) -> str:
    """Take back the last choice, or that of a version and all choices since. Return what is in use now."""
    stack = _stack(folder)
    full = stack[-1] if name is None and stack else _path(folder, name).stem if name not in (None, BUILTIN) else name
    if full is None or full not in stack:
        raise BadInput(f"{name or 'No version'} is not among the choices; {chosen(folder)} is in use.")
    _note(folder, {"revert": full})
    return chosen(folder)


def chosen(folder: Path) -> str:
    """Return the full name of the version in use; `builtin` until one was chosen."""
    stack = _stack(folder)
    return stack[-1] if stack else BUILTIN


def _stack(folder: Path) -> list[str]:
    """Return the choices in force, the present one last."""
    path = folder / CHOICES
    stack: list[str] = []
    for line in read_text(path).splitlines() if path.is_file() else ():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # a kill cut the line off: that choice was never acknowledged
        if "use" in event:
            stack.append(event["use"])
        elif event.get("revert") in stack:
            last = len(stack) - 1 - stack[::-1].index(event["revert"])
            del stack[last:]
    return stack


def _note(folder: Path, event: dict[str, str]) -> None:
    """Append a choice. It is kept when this returns."""
    make_folder(folder)
    path = folder / CHOICES
    line = json.dumps({**event, "at": datetime.now(UTC).isoformat()})
    try:
        with path.open("ab") as file:
            # A line that a kill cut off must not swallow this one.
            file.write(f"\n{line}\n".encode() if file.tell() else f"{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise refused(path, error) from error
