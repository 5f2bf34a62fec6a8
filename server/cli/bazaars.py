"""The bazaars of a store: which one a command is about, opening one, and its keys."""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from server.cli.stores import BadUse, now_ms
from server.core.events import KeyRenewed
from server.core.plan import Plan
from server.core.values import KIOSKS, BazaarId, CommandId
from server.store.codec import decode_entry, digest
from server.store.log import PAGE_ENTRIES, Store
from server.store.opening import open_log, opened_with
from server.web.credentials import ADMIN, SUPERVISOR, Credentials, counter_principal, kiosk_principal, scope_of

NEVER_RENEWED: Mapping[str, int] = MappingProxyType({})


async def open_bazaar_log(store: Store, plan: Plan, *, new_edition: bool) -> str:
    """Open a bazaar, or continue the one that is open with the same file; its epoch.

    Raises:
        AnotherPlan: it is open with another file.
    """
    bazaar_id = plan.bazaar.id
    log = store.log(bazaar_id)
    if new_edition and await log.read(0, 1):
        await store.archive(bazaar_id, await epoch_of(store, bazaar_id))
    await open_log(log, plan, by=ADMIN, now_ms=now_ms(), command_id=CommandId(f"open-{secrets.token_urlsafe(12)}"))
    await store.register(bazaar_id)
    return await epoch_of(store, bazaar_id)


async def epoch_of(store: Store, bazaar_id: BazaarId) -> str:
    """The epoch of an open bazaar's log.

    Raises:
        BadUse: it is not open.
    """
    records = await store.log(bazaar_id).read(0, 1)
    if not records:
        raise BadUse(f"the bazaar {bazaar_id} is not open")
    return digest(records[0]).hex()


async def the_bazaar(store: Store, named: str | None) -> BazaarId:
    """The bazaar that was named, else the only one that is open.

    Raises:
        BadUse: there is none such, or several.
    """
    ids = await store.bazaars()
    if named is not None:
        if named not in ids:
            raise BadUse(f"no bazaar {named} is open; open are: {', '.join(ids) or 'none'}")
        return BazaarId(named)
    if len(ids) != 1:
        raise BadUse(f"say which bazaar with --bazaar; open are: {', '.join(ids) or 'none'}")
    return ids[0]


async def plan_of(store: Store, bazaar_id: BazaarId) -> Plan:
    """The bazaar file that an open bazaar was opened with."""
    return Plan.from_config(await opened_with(store.log(bazaar_id)))


async def renewals_of(store: Store, bazaar_id: BazaarId) -> Counter[str]:
    """How often the key of each device was renewed, by the bazaar's log."""
    log, renewals, offset = store.log(bazaar_id), Counter[str](), 0
    while records := await log.read(offset, PAGE_ENTRIES):
        renewals.update(event.device for record in records for event in decode_entry(record).events if isinstance(event, KeyRenewed))
        offset += len(records)
    return renewals


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Every key of one edition of a bazaar."""

    admin: str
    supervisor: str
    counters: dict[int, str]
    kiosks: dict[int, str]

    def as_map(self) -> dict[str, object]:
        """As ``--json`` prints them."""
        return {
            "admin_key": self.admin,
            "supervisor_key": self.supervisor,
            "counter_keys": {str(number): key for number, key in self.counters.items()},
            "kiosk_keys": {str(number): key for number, key in self.kiosks.items()},
        }


def keys_of(secret: bytes, plan: Plan, epoch: str, renewals: Mapping[str, int] = NEVER_RENEWED) -> Keys:
    """The keys of a bazaar's officers, kiosks, supervisors and organiser, as they are after these renewals."""
    credentials, scope = Credentials(secret), scope_of(plan.bazaar.id, epoch)

    def key(principal: str) -> str:
        return credentials.key(scope, principal, renewals.get(principal, 0))

    return Keys(
        admin=key(ADMIN),
        supervisor=key(SUPERVISOR),
        counters={counter.number: key(counter_principal(counter.number)) for counter in plan.counters},
        kiosks={number: key(kiosk_principal(number)) for number in range(1, KIOSKS + 1)},
    )
