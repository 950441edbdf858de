"""Check every command × person × place, and tampered, replayed and unsigned requests.

    python -m tests.bench.access [CHANGED]

Runs the cells of `tests.bot.platforms.permission_matrix` over the wire against the
real platforms, and on the local page; then CHANGED (10,000) altered button ids,
repeated interactions, and requests without Slack's signature. Prints the results; the
exit code is 0 when nothing was wrong.
"""

import asyncio
import hashlib
import logging
import os
import random
import string
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import structlog

from bot.commands.controls import ControlSigner
from bot.errors import UserError
from bot.model import Invocation, Location, Permission, Person, Workspace
from bot.platforms.common.webhooks import MAX_AGE, verify_request
from bot.platforms.discord.components import strip_key
from bot.platforms.slack.platform import build_signature_scheme
from bot.storage import schema_upgrade
from tests.bot.harness import (
    BRIDGE,
    CONFIGURATION,
    FLOOD,
    POOL,
    BotHarness,
    open_harness,
)
from tests.bot.platforms import permission_matrix
from tests.bot.platforms.discord import conftest
from tests.bot.platforms.slack import conftest as slack_side
from tests.wire.discord import server as discord_server
from tests.wire.slack import server
from tests.wire.slack import server as slack_server

CHANGED, TIMES, SEED = 10_000, 30, 7


def main(changed: int) -> int:
    stream = Path(os.devnull).open("a", encoding="utf-8")  # noqa: SIM115
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(stream))
    logging.basicConfig(stream=stream)
    wrong = asyncio.run(cells())
    wrong += show("changed ids of buttons taken", *tampered(changed))
    wrong += show("requests let in that Slack did not sign", *unsigned(changed))
    return 1 if wrong else 0


def show(what: str, number: int, wrong: list[str]) -> int:
    print(f"{what:<44}{len(wrong):>6} of {number:,}", flush=True)
    for line in wrong[:10]:
        print(f"  {line}")
    return len(wrong)


async def cells() -> int:
    wrong = 0
    async with a_desk(conftest.CONFIGURATION, "discord") as (harness, discord, asks):
        found = await permission_matrix.on_discord(harness, discord)
        wrong += show("access on Discord, wrong cells", found.cells, found.wrong)
        wrong += show("interactions sent again, with an effect", *await asks())
    async with a_desk(slack_side.CONFIGURATION, "slack") as (harness, slack, asks):
        found = await permission_matrix.on_slack(harness, slack)
        wrong += show("access on Slack, wrong cells", found.cells, found.wrong)
        wrong += show("envelopes sent again, with an effect", *await asks())
    async with a_desk(CONFIGURATION, "") as (harness, _, _):
        found = await permission_matrix.on_page(harness)
        wrong += show("access on the page, wrong cells", found.cells, found.wrong)
    return wrong


@asynccontextmanager
async def a_desk(configuration: str, name: str) -> AsyncIterator[tuple[Any, Any, Any]]:
    """A newsroom with an edition, its local server, and repeated requests."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/standfirst.db"
        schema_upgrade.upgrade_database(url)
        if name == "":
            async with open_harness(url, Path(folder)) as harness:
                await furnished(harness, configuration)
                yield harness, None, None
            return
        server: Any = {"discord": discord_server, "slack": slack_server}[name]
        side: Any = {"discord": conftest, "slack": slack_side}[name]
        async with server.serving() as local:
            platform = side.a_platform(local)
            async with open_harness(url, Path(folder), cast(Any, platform)) as harness:
                local.ledger.clock = harness.clock
                await furnished(harness, configuration)
                async with side.listening(local, harness.inbox, platform):
                    yield harness, local, lambda: replayed(harness, local, name)


async def furnished(harness: BotHarness, configuration: str) -> None:
    harness.publish("bridge", BRIDGE)
    harness.publish("pool", POOL)
    await harness.apply(configuration)
    await harness.post()


async def replayed(harness: BotHarness, local: Any, name: str) -> tuple[int, list[str]]:
    """NewsGenerator one confirmation again and again: the edition is posted once."""
    channel = {"discord": "2001", "slack": "C2001"}[name]
    harness.publish("flood", FLOOD)
    before = len(local.ledger.says(channel))
    asked = await (
        local.people.command("newsdesk post")
        if name == "discord"
        else local.people.types("/newsdesk post")
    )
    button = (await asked.done()).controls["Post now"]
    press = await (await local.people.presses(button)).done()
    for _ in range(TIMES):
        await local.people.again(press)
        await asyncio.sleep(0.02)
    await harness.outbox.drain()
    came = len(local.ledger.says(channel)) - before
    return TIMES, [] if came == 1 else [f"{came} messages of one press"]


def tampered(number: int) -> tuple[int, list[str]]:
    """Cut, extended, swapped and mixed ids, and valid ids in another workspace."""
    ours = ControlSigner(b"0123456789abcdef")
    ids = [ours.signed(1, "post", str(n), f"{n:012x}") for n in range(20)]
    dice = random.Random(SEED)
    wrong, tried = [], 0
    while tried < number:
        good, other = dice.choices(ids, k=2)
        at = dice.randrange(8, len(good))
        letter = dice.choice(string.printable)
        here = 2 if dice.random() < 0.2 else 1
        changed = dice.choice(
            (
                good,
                good[:at],
                good[:at] + letter + good[at:],
                good[:at] + letter + good[at + 1 :],
                good[:at] + other[at:],
                f"{good}#k{'a' * dice.randrange(30)}",
                good.replace("post", "posts"),
            )
        )
        if here == 1 and strip_key(changed) in ids:
            continue
        tried += 1
        try:
            ours.press(_pressing(here), strip_key(changed))
        except UserError:
            continue
        wrong.append(f"{changed} in workspace {here}")
    return tried, wrong


def _pressing(workspace: int) -> Invocation:
    here = Workspace(id=workspace, platform="discord", external_id="1001", name="N")
    return Invocation(
        key="1",
        place=Location(workspace=here, channel=None),
        person=Person(id="1", name="P", permission=Permission.EDITOR),
        path="",
        args={},
    )


def unsigned(number: int) -> tuple[int, list[str]]:
    """Requests that are altered, too old, or signed with another secret."""
    dice = random.Random(SEED)
    secret, now = "a secret", 1_700_000_000.0
    wrong = []
    for _ in range(number):
        body = dice.randbytes(dice.randrange(1, 200))
        at, signer, sent = now, secret, body
        kind = dice.randrange(6)
        if kind == 0:
            at = now + dice.choice((-1, 1)) * (MAX_AGE + 1 + dice.randrange(10**6))
        if kind == 1:
            signer = hashlib.sha256(dice.randbytes(8)).hexdigest()
        if kind == 2:
            place = dice.randrange(len(body))
            sent = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        signed = server.signed(body, at=at, secret=signer)
        headers = {name.lower(): value for name, value in signed.items()}
        if kind == 3:
            del headers[dice.choice(list(headers))]
        if kind == 4:
            name = dice.choice(list(headers))
            place = dice.randrange(len(headers[name]))
            other = dice.choice(
                [c for c in string.hexdigits if c != headers[name][place]]
            )
            headers[name] = headers[name][:place] + other + headers[name][place + 1 :]
        if kind == 5:
            headers["x-slack-request-timestamp"] = dice.choice(
                ("", "nan", "1e9", "-1", "9" * 400, "0x65", "٣", " ", "None")
            )
        if verify_request(headers, sent, scheme=build_signature_scheme(secret), at=now):
            wrong.append(f"kind {kind}: {headers}")
    return number, wrong


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else CHANGED))
