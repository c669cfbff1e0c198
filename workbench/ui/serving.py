"""The app: a header, four tabs in one page, and its look in light and dark."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import threading
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from starlette.middleware import Middleware

from workbench.errors import BadInput, WorkbenchError
from workbench.files import write_atomically
from workbench.ui.context import AppContext
from workbench.ui.pages import render, script, style
from workbench.ui.palette import BLUE, DARK, LIGHT, WHITE
from workbench.ui.tabs import label, memory, progress, solve

TITLE = "Tutor workbench"
SENTENCE = "See every step a small tutor model takes, what the verifier says about it, and what training changed."

SYSTEM = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")


THEMED = {
    "body_background_fill": "page",
    "block_background_fill": "block",
    "block_border_color": "edge",
    "input_background_fill": "field",
    "input_border_color": "edge",
    "button_primary_background_fill_hover": "button",
}
"""The theme's colours that differ between light and dark, by their names in the palette."""


def build_app(context: AppContext) -> gr.Blocks:
    """Return the whole page; it is launched with `launch_look()`."""
    with gr.Blocks(title=TITLE, analytics_enabled=False) as app:
        gr.HTML(render("words.page_head", TITLE, SENTENCE), elem_id="wb-head")
        with gr.Tabs(elem_id="wb-tabs"):
            with gr.Tab("Solve", id="solve"):
                solve.tab(context)
            with gr.Tab("Label", id="label"):
                label.tab(app, context)
            with gr.Tab("Memory", id="memory"):
                memory.tab(context)
            with gr.Tab("Progress", id="progress"):
                progress.tab(context)
    return app


def launch_look() -> dict[str, Any]:
    """Return theme, styles and scripts, as arguments of `gr.Blocks.launch`."""
    head = f"<script>{script('app')}</script>"
    return {"theme": _theme(), "css": style(), "head": head, "footer_links": ["settings"]}


def _theme() -> gr.themes.Base:
    """A quiet theme on the system's own fonts, so that none is fetched."""
    theme = gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        font=SYSTEM,
        font_mono=MONO,
    )
    themed = {
        f"{name}{'_dark' if colours is DARK else ''}": colours[part]
        for name, part in THEMED.items()
        for colours in (LIGHT, DARK)
    }
    return theme.set(
        **themed,
        block_border_width="1px",
        block_label_text_size="*text_sm",
        block_title_text_weight="550",
        body_text_color_subdued="*neutral_500",
        body_text_color_subdued_dark="*neutral_400",
        block_info_text_color="*neutral_500",
        block_info_text_color_dark="*neutral_400",
        input_border_width="1px",
        button_primary_background_fill=BLUE,
        button_primary_background_fill_dark=BLUE,
        button_primary_text_color=WHITE,
        shadow_drop="none",
        shadow_drop_lg="none",
    )


# Serving the app: who may sign in, on loopback or behind a sign-in, and never loading anything from another host.


HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
"""RFC 9106's profile for little RAM: 64 MiB and a fraction of a second for each password."""
AT_ONCE = threading.BoundedSemaphore(2)
"""Passwords that are hashed at the same time: many people who sign in at once must not use up the RAM."""
SHORTEST, LONGEST_PASSWORD = 8, 1024
LARGEST_FILE = 1 << 20
NAME = re.compile(r"[\w.@-]{1,64}")
SHAPE = '{"users": {"ann": "$argon2id$..."}}'


