"""Measurements that anyone can rerun: ``urut bench`` times what runs as it is installed, ``bench.estimate`` how good estimates are."""
