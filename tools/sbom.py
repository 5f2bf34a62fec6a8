"""Everything that runs with urut, as CycloneDX 1.6 on stdout: names, versions and hashes from the lock, licences of what is installed."""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).resolve().parents[1]
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def locked(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Name, version and hashes of each package in a lock."""
    for block in re.split(r"\n(?=\S)", text):
        if match := LOCKED.match(block):
            yield match.group(1), match.group(2), HASH.findall(block)


def component(name: str, number: str, hashes: list[str]) -> dict[str, Any]:
    """One package; each hash is that of one of its files, of which pip takes the one that fits."""
    files = [
        {"type": "distribution", "url": f"pkg:pypi/{name}@{number}", "hashes": [{"alg": "SHA-256", "content": each}]} for each in hashes
    ]
    known = {"type": "library", "name": name, "version": number, "purl": f"pkg:pypi/{name}@{number}", "bom-ref": f"{name}@{number}"}
    return {**known, **licences(name), "externalReferences": files}


def licences(name: str) -> dict[str, Any]:
    """What an installed package says of its licence, if it says anything."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return {}
    return {"licenses": [{"expression": said["License-Expression"]}]} if "License-Expression" in said else {}


def bill(lock: str) -> dict[str, Any]:
    """The whole list. It says nothing of when it was made: the same lock gives the same list."""
    own = {"type": "application", "name": "urut", "version": version("urut"), "bom-ref": "urut"}
    components = [component(*package) for package in locked(lock)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {"component": own},
        "components": components,
        "dependencies": [{"ref": "urut", "dependsOn": [each["bom-ref"] for each in components]}],
    }


if __name__ == "__main__":
    json.dump(bill((ROOT / "requirements.lock").read_text()), sys.stdout, indent=1)
