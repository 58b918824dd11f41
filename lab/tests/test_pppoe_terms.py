"""
On what terms PPPoE sessions begin, go on and end, by frames of the lab's own against the running appliance: delay and refusal of
offers while others are set up, limits, challenges of open sessions, times that RADIUS grants, and a gateway that is killed.
"""

import contextlib
import itertools
import random
import socket
import struct
import threading
import time
from typing import Callable, Iterator

import pytest

from sluicelab import packets, pppoeterms
from sluicelab import pppoeframes as ppp
from sluicelab.cpe import random_mac
from sluicelab.lab import Lab
from sluicelab.pppoeframes import Control, PppoeClient
from sluicelab.radius import AccountingRecord, Dialer
from sluicelab.topology import Line
from sluicelab.waiting import eventually

PLAIN, LADDER, NARROW, SHARED = 600, 601, 602, 603  # S-VLANs, two with a profile each, one without C-VLANs
LADDER_STEPS = {1: 0.3, 2: 0.9}  # seconds by sessions being set up
SILENT_FROM = 3
STARTING_MAX = 2
PER_LINE, PER_MAC = 4, 3
REJECTS_PER_MINUTE = 10
RECHALLENGE_SECONDS, ECHO_SECONDS = 1, 2
CHALLENGES_MAX = 3
EMPTY_SERVICE = (ppp.SERVICE_NAME, b"")
SYSTEM_ERROR = b"no session now"
PASSWORD = "secret"
USERS = ("plain", "other", "long", "idle", "fixed")
ADDRESS = "10.64.2.201"
SESSION_SECONDS, IDLE_SECONDS = 8, 3
SETUP_SECONDS = 5
SLACK_SECONDS = 6
DIALS_PER_SECOND = 700  # more than the 50 frames that a device may send, less than what the data plane takes of a VLAN
SETTINGS = {"echo_seconds": ECHO_SECONDS, "echo_misses": 255}
NOBODYS_CODE = 99
IDENTIFIERS_LEFT_OUT = 64  # at most: what is frozen is ahead, so that not every packet is written

NewClient = Callable[..., PppoeClient]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    lab = Lab(progress=print)
    replies = {"long": (f"Session-Timeout = {SESSION_SECONDS}",), "idle": (f"Idle-Timeout = {IDLE_SECONDS}",)}
    replies["fixed"] = (f"Framed-IP-Address = {ADDRESS}",)
    lab.radius.dialers = [Dialer(user, PASSWORD, replies=replies.get(user, ())) for user in USERS]
    ladder = ", ".join(f"{number}:{int(seconds * 1000)}" for number, seconds in LADDER_STEPS.items())
    lab.up(
        {
            "sluice.session": {
                "max_sessions_per_mac": PER_MAC,
                "line_rejects_per_minute": REJECTS_PER_MINUTE,
                "reject_hold_seconds": 1,
            },
            "sluice.pppoe": SETTINGS,
            "sluice.pppoe.profile~ladder": {
                "name": "ladder",
                "svlans": LADDER,
                "pado_delay": f"{ladder}, {SILENT_FROM}:silent",
            },
            "sluice.pppoe.profile~narrow": {"name": "narrow", "svlans": NARROW, "max_starting": STARTING_MAX},
        }
    )
    try:
        yield lab
    finally:
        lab.down()


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count(2)


@pytest.fixture
def client_on(lab: Lab, chance: random.Random, numbers: Iterator[int]) -> Iterator[NewClient]:
    """Makes clients, on lines that nobody else has unless one is given; they hang up at the end."""
    made = []

    def make(svlan: int = PLAIN, line: Line | None = None, mac: str = "") -> PppoeClient:
        number = next(numbers)
        line = line or Line("tagging", f"line-{number}", svlan, number)
        made.append(PppoeClient(lab.node.namespace, line, mac or random_mac(chance), chance))
        return made[-1]

    yield make
    for client in made:
        if client.session:
            client.hang_up()
        client.close()
    eventually(lambda: not lab.appliance.sessions(), 20, "all have left")


def opened(client: PppoeClient, user: str = USERS[0]) -> PppoeClient:
    client.open(user, PASSWORD)
    return client


