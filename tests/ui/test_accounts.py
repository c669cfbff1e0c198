"""Accounts: hashed, hostile files named, unknown names no faster."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from workbench.errors import BadInput
from workbench.ui.serving import Door, add_account, read_accounts

GOOD = "$argon2id$v=19$m=8,t=1,p=1$Yb0B1j/6TH8$L2H5ogAA"


def test_a_password_opens_and_nothing_else_does(tmp_path: Path):
    path = tmp_path / "users.json"
    add_account(path, "ann", "correct horse")
    add_account(path, "bob", "battery staple")
    door = Door(read_accounts(path))
    assert door("ann", "correct horse")
    assert door("bob", "battery staple")
    for name, password in (("ann", "battery staple"), ("ann", ""), ("eve", "correct horse"), ("", ""), ("eve", "")):
        assert not door(name, password)


def test_the_file_holds_no_password_and_is_its_owners_alone(tmp_path: Path):
    path = tmp_path / "users.json"
    add_account(path, "ann", "correct horse")
    assert "correct" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_password_gives_another_hash_and_a_new_one_replaces_the_old(tmp_path: Path):
    path = tmp_path / "users.json"
    for name in ("ann", "bob"):
        add_account(path, name, "correct horse")
    accounts = read_accounts(path)
    assert accounts["ann"] != accounts["bob"]
    add_account(path, "ann", "another horse")
    assert not Door(read_accounts(path))("ann", "correct horse")
    assert Door(read_accounts(path))("bob", "correct horse")


@pytest.mark.parametrize(("name", "password"), [("", "long enough"), ("a b", "long enough"), ("ann", "short")])
def test_bad_names_and_short_passwords_are_refused(tmp_path: Path, name: str, password: str):
    with pytest.raises(BadInput):
        add_account(tmp_path / "users.json", name, password)
    assert not (tmp_path / "users.json").exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "[" * 100_000,
        "{}",
        '{"users": []}',
        '{"users": {}}',
        '{"users": {"ann": "correct horse"}}',
        '{"users": {"ann": 5}}',
        '{"users": {"ann": null}}',
        '{"users": {"ann": "$argon2id$v=19$m=65536,t=3,p=4"}}',
        '{"users": {"ann": "$argon2id$v=x$m=y$z$"}}',
        json.dumps({"users": {"<script>": GOOD}}),
        " " * (2 << 20),
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, content: str):
    path = tmp_path / "users.json"
    path.write_text(content)
    with pytest.raises(BadInput, match=r"users\.json"):
        read_accounts(path)


def test_bytes_that_are_no_text(tmp_path: Path):
    path = tmp_path / "users.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match=r"users\.json"):
        read_accounts(path)
    with pytest.raises(BadInput, match="add-user"):
        read_accounts(tmp_path / "missing.json")


def test_a_file_of_the_earlier_form_says_how_to_make_it_anew(tmp_path: Path):
    path = tmp_path / "users.json"
    path.write_text('{"users": {"ann": {"salt": "AAAA", "scrypt": "AAAA"}}}')
    with pytest.raises(BadInput, match=r"make it anew with 'workbench app --auth .* --add-user ann'"):
        read_accounts(path)


def test_a_hash_is_one_string_of_the_profile_for_little_ram(tmp_path: Path):
    path = tmp_path / "users.json"
    add_account(path, "ann", "correct horse \ud83d")
    (entry,) = read_accounts(path).values()
    assert entry.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert Door({"ann": entry})("ann", "correct horse \ud83d")
