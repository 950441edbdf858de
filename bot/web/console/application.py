"""The routes of the console, and what is in its navigation."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.commands.context import CommandServices
from bot.i18n.safe_text import build_environment
from bot.model import Inbox
from bot.ports import SignIn
from bot.web.console import (
    accounts,
    answers,
    calendar_page,
    digest_acts,
    digest_page,
    edition_pages,
    login,
    new_sources,
    overview,
    people,
    review,
    source_pages,
    system,
)
from bot.web.console.members import Members
from bot.web.console.sessions import Sessions
from bot.web.console.visits import Console, NavigationItem
from bot.web.security import CONSOLE_PREFIX, SignedInCheck, StaleFormRenderer
from digests.types import frozen

_FOLDER: Final = Path(__file__).parent
#: The modules of the pages.
PAGES: Final[Sequence[Callable[[Console], Sequence[Route]]]] = (
    overview.build_routes,
    answers.build_routes,
    digest_acts.build_routes,
    digest_page.build_routes,
    source_pages.build_routes,
    new_sources.build_routes,
    edition_pages.build_routes,
    review.build_routes,
    calendar_page.build_routes,
    people.build_routes,
    system.build_routes,
)
#: Every page that others link to, in order; those without a route are left out.
NAVIGATION: Final = (
    NavigationItem(label="Overview", path=""),
    NavigationItem(label="Digests", path="/digests"),
    NavigationItem(label="Sources", path="/sources"),
    NavigationItem(label="Review desk", path="/review"),
    NavigationItem(label="Editions", path="/editions"),
    NavigationItem(label="Calendar", path="/calendar"),
    NavigationItem(label="People", path="/people"),
    NavigationItem(label="History", path="/history"),
    NavigationItem(label="System", path="/system"),
)


@frozen
class ConsoleSite:
    """What the web server serves of the console."""

    routes: Sequence[BaseRoute]
    show_stale_form: StaleFormRenderer
    is_signed_in: SignedInCheck


def build_console(
    services: CommandServices,
    inbox: Inbox,
    sign_ins: Mapping[str, SignIn],
    key: bytes,
) -> ConsoleSite:
    """Build the console.

    Args:
        services: What commands share.
        inbox: Runs commands.
        sign_ins: Platforms that people can sign in with, by name.
        key: Secret of at least 16 bytes that signs what browsers keep for us.
    """
    navigation: list[NavigationItem] = []
    console = Console(
        services=services,
        inbox=inbox,
        sessions=Sessions(db=services.db, clock=services.clock),
        members=Members(services.db, services.clock, sign_ins),
        templates=build_environment(_FOLDER / "templates"),
        sign_ins={name: str(services.plugins[name].title) for name in sign_ins},
        key=key,
        navigation=navigation,
    )
    routes = [route for build in PAGES for route in build(console)]
    paths = {route.path for route in routes}
    prefix = f"{CONSOLE_PREFIX}/w/{{workspace_id:int}}"
    navigation += [item for item in NAVIGATION if prefix + item.path in paths]
    static = Mount(
        f"{CONSOLE_PREFIX}/static", StaticFiles(directory=_FOLDER / "static")
    )
    of_login = [*login.build_routes(console), *accounts.build_routes(console, sign_ins)]
    return ConsoleSite(
        routes=[*of_login, static, *routes],
        show_stale_form=console.show_stale_form,
        is_signed_in=console.sessions.has,
    )