def discover(client: PppoeClient) -> None:
    """Sends a PADI and does not wait."""
    client.send(ppp.Discovery(ppp.PADI, (EMPTY_SERVICE,)), packets.BROADCAST)


def counted(lab: Lab, counter: str, table: str = "pppoe:counters") -> int:
    return sum(int(row["value"]) for row in lab.appliance.table_when_there(table) if row["counter"] == counter)


# offers


def test_an_offer_waits_the_longer_the_more_sessions_are_set_up_and_does_not_come_at_last(
    lab: Lab, client_on: NewClient
) -> None:
    """Two gateways on one segment: whoever has less to do is heard first."""
    idle, busy = client_on(PLAIN), client_on(LADDER)
    assert busy.discover().tag(ppp.AC_COOKIE), "nobody is being set up"
    for number in range(1, SILENT_FROM):
        client_on(PLAIN).connect()
        began = time.monotonic()
        offer = busy.discover()
        assert time.monotonic() - began >= LADDER_STEPS[number]
        assert idle.discover() is not None
    client_on(PLAIN).connect()
    ignored = "PADI ignored: too many sessions are being set up"
    before = counted(lab, ignored)
    discover(busy)
    eventually(lambda: counted(lab, ignored) == before + 1, 5, "it is counted")
    assert busy.discovery(ppp.PADO, 0.01) is None
    assert idle.discover() is not None
    assert busy.request(EMPTY_SERVICE, (ppp.AC_COOKIE, offer.tag(ppp.AC_COOKIE))).session != 0, "a late cookie is good"


def test_past_so_many_that_are_set_up_nobody_begins_until_one_is_done(lab: Lab, client_on: NewClient) -> None:
    late, other = client_on(NARROW), client_on(PLAIN)
    cookie = (ppp.AC_COOKIE, late.discover().tag(ppp.AC_COOKIE))
    crowd = [client_on(NARROW) for _ in range(STARTING_MAX)]
    for client in crowd:
        client.connect()
    ignored, refused = "PADI ignored: too many sessions are being set up", "PADR refused: no session may begin"
    before = counted(lab, ignored), counted(lab, refused)
    discover(late)
    answer = late.request(EMPTY_SERVICE, cookie, (ppp.HOST_UNIQ, b"\0late\xff"))
    assert (answer.session, answer.tag(ppp.AC_SYSTEM_ERROR)) == (0, SYSTEM_ERROR)
    assert answer.tag(ppp.HOST_UNIQ) == b"\0late\xff"
    assert late.discovery(ppp.PADO, 0.001) is None
    assert (counted(lab, ignored), counted(lab, refused)) == (before[0] + 1, before[1] + 1)
    opened(other), "elsewhere is no such limit"
    crowd[0].hang_up()
    eventually(lambda: late.discover(seconds=0.2), 10, "there is room")
    opened(late)


def test_a_line_has_so_many_sessions_and_its_neighbour_as_many(lab: Lab, client_on: NewClient) -> None:
    first = client_on()
    late = client_on(line=first.line)
    cookie = (ppp.AC_COOKIE, late.discover().tag(ppp.AC_COOKIE))
    holders = [first, *(client_on(line=first.line) for _ in range(PER_LINE - 1))]
    for client in holders:
        opened(client)
    ignored, refused = "PADI ignored: no session may begin", "PADR refused: no session may begin"
    before = counted(lab, ignored), counted(lab, refused)
    discover(late)
    answer = late.request(EMPTY_SERVICE, cookie)
    assert (answer.session, answer.tag(ppp.AC_SYSTEM_ERROR)) == (0, SYSTEM_ERROR)
    assert (counted(lab, ignored), counted(lab, refused)) == (before[0] + 1, before[1] + 1)
    opened(client_on())
    assert all(client.echo() for client in holders)
    holders[0].hang_up()
    eventually(lambda: late.discover(seconds=0.2), 10, "there is room")
    opened(late)


