"""`urut hub --tls` and `urut counters --tls` as people run them: all processes have one certificate, which our own clients trust too."""

import ssl
from pathlib import Path

import aiohttp
import pytest

from tests.faults.processes import Server, run, running, until
from tests.faults.site import bearer, is_ready, site

pytestmark = pytest.mark.faults


async def test_one_certificate(tmp_path: Path) -> None:
    """Several hubs and the counters are trusted by the one file; a press is answered, and `urut log verify` reads the log, over https."""
    async with site(tmp_path) as one:
        home = {**one.environment, "URUT_TLS": "1", "URUT_DATA": str(tmp_path / "https")}
        hub = Server(tmp_path / "hub.tls.log", "hub", "--processes", "2", **home)
        officers = Server(tmp_path / "counters.tls.log", "counters", **home)
        async with running(hub, officers):
            await hub.listens()
            await officers.listens()
            authority = tmp_path / "https" / "tls" / "urut-ca.crt"
            trust = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=authority), force_close=True)
            async with aiohttp.ClientSession(connector=trust) as session:
                await until(lambda: is_ready(session, officers.url), "the counters are ready")
                await until(lambda: is_ready(session, hub.url), "a hub is ready")
                press = {"command_id": "a-press-over-https", "do": "open_counter"}
                key = bearer(one.keys["counter_keys"]["1"])
                async with session.post(f"{one.home(officers)}/counter/1/commands", json=press, headers=key) as answer:
                    assert (200, True) == (answer.status, answer.url.scheme == "https")
            code, printed, _ = await run(tmp_path / "verify.log", "log", "verify", one.home(hub), SSL_CERT_FILE=str(authority))
            assert (0, True) == (code, "Every call is in order." in printed)
            code, _, said = await run(tmp_path / "stranger.log", "log", "verify", one.home(hub))
            assert (2, True) == (code, "certificate verify failed" in said.lower())
