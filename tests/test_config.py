"""The configuration: layers, presets, round trip, and what is said of each mistake."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workbench.config import PRESETS, Config, config_hash, dump_config, load_config, preset, upgraded
from workbench.config.loading import KEYS, SECTIONS, nearest_key
from workbench.errors import BadInput
from workbench.methods import METHODS
from workbench.resources import DATA


def in_file(folder: Path, text: str) -> Path:
    path = folder / "run.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def complaint(path: Path | None, *overrides: str) -> str:
    with pytest.raises(BadInput) as raised:
        load_config(path, overrides)
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_no_file_and_no_override_give_the_laptop_preset() -> None:
    assert load_config() == Config() == preset("laptop")


def test_overrides_win_over_the_file_and_the_file_over_the_preset(tmp_path: Path) -> None:
    path = in_file(tmp_path, "preset: tiny\nsampling:\n  group_size: 6\n  max_tokens: 50\n")
    config = load_config(path, ["sampling.group_size=3"])
    assert config.sampling.group_size == 3
    assert config.sampling.max_tokens == 50
    assert config.sampling.problems_per_round == preset("tiny").sampling.problems_per_round


def test_an_override_chooses_the_preset_but_keeps_what_the_file_sets(tmp_path: Path) -> None:
    path = in_file(tmp_path, "preset: gpu\ntraining:\n  seed: 7\n")
    config = load_config(path, ["preset=tiny"])
    assert config == preset("tiny").model_copy(
        update={"training": preset("tiny").training.model_copy(update={"seed": 7})}
    )


@pytest.mark.parametrize("text", ["1e-4", "0.0001", "1.0e-4"])
def test_a_learning_rate_is_read_in_any_notation_and_by_its_alias(tmp_path: Path, text: str) -> None:
    by_override = load_config(None, [f"training.lr={text}"])
    by_file = load_config(in_file(tmp_path, f"training:\n  lr: {text}\n"))
    assert by_override.training.learning_rate == by_file.training.learning_rate == 1e-4


def test_setting_one_limit_lifts_the_other_of_the_preset() -> None:
    assert load_config(None, ["training.rounds=3"]).training.minutes is None
    assert load_config(None, ["preset=tiny", "training.minutes=1"]).training.rounds is None
    both = load_config(None, ["training.rounds=3", "training.minutes=1"]).training
    assert (both.rounds, both.minutes) == (3, 1.0)


def test_null_an_empty_section_and_an_empty_file_are_understood(tmp_path: Path) -> None:
    assert load_config(None, ["training.threads=2", "training.threads=null"]) == Config()
    assert load_config(in_file(tmp_path, "training:\n  # seed: 3\n")) == Config()
    assert load_config(in_file(tmp_path, "# nothing\n")) == Config()


@pytest.mark.parametrize("value", ["2024", "models/a=b", "C: d", "[x", "2024-01-01"])
def test_a_path_stays_the_text_that_was_given(value: str) -> None:
    assert load_config(None, [f"model.path={value}"]).model.path == value


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("training.learning_rat", "training.learning_rate"),
        ("training.group_size", "sampling.group_size"),
        ("training.LR", "training.learning_rate"),
        ("trainig.seed", "training.seed"),
        ("learning_rate", "training.learning_rate"),
        ("lr", "training.learning_rate"),
        ("memory.expiry", "memory.expiry_epochs"),
        ("trainin", "training"),
        ("method.sharpenin", "method.sharpening"),
        ("training.sharpening", "method.sharpening"),
        ("training.method", "method.name"),
        ("presets", "preset"),
    ],
)
def test_an_unknown_key_is_named_with_its_place_and_the_nearest(tmp_path: Path, key: str, nearest: str) -> None:
    by_override = complaint(None, f"{key}=1")
    assert f"'{key}'" in by_override
    assert f"--set {key}=1" in by_override
    assert f"nearest known key is '{nearest}'" in by_override
    section, _, name = key.rpartition(".")
    nested = f"# first\n{section}:\n  {name}: 1\n" if section in SECTIONS else f"# first\n\n{key}: 1\n"
    by_file = complaint(in_file(tmp_path, nested))
    assert "run.yaml, line 3" in by_file
    assert f"nearest known key is '{nearest}'" in by_file


@pytest.mark.parametrize(
    ("setting", "allowed"),
    [
        ("training.learning_rate=-1", "greater than 0"),
        ("training.learning_rate=nan", "finite"),
        ("training.learning_rate=fast", "valid number"),
        ("method.name=ppo", "the methods are pmd, sdpo, grpo, rft, sft"),
        ("method.teacher=none", "'ema' or 'frozen'"),
        ("method.sharpening=-1", "greater than or equal to 0"),
        ("method.anchor=0.1", "pmd has no such setting; grpo has"),
        ("method.feedback=verifier", "pmd has no such setting; sdpo has"),
        ("training.rounds=2.5", "valid integer"),
        ("training.ema_rate=2", "less than or equal to 1"),
        ("sampling.group_size=1", "greater than or equal to 2"),
        ("sampling.group_size=yes", "should not be true or false"),
        ("model.device=tpu", "auto|cpu|mps|cuda"),
        ("preset=huge", "tiny, laptop, gpu"),
        ("preset=3", "tiny, laptop, gpu"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(tmp_path: Path, setting: str, allowed: str) -> None:
    key, _, value = setting.partition("=")
    message = complaint(None, setting)
    assert key in message
    assert value.lower() in message.lower() or value == "yes"
    assert f"--set {setting}" in message
    assert allowed in message
    section, _, name = key.rpartition(".")
    path = in_file(tmp_path, f"{section}:\n  {name}: {value}\n" if section else f"{key}: {value}\n")
    by_file = complaint(path)
    assert f"line {2 if section else 1}" in by_file or value == "nan"
    assert allowed in by_file or value == "nan"  # YAML writes it .nan


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("training:\n  seed: [1\n", "line 3: not valid YAML"),
        ("training:\n\tseed: 1\n", "line 2: not valid YAML"),
        ("- training\n", "mapping of sections"),
        ("training: 3\n", "a section holds keys"),
        ("training:\n  seed: 1\n  seed: 2\n", "line 3: 'training.seed' is given twice, first on line 2"),
        ("training:\n  lr: 1\n  learning_rate: 2\n", "line 3: 'training.learning_rate' is given twice"),
        ("training:\n  seed: 1\ntraining:\n  lr: 2\n", "line 3: 'training' is given twice"),
        ("training:\n  seed: !!python/name:os.system\n", "line 2: not valid YAML"),
    ],
)
def test_a_file_of_another_shape_is_named_with_the_line(tmp_path: Path, text: str, said: str) -> None:
    assert said in complaint(in_file(tmp_path, text))


def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    assert "does not exist" in complaint(tmp_path / "none.yaml")
    assert "is a folder" in complaint(tmp_path)
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"training:\n  \xff\xfe")
    assert "not UTF-8" in complaint(binary)
    binary.write_bytes(b"a: \x00")
    assert "not valid YAML" in complaint(binary)


@pytest.mark.parametrize(
    ("override", "said"), [("training.seed", "has no '='"), ("training=3", "set one of its keys")]
)
def test_a_malformed_override_is_explained(override: str, said: str) -> None:
    assert said in complaint(None, override)


def test_an_unknown_preset_is_bad_input() -> None:
    with pytest.raises(BadInput, match="tiny, laptop, gpu"):
        preset("huge")


def test_a_configuration_is_frozen_and_takes_no_other_key() -> None:
    with pytest.raises(ValidationError):
        Config().training.seed = 3  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Config.model_validate({"traning": {}})


@pytest.mark.parametrize("name", PRESETS)
def test_a_dump_reads_back_to_an_equal_configuration(tmp_path: Path, name: str) -> None:
    config = preset(name)
    assert load_config(in_file(tmp_path, dump_config(config))) == config


@given(
    rate=st.floats(1e-8, 1.0),
    seed=st.integers(0, 2**32 - 1),
    minutes=st.none() | st.floats(0.01, 1e4),
    path=st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1),
)
def test_any_dump_reads_back_and_keeps_the_hash(
    tmp_path_factory: pytest.TempPathFactory, rate: float, seed: int, minutes: float | None, path: str | None
) -> None:
    base = Config()
    training = base.training.model_copy(update={"learning_rate": rate, "seed": seed, "minutes": minutes})
    model = base.model.model_copy(update={"path": path})
    config = base.model_copy(update={"training": training, "model": model})
    again = load_config(in_file(tmp_path_factory.mktemp("dump"), dump_config(config)))
    assert again == config
    assert config_hash(again) == config_hash(config)


def test_the_hash_tells_values_apart_and_ignores_the_presets_name() -> None:
    assert config_hash(Config()) != config_hash(load_config(None, ["training.seed=1"]))
    assert config_hash(Config().model_copy(update={"preset": "tiny"})) == config_hash(Config())
    assert len(config_hash(Config())) == 16


@pytest.mark.parametrize("key", KEYS)
def test_every_known_key_is_nearest_to_itself(key: str) -> None:
    assert nearest_key(key) == key


@pytest.mark.parametrize(
    "section", [Config, *(f.annotation for f in Config.model_fields.values()), *(m.settings for m in METHODS)]
)
def test_every_field_has_its_line_of_explanation(section: type) -> None:
    if not hasattr(section, "model_fields"):
        pytest.skip("the preset's name")
    import inspect

    source = inspect.getsource(section)
    own = section.__annotations__  # a method's settings take some fields from their base
    functions = source.count("    def ")
    assert 2 * (1 + len(own)) <= source.count('"""') <= 2 * (1 + len(own) + functions)