def read_accounts(path: Path) -> dict[str, str]:
    """Return the accounts of a file: names with the argon2 hash of their passwords. Raise `BadInput`."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadInput(f"{path} is larger than 1 MiB, which no list of users is; name the right file.")
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}); make it with 'workbench app --auth {path} --add-user NAME'."
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is not JSON; it should look like {SHAPE}.") from error
    users = raw.get("users") if isinstance(raw, dict) else None
    if not isinstance(users, dict) or not users:
        raise BadInput(f"{path} names no users; it should look like {SHAPE}.")
    for name, entry in users.items():
        _check(path, name, entry)
    return users


def _check(path: Path, name: str, entry: Any) -> None:
    if not NAME.fullmatch(name):
        raise BadInput(f"{path}: {name[:40]!r} cannot name a user; use letters, digits, '.', '_', '-' and '@'.")
    try:
        extract_parameters(entry)
    except (InvalidHashError, TypeError, ValueError, AttributeError):
        raise BadInput(
            f"{path}: the entry of {name!r} is no argon2 hash; delete the file and "
            f"make it anew with 'workbench app --auth {path} --add-user {name}'."
        ) from None


def add_account(path: Path, name: str, password: str) -> None:
    """Write a user with a new password into the file, which is made if new. Raise `BadInput`, `StorageError`."""
    if not NAME.fullmatch(name):
        raise BadInput(f"{name[:40]!r} cannot name a user; use letters, digits, '.', '_', '-' and '@'.")
    if len(password) < SHORTEST:
        raise BadInput(f"The password has {len(password)} characters; use at least {SHORTEST}.")
    accounts = read_accounts(path) if path.exists() else {}
    accounts[name] = HASHER.hash(_bytes(password))
    write_atomically(path, json.dumps({"users": dict(sorted(accounts.items()))}, indent=2) + "\n")
    path.chmod(0o600)


def _bytes(password: str) -> bytes:
    return password[:LONGEST_PASSWORD].encode(errors="surrogatepass")


@dataclass(frozen=True)
class Door:
    """Says who may come in."""

    accounts: Mapping[str, str]
    nobody: str = field(default_factory=lambda: HASHER.hash(os.urandom(16)), repr=False)
    """What an unknown name's password is compared with."""

    def __call__(self, name: str, password: str) -> bool:
        """Return whether this is the password of this user. An unknown name takes as long as a known one."""
        known = self.accounts.get(name)
        with AT_ONCE:
            try:
                return HASHER.verify(known or self.nobody, _bytes(password)) and known is not None
            except VerificationError:
                return False


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 7860
PORTS_TRIED = 100

POLICY = "; ".join(
    (
        "default-src 'self'",
        # gradio renders its templates by Function and sets styles inline.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
"""What the browser may load. A guard: the page asks for nothing else."""


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the host."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def require_safe_host(host: str, signs_in: bool) -> None:
    """Raise `BadInput` for a host that others can reach, unless people sign in."""
    if not is_loopback(host) and not signs_in:
        raise BadInput(
            f"The host {host!r} lets other machines in, and without accounts anyone could label and retire; "
            "give --auth users.json ('workbench app --auth users.json --add-user NAME' makes one) "
            f"or leave the host at {LOOPBACK}."
        )


class OwnHostOnly:
    """ASGI middleware: each answer tells the browser to load from this host alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Scope) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *_HEADERS]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == "http" else send)


_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


def stay_offline() -> None:
    """Switch off what gradio and its libraries would send. Must run before gradio is imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"


def launch(app: Any, look: dict[str, Any], host: str, port: int | None, door: Door | None, block: bool = True) -> str:
    """Serve a built app; returns its address, at once if `block` is False and else after Ctrl-C.

    Without a port the first free one from 7860 on is taken. Raise `WorkbenchError` where none can be had.
    """
    require_safe_host(host, door is not None)
    app.queue(default_concurrency_limit=16, max_size=256)
    try:
        _, address, _ = app.launch(
            server_name=host,
            server_port=port,
            auth=door,
            share=False,
            quiet=True,
            prevent_thread_lock=True,
            # What went wrong inside goes to the log; messages to people are made on purpose.
            show_error=False,
            ssr_mode=False,
            enable_monitoring=False,
            max_file_size="64mb",
            app_kwargs={"middleware": [Middleware(OwnHostOnly)], "docs_url": None, "redoc_url": None},
            **look,
        )
    except OSError as error:
        wanted = f"port {port}" if port is not None else f"a port from {DEFAULT_PORT} to {DEFAULT_PORT + PORTS_TRIED}"
        raise WorkbenchError(f"{host} has {wanted} not free ({error}); choose another by --port.") from error
    if block:
        app.block_thread()
    return str(address)
