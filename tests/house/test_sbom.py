"""`make sbom`: the list of what runs with urut."""

from importlib.metadata import version

from tests.house.tree import texts
from tools.sbom import bill


def test_everything_that_is_locked() -> None:
    """Each package of the lock stands there once, with its version and the hashes by which it is installed; same lock, same list."""
    lock = texts()["requirements.lock"]
    made = bill(lock)
    assert made == bill(lock)
    listed = {part["name"]: part for part in made["components"]}
    assert len(made["components"]) == len(listed) == sum("==" in line for line in lock.splitlines())
    assert (version("aiohttp"), "pkg:pypi/aiohttp@" + version("aiohttp")) == (listed["aiohttp"]["version"], listed["aiohttp"]["purl"])
    hashes = [each["hashes"][0]["content"] for part in made["components"] for each in part["externalReferences"]]
    assert lock.count("--hash=sha256:") == len(hashes)


def test_what_is_installed_is_checked() -> None:
    """Packages are installed by their hashes, from wheels, and urut itself without another download."""
    install = texts()["tools/install.sh"]
    assert "--require-hashes --only-binary :all:" in install
    assert "--no-deps --no-build-isolation" in install