def test_a_method_brings_its_own_settings(tmp_path: Path) -> None:
    config = load_config(None, ["method.name=grpo", "method.sharpening=8"])
    assert (config.method.name, config.method.sharpening) == ("grpo", 8.0)  # type: ignore[attr-defined]
    path = in_file(tmp_path, "method:\n  name: sdpo\n  feedback: verifier\n")
    assert load_config(path).method == next(m for m in METHODS if m.name == "sdpo").settings(feedback="verifier")
    assert "line 3): sdpo has no such setting; pmd and grpo have" in complaint(
        in_file(tmp_path, "method:\n  name: sdpo\n  sharpening: 8\n")
    )
    assert load_config(in_file(tmp_path, dump_config(config))) == config
    assert config_hash(config) != config_hash(load_config(None, ["method.name=grpo"]))


def shipped_config() -> dict[str, Any]:
    """The stored configuration of the run that is shipped, which was made before methods had settings."""
    with gzip.open(DATA / "models" / "tutor-pmd" / "run.jsonl.gz", "rt", encoding="utf-8") as lines:
        found: dict[str, Any] = json.loads(json.loads(lines.readline())["record"]["config"])
    return found


def test_a_stored_configuration_of_old_is_read_as_todays(tmp_path: Path) -> None:
    old = shipped_config()
    new = upgraded(old)
    assert new["method"] == Config().method.model_dump()
    assert new["training"]["knowledge"] == "answer"
    assert {"method", "affirm", "blame", "credit"} & new["training"].keys() == set()
    config = Config.model_validate(new)
    assert (config.training.rounds, config.training.minutes, config.training.threads) == (200, 60.0, 1)
    assert upgraded(new) == new
    assert load_config(in_file(tmp_path, yaml.safe_dump(old)), stored=True) == config
    assert "Unknown key" in complaint(in_file(tmp_path, yaml.safe_dump(old)))


