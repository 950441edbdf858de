"""`standfirst console`: a one-time address that signs the owner in."""

import asyncio

from bot.cli.arguments import JsonOption
from bot.cli.console import OK, format_iso, print_json, print_message, print_warnings
from bot.cli.running import ApplicationFactory, read_settings
from bot.errors import ConfigurationError
from bot.model.sign_in import LINK_LIFETIME, build_enter_address
from bot.settings import Settings
from bot.storage import Database, console_store, process_store

NOT_REACHABLE = (
    "The console is not served: STANDFIRST_WEB_HOST is {host}, and beyond this "
    "computer it needs STANDFIRST_PUBLIC_URL, the address under which your proxy "
    "passes it on."
)
NO_PORT = (
    "STANDFIRST_WEB_PORT is 0, so the address is not known here. Set it to a number, "
    "or open the console from the local page."
)
NOT_RUNNING = "No Standfirst is running on this database: start «standfirst run»."


def print_console_link(*, json: JsonOption = False, factory: ApplicationFactory) -> int:
    """Print an address that opens the console as its owner, once, for ten minutes."""
    settings, clock = read_settings(factory), factory.get_clock()
    base = _find_base(settings)

    async def issue() -> tuple[str, str | None, bool]:
        db = await asyncio.to_thread(Database.open, settings.database_url)
        try:
            now = (db.server_clock or clock).now()
            token = await db.write(console_store.issue_link, now=now)
            holder = await db.read(process_store.find_lease_holder, now=now)
            return token, format_iso(now + LINK_LIFETIME), holder is not None
        finally:
            await db.close()

    token, until, is_running = asyncio.run(issue())
    address = build_enter_address(base, token)
    if json:
        print_json({"url": address, "expires_at": until})
    else:
        print_message(address)
    if not is_running:
        print_warnings(NOT_RUNNING)
    return OK


def _find_base(settings: Settings) -> str:
    """Return the address under which browsers reach the console."""
    if settings.public_url is not None:
        return settings.public_url
    if not settings.web_access.is_local:
        raise ConfigurationError(NOT_REACHABLE.format(host=settings.web_host))
    if settings.web_port == 0:
        raise ConfigurationError(NO_PORT)
    host = settings.web_host
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{settings.web_port}"
