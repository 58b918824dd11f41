"""The core's web server and the subscriber's client: bodies of a known size, at a known pace.

Server: `python3 -m sluicelab.web ADDRESS PORT`. GET /N gives N bytes, POST takes what it is given. Both ends
send no faster than PACE, so that a policer is never the reason for a difference between two counters.
"""

import http.client
import http.server
import socket
import sys
import threading

SO_MAX_PACING_RATE = 47
PACE = 500_000  # bytes per second
CHUNK = 16_384


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers GET /N and POST."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802 (the name is the base class's)
        size = int(self.path.lstrip("/") or 0)
        self._answer(size)
        for at in range(0, size, CHUNK):
            self.wfile.write(bytes(min(CHUNK, size - at)))

    def do_POST(self) -> None:  # noqa: N802
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(CHUNK, left)))
        self._answer(0)

    def _answer(self, size: int) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, PACE)
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()


def transfer(address: str, port: int, down: int, up: int) -> None:
    """Fetches `down` bytes and sends `up` bytes from the namespace of the calling thread; AssertionError when short."""
    connection = http.client.HTTPConnection(address, port, timeout=30)
    connection.connect()
    connection.sock.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, PACE)
    connection.request("GET", f"/{down}")
    received = len(connection.getresponse().read())
    if received != down:
        raise AssertionError(f"{received} of {down} bytes")
    connection.request("POST", "/", bytes(up))
    if connection.getresponse().status != 200:
        raise AssertionError("the upload was refused")
    connection.close()


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler)
    threading.current_thread().name = "web"
    server.serve_forever()
