"""Measurements that anyone can rerun: ``urut bench`` times what runs as it is installed, ``bench.estimate`` tells how good estimates are."""
