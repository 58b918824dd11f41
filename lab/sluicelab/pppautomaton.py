"""The automaton of RFC 1661, 4.1, as a peer meets it on the wire: what causes an event, what has to come back."""

import dataclasses
import struct

from sluicelab import pppoeframes as ppp
from sluicelab.pppoeframes import Control, Discovery, PppoeClient, options
from sluicelab.waiting import NotInTime

CLOSED, STOPPED, CLOSING, STOPPING, REQ_SENT, ACK_RCVD, ACK_SENT, OPENED = range(2, 10)
STATES = {
    CLOSED: "Closed",
    STOPPED: "Stopped",
    CLOSING: "Closing",
    STOPPING: "Stopping",
    REQ_SENT: "Req-Sent",
    ACK_RCVD: "Ack-Rcvd",
    ACK_SENT: "Ack-Sent",
    OPENED: "Opened",
}

# As the RFC has it, without the states in which nobody listens. Packets that the RFC calls invalid are the event `invalid`.
TABLE = """
         2      3              4      5      6          7          8          9
RCR+     sta/2  irc,scr,sca/8  4      5      sca/8      sca,tlu/9  sca/8      tld,scr,sca/8
RCR-     sta/2  irc,scr,scn/6  4      5      scn/6      scn/7      scn/6      tld,scr,scn/6
RCA      sta/2  sta/3          4      5      irc/7      scr/6      irc,tlu/9  tld,scr/6
RCN      sta/2  sta/3          4      5      irc,scr/6  scr/6      irc,scr/8  tld,scr/6
RTR      sta/2  sta/3          sta/4  sta/5  sta/6      sta/6      sta/6      tld,zrc,sta/5
RTA      2      3              tlf/2  tlf/3  6          6          8          tld,scr/6
RUC      scj/2  scj/3          scj/4  scj/5  scj/6      scj/7      scj/8      scj/9
RXJ+     2      3              4      5      6          6          8          9
RXJ-     tlf/2  tlf/3          tlf/2  tlf/3  tlf/3      tlf/3      tlf/3      tld,irc,str/5
RXR      2      3              4      5      6          7          8          ser/9
invalid  2      3              4      5      6          7          8          9
"""

# What a state does not share with any other one: its answers to these events, in this order.
GIVEN_AWAY_BY = {
    CLOSED: ("RCA", "RCR+"),
    STOPPED: ("RCA", "RCR+"),
    CLOSING: ("RCR+", "RTA", "RCR+"),
    STOPPING: ("RCR+", "RTA", "RCR+"),
    REQ_SENT: ("RCA", "RCR+"),
    ACK_RCVD: ("RCR+", "RCA"),
    ACK_SENT: ("RCA", "RCR+"),
    OPENED: ("RTA",),
}

# The shortest way from Req-Sent to each state that a peer can bring a network protocol to.
WAYS = {
    CLOSED: ("RCN", "RCN", "RCN", "RCN and no more", "RTA"),
    STOPPED: ("RCA", "RCR+", "RTR", "RTA"),
    CLOSING: ("RCN", "RCN", "RCN", "RCN and no more"),
    STOPPING: ("RCA", "RCR+", "RTR"),
    REQ_SENT: (),
    ACK_RCVD: ("RCA",),
    ACK_SENT: ("RCR+",),
    OPENED: ("RCA", "RCR+"),
}
NAKS_MAX = 3  # to the gateway's configure_tries; one more, and it closes

WORDS = {
    ppp.CONFIGURE_REQUEST: "scr",
    ppp.CONFIGURE_ACK: "sca",
    ppp.CONFIGURE_NAK: "scn",
    ppp.CONFIGURE_REJECT: "scn",
    ppp.TERMINATE_REQUEST: "str",
    ppp.TERMINATE_ACK: "sta",
    ppp.CODE_REJECT: "scj",
    ppp.ECHO_REPLY: "ser",
}
GONE = "gone"
NOBODYS_CODE = 99
MARK = b"mark"

Said = tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Cell:
    """What the gateway has to send, in alphabetic order, and its state behind it."""

    sent: Said
    state: int


def _cells() -> dict[tuple[str, int], Cell]:
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    found = {}
    for event, *cells in rows:
        for state, cell in zip(head, cells, strict=True):
            *actions, behind = cell.replace("/", ",").split(",")
            found[event, int(state)] = Cell(tuple(sorted(set(actions) & set(WORDS.values()))), int(behind))
    return found


CELLS = _cells() | {("RCN and no more", REQ_SENT): Cell(("str",), CLOSING)}
Cells = dict[tuple[str, int], Cell]