def test_a_device_has_so_many_sessions_and_the_next_one_is_told(lab: Lab, client_on: NewClient) -> None:
    first = client_on()
    holders = [first, *(client_on(mac=first.mac) for _ in range(PER_MAC - 1))]
    for client in holders:
        opened(client)
    refused = "Sessions refused: device has its number of sessions"
    before = counted(lab, refused, "session:counters")
    late = client_on(mac=first.mac)
    late.connect()
    late.link_up()
    verdict = late.authenticate(USERS[0], PASSWORD)
    assert (verdict.code, verdict.data) == (ppp.CHAP_FAILURE, b"the device has its number of sessions")
    late.send_control(ppp.LCP, ppp.TERMINATE_ACK, b"", late.control(ppp.LCP, ppp.TERMINATE_REQUEST).identifier)
    assert late.terminated()
    assert counted(lab, refused, "session:counters") == before + 1
    assert all(client.echo() for client in holders)


def test_who_dials_anew_without_a_goodbye_has_the_address_of_radius_again(lab: Lab, client_on: NewClient) -> None:
    """Nobody limits sessions, and the older one would live on for minutes; it alone has the address."""
    first = client_on()
    assert opened(first, "fixed").address == ADDRESS
    again = opened(client_on(line=first.line, mac=first.mac), "fixed")
    assert again.address == ADDRESS
    assert first.terminated()
    first.session = 0
    passes(lab, again)
    stop = eventually(lambda: [one for one in lab.radius.records_named("fixed") if one.status == "Stop"], 10, "it is accounted")
    assert [one.text("Acct-Terminate-Cause") for one in stop] == ["Port-Preempted"]


def test_a_line_has_so_many_wrong_passwords_a_minute_whatever_devices_say_them(lab: Lab, client_on: NewClient) -> None:
    line = client_on().line
    rejections, ignored = "Authentications rejected", "PADI ignored: no session may begin"
    before = counted(lab, rejections, "session:counters"), counted(lab, ignored)
    unanswered = 0
    began = time.monotonic()
    for _ in range(REJECTS_PER_MINUTE + 5):
        client = client_on(line=line)
        if client.discover(seconds=1) is None:
            unanswered += 1
            continue
        client.connect()
        client.link_up()
        assert client.authenticate(USERS[0], "wrong").code == ppp.CHAP_FAILURE
        client.hang_up()
    forgiven = int((time.monotonic() - began) * REJECTS_PER_MINUTE / 60)
    assert counted(lab, rejections, "session:counters") - before[0] <= REJECTS_PER_MINUTE + forgiven
    assert counted(lab, ignored) - before[1] == unanswered >= 5 - forgiven
    opened(client_on())


def test_open_sessions_and_refused_proofs_are_read_by_prometheus(lab: Lab, client_on: NewClient) -> None:
    def active() -> float:
        return lab.appliance.metrics().value("bng_pppoe_sessions_active")

    def refused() -> float:
        return lab.appliance.metrics().value("bng_pppoe_negotiations_total", stage="authentication", result="refused")

    before = refused()
    assert active() == 0
    client = opened(client_on())
    assert active() == 1
    wrong = client_on()
    wrong.connect()
    wrong.link_up()
    assert wrong.authenticate(USERS[0], "wrong").code == ppp.CHAP_FAILURE
    eventually(lambda: refused() == before + 1, 30, "the link of who was refused is over")
    client.hang_up()
    eventually(lambda: active() == 0, 10, "nobody is open")


# challenges of an open session


@contextlib.contextmanager
def challenging(lab: Lab) -> Iterator[None]:
    """A gateway that challenges open sessions, and gives up soon."""
    quick = {"rechallenge_seconds": RECHALLENGE_SECONDS, "restart_milliseconds": 2000, "configure_tries": CHALLENGES_MAX}
    pppoeterms.hold(lab, SETTINGS | quick)
    yield
    pppoeterms.hold(lab, SETTINGS)


def challenge(client: PppoeClient, *known: Control, seconds: float = RECHALLENGE_SECONDS + 4) -> Control:
    """The next challenge, which is not answered yet; known ones that were repeated are thrown away."""
    while True:
        found = client.control(ppp.CHAP, ppp.CHAP_CHALLENGE, seconds=seconds)
        assert found is not None
        if found.identifier not in {one.identifier for one in known}:
            client.unread(found)
            return found


def test_who_dials_in_a_loop_takes_nothing_from_neighbours_on_his_vlan(lab: Lab, client_on: NewClient) -> None:
    loud, neighbour = client_on(), client_on()
    for client in (loud, neighbour):
        client.tags = (SHARED,)
    with _dialling(loud):
        opened(neighbour)
        _next_identifier(neighbour, ppp.LCP)
    assert counted(lab, "Frames dropped: line sends too many", "session:counters") > DIALS_PER_SECOND / 2


