"""One national evening, simulated: a tenth of the country's districts hold their bazaar at the same time. Machines, network and money.

    python -m bench.national [--seed 1] [--share 0.1] [--usd-machine-hour 0.40] [--usd-gb 0.09] …

prints the table of docs/scale.md; the same seed and prices give the same table on any machine. What a phone and an event cost was measured
(docs/measurements.md), how people come and go and what machines cost is assumed; all of it stands below.
"""

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from math import ceil, exp, expm1

DISTRICTS = 7288
PHONES_MIN, PHONES_MAX = 500, 5000

STEP_S = 300
COMING = (2, 3, 4, 6, 8, 9, 9, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 2, 1, 1)
"""How many of 115 people come in each ten minutes of the four hours in which numbers are given out; most in the first half."""
STAY_MINUTES = 75
"""On average from the first look at the phone to the last; most leave much sooner, some stay to the end."""
EVENING_STEPS = 60
NUMBERS_PER_PHONE = 1.4
PRESSES_PER_NUMBER = 1.15
"""The call, and now and then a recall or somebody who is absent; serving the next finishes the one before."""
LINES = 25
HEARTBEAT_S = 10

US_PER_DELIVERY = 6.9
MS_PER_PRESS = 3.3
"""The whole time of a durable answer, counted as if the processor had worked all through it."""
HUB_BYTES_PER_PHONE = 1114
FRAME_BYTES = 404
HEARTBEAT_BYTES = 110
PAGES_BYTES = 61_000
"""Join page and visit page on a phone that has nothing yet."""

