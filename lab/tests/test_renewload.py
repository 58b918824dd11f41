"""The generator of renewals: it takes right answers, and no wrong one, from its packet socket and as native frames."""

import json
from typing import Callable, Iterator

import pytest

from sluicebench import responder
from sluicebench.generator import build_exchange, build_renewload
from sluicebench.responder import DEVICE, SPOILT, Answer, Responder, Spoil
from sluicelab import packets

CLIENTS, RENEWALS = 10, 20
LENGTH = 14 + 8 + 20 + 8 + 300  # of the server's answers, with two tags
NOBODY = "0.0.0.0"
NATIVE = "native"
# The xid says whose answer it is; with another one it is nobody's, like any frame for others.
FOREIGN = "unknown_xid"

Load = Callable[..., dict]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    """Runs the generator against a server whose answers are spoilt, and gives its report."""
    work = tmp_path_factory.mktemp("renewload")
    program, exchange = build_renewload(work), build_exchange(work)
    with responder.bed() as (server, clients):
        server.run("ethtool", "-K", DEVICE, "gro", "on")  # else a veth takes no native frame

        def run(way: str, spoil: Spoil, *options: str) -> dict:
            native = ("--native", exchange) if way == NATIVE else ()
            with Responder(server, DEVICE, spoil):
                return json.loads(clients.run(program, "--device", DEVICE, "--clients", str(CLIENTS), "--renewals", str(RENEWALS),
                                              "--timeout", "1", *native, *(options or ("--window", "9"))))  # fmt: skip

        yield run


def of_renewals(way: str, spoil: Spoil) -> Spoil:
    """Spoils what is measured: not how clients come up, and not the renewals by which native ones learn what is right."""
    seen: dict[str, int] = {}
    learned = 1 if way == NATIVE else 0

    def spoilt(answer: Answer) -> Answer | bytes | None:
        if answer.message.client_address == NOBODY:
            return answer
        seen[answer.message.mac] = seen.get(answer.message.mac, 0) + 1
        return answer if seen[answer.message.mac] <= learned else spoil(answer)

    return spoilt


@pytest.mark.parametrize("way", ["socket", NATIVE])
@pytest.mark.parametrize("options", [("--window", "3"), ("--window", "1"), ("--rate", "200"), ("--window", "3", "--untagged"),
                                     ("--window", "3", "--first", "3995")])  # fmt: skip
def test_right_answers_renew_every_lease(load: Load, way: str, options: tuple[str, ...]) -> None:
    report = load(way, lambda answer: answer, *options, "--timeout", "2")
    counts = [report[name] for name in ("bound", "sent", "answered", "lost", "bad", "late")]
    assert counts == [CLIENTS, RENEWALS, RENEWALS, 0, 0, 0]
    assert 0 < report["latency_us"]["p50"] <= report["latency_us"]["p99"]


@pytest.mark.parametrize("way", ["socket", NATIVE])
@pytest.mark.parametrize("reason", SPOILT)
def test_wrong_answer_to_a_renewal_is_counted_and_renews_nothing(load: Load, way: str, reason: str) -> None:
    report = load(way, of_renewals(way, SPOILT[reason]))
    named = "other_bytes" if way == NATIVE else reason
    assert report["bad_replies"] == ({} if reason == FOREIGN else {named: RENEWALS})
    assert (report["bound"], report["sent"], report["answered"], report["lost"]) == (CLIENTS, RENEWALS, 0, RENEWALS)


def other_byte(at: int) -> Spoil:
    """One bit of the frame changed."""

    def spoil(answer: Answer) -> bytes:
        frame = bytearray(answer.frame())
        frame[at] ^= 1
        return bytes(frame)

    return spoil


@pytest.mark.parametrize("at", [0, 6, 14, 38, 50, 66, 78, 150, 286, LENGTH - 1])
def test_native_reply_with_one_other_bit_is_wrong_wherever_it_is(load: Load, at: int) -> None:
    report = load(NATIVE, of_renewals(NATIVE, other_byte(at)))
    assert (report["bad_replies"], report["answered"]) == ({"other_bytes": RENEWALS}, 0)


@pytest.mark.parametrize("change", [-1, 1, 8])
def test_native_reply_of_another_length_is_wrong(load: Load, change: int) -> None:
    def spoil(answer: Answer) -> bytes:
        frame = answer.frame()
        return frame[:change] if change < 0 else frame + bytes(change)

    report = load(NATIVE, of_renewals(NATIVE, spoil))
    assert (report["bad_replies"], report["answered"]) == ({"other_bytes": RENEWALS}, 0)


def test_nak_renews_nothing(load: Load) -> None:
    for way in ("socket", NATIVE):
        nak = of_renewals(way, lambda answer: responder.with_option(answer, packets.OPTION_TYPE, bytes((packets.NAK,))))
        report = load(way, nak)
        assert (report["answered"], report["bad"]) == (0, RENEWALS), way


def test_wrong_answers_among_right_ones_are_counted_one_by_one(load: Load) -> None:
    """Half of the clients get wrong ones."""

    def spoil(answer: Answer) -> Answer:
        return responder.changed(answer, your_address="10.9.2.1") if int(answer.message.mac[-1], 16) % 2 else answer

    report = load(NATIVE, of_renewals(NATIVE, spoil))
    assert report["bad_replies"] == {"other_bytes": RENEWALS // 2}
    assert (report["answered"], report["lost"]) == (RENEWALS // 2, RENEWALS // 2)
