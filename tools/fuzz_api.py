"""Asks a real `urut demo` everything that its OpenAPI document describes, with values that fit and values that do not (schemathesis).

Fails when an answer is a fault of ours, or none that the document has, or when the log that comes of it breaks a rule.
"""

import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).resolve().parents[1]
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method"
CASES = 200
"""So many for each address and each of two who ask; and as many again as schemathesis thinks up from the document alone."""


async def main(cases: int) -> int:
    """Ask as the organiser, then as nobody; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with (data / "notes").open("wb") as notes:
            demo = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "server", "demo", "--quiet", "--json", "--port", "0", "--data", str(data / "data")),
                cwd=ROOT,
                stdout=PIPE,
                stderr=notes,
            )
        try:
            ready = json.loads(await demo.stdout.readline() if demo.stdout else "")
            (data / "openapi.json").write_text(json.dumps(await described(ready)))
            codes = [await asked(ready, data, cases, *key) for key in (("-H", f"Authorization: Bearer {ready['admin_key']}"), ())]
            codes.append(await run("-m", "server", "log", "verify", f"{ready['hub']}/{ready['bazaar']}"))
        finally:
            demo.terminate()
            await demo.wait()
        faults = (data / "notes").read_text()
        print(faults[-3000:] if "Traceback" in faults else "no fault in the program's log")
    return max(*codes, "Traceback" in faults)


async def described(ready: dict[str, Any]) -> dict[str, Any]:
    """The document, in which addresses are more often those of things that there are."""
    home = f"{ready['hub']}/{ready['bazaar']}"
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{ready['hub']}/openapi.json") as answer:
            document: dict[str, Any] = await answer.json()
        wish = {"services": ["ktp"], "command_id": "a-number-for-a-fuzzer"}
        headers = {"Authorization": f"Bearer {ready['admin_key']}"}
        async with session.post(f"{home}/tickets", json=wish, headers=headers) as answer:
            token = (await answer.json()).get("visit", "")
    known = {"bazaar": ready["bazaar"], "token": token, "key": ready["counter_keys"]["1"], "number": 1, "line": "A", "channel": "hall"}
    for operations in document["paths"].values():
        for parameter in [each for operation in operations.values() for each in operation["parameters"] if each["name"] in known]:
            there = {"enum": [known[parameter["name"]]]}
            parameter["schema"] = there if parameter["name"] == "bazaar" else {"anyOf": [there, parameter["schema"]]}
    return document


async def asked(ready: dict[str, Any], data: Path, cases: int, *who: str) -> int:
    """Have schemathesis ask; its exit code."""
    place = (str(data / "openapi.json"), "--url", ready["hub"])
    how = ("--checks", CHECKS, "--max-examples", str(cases), "--phases", "coverage,fuzzing", "--continue-on-failure", "--warnings", "off")
    return await run("-m", "schemathesis.cli", "run", *place, *how, *who)


async def run(*arguments: str) -> int:
    """A Python program from start to end; its exit code."""
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return await process.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)))
