"""The packet filter's rules, written from settings: a pure function from what is wanted to nftables' text.

Who may reach what: the LAN the page and SIP, SIP trunks SIP, nobody else anything. Sound needs no open port:
a call's two ends are told to each other in SDP, the box sends first, and from then on the kernel's connection
tracking lets that very peer in and no other (docs/decisions/0022-network-edge.md). No helper for SIP is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

TABLE = "inet callbox"
PRIVATE = tuple(
    IPv4Network(text) for text in ("10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rules are made of. `lan` may reach the page and SIP, `peers` (trunks) SIP only."""

    lan: tuple[IPv4Network, ...] = PRIVATE
    peers: tuple[IPv4Address, ...] = ()
    web_ports: tuple[int, ...] = (80, 443)
    sip_port: int = 5060
    sip_tls_port: int = 5061
    rtp_port: int = 10000
    rtp_ports: int = 1000
    rtp_from_lan: bool = False  # for telephones that send from another port than they told


def rules(wanted: Wanted) -> str:
    """The whole table as one transaction: all of it is in force afterwards, or what was before."""
    values = {
        "table": TABLE,
        "sets": _sets(wanted),
        "web": _ports(wanted.web_ports),
        "sip": wanted.sip_port,
        "sip_tcp": _ports((wanted.sip_port, wanted.sip_tls_port)),
        "peers": _from_peers(wanted),
        "rtp": _rtp(wanted),
    }
    return _RULES.format(**values)


def fallback(wanted: Wanted) -> str:
    """What any nftables takes: the LAN in, strangers out; for when the rules above are refused."""
    private = ", ".join(map(str, PRIVATE))
    tcp = _ports((*wanted.web_ports, wanted.sip_port, wanted.sip_tls_port))
    return _FALLBACK.format(table=TABLE, private=private, tcp=tcp, sip=wanted.sip_port)


def _ports(ports: Iterable[int]) -> str:
    return "{ " + ", ".join(map(str, sorted(set(ports)))) + " }"


def _sets(wanted: Wanted) -> str:
    found = [_set("lan", map(str, _disjoint(wanted.lan)), "flags interval; ")]
    found.append(_set("peers", map(str, sorted(set(wanted.peers))), ""))
    return "\n".join(found)


def _disjoint(networks: Iterable[IPv4Network]) -> list[IPv4Network]:
    """No network lies in another one: nftables refuses a set in which they overlap."""
    kept: list[IPv4Network] = []
    for one in sorted(set(networks), key=lambda network: network.prefixlen):
        if not any(one.subnet_of(other) for other in kept):
            kept.append(one)
    return sorted(kept)


def _set(name: str, elements: Iterable[str], flags: str) -> str:
    inside = ", ".join(elements)
    return f"    set {name} {{ type ipv4_addr; {flags}{f'elements = {{ {inside} }}; ' if inside else ''}}}"


def _from_peers(wanted: Wanted) -> str:
    return (
        f"        ip saddr @peers udp dport {wanted.sip_port} accept\n"
        f"        ip saddr @peers tcp dport {wanted.sip_port} accept"
    )


def _rtp(wanted: Wanted) -> str:
    if not wanted.rtp_from_lan:
        return ""
    span = f"udp dport {wanted.rtp_port}-{wanted.rtp_port + wanted.rtp_ports - 1}"
    rate = "limit rate over 2000/second burst 2000 packets"
    return f"        {span} update @sound {{ ip saddr {rate} }} drop\n        {span} accept"


_RULES = """\
# Written by Callbox from its settings; changes made here are lost.
add table {table}
delete table {table}
table {table} {{
{sets}
    # What each address has used of its share; forgotten when it is quiet.
    set talk {{ type ipv4_addr; size 4096; flags dynamic, timeout; timeout 10s; }}
    set knock {{ type ipv4_addr; size 4096; flags dynamic, timeout; timeout 10s; }}
    set sound {{ type ipv4_addr; size 4096; flags dynamic, timeout; timeout 10s; }}
    set pages {{ type ipv4_addr; size 4096; flags dynamic; }}
    set phones {{ type ipv4_addr; size 4096; flags dynamic; }}

    chain input {{
        type filter hook input priority filter; policy drop;
        iif "lo" accept
        ct state invalid drop
        udp dport {sip} update @talk {{ ip saddr limit rate over 200/second burst 400 packets }} drop
        ct state established, related accept
        meta nfproto ipv6 jump six
        ip saddr @lan jump lan
{peers}
        udp sport 67 udp dport 68 accept
        counter drop
    }}

    chain lan {{
        tcp dport {web} update @knock {{ ip saddr limit rate over 50/second burst 150 packets }} drop
        tcp dport {web} ct state new add @pages {{ ip saddr ct count over 100 }} reject with tcp reset
        tcp dport {web} accept
        tcp dport {sip_tcp} ct state new add @phones {{ ip saddr ct count over 32 }} reject with tcp reset
        tcp dport {sip_tcp} accept
        udp dport {sip} accept
        udp dport 5353 accept
        icmp type echo-request limit rate 20/second accept
{rtp}
    }}

    # The box speaks IPv4. Neighbours and mDNS are heard; a browser that tries IPv6 first is told at once.
    chain six {{
        icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert }} ip6 hoplimit 255 accept
        icmpv6 type mld-listener-query accept
        ip6 daddr ff02::fb udp dport 5353 accept
        meta l4proto tcp limit rate 50/second reject with tcp reset
        counter drop
    }}

    chain forward {{
        type filter hook forward priority filter; policy drop;
    }}
}}
"""

_FALLBACK = """\
add table {table}
delete table {table}
table {table} {{
    chain input {{
        type filter hook input priority 0; policy drop;
        iif "lo" accept
        ct state established, related accept
        meta nfproto ipv6 meta l4proto icmpv6 accept
        udp sport 67 udp dport 68 accept
        ip saddr {{ {private} }} tcp dport {tcp} accept
        ip saddr {{ {private} }} udp dport {{ {sip}, 5353 }} accept
        ip saddr {{ {private} }} icmp type echo-request accept
    }}

    chain forward {{
        type filter hook forward priority 0; policy drop;
    }}
}}
"""
