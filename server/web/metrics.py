"""What Prometheus reads of this process."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from server.hub.hub import Hub
from server.store.times import BOUNDS_S, Times
from server.web.backlogs import Backlogs

_BOUNDS = (*map(str, map(float, BOUNDS_S)), "+Inf")
_CROWDS = {True: "screens", False: "phones"}


class Metrics:
    """Counts of the hub and the times of commands. ``process``: which it is of several on one port, 0 where there is one only."""

    def __init__(self, hub: Hub) -> None:
        self.process = 0
        self.backlogs = Backlogs()
        self._hub = hub
        self._commands = Times()
        self._outcomes: Counter[str] = Counter()
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def note_command(self, outcome: str, took_s: float) -> None:
        """A command has its answer; ``outcome`` is one of few codes."""
        self._commands.add(took_s)
        self._outcomes[outcome] += 1

    def text(self) -> bytes:
        """The page that Prometheus fetches."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """All of it, in Prometheus' form. At a shared port any of the processes answers, so each value says whose it is."""
        for metric in (*self._of_commands(), *self._of_frames(), *self._of_bazaars(), self._of_loudspeakers()):
            if self.process:
                metric.samples = [sample._replace(labels={**sample.labels, "process": str(self.process)}) for sample in metric.samples]
            yield metric

    def _of_commands(self) -> Iterator[Metric]:
        outcomes = CounterMetricFamily("urut_commands", "Commands that came over HTTP, by what became of them.", labels=["outcome"])
        for outcome, count in self._outcomes.items():
            outcomes.add_metric([outcome], count)
        yield outcomes
        yield _histogram("urut_command_seconds", "From a command's arrival to its durable answer.", {"": self._commands})
        yield _histogram("urut_store_round_trip_seconds", "From a question to the store to its answer.", {"": self._hub.store.round_trips})

    def _of_frames(self) -> Iterator[Metric]:
        counts = self._hub.counts
        yield CounterMetricFamily("urut_frames_folded", "Frames folded.", value=counts.frames_folded)
        yield CounterMetricFamily("urut_frames_written", "Frames written to sockets.", value=counts.frames_written)
        yield CounterMetricFamily("urut_frames_conflated", "Frames that found a full socket.", value=counts.frames_conflated)
        yield CounterMetricFamily("urut_closed_slow", "Connections ended because they read nothing.", value=counts.closed_slow)
        first = {_CROWDS[rank]: sweeps.first for rank, sweeps in counts.sweeps.items()}
        last = {_CROWDS[rank]: sweeps.last for rank, sweeps in counts.sweeps.items()}
        yield _histogram("urut_first_frame_seconds", "From an entry folded to a channel's first frame written.", first, "to")
        yield _histogram(
            "urut_last_frame_seconds", "From an entry folded to its frame, or a newer, written to all of a channel.", last, "to"
        )

    def _of_bazaars(self) -> Iterator[Metric]:
        followers = GaugeMetricFamily("urut_followers", "Connections that follow a bazaar.", labels=["bazaar", "kind"])
        offset = GaugeMetricFamily("urut_offset", "The log's top as far as read.", labels=["bazaar"])
        behind = GaugeMetricFamily("urut_behind_seconds", "Since the log was last known to be read to its end.", labels=["bazaar"])
        conflicts = CounterMetricFamily("urut_append_conflicts", "Appends before which somebody else was first.", labels=["bazaar"])
        for bazaar_id, room in self._hub.rooms.items():
            behind.add_metric([bazaar_id], room.behind_s)
            conflicts.add_metric([bazaar_id], room.writer.conflicts)
            if room.opened:
                offset.add_metric([bazaar_id], room.offset)
                for kind, count in room.fanout.kinds.items():
                    followers.add_metric([bazaar_id, kind], count)
        yield from (followers, offset, behind, conflicts)

    def _of_loudspeakers(self) -> Metric:
        unsaid = GaugeMetricFamily(
            "urut_speech_backlog_calls", "Calls that a zone's loudspeaker has still to say.", labels=["bazaar", "zone"]
        )
        for (bazaar_id, zone), count in self.backlogs.by_zone().items():
            unsaid.add_metric([bazaar_id, zone], count)
        return unsaid


def _histogram(name: str, says: str, times: Mapping[str, Times], label: str = "") -> Metric:
    """A histogram for each value of a label; without one, of all."""
    family = HistogramMetricFamily(name, says, labels=[label] if label else None)
    for value, one in times.items():
        family.add_metric([value] if label else [], list(zip(_BOUNDS, accumulate(one.counts), strict=True)), one.sum_s)
    return family
