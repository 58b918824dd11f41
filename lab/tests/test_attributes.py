"""What FreeRADIUS grants is seen to act; servers fail over, over IPv6 and over TLS. One lab for all of it."""

import dataclasses
import ipaddress
import json
import pathlib
import random
import time
from typing import Iterator

import pytest

from sluicelab.cpe import Cpe, random_mac
from sluicelab.iperf import policed_kbit
from sluicelab.lab import HOME, RUN, Lab
from sluicelab.namespace import CommandFailed, Namespace, run
from sluicelab.radius import AccountingRecord, Radius
from sluicelab.subscriber import Subscriber
from sluicelab.topology import Line
from sluicelab.waiting import eventually

# subscribers by what their accept says beside a policy
FIXED, ENDING, POOLED, IDLE, WALLED, SLOW = range(6)
SPECIAL = ipaddress.IPv4Network("10.64.8.0/24")
BEHIND = ipaddress.IPv4Network("192.0.2.0/28")
ADDRESS = "10.64.1.77"
SESSION_SECONDS, IDLE_SECONDS = 20, 15
# what the accepts of two subscribers say of their rates: download, upload, burst of either
RATE_KBIT, UPLOAD_KBIT, BURST_KBIT = 2000, 1000, 400
MIKROTIK_KBIT = {"down": 4000, "up": 6000}
MIKROTIK_BURST_BYTES = {"down": 40_000, "up": 22_500}  # 80 and 30 ms of the rate
PAGE = 1_000_000
# a vendor whom neither the appliance nor FreeRADIUS knows, until the operator says who it is
OPERATORS_OWN = """\
VENDOR        Example-Operator  64999
BEGIN-VENDOR  Example-Operator
ATTRIBUTE     Example-Contract  7  string
ATTRIBUTE     Example-Tariff    8  integer
VALUE         Example-Tariff    Night  2
END-VENDOR    Example-Operator
"""
ELSEWHERE = "203.0.113.80"
IP6_GATEWAY, IP6_SERVER = "fd00:255::2", "fd00:255::1"
IP6_CORE, IP6_ROUTER = "2001:db8:99::1", "2001:db8:99::2"
# an address in each of the three networks of the first subscriber, and one that is nobody's
FRAMED, DELEGATED, ROUTED, FOREIGN = "2001:db8:1:1::10", "2001:db8:aa10:f::9", "2001:db8:ff00::7", "2001:db8:1:2::10"

REPLIES = {
    FIXED: [
        f"Framed-IP-Address = {ADDRESS}",
        "Framed-IP-Netmask = 255.255.252.0",
        f'Framed-Route = "{BEHIND} 0.0.0.0 1"',
        "Framed-IPv6-Prefix = 2001:db8:1:1::/64",
        "Delegated-IPv6-Prefix = 2001:db8:aa10::/60",
        "Framed-IPv6-Prefix += 2001:db8:1:2::/64",
        'Framed-IPv6-Route = "2001:db8:ff00::/48 :: 1"',
        'Framed-IPv6-Pool = "link"',
        'Delegated-IPv6-Prefix-Pool = "delegated"',
        "DNS-Server-IPv6-Address = 2001:db8::53",
        "MS-Primary-DNS-Server = 9.9.9.9",
        "MS-Secondary-DNS-Server = 1.1.1.1",
        "Session-Timeout = 3600",
        "Termination-Action = RADIUS-Request",
        "Class += 0x00ff",
        'Reply-Message = "welcome"',
        'Cisco-AVPair = "ip:inacl#1=permit ip any any"',
        "Tunnel-Private-Group-Id:1 = 100",
        f"Attr-26.64999.7 = 0x{b'C-4711'.hex()}",
        "Attr-26.64999.8 = 0x00000002",
    ],
    ENDING: [f"Session-Timeout = {SESSION_SECONDS}"],
    POOLED: ['Framed-Pool = "special"', 'Mikrotik-Rate-Limit = "6M/4M"'],
    IDLE: [f"Idle-Timeout = {IDLE_SECONDS}"],
    WALLED: ['Filter-Id += "garden:arrears"'],
    SLOW: [
        f"Attr-26.43242.{number} = 0x{kbit:08x}"
        for number, kbit in enumerate((RATE_KBIT, UPLOAD_KBIT, BURST_KBIT, BURST_KBIT), start=1)
    ],
}

