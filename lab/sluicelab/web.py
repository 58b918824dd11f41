"""The core's web server and the subscriber's client: bodies of a known size, at a known pace.

Server: `python3 -m sluicelab.web ADDRESS PORT`. GET /N gives N bytes, POST takes what it is given. Both ends
send small pieces with pauses, below the rate and the burst of every policy, so that a policer is never the reason
for a difference between two counters. (The kernel's own pacing lets bursts of 64 kB through.)
"""

import http.client
import http.server
import sys
import threading
import time
from typing import Callable

PIECE = 4096
PAUSE_SECONDS = 0.01

Write = Callable[[bytes], object]


def send_in_pieces(write: Write, size: int) -> None:
    """Writes so many zeros. After a delay it does not catch up: that would be a burst."""
    for at in range(0, size, PIECE):
        write(bytes(min(PIECE, size - at)))
        time.sleep(PAUSE_SECONDS)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers GET /N and POST."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802 (the name is the base class's)
        size = int(self.path.lstrip("/") or 0)
        self._answer(size)
        send_in_pieces(self.wfile.write, size)

    def do_POST(self) -> None:  # noqa: N802
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(PIECE, left)))
        self._answer(0)

    def _answer(self, size: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()


def transfer(address: str, port: int, down: int, up: int) -> None:
    """Fetches `down` bytes and sends `up` bytes from the namespace of the calling thread; AssertionError when short."""
    connection = http.client.HTTPConnection(address, port, timeout=30)
    connection.request("GET", f"/{down}")
    received = len(connection.getresponse().read())
    if received != down:
        raise AssertionError(f"{received} of {down} bytes")
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(up))
    connection.endheaders()
    send_in_pieces(connection.send, up)
    if connection.getresponse().status != 200:
        raise AssertionError("the upload was refused")
    connection.close()


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler)
    threading.current_thread().name = "web"
    server.serve_forever()
