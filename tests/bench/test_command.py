"""``urut bench`` where there is nothing to run."""

import sys
from importlib.abc import MetaPathFinder

import pytest
from click.testing import CliRunner

from server.__main__ import main


class WithoutBench(MetaPathFinder):
    """Finds what Python finds, but for the package bench."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Python asks the next finder when this one finds nothing; of bench there is no next one."""
        if name == "bench":
            raise ModuleNotFoundError("No module named 'bench'", name=name)


def test_an_installed_package_says_where_the_measurements_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not in the wheel: wrong usage, and a sentence that says what to do."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "bench"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [WithoutBench(), *sys.meta_path])
    result = CliRunner().invoke(main, ["bench"])
    assert 2 == result.exit_code
    assert "run `make bench` in a checkout" in result.output
