"""What Prometheus reads of this process."""

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from server.hub.hub import Hub
from server.store.times import BOUNDS_S, Times


class Metrics:
    """Counts of the hub and the times of commands. ``process``: which it is of several on one port, 0 where there is one only."""

    def __init__(self, hub: Hub) -> None:
        self.process = 0
        self._hub = hub
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._commands = Times()
        self._outcomes: Counter[str] = Counter()

    def note_command(self, outcome: str, took_s: float) -> None:
        """A command has its answer; ``outcome`` is one of few codes."""
        self._commands.add(took_s)
        self._outcomes[outcome] += 1

    def text(self) -> bytes:
        """The page that Prometheus fetches."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """All of it, in Prometheus' form. At a shared port any of the processes answers, so each value says whose it is."""
        for metric in self._counted():
            if self.process:
                metric.samples = [sample._replace(labels={**sample.labels, "process": str(self.process)}) for sample in metric.samples]
            yield metric

    def _counted(self) -> Iterator[Metric]:
        counts = self._hub.counts
        yield _histogram("urut_command_seconds", "From a command's arrival to its durable answer.", self._commands)
        outcomes = CounterMetricFamily("urut_commands", "Commands that came over HTTP.", labels=["outcome"])
        for outcome, count in self._outcomes.items():
            outcomes.add_metric([outcome], count)
        yield outcomes
        yield CounterMetricFamily("urut_frames_folded", "Frames folded.", value=counts.frames_folded)
        yield CounterMetricFamily("urut_frames_written", "Frames written to sockets.", value=counts.frames_written)
        yield CounterMetricFamily("urut_frames_conflated", "Frames that found a full socket.", value=counts.frames_conflated)
        yield CounterMetricFamily("urut_closed_slow", "Connections ended because they read nothing.", value=counts.closed_slow)
        followers = GaugeMetricFamily("urut_followers", "Connections that follow a bazaar.", labels=["bazaar"])
        offset = GaugeMetricFamily("urut_offset", "The log's top as far as read.", labels=["bazaar"])
        for bazaar_id, room in self._hub.rooms.items():
            if room.opened:
                followers.add_metric([bazaar_id], len(room.fanout))
                offset.add_metric([bazaar_id], room.offset)
        yield followers
        yield offset


def _histogram(name: str, says: str, times: Times) -> Metric:
    bounds = [*map(str, map(float, BOUNDS_S)), "+Inf"]
    return HistogramMetricFamily(name, says, buckets=list(zip(bounds, accumulate(times.counts), strict=True)), sum_value=times.sum_s)