@contextlib.contextmanager
def _dialling(client: PppoeClient) -> Iterator[None]:
    """The device sends PADI after PADI meanwhile, as many as are due however seldom this machine lets it; its burst is spent."""
    end, spent, began = threading.Event(), threading.Event(), time.monotonic()

    def dial() -> None:
        sent = 0
        while not end.wait(1 / DIALS_PER_SECOND):
            while sent < (time.monotonic() - began) * DIALS_PER_SECOND:
                discover(client)
                sent += 1
            if sent > DIALS_PER_SECOND:
                spent.set()

    thread = threading.Thread(target=dial, name="dialling")
    thread.start()
    try:
        assert spent.wait(20)
        yield
    finally:
        end.set()
        thread.join()


def test_an_open_session_is_challenged_again_and_again(lab: Lab, client_on: NewClient) -> None:
    with challenging(lab):
        before = counted(lab, "Challenges of an open link")
        good, wrong, silent, renamed = (opened(client_on()) for _ in range(4))
        seen: list[Control] = []
        for client, user, password in ((wrong, USERS[0], "wrong"), (renamed, USERS[1], PASSWORD)):
            challenge(client)
            client.answer_challenge(user, password)
        for _ in range(3):
            seen.append(challenge(good, *seen))
            good.answer_challenge(USERS[0], PASSWORD)
            assert good.control(ppp.CHAP, ppp.CHAP_SUCCESS, ppp.CHAP_FAILURE).code == ppp.CHAP_SUCCESS
        assert len({one.identifier for one in seen}) == len({one.data for one in seen}) == 3, "each is a new one"
        assert good.echo() is not None
        good.hang_up()
        assert counted(lab, "Challenges of an open link") >= before + 3
        assert wrong.control(ppp.CHAP, ppp.CHAP_FAILURE) is not None
        asked = [silent.control(ppp.CHAP, ppp.CHAP_CHALLENGE, seconds=5) for _ in range(CHALLENGES_MAX)]
        assert len({(one.identifier, one.data) for one in asked}) == 1, "it is repeated as it was"
        for client, words in (
            (wrong, b"Authentication failed"),
            (renamed, b"Another user name than before"),
            (silent, b"No answer to authentication"),
        ):
            assert client.control(ppp.LCP, ppp.TERMINATE_REQUEST, seconds=5).data == words
            assert client.terminated(10)
    ended = eventually(lambda: stops(lab, wrong, silent, renamed), 10, "three are accounted")
    causes = [stop.text("Acct-Terminate-Cause") for stop in ended]
    assert sorted(causes) == ["Reauthentication-Failure", "User-Error", "User-Error"]


def stops(lab: Lab, *clients: PppoeClient) -> list[AccountingRecord]:
    """The ends of these devices' sessions; empty while there are fewer than devices."""
    devices = {client.mac for client in clients}
    found = [one for one in lab.radius.records() if one.status == "Stop" and one.text("Calling-Station-Id") in devices]
    return found if len(found) >= len(clients) else []


def test_who_is_open_stays_so_while_nobody_can_judge_his_answer(lab: Lab, client_on: NewClient) -> None:
    with challenging(lab):
        client = opened(client_on(), USERS[1])
        lab.radius.stop()
        try:
            asked = challenge(client)
            client.answer_challenge(USERS[1], PASSWORD)
            challenge(client, asked, seconds=20)  # once RADIUS is given up
            verdict = client.control(ppp.CHAP, ppp.CHAP_SUCCESS, ppp.CHAP_FAILURE, seconds=0.001)
            assert verdict is None, "nobody has said that he is who he says"
            passes(lab, client)
        finally:
            lab.radius.start()
        eventually(lambda: _accepted_again(client), 30, "RADIUS is asked again and knows him")
    assert client.echo() is not None


def _accepted_again(client: PppoeClient) -> bool:
    challenge(client)
    client.answer_challenge(USERS[1], PASSWORD)
    verdict = client.control(ppp.CHAP, ppp.CHAP_SUCCESS, ppp.CHAP_FAILURE, seconds=1)
    assert verdict is None or verdict.code == ppp.CHAP_SUCCESS
    return verdict is not None