class Negotiator:
    """One control protocol of a client, LCP, IPCP or IPv6CP. It sends what it is told to and answers nothing by itself."""

    def __init__(self, client: PppoeClient, protocol: int, good: bytes, nak: bytes) -> None:
        """
        :param good: options that the gateway acknowledges
        :param nak: what a Configure-Nak names, which the gateway may take over
        """
        self.client = client
        self.protocol = protocol
        self.good = good
        self._nak = nak
        self._terminating = False
        asked = client.control(protocol, ppp.CONFIGURE_REQUEST)
        if asked is None:
            raise NotInTime(f"{protocol:#x}: no Configure-Request")
        self.asked: Control = asked

    def send(self, code: int, data: bytes = b"", identifier: int | None = None) -> None:
        self.client.send_control(self.protocol, code, data, identifier)

    def cause(self, event: str) -> None:
        """Sends what is that event at the gateway, in its plainest form."""
        match event:
            case "RCR+":
                self.send(ppp.CONFIGURE_REQUEST, self.good)
            case "RCR-":
                self.send(ppp.CONFIGURE_REQUEST, options((NOBODYS_CODE, b"what?")))
            case "RCA":
                self.send(ppp.CONFIGURE_ACK, self.asked.data, self.asked.identifier)
            case "RCN" | "RCN and no more":
                self.send(ppp.CONFIGURE_NAK, self._nak, self.asked.identifier)
            case "RTR":
                self.send(ppp.TERMINATE_REQUEST)
            case "RTA":
                self.send(ppp.TERMINATE_ACK)
            case "RUC":
                self.send(NOBODYS_CODE)
            case "RXJ+":
                self.send(ppp.CODE_REJECT, bytes((NOBODYS_CODE, 1, 0, 4)))
            case "RXJ-":
                self.send(ppp.CODE_REJECT, bytes((ppp.CONFIGURE_REQUEST, 1, 0, 4)))
            case "RXR":
                self.send(ppp.ECHO_REQUEST, struct.pack("!I", self.client.magic))
            case _:
                raise ValueError(event)

    def said(self, owed: Said) -> Said:
        """
        What the gateway has sent since the last question, up to its rejection of a code that nobody knows, which it has to
        send in every state; `gone` at the end when it has ended the session. What its timer repeats is left out.

        :param owed: waited for a little longer: an Ack that opens the session may come behind that rejection, for it goes
            when the session is durable
        """
        mark = self.client.send_control(self.protocol, NOBODYS_CODE, MARK)
        words: list[str] = []
        rejected = False
        while not (rejected and set(owed) <= set(words)):
            one = self.client.next(self._concerns, 1 if rejected else 5)
            if one is None and not rejected:
                raise NotInTime(f"{self.protocol:#x}: no answer to an unknown code, before it {words}")
            if one is None:
                break
            if isinstance(one, Discovery):
                words.append(GONE)
                break
            if one.code == ppp.CODE_REJECT and one.data[:2] == bytes((NOBODYS_CODE, mark)):
                rejected = True
            elif not self._is_repeated(one):
                words.append(WORDS[one.code])
        return tuple(sorted(words))

    def _is_repeated(self, one: Control) -> bool:
        if one.code == ppp.CONFIGURE_REQUEST:
            repeated = one.identifier == self.asked.identifier
            self.asked = one
        else:
            repeated = one.code == ppp.TERMINATE_REQUEST and self._terminating
            self._terminating = self._terminating or one.code == ppp.TERMINATE_REQUEST
        return repeated

    def _concerns(self, one: Discovery | Control | bytes) -> bool:
        if isinstance(one, Control):
            return one.protocol == self.protocol
        return isinstance(one, Discovery) and (one.code, one.session) == (ppp.PADT, self.client.session)

    def bring_to(self, state: int) -> "Negotiator":
        """From Req-Sent to that state."""
        at = REQ_SENT
        for event in WAYS[state]:
            self.cause(event)
            self.said(CELLS[event, at].sent)
            at = CELLS[event, at].state
        return self

    def is_in(self, state: int, cells: Cells) -> str:
        """Empty when the gateway is in that state of that table, else what it said instead. It is elsewhere afterwards."""
        at = state
        for event in GIVEN_AWAY_BY[state]:
            self.cause(event)
            cell = cells[event, at]
            said = self.said(cell.sent)
            if said != cell.sent:
                return f"not in {STATES[state]}: to {event} it says {said}, not {cell.sent}"
            if GONE in said:
                break
            at = cell.state
        return ""
