"""The server: headers, sign-in, ports, and the command that starts it."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from typer.testing import CliRunner

from workbench.__main__ import app as command
from workbench.errors import WorkbenchError
from workbench.ui.serving import Door, add_account, launch, read_accounts, stay_offline

Answer = tuple[int, dict[str, str], str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ask(port: int, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode(errors="replace")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A small page behind a sign-in."""
    stay_offline()
    import gradio as gr

    path = tmp_path_factory.mktemp("accounts") / "users.json"
    add_account(path, "ann", "correct horse")
    with gr.Blocks() as page:
        gr.Markdown("secret")
    chosen = free_port()
    launch(page, {}, "127.0.0.1", chosen, Door(read_accounts(path)), block=False)
    yield chosen
    page.close()


def login(port: int, name: str, password: str) -> Answer:
    form = urlencode({"username": name, "password": password})
    return ask(port, "/login", "POST", form, **{"Content-Type": "application/x-www-form-urlencoded"})


def test_every_answer_forbids_other_hosts(port: int):
    for path in ("/", "/config", "/nothing-here"):
        _, headers, _ = ask(port, path)
        rules = headers["content-security-policy"]
        assert "default-src 'self'" in rules
        assert "http" not in rules


def test_nothing_is_shown_before_the_sign_in(port: int):
    assert ask(port, "/config")[0] == 401
    assert "secret" not in ask(port, "/")[2]
    assert login(port, "ann", "wrong horse")[0] == 400
    assert login(port, "' OR 1=1; --", "x")[0] == 400


def test_the_right_password_opens(port: int):
    status, headers, _ = login(port, "ann", "correct horse")
    assert status == 200
    cookie = headers["set-cookie"].split(";")[0]
    status, _, body = ask(port, "/config", Cookie=cookie)
    assert status == 200
    assert "secret" in json.dumps(json.loads(body))


def test_a_taken_port_is_a_clear_message(port: int):
    import gradio as gr

    with gr.Blocks() as page:
        gr.Markdown("x")
    with pytest.raises(WorkbenchError, match="--port"):
        launch(page, {}, "127.0.0.1", port, None, block=False)


def test_an_open_host_without_accounts_is_refused(tmp_path: Path):
    done = CliRunner().invoke(command, ["app", "--host", "0.0.0.0", "--runs-folder", str(tmp_path)])
    assert done.exit_code == 2
    assert "--auth" in done.output
    assert not (tmp_path / "workbench.db").exists()


def test_a_bad_file_of_accounts_is_named(tmp_path: Path):
    (tmp_path / "users.json").write_text("{")
    done = CliRunner().invoke(command, ["app", "--auth", str(tmp_path / "users.json")])
    assert done.exit_code == 2
    assert "users.json" in done.output


def test_a_user_is_added_from_a_pipe(tmp_path: Path):
    path = tmp_path / "users.json"
    done = CliRunner().invoke(command, ["app", "--auth", str(path), "--add-user", "ann"], input="correct horse\n")
    assert done.exit_code == 0
    assert Door(read_accounts(path))("ann", "correct horse")
    assert CliRunner().invoke(command, ["app", "--add-user", "ann"], input="correct horse\n").exit_code == 2
    assert CliRunner().invoke(command, ["app", "--auth", str(path), "--add-user", "b"], input="\n").exit_code == 2


def test_an_unknown_run_is_refused(tmp_path: Path):
    done = CliRunner().invoke(command, ["app", "--run", "nowhere", "--runs-folder", str(tmp_path)])
    assert done.exit_code == 2