def test_who_begins_anew_again_and_again_does_not_put_off_the_proof(lab: Lab, client_on: NewClient) -> None:
    pppoeterms.hold(lab, SETTINGS | {"setup_seconds": SETUP_SECONDS})
    client = opened(client_on())
    end = time.monotonic() + SETUP_SECONDS + SLACK_SECONDS
    while time.monotonic() < end and not client.terminated(0.5):
        client.send_control(ppp.LCP, ppp.CONFIGURE_REQUEST, ppp.options((ppp.MAGIC, b"anew")))
        asked = client.control(ppp.LCP, ppp.CONFIGURE_REQUEST, seconds=0.5)
        if asked is not None:
            client.send_control(ppp.LCP, ppp.CONFIGURE_ACK, asked.data, asked.identifier)
    assert time.monotonic() < end
    assert client.control(ppp.LCP, ppp.TERMINATE_REQUEST).data == b"Not open in time"
    client.session = 0
    pppoeterms.hold(lab, SETTINGS)


# ends


def test_times_that_radius_grants_end_a_session_with_a_word_to_its_device(lab: Lab, client_on: NewClient) -> None:
    idle, long = opened(client_on(), "idle"), opened(client_on(), "long")
    began = time.monotonic()
    while not (goodbye := long.control(ppp.LCP, ppp.TERMINATE_REQUEST, seconds=0.2)):
        assert time.monotonic() - began < SESSION_SECONDS + SLACK_SECONDS
        passes(lab, idle)
    spared = time.monotonic() - began
    assert spared > IDLE_SECONDS, "its packets keep it"
    ended = idle.control(ppp.LCP, ppp.TERMINATE_REQUEST, seconds=IDLE_SECONDS + SLACK_SECONDS)
    assert goodbye.data == ended.data == b"Terminated by the gateway"
    for client, cause in ((long, "Session-Timeout"), (idle, "Idle-Timeout")):
        assert client.terminated()
        (stop,) = eventually(lambda: stops(lab, client), 10, f"{cause} is accounted")
        assert stop.text("Acct-Terminate-Cause") == cause
        client.session = 0


# a gateway that is killed


def test_a_killed_gateway_goes_on_where_it_was_and_forgets_who_was_half_in(lab: Lab, client_on: NewClient) -> None:
    client, half = opened(client_on()), client_on()
    half.connect()
    half.link_up()
    address, magic = client.address, client.peer_magic.to_bytes(4)
    taken = {protocol: _next_identifier(client, protocol) for protocol in (ppp.LCP, ppp.IPCP, ppp.LCP)}
    lab.appliance.kill()
    client.forget()
    assert client.echo(b"still?").data == magic + b"still?", "the kernel answers alone"
    passes(lab, client)
    half.forget()
    lab.appliance.start()
    asked = client.control(ppp.LCP, ppp.ECHO_REQUEST, seconds=ECHO_SECONDS + SLACK_SECONDS)
    assert asked.data[:4] == magic
    for protocol, identifier in taken.items():
        assert 0 < (_next_identifier(client, protocol) - identifier) % 256 <= IDENTIFIERS_LEFT_OUT
    passes(lab, client)
    half.send_control(ppp.LCP, ppp.ECHO_REQUEST, bytes(4))
    assert half.terminated(), "it is told at once"
    half.session = 0
    assert lab.appliance.session_of(client.mac)["ip_address"] == address


def _next_identifier(client: PppoeClient, protocol: int) -> int:
    """That of the gateway's next packet of the protocol, a rejection of a code that nobody has."""
    sent = client.send_control(protocol, NOBODYS_CODE)
    rejected = client.control(protocol, ppp.CODE_REJECT)
    assert rejected.data[:2] == bytes((NOBODYS_CODE, sent))
    return rejected.identifier


def passes(lab: Lab, client: PppoeClient) -> None:
    """A packet to the core is answered, through this session."""
    packet = packets.udp(client.address, 4000, lab.core.address, lab.topology.core.echo_port, b"sluice" * 8)
    client.send_ppp(struct.pack("!H", ppp.IPV4) + packet)
    answer = client.next(lambda one: isinstance(one, bytes))
    assert answer is not None and answer[12:16] == socket.inet_aton(lab.core.address)
