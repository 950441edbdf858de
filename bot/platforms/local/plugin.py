"""Plugin of the local page: always on, no account, no settings of its own."""

from bot.model import LOCAL_PLATFORM
from bot.ports import ActivePlatform, PlatformContext, PlatformPlugin
from digests.messages import Message


def build(context: PlatformContext) -> ActivePlatform:
    """Build the platform and its pages."""
    from bot.platforms.local import pages
    from bot.platforms.local.platform import LocalPlatform

    services = context.page
    assert services is not None, "the page needs the running application"
    platform = LocalPlatform(mailbox=services.mailbox, clock=context.clock)
    alone = set(context.enabled) <= {LOCAL_PLATFORM}
    notice = pages.NO_TOKENS_NOTICE if alone else ""
    return ActivePlatform(
        platform=platform,
        dials=False,
        pages=pages.build_page_routes(platform, services, context.clock, notice),
        before_stop=platform.hub.close,
    )


PLUGIN = PlatformPlugin(
    name=LOCAL_PLATFORM,
    title=Message("The local page"),
    is_enabled=lambda settings: True,
    build=build,
    setup_summary="the local page: no account is needed",
)