# by device: an accept without Filter-Id, and the limits that its entry has then (download, upload)
RATES = {
    "02:5b:00:00:01:01": (
        ["Attr-26.43242.1 = 0x00004e20", "Attr-26.43242.2 = 0x00001388",
         "Attr-26.43242.3 = 0x00001f40", "Attr-26.43242.4 = 0x00000fa0"],
        "20 Mbit/s, burst 1 MB", "5 Mbit/s, burst 500 kB",
    ),
    "02:5b:00:00:01:02": (
        ['Mikrotik-Rate-Limit = "5M/20M 8M/40M 4M/16M 2/1"'], "20 Mbit/s, burst 2 MB", "5 Mbit/s, burst 1 MB",
    ),
    "02:5b:00:00:01:03": (
        ["WISPr-Bandwidth-Max-Down = 8000000", "WISPr-Bandwidth-Max-Up = 4000000"],
        "8 Mbit/s, burst 80 kB", "4 Mbit/s, burst 15 kB",
    ),
    "02:5b:00:00:01:04": (
        ['Alc-SLA-Prof-Str = "residential-500mbps"'], "500 Mbit/s, burst 5 MB", "50 Mbit/s, burst 500 kB",
    ),
    "02:5b:00:00:01:05": (
        ['ERX-Egress-Policy-Name = "Silver"', 'ERX-Ingress-Policy-Name = "Bronze"'],
        "100 Mbit/s, burst 375 kB", "10 Mbit/s, burst 62.5 kB",
    ),
    "02:5b:00:00:01:06": (['ERX-Ingress-Policy-Name = "Bronze"'], "unlimited", "10 Mbit/s, burst 62.5 kB"),
}  # fmt: skip

TLS_SERVER = """
listen {{
    type = auth+acct
    ipaddr = {address}
    port = 2083
    proto = tcp
    virtual_server = default
    clients = radsec
    limit {{
        max_connections = 16
        lifetime = 0
        idle_timeout = 0
    }}
    tls {{
        private_key_file = ${{base}}/server.key
        certificate_file = ${{base}}/server.pem
        ca_file = ${{base}}/ca.pem
        require_client_cert = yes
        tls_min_version = "1.2"
        tls_max_version = "1.3"
        cipher_list = "DEFAULT"
    }}
}}
clients radsec {{
    client gateway {{
        ipaddr = {gateway}
        proto = tls
        secret = radsec
    }}
}}
"""


