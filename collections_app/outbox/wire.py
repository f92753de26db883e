"""The way to a chat's server: over https, to public machines, to no other place than asked for.

``apprise`` knows how each service wants to be spoken to, and calls ``requests`` for it. What its
modules call goes through here, so that one place says where a request may go, and so that we learn
what came of it: the library itself says no more than yes or no.
"""

from __future__ import annotations

import io
import ipaddress
import json
import socket
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

TIMEOUT: Final = 5.0
MOST_BYTES: Final = 64 * 1024
SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came of one request: the answer's status, and the code within it (0: all is well).

    Without an answer ``status`` is 0, and ``left`` says whether the request may have arrived.
    """

    status: int
    code: int = 0
    left: bool = True
    is_forbidden: bool = False


class Forbidden(Exception):
    """An address that nothing may be sent to. No ``OSError``, so that nobody tries it again."""


exchanges: ContextVar[list[Exchange]] = ContextVar("exchanges")


def check_host(host: str, port: int) -> None:
    """Raise ``Forbidden`` where the name leads, even by one of its addresses, into a network."""
    for *_rest, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        _check_ip(str(where[0]))


def _check_ip(text: str) -> None:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    is_public = address.is_global and not address.is_multicast
    if not (is_public or (settings.CHAT_TO_LOOPBACK and address.is_loopback)):
        raise Forbidden


class _CheckedHttp(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn)


class _CheckedHttps(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn)


def _checked(line: HTTPConnection, connect: Any) -> socket.socket:
    """Connect to what may be connected to: by name first, then by where it led, since a name may
    lead elsewhere the second time; before a byte is sent.
    """
    try:
        check_host(line.host, line.port)
    except socket.gaierror as fault:
        raise NewConnectionError(line, "unknown name") from fault
    found: socket.socket = connect()
    try:
        _check_ip(found.getpeername()[0])
    except BaseException:
        found.close()
        raise
    return found


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _CheckedHttp


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedHttps


class _CheckedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class Wire:
    """Stands where ``requests`` stood in the modules of ``apprise`` that we use."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def get(self, url: str, **kwargs: Any) -> requests.Response:
        return self.request("GET", url, **kwargs)

    def post(self, url: str, **kwargs: Any) -> requests.Response:
        return self.request("POST", url, **kwargs)

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        """Ask, and write down what came of it; a redirection is an answer, and not followed."""
        kwargs |= {"allow_redirects": False, "verify": True, "timeout": TIMEOUT, "stream": True}
        seen, until = exchanges.get(), time.monotonic() + SECONDS
        with requests.Session() as session:
            # No proxy of the environment: it would look names up in our place.
            session.trust_env = False
            session.mount("https://", _CheckedAdapter())
            session.mount("http://", _CheckedAdapter() if settings.CHAT_TO_LOOPBACK else _Never())
            try:
                answer = session.request(method, url, **kwargs)
                data = _read(answer, until)
            except Forbidden:
                seen.append(Exchange(0, left=False, is_forbidden=True))
                raise
            except requests.RequestException as fault:
                seen.append(Exchange(0, left=_may_have_left(fault)))
                raise
        answer.raw = io.BytesIO(data)
        seen.append(Exchange(answer.status_code, code=_code_in(data)))
        return answer


class _Never(HTTPAdapter):
    def send(self, *_args: Any, **_kwargs: Any) -> requests.Response:
        raise Forbidden


def _read(answer: requests.Response, until: float) -> bytes:
    """What was answered, but not for ever: what it says decides less than that it came."""
    data = b""
    while len(data) < MOST_BYTES and time.monotonic() < until:
        try:
            piece = answer.raw.read1(8192, decode_content=True)
        except Exception:
            break
        if not piece:
            break
        data += piece
    return data


def _may_have_left(fault: requests.RequestException) -> bool:
    """Whether the request was on its way when the connection was lost."""
    if isinstance(fault, requests.ConnectTimeout | requests.exceptions.SSLError):
        return False
    inner = fault.args[0] if fault.args else None
    reason = inner.reason if isinstance(inner, MaxRetryError) else inner
    return not isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _code_in(data: bytes) -> int:
    """WeCom, DingTalk, Feishu and Lark answer 200 to everything, and refuse within."""
    try:
        said = json.loads(data)
    except ValueError:
        return 0
    if not isinstance(said, dict):
        return 0
    codes = (said.get(name) for name in ("errcode", "code", "StatusCode"))
    return next((code for code in codes if isinstance(code, int) and code), 0)