MS_PER_PAGES = 15.0
"""Assumed: both pages and their files, drawn and sent."""
KERNEL_BYTES_PER_PHONE = 8192
"""Assumed: what the system keeps for a connection."""
PACKET_BYTES = 66
"""Ethernet, IP and TCP around a frame, and as much again for the answer that it came."""
PHONES_PER_PROCESS = 19_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What is rented: machines of so many cores and Gbit/s, by the hour; and data that goes out, by the GB.

    One core of each machine is kept for stores and for whatever else runs.
    """

    cores: int = 8
    gbit: float = 2.0
    busy: float = 0.5
    """As much of a core as is planned with."""
    spare: float = 1.5
    """So many times the machines that are needed: a third may fail."""
    hours: float = 8.0
    usd_machine_hour: float = 0.40
    usd_gb: float = 0.09
    rupiah: float = 16_500.0
    """For one USD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one bazaar, or many together, ask of hubs in a stretch of time. ``present`` phones are connected when it begins."""

    present: int = 0
    arrivals: int = 0
    numbers: int = 0
    presses: int = 0
    frames: int = 0
    heartbeats: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(**{item.name: getattr(self, item.name) + getattr(other, item.name) for item in fields(Load)})

    @property
    def bytes_out(self) -> int:
        """What the hubs send, on the wire."""
        packets = self.frames + self.heartbeats
        return self.frames * FRAME_BYTES + self.heartbeats * HEARTBEAT_BYTES + packets * PACKET_BYTES + self.arrivals * PAGES_BYTES

    @property
    def core_seconds(self) -> float:
        """What the hubs' processors work."""
        deliveries = (self.frames + self.heartbeats) * US_PER_DELIVERY / 1e6
        return deliveries + (self.numbers + self.presses) * MS_PER_PRESS / 1e3 + self.arrivals * MS_PER_PAGES / 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bazaar:
    """One district's evening: its phones in all, and its load step by step."""

    phones: int
    steps: tuple[Load, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What the evening takes.

    ``peak`` is the step in which the hubs of all bazaars together work most, ``present`` the most phones at the same time.
    """

    bazaars: int
    whole: Load
    peak: Load
    present: int
    processes: int
    machines: int
    gb: float
    usd_machines: float
    usd_data: float

    @property
    def usd(self) -> float:
        """All of it."""
        return self.usd_machines + self.usd_data


def simulate(seed: int, share: float = 0.1) -> list[Bazaar]:
    """The bazaars of one evening, as many as this share of all districts."""
    chance = random.Random(seed)  # noqa: S311  # a simulation that can be repeated
    return [_bazaar(chance) for _ in range(round(DISTRICTS * share))]


def bill(bazaars: Sequence[Bazaar], prices: Prices) -> Bill:
    """What hubs for these bazaars cost."""
    steps = [sum(at_once, Load()) for at_once in zip(*(bazaar.steps for bazaar in bazaars), strict=True)]
    peak = max(steps, key=lambda step: step.core_seconds)
    present = max(step.present for step in steps)
    processes = max(ceil(peak.core_seconds / STEP_S / prices.busy), ceil(present / PHONES_PER_PROCESS))
    by_cores = ceil(processes / (prices.cores - 1))
    by_network = ceil(max(gbit_s(step) for step in steps) / (prices.gbit * prices.busy))
    machines = ceil(max(by_cores, by_network) * prices.spare)
    whole = sum(steps, Load())
    gb = whole.bytes_out / 1e9
    return Bill(
        bazaars=len(bazaars),
        whole=whole,
        peak=peak,
        present=present,
        processes=processes,
        machines=machines,
        gb=gb,
        usd_machines=machines * prices.hours * prices.usd_machine_hour,
        usd_data=gb * prices.usd_gb,
    )


def gbit_s(step: Load) -> float:
    """What a step sends in a second."""
    return step.bytes_out * 8 / STEP_S / 1e9


def _bazaar(chance: random.Random) -> Bazaar:
    """People come as `COMING` says, more or less; each stays for a time of no memory, so that in every step the same share leaves."""
    phones = round(PHONES_MIN * (PHONES_MAX / PHONES_MIN) ** chance.random())
    weights = [weight * chance.uniform(0.6, 1.4) for weight in COMING for _ in range(2)]
    coming = _parts(phones, weights)
    leaving = 1 - exp(-STEP_S / 60 / STAY_MINUTES)
    present, issued, called, steps = 0, 0, 0, []
    for number in range(EVENING_STEPS):
        arrivals = coming[number] if number < len(coming) else 0
        present += arrivals
        gone = round(present * leaving) if number < EVENING_STEPS - 1 else present
        numbers = round((sum(coming[: number + 1])) * NUMBERS_PER_PHONE) - issued
        presses = round((sum(coming[: number + 1]) - present + gone) * NUMBERS_PER_PHONE * PRESSES_PER_NUMBER) - called
        steps.append(_load(present, arrivals, numbers, presses))
        present, issued, called = present - gone, issued + numbers, called + presses
    return Bazaar(phones=phones, steps=tuple(steps))


def _load(present: int, arrivals: int, numbers: int, presses: int) -> Load:
    """Each event of a line goes to the phones that follow it; whoever had no frame for `HEARTBEAT_S` gets a heartbeat."""
    frames_each = (numbers + presses) / LINES * NUMBERS_PER_PHONE
    per_s = frames_each / STEP_S
    idle_per_s = per_s / expm1(HEARTBEAT_S * per_s) if per_s else 1 / HEARTBEAT_S
    return Load(
        present=present,
        arrivals=arrivals,
        numbers=numbers,
        presses=presses,
        frames=round(present * frames_each),
        heartbeats=round(present * idle_per_s * STEP_S),
    )


def _parts(whole: int, weights: Sequence[float]) -> list[int]:
    """A whole number in parts of these weights, which add up to it."""
    edges, passed, total = [0], 0.0, sum(weights)
    for weight in weights:
        passed += weight
        edges.append(round(whole * passed / total))
    return [after - before for before, after in pairwise(edges)]


def table(one: Bill, prices: Prices) -> str:
    """The bill as it stands in docs/scale.md."""
    memory = one.present * (HUB_BYTES_PER_PHONE + KERNEL_BYTES_PER_PHONE) / 1e9
    rows = (
        ("bazaars", f"{one.bazaars:,}"),
        ("phones, all evening", f"{one.whole.arrivals:,}"),
        ("phones at the same time, at most", f"{one.present:,}"),
        ("numbers given out", f"{one.whole.numbers:,}"),
        ("presses, all evening; in a second at the peak", f"{one.whole.presses:,}; {one.peak.presses / STEP_S:,.0f}"),
        ("frames to phones, all evening", f"{one.whole.frames / 1e6:,.0f} million"),
        ("heartbeats, all evening", f"{one.whole.heartbeats / 1e6:,.0f} million"),
        ("deliveries in a second at the peak", f"{(one.peak.frames + one.peak.heartbeats) / STEP_S:,.0f}"),
        ("processor at the peak, whole cores", f"{one.peak.core_seconds / STEP_S:,.1f}"),
        ("memory of these connections, hubs and systems", f"{memory:,.1f} GB"),
        ("network at the peak; all evening", f"{gbit_s(one.peak):,.2f} Gbit/s; {one.gb:,.0f} GB"),
        (f"hub processes, cores at most {prices.busy:.0%} busy", f"{one.processes:,}"),
        (f"machines of {prices.cores} cores, {prices.spare:g} times what is needed", f"{one.machines:,}"),
        (f"machines for {prices.hours:g} h at {prices.usd_machine_hour:.2f} USD", f"{one.usd_machines:,.0f} USD"),
        (f"data at {prices.usd_gb:.2f} USD a GB", f"{one.usd_data:,.0f} USD"),
        ("the evening", f"{one.usd:,.0f} USD, Rp {one.usd * prices.rupiah / 1e6:,.1f} million"),
        ("a bazaar; a phone", f"Rp {one.usd * prices.rupiah / one.bazaars:,.0f}; Rp {one.usd * prices.rupiah / one.whole.arrivals:,.2f}"),
    )
    return "\n".join(["| one evening | |", "|---|---:|", *(f"| {name} | {figure} |" for name, figure in rows)])


def main() -> None:
    """The table for the command line's seed, share and prices."""
    parser = argparse.ArgumentParser(prog="python -m bench.national")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.1, help="of all districts, on this evening")
    for item in fields(Prices):
        parser.add_argument(f"--{item.name.replace('_', '-')}", type=type(item.default), default=item.default)
    asked = vars(parser.parse_args())
    seed, share = asked.pop("seed"), asked.pop("share")
    prices = Prices(**asked)
    print(table(bill(simulate(seed, share), prices), prices))


if __name__ == "__main__":
    main()
