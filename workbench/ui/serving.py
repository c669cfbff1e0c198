"""The people who may sign in: names with salted scrypt hashes of their passwords, in one JSON file."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import json
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware

from workbench.errors import BadInput, WorkbenchError
from workbench.files import write_atomically

COST, BLOCK, LANES = 1 << 14, 8, 1
"""scrypt's parameters: 16 MiB and about 50 ms a password."""
SALT_BYTES, HASH_BYTES = 16, 32
SHORTEST = 8
LARGEST_FILE = 1 << 20
NAME = re.compile(r"[\w.@-]{1,64}")
SHAPE = '{"users": {"ann": {"salt": ..., "scrypt": ...}}}'


@dataclass(frozen=True)
class Account:
    """What is kept of one person's password."""

    salt: bytes
    digest: bytes


def read_accounts(path: Path) -> dict[str, Account]:
    """The accounts of a file by name. Raises `BadInput` that names the file and what is wrong in it."""
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
    return {name: _account(path, name, entry) for name, entry in users.items()}


def _account(path: Path, name: str, entry: Any) -> Account:
    if not NAME.fullmatch(name):
        raise BadInput(f"{path}: {name[:40]!r} cannot name a user; use letters, digits, '.', '_', '-' and '@'.")
    found = [_bytes(entry.get(field), size) for field, size in _FIELDS] if isinstance(entry, dict) else [None]
    if None in found:
        raise BadInput(
            f"{path}: the entry of {name!r} needs `salt` and `scrypt` in base64; "
            f"write it anew with 'workbench app --auth {path} --add-user {name}'."
        )
    salt, digest = found
    assert salt is not None
    assert digest is not None
    return Account(salt, digest)


_FIELDS = (("salt", SALT_BYTES), ("scrypt", HASH_BYTES))


def _bytes(value: Any, size: int) -> bytes | None:
    try:
        found = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return None
    return found if len(found) == size else None


def add_account(path: Path, name: str, password: str) -> None:
    """Write a user with a new password into the file, which is made if new. Raises `BadInput`, `StorageError`."""
    if not NAME.fullmatch(name):
        raise BadInput(f"{name[:40]!r} cannot name a user; use letters, digits, '.', '_', '-' and '@'.")
    if len(password) < SHORTEST:
        raise BadInput(f"The password has {len(password)} characters; use at least {SHORTEST}.")
    accounts = read_accounts(path) if path.exists() else {}
    salt = os.urandom(SALT_BYTES)
    accounts[name] = Account(salt, _digest(password, salt))
    users = {
        who: {"salt": base64.b64encode(a.salt).decode(), "scrypt": base64.b64encode(a.digest).decode()}
        for who, a in sorted(accounts.items())
    }
    write_atomically(path, json.dumps({"users": users}, indent=2) + "\n")
    path.chmod(0o600)


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode(errors="surrogatepass"), salt=salt, n=COST, r=BLOCK, p=LANES, dklen=HASH_BYTES
    )


@dataclass(frozen=True)
class Door:
    """Says who may come in."""

    accounts: dict[str, Account]

    def __call__(self, name: str, password: str) -> bool:
        """Whether this is the password of this user. An unknown name takes as long as a known one."""
        account = self.accounts.get(name, Account(bytes(SALT_BYTES), b""))
        given = _digest(password[:1024], account.salt)
        return hmac.compare_digest(given, account.digest)


# Serving the app: on loopback or behind a sign-in, and never loading anything from another host.


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
