"""Serving the app: on loopback or behind a sign-in, and never loading anything from another host."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.middleware import Middleware

from workbench.errors import BadInput, WorkbenchError
from workbench.ui.accounts import Door

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
    """Whether only this machine can reach the host."""
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

    Without a port the first free one from 7860 on is taken. Raises `WorkbenchError` where none can be had.
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
            show_error=True,
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