def test_the_methods_of_old_keep_the_weights_that_they_had() -> None:
    old = shipped_config()
    grpo = upgraded({**old, "training": {**old["training"], "method": "grpo", "anchor": 0.1, "teacher": "frozen"}})
    settings = Config.model_validate(grpo).method
    assert (settings.name, settings.anchor, settings.sharpening) == ("grpo", 0.05, 0)  # type: ignore[attr-defined]
    assert settings.teacher_weights == "frozen"
    sdpo = upgraded({**old, "training": {**old["training"], "method": "sdpo", "feedback": "verifier"}})
    assert sdpo["method"]["teacher_temperature"] == 0.5
    assert [upgraded({"training": {"method": name}})["method"] for name in ("rft", "sft")] == [
        {"name": "rft"},
        {"name": "sft"},
    ]
    assert upgraded({"anything": 1}) == {"anything": 1}


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("training", "teacher", "live"), ("training", "credit", "outcome"), ("memory", "mode", "frozen"),
     ("memory", "replay", 32), ("memory", "levels", ["pattern"])],
)  # fmt: skip
def test_what_no_configuration_can_say_any_more_is_refused(section: str, key: str, value: object) -> None:
    old = shipped_config()
    with pytest.raises(BadInput, match=rf"{section}\.{key} = "):
        upgraded({**old, section: {**old[section], key: value}})


def test_a_stored_method_that_is_unknown_is_refused() -> None:
    with pytest.raises(BadInput, match="'ppo'"):
        upgraded({"training": {"method": "ppo"}})