@dataclasses.dataclass
class Servers:
    """FreeRADIUS three times: as the lab has it, over IPv6 with another secret, over TLS."""

    first: Radius
    six: Radius
    radsec: Radius

    def all(self) -> list[Radius]:
        return [self.first, self.six, self.radsec]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab with everything that the accepts name; everybody is online."""
    lab = Lab(progress=print)
    lab.radius.replies = {lab.admitted[who].plan: replies for who, replies in REPLIES.items()}
    lab.radius.rules = {
        lab.admitted[SLOW].plan: [
            f'Calling-Station-Id == "{mac}", Auth-Type := Accept\n\t' + ",\n\t".join(reply)
            for mac, (reply, _, _) in RATES.items()
        ]
    }
    core = lab.topology.core
    tls, dictionaries = HOME / ".work/tls", HOME / ".work/dictionaries"
    dictionaries.mkdir(parents=True, exist_ok=True)
    (dictionaries / "dictionary.operator").write_text(OPERATORS_OWN)
    lab.up(
        {
            "sluice.garden~arrears": {
                "name": "arrears",
                "allowed": f"{core.address.ip} udp/{core.echo_port}",
                "portal": f"{core.address.ip}:{core.web_port}",
            },
            "sluice.pools-special": {
                "name": "special",
                "network": SPECIAL,
                "gateway": SPECIAL[1],
                "dns": core.address.ip,
                "lease_seconds": 120,
            },
            "sluice.dataplane.xdp": {"core_gateway6": IP6_ROUTER},
            "sluice.radius": {"status_seconds": 1, "source_interface": "mgmt0", "dictionary_directory": dictionaries},
            "sluice.radius.server-lab": {"timeout_ms": 500, "retries": 2, "priority": 1},
            "sluice.radius.server-six": {
                "host": IP6_SERVER,
                "auth_port": 1822,
                "acct_port": 1823,
                "secret": "six",
                "timeout_ms": 500,
                "retries": 2,
                "priority": 2,
            },
            "sluice.radius.server-radsec": {
                "host": lab.topology.oss.address.ip,
                "transport": "tls",
                "auth_port": 2083,
                "acct_port": 2083,
                "tls_trust": tls / "ca.pem",
                "tls_certificate": tls / "gateway.pem",
                "tls_key": "radsec_key",
                "timeout_ms": 500,
                "retries": 4,
                "priority": 3,
            },
        },
        start=False,
    )
    try:
        lab.core.route(SPECIAL)
        lab.core.route(BEHIND)
        for namespace, device, address in (
            (lab.gateway, "mgmt0", IP6_GATEWAY),
            (lab.oss.namespace, "eth0", IP6_SERVER),
            (lab.gateway, "core0", IP6_CORE),
            (lab.core.namespace, "eth0", IP6_ROUTER),
        ):
            _address6(namespace, device, f"{address}/64")
        yield lab
    finally:
        lab.down()


@pytest.fixture(scope="module")
def servers(lab: Lab) -> Iterator[Servers]:
    """All servers run and know the same lines; the appliance is started and everybody is online."""
    certificates = HOME / ".work/tls"
    _certify(certificates, str(lab.topology.oss.address.ip))
    secrets = {"six": "another-secret", "radsec_key": (certificates / "gateway.key").read_text()}
    lab.appliance.keep(secrets)
    six = _another(lab, "six", secrets["six"])
    six.address, six.gateway = IP6_SERVER, IP6_GATEWAY
    six.auth_port, six.acct_port = 1822, 1823
    radsec = _another(lab, "radsec", "unused")
    radsec.auth_port, radsec.acct_port = 1832, 1833
    radsec.more = TLS_SERVER.format(address=radsec.address, gateway=radsec.gateway)
    for name in ("ca.pem", "server.pem", "server.key"):
        target = RUN / "radius-radsec" / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((certificates / name).read_bytes())
    for server in (six, radsec):
        server.configure()
        server.start()
    lab.appliance.start()
    lab.clients_up()
    yield Servers(lab.radius, six, radsec)


def test_every_attribute_is_shown_and_what_takes_effect_does(lab: Lab, servers: Servers) -> None:
    fixed = lab.admitted[FIXED]
    assert fixed.address() == ADDRESS
    assert fixed.lease().prefix == 22
    assert 0 < fixed.lease().seconds <= 3600
    shown = set(_shown(lab, fixed))
    assert shown >= {
        "Filter-Id = residential-100mbps",
        f"Framed-IP-Address = {ADDRESS}",
        "Framed-IP-Netmask = 255.255.252.0",
        f"Framed-Route = {BEHIND} 0.0.0.0 1",
        "Framed-IPv6-Prefix = 2001:db8:1:1::/64",
        "Framed-IPv6-Prefix = 2001:db8:1:2::/64",
        "Delegated-IPv6-Prefix = 2001:db8:aa10::/60",
        "Framed-IPv6-Route = 2001:db8:ff00::/48",
        "Framed-IPv6-Pool = link",
        "Delegated-IPv6-Prefix-Pool = delegated",
        "DNS-Server-IPv6-Address = 2001:db8::53",
        "DNS-Server = 9.9.9.9",
        "DNS-Server = 1.1.1.1",
        "Session-Timeout = 3600",
        "Termination-Action = RADIUS-Request",
        "Class = 0x00ff",
        "Reply-Message = welcome",
        "Cisco-AVPair = ip:inacl#1=permit ip any any",
        "Tunnel-Private-Group-Id = 1:100",
    }


def test_attributes_of_the_operators_own_dictionary_are_shown_by_their_names(lab: Lab, servers: Servers) -> None:
    shown = set(_shown(lab, lab.admitted[FIXED]))
    assert shown >= {"Example-Contract = C-4711", "Example-Tariff = Night"}


def test_a_client_is_told_the_name_servers_of_its_accept(lab: Lab, servers: Servers) -> None:
    fixed = lab.admitted[FIXED]
    leases = (fixed.work / "dhclient.leases").read_text()
    assert "option domain-name-servers 9.9.9.9,1.1.1.1;" in leases


def test_a_framed_route_leads_to_the_subscriber_and_back(lab: Lab, servers: Servers) -> None:
    fixed = lab.admitted[FIXED]
    behind = str(BEHIND[1])
    fixed.namespace.ip("address", "add", f"{behind}/32", "dev", "lo")
    said = lab.core.namespace.run("ping", "-n", "-c", "3", "-i", "0.2", "-W", "2", behind)
    assert " 3 received" in said
    other = lab.admitted[SLOW]
    other.namespace.ip("address", "add", f"{BEHIND[2]}/32", "dev", "lo")
    with pytest.raises(CommandFailed):
        other.namespace.run("ping", "-n", "-c", "1", "-W", "1", "-I", str(BEHIND[2]), lab.core.address)


def test_networks_of_ip6_that_the_accept_grants_pass_and_no_others(lab: Lab, servers: Servers) -> None:
    fixed = lab.admitted[FIXED]
    trunk_mac = lab.gateway.interface("trunk0")["address"]
    _address6(fixed.namespace, "eth0", f"{FRAMED}/64")
    for address in (DELEGATED, ROUTED, FOREIGN):
        _address6(fixed.namespace, "lo", f"{address}/128")
    gateway = "fe80::1"  # nobody needs to answer for it yet: its neighbour entry is written by hand
    fixed.namespace.ip("neighbour", "replace", gateway, "lladdr", trunk_mac, "dev", "eth0", "nud", "permanent")
    fixed.namespace.ip("-6", "route", "add", "default", "via", gateway, "dev", "eth0")
    for network in ("2001:db8:1:1::/64", "2001:db8:1:2::/64", "2001:db8:aa10::/60", "2001:db8:ff00::/48"):
        lab.core.namespace.ip("-6", "route", "add", network, "via", IP6_CORE)

    def received(source: str, count: int) -> bool:
        command = f"ping -6 -n -c {count} -i 0.05 -W 1 -s 1200 -I {source} {IP6_ROUTER} || true"
        return f" {count} received" in fixed.namespace.run("sh", "-c", command)

    eventually(lambda: received(FRAMED, 1), 20, "IPv6 of the framed prefix goes to the core and back")
    before = _entry(lab, fixed.plan.mac)
    assert [received(source, 10) for source in (FRAMED, DELEGATED, ROUTED)] == [True, True, True]
    assert not received(FOREIGN, 1)
    after = _entry(lab, fixed.plan.mac)
    for key in ("upload_ipv6_packets", "download_ipv6_packets"):
        assert int(after[key]) - int(before[key]) >= 30
    assert int(after["download_ipv6_packets"]) - int(before["download_ipv6_packets"]) < 40


def test_every_class_comes_back_in_accounting(lab: Lab, servers: Servers) -> None:
    plan = lab.admitted[FIXED].plan
    starts = lambda: [record for record in _records(servers, lab, FIXED) if record.status == "Start"]  # noqa: E731
    start = eventually(starts, 20, "the start is accounted")[0]
    assert start.attributes["Class"] == (f"0x{plan.name.encode().hex()}", "0x00ff")


def test_the_pool_of_the_accept_gives_the_address(lab: Lab, servers: Servers) -> None:
    pooled = lab.admitted[POOLED]
    assert ipaddress.IPv4Address(pooled.address()) in SPECIAL
    pooled.ping(lab.core.address, count=2)


def test_a_garden_of_the_accept_goes_before_the_policy(lab: Lab, servers: Servers) -> None:
    walled = lab.admitted[WALLED]
    assert len(walled.namespace.run("curl", "-s", "-f", "--max-time", "8", f"http://{ELSEWHERE}/20000")) == 20_000
    with pytest.raises(CommandFailed):
        walled.ping(lab.core.address, count=1)


def test_a_rate_of_the_accept_goes_before_the_policy(lab: Lab, servers: Servers) -> None:
    slow = lab.admitted[SLOW]
    began = time.monotonic()
    page = slow.namespace.run("curl", "-s", "-f", "--max-time", "30", f"http://{lab.core.address}/{PAGE}")
    assert len(page) == PAGE
    assert time.monotonic() - began > 0.7 * PAGE * 8 / RATE_KBIT / 1000


@pytest.mark.parametrize("mac", RATES)
def test_rates_and_policies_of_every_vendor_are_in_the_entry(
    lab: Lab, servers: Servers, mac: str, chance: random.Random
) -> None:
    _, download, upload = RATES[mac]
    with Cpe(lab.node.namespace, lab.admitted[SLOW].plan.line, mac, chance) as cpe:
        grant = eventually(lambda: cpe.lease(seconds=5), 40, "the device is admitted")
        shown = _entry(lab, mac)
        cpe.release(grant)
    assert shown["download_limit"] == download
    assert shown["upload_limit"] == upload


def test_udp_passes_at_the_rates_of_the_vendor(lab: Lab, servers: Servers) -> None:
    for who, direction, kbit, burst in (
        (SLOW, "down", RATE_KBIT, BURST_KBIT * 125),
        (SLOW, "up", UPLOAD_KBIT, BURST_KBIT * 125),
        (POOLED, "down", MIKROTIK_KBIT["down"], MIKROTIK_BURST_BYTES["down"]),
        (POOLED, "up", MIKROTIK_KBIT["up"], MIKROTIK_BURST_BYTES["up"]),
    ):
        measured: list[float] = []
        while not measured or (measured[-1] < 0.9 and len(measured) < 5):  # a stalled sender offers too little
            measured.append(policed_kbit(lab, lab.admitted[who], direction, kbit, burst) / kbit)
        print(f"{direction}: {[f'{share:.3f}' for share in measured]} of {kbit} kbit/s")
        assert max(measured) <= 1.05
        assert measured[-1] >= 0.9


def test_a_session_ends_when_its_time_is_over(lab: Lab, servers: Servers) -> None:
    stop = eventually(lambda: _stopped(servers, lab, ENDING), SESSION_SECONDS + 30, "the session is ended by its time")
    assert stop.text("Acct-Terminate-Cause") == "Session-Timeout"
    assert SESSION_SECONDS - 1 <= stop.number("Acct-Session-Time") <= SESSION_SECONDS + 10


def test_a_session_without_traffic_ends(lab: Lab, servers: Servers) -> None:
    stop = eventually(lambda: _stopped(servers, lab, IDLE), 120, "the idle session is ended")
    assert stop.text("Acct-Terminate-Cause") == "Idle-Timeout"


def test_every_way_to_a_server_is_tied_to_the_named_interface(lab: Lab, servers: Servers) -> None:
    ports = {str(port) for server in (servers.first, servers.six) for port in (server.auth_port, server.acct_port)} | {"2083"}
    # Netid State Recv-Q Send-Q local peer
    ends = [line.split()[4:6] for line in lab.gateway.run("ss", "-Hntu").splitlines()]
    local = {peer.rsplit(":", 1)[1]: own for own, peer in ends if peer.rsplit(":", 1)[1] in ports}
    assert local.keys() == ports
    assert all("%mgmt0" in own for own in local.values()), local


def test_each_server_takes_over_with_its_own_secret(lab: Lab, servers: Servers, chance: random.Random) -> None:
    line = lab.admitted[POOLED].plan.line
    servers.first.stop()
    _lease(lab, line, chance)
    eventually(lambda: servers.six.records(), 30, "the server over IPv6 gets accounting")
    assert _state(lab, "lab") == {"down"}
    servers.six.stop()
    _lease(lab, line, chance)
    eventually(lambda: servers.radsec.records(), 30, "the server over TLS gets accounting")
    assert _state(lab, "six") == {"down"}
    assert _state(lab, "radsec") == {"up"}
    servers.first.start()
    eventually(lambda: _state(lab, "lab") == {"up"}, 20, "the first server is found to be back without a subscriber's help")
    servers.six.start()
    known = len(servers.first.records())
    _lease(lab, line, chance)
    eventually(lambda: len(servers.first.records()) > known, 20, "the first server is asked first again")


def _lease(lab: Lab, line: Line, chance: random.Random) -> None:
    with Cpe(lab.node.namespace, line, random_mac(chance), chance) as cpe:
        grant = eventually(lambda: cpe.lease(seconds=5), 40, "somebody new is admitted")
        cpe.release(grant)


def _address6(namespace: Namespace, device: str, address: str) -> None:
    namespace.run("sh", "-c", f"echo 0 > /proc/sys/net/ipv6/conf/{device}/disable_ipv6")
    namespace.ip("address", "add", address, "dev", device, "nodad")


def _entry(lab: Lab, mac: str) -> dict[str, str]:
    """What the data plane has of a device."""
    (only,) = json.loads(lab.appliance.shell(f"dataplane:entry --json {mac}"))["data"]
    return only


def _shown(lab: Lab, subscriber: Subscriber) -> list[str]:
    session = lab.appliance.session_of(subscriber.plan.mac)
    return json.loads(lab.appliance.shell(f"session:show --json {session['session_id']}"))["data"]["attributes"]


def _state(lab: Lab, server: str) -> set[str]:
    return {row["state"] for row in lab.appliance.table("radius:servers") if row["server"] == server}


def _records(servers: Servers, lab: Lab, who: int) -> list[AccountingRecord]:
    return [record for server in servers.all() for record in server.records_of(lab.admitted[who].plan)]


def _stopped(servers: Servers, lab: Lab, who: int) -> AccountingRecord | None:
    return next((record for record in _records(servers, lab, who) if record.status == "Stop"), None)


def _another(lab: Lab, name: str, secret: str) -> Radius:
    server = Radius(lab.topology, lab.oss.namespace, RUN / f"radius-{name}", secret)
    server.replies = lab.radius.replies
    return server


def _certify(directory: pathlib.Path, server: str) -> None:
    """An authority, and certificates of the server and of the gateway."""
    directory.mkdir(parents=True, exist_ok=True)

    def openssl(*arguments: object) -> None:
        run("openssl", *arguments)

    authority = ("-CA", directory / "ca.pem", "-CAkey", directory / "ca.key", "-CAcreateserial", "-days", "2")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "2", "-subj", "/CN=lab authority",
            "-keyout", directory / "ca.key", "-out", directory / "ca.pem")  # fmt: skip
    for name, alternative in (("server", f"IP:{server}"), ("gateway", "DNS:bng-01.lab.example")):
        (directory / "extensions").write_text(f"subjectAltName={alternative}\n")
        openssl("req", "-newkey", "rsa:2048", "-noenc", "-subj", f"/CN={name}",
                "-keyout", directory / f"{name}.key", "-out", directory / f"{name}.csr")  # fmt: skip
        openssl("x509", "-req", "-in", directory / f"{name}.csr", *authority,
                "-extfile", directory / "extensions", "-out", directory / f"{name}.pem")  # fmt: skip
