"""Measurements that anyone can rerun: ``urut bench``. They time what runs as it is installed, from outside, and judge nothing."""
