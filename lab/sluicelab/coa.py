"""CoA and disconnect requests: radclient of FreeRADIUS, and packets of our own for what radclient would not send."""

import dataclasses
import hashlib
import re
import socket
import struct

from sluicelab.namespace import Namespace

PORT = 3799
DISCONNECT, COA = 40, 43
ACCT_SESSION_ID = 44


@dataclasses.dataclass(frozen=True)
class Answer:
    """What radclient was answered; `code` is empty when nobody answered. radclient has verified the authenticator."""

    code: str
    attributes: dict[str, tuple[str, ...]]

    @property
    def cause(self) -> str:
        """Error-Cause by its name in the dictionary, empty when there is none."""
        return self.attributes.get("Error-Cause", ("",))[0]

    @staticmethod
    def parse(said: str) -> "Answer":
        code, values = "", {}
        for line in said.splitlines():
            if received := re.match(r"Received (\S+) Id", line):
                code = received.group(1)
            elif code and (attribute := re.match(r"\t(\S+) = (.*)", line)):
                values.setdefault(attribute.group(1), []).append(attribute.group(2).strip('"'))
        return Answer(code, {name: tuple(found) for name, found in values.items()})


class CoaSender:
    """The operator's system, in the OSS namespace."""

    def __init__(self, namespace: Namespace, gateway: str, secret: str) -> None:
        self._namespace = namespace
        self._gateway = gateway
        self._secret = secret

    def coa(self, *attributes: str, secret: str | None = None) -> Answer:
        """One CoA-Request with attributes as `users` files write them, for example `Filter-Id = blocked`."""
        return Answer.parse(self.radclient("coa", ", ".join(attributes), secret=secret))

    def disconnect(self, *attributes: str, secret: str | None = None) -> Answer:
        return Answer.parse(self.radclient("disconnect", ", ".join(attributes), secret=secret))

    def radclient(self, command: str, attributes: str, *options: str, secret: str | None = None) -> str:
        """Everything that radclient says; a refusal is no failure."""
        words = ["radclient", "-x", "-r", "1", "-t", "5", *options, f"{self._gateway}:{PORT}", command, secret or self._secret]
        return self._namespace.run("sh", "-c", '"$@" 2>&1 || true', "radclient", *words, text=attributes + "\n")

    def twice(self, code: int, session: str) -> list[bytes]:
        """The answers to one packet that is sent, answered, and sent again."""
        packet = self._sealed(code, session)
        answers = []
        with self._namespace.entered():
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with sender:
            sender.settimeout(10)
            for _ in range(2):
                sender.sendto(packet, (self._gateway, PORT))
                answers.append(sender.recv(4096))
        return answers

    def _sealed(self, code: int, session: str) -> bytes:
        """RFC 5176, 2.3: the authenticator is a digest over the packet with zeros in its place."""
        attribute = struct.pack("!BB", ACCT_SESSION_ID, 2 + len(session)) + session.encode()
        head = struct.pack("!BBH", code, 77, 20 + len(attribute))
        authenticator = hashlib.md5(head + bytes(16) + attribute + self._secret.encode()).digest()
        return head + authenticator + attribute
