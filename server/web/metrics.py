"""What Prometheus reads of this process."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from server.hub.hub import Hub

_PRESS_BUCKETS_S = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 5)


class Metrics:
    """Counts of the hub and the times of commands. ``process``: which it is of several on one port, 0 where there is one only."""

    def __init__(self, hub: Hub) -> None:
        self.process = 0
        self._hub = hub
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self.command_s = Histogram(
            "urut_command_seconds",
            "From a command's arrival to its durable answer.",
            registry=None,
            buckets=_PRESS_BUCKETS_S,
        )

    def text(self) -> bytes:
        """The page that Prometheus fetches."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """All of it, in Prometheus' form. At a shared port any of the processes answers, so each value says whose it is."""
        for metric in (*self.command_s.collect(), *self._counted()):
            if self.process:
                metric.samples = [sample._replace(labels={**sample.labels, "process": str(self.process)}) for sample in metric.samples]
            yield metric

    def _counted(self) -> Iterator[Metric]:
        counts = self._hub.counts
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
