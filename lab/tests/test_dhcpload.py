"""The load generator of the benches: it takes right answers, and no wrong one."""

import json
import pathlib
import socket
from typing import Callable, Iterator

import pytest

from sluicebench import responder
from sluicebench.generator import build
from sluicebench.responder import DEVICE, OTHER_SERVER, SPOILT, Answer, Responder, Spoil, changed, with_option
from sluicelab import packets
from sluicelab.namespace import Namespace

CLIENTS = 20
QUICK = ("--window", str(CLIENTS), "--timeout", "0.3")  # where no answer is awaited


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Namespace, Namespace, pathlib.Path]]:
    """Server, clients, and the compiled generator."""
    with responder.bed() as (server, clients):
        yield server, clients, build(tmp_path_factory.mktemp("generator"))


@pytest.fixture
def load(bed: tuple[Namespace, Namespace, pathlib.Path]) -> Callable[..., dict]:
    """Runs the generator against a server whose answers are spoilt, and gives its report."""
    server, clients, program = bed

    def run(spoil: Spoil, *options: str) -> dict:
        how = options or ("--window", str(CLIENTS))
        with Responder(server, DEVICE, spoil):
            command = (program, "--device", DEVICE, "--clients", str(CLIENTS), "--timeout", "1", *how)
            return json.loads(clients.run(*command))

    return run


@pytest.mark.parametrize("options", [("--window", "3"), ("--rate", "500"), ("--window", "3", "--untagged"),
                                     ("--window", "3", "--no-agent"), ("--window", "3", "--first", "3990")])  # fmt: skip
def test_right_answers_set_every_client_up(load, options) -> None:
    report = load(lambda answer: answer, *options, "--timeout", "2")
    assert (report["started"], report["bound"], report["lost"], report["bad"]) == (CLIENTS, CLIENTS, 0, 0)
    assert 0 < report["latency_us"]["offer"]["p50"] <= report["latency_us"]["setup"]["p99"]


def test_server_that_only_offers_sets_nobody_up(load) -> None:
    report = load(lambda answer: answer if answer.message.kind == packets.OFFER else None)
    assert (report["bound"], report["lost"], report["lost_discovers"]) == (0, CLIENTS, 0)


def test_silent_server_loses_every_discover(load) -> None:
    report = load(lambda answer: None, *QUICK)
    assert (report["bound"], report["lost"], report["lost_discovers"]) == (0, CLIENTS, CLIENTS)


def test_nak_is_a_refusal(load) -> None:
    def spoil(answer: Answer) -> Answer:
        return answer if answer.message.kind == packets.OFFER else with_option(answer, packets.OPTION_TYPE, b"\x06")

    report = load(spoil)
    assert (report["bound"], report["refused"], report["bad"]) == (0, CLIENTS, 0)


def test_answer_to_a_client_of_an_earlier_load_is_late_and_not_wrong(load) -> None:
    report = load(lambda answer: changed(answer, xid=0), "--window", str(CLIENTS), "--first", "10")
    assert (report["bound"], report["late"], report["bad"]) == (0, CLIENTS, 0)


@pytest.mark.parametrize("reason", SPOILT)
def test_wrong_offer_is_counted_by_its_reason_and_sets_nobody_up(load, reason: str) -> None:
    report = load(SPOILT[reason])
    assert report["bad_replies"] == {reason: CLIENTS}
    assert (report["bound"], report["lost"]) == (0, CLIENTS)


@pytest.mark.parametrize("reason", ["yiaddr", "server_id"])
def test_ack_that_differs_from_its_offer_is_counted(load, reason: str) -> None:
    def spoil(answer: Answer) -> Answer:
        if answer.message.kind == packets.OFFER:
            return answer
        if reason == "yiaddr":
            return changed(answer, your_address="10.9.2.1")
        return with_option(answer, packets.OPTION_SERVER, socket.inet_aton(OTHER_SERVER))

    assert load(spoil)["bad_replies"] == {reason: CLIENTS}


def test_address_given_twice_is_counted(load) -> None:
    report = load(lambda answer: changed(answer, your_address="10.9.1.1"))
    assert (report["bound"], report["bad_replies"]) == (1, {"duplicate_address": CLIENTS - 1})
