"""A chat's server on this machine: it keeps what it is sent, and answers as it is told to."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class ChatSink:
    """``posts`` are (path, words) each; ``status`` and ``answer`` are what it says to the next."""

    posts: list[tuple[str, Any]] = field(default_factory=list)
    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)
    location: str = ""
    hangs_up: bool = False

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/a-topic-that-nobody-guesses"

    def words(self) -> list[str]:
        """What was said, request by request."""
        return [f"{said.get('title', '')}\n{said.get('message', '')}" for _path, said in self.posts]


def _handler_of(sink: ChatSink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sink.posts.append((self.path, json.loads(data)))
            if sink.hangs_up:
                self.close_connection = True
                return
            body = json.dumps(sink.answer).encode()
            self.send_response(sink.status)
            if sink.location:
                self.send_header("Location", sink.location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler
