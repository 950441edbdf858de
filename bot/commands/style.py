"""`/newsdesk style`: how many stories, how long, which sections.

Its options and its form are the settings that say so (`SettingInfo.offered_by`).
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.commands.changes import DIGEST_OPTION, render_effect, render_proposal
from bot.commands.context import CommandContext, texts_for
from bot.commands.digests import request_settings
from bot.commands.forms import build_command_form, wrap_with_form
from bot.configuration import layout_settings
from bot.configuration.change_steps import ConfigurationChange
from bot.configuration.settings import (
    build_setting_options,
    format_form_values,
    read_given_settings,
)
from bot.errors import FieldError, UserError
from bot.i18n.translation import Texts
from bot.model import (
    DEFAULT_DIGEST,
    Block,
    Command,
    DigestOptions,
    DigestSettings,
    Form,
    Invocation,
    Paragraph,
    Permission,
    RenderedEdition,
    Reply,
    SmallPrint,
    parse_sections,
)


def build_style(context: CommandContext) -> Command:
    """Build the command."""

    async def run(invocation: Invocation) -> Reply | Form:
        args, texts = invocation.args, texts_for(invocation)
        digest = await context.archive.named(invocation.place, args.get("digest"))
        wanted = read_given_settings(args, DigestSettings, "style")
        if not wanted:
            form_options = build_setting_options(DigestSettings, "style form")
            asking = replace(command, options=(*form_options, DIGEST_OPTION))
            present = format_form_values(digest.settings, "style form")
            return build_command_form(asking, {**present, "digest": digest.name}, texts)
        if "sections" in wanted:
            wanted = _fill_sections(digest.options, wanted)
        change = await context.configuration.propose(
            invocation, request_settings(digest, wanted)
        )
        more = (
            *await render_effect(context, change, texts),
            *await _render_layout(context, change, texts),
        )
        return render_proposal(context, change, texts, *more)

    command = Command(
        path="newsdesk style",
        description="How many stories, how long, which sections",
        permission=Permission.EDITOR,
        run=run,
        options=(*build_setting_options(DigestSettings, "style"), DIGEST_OPTION),
        examples=(
            "/newsdesk style",
            "/newsdesk style stories=7 corrections=tell",
            "/newsdesk style summary=long quotes=2 brief=0",
            '/newsdesk style sections="summary, figures, quotes, also"',
        ),
    )
    return wrap_with_form(command)


def _fill_sections(
    options: DigestOptions, wanted: Mapping[str, object]
) -> dict[str, object]:
    """Add the defaults of settings that would leave a newly chosen section empty."""
    try:
        chosen = parse_sections(str(wanted["sections"])) or ()
    except UserError as error:
        raise FieldError.of(error, field="sections") from None
    defaults = {
        setting: DEFAULT_DIGEST[setting]
        for section, setting in layout_settings.SECTION_SETTINGS.items()
        if section in chosen
        and section not in (options.sections or ())
        and not layout_settings.is_section_filled(options, section)
    }
    return {**defaults, **wanted}


async def _render_layout(
    context: CommandContext, change: ConfigurationChange, texts: Texts
) -> tuple[Block, ...]:
    """Describe the layout of the next edition, and show an edition in it."""
    (step,) = change.steps
    after = DigestOptions.from_stored(step.after)
    if after.sections is None and not (step.before or {}).get("sections"):
        return ()
    description = Paragraph(text=layout_settings.describe_layout(after, texts))
    sketch = await context.previews.preview_layout(change.workspace, step)
    if sketch is None or not sketch.parts:
        return (description,)
    label = (
        texts.say("Nothing is new at present. The last edition would look like this:")
        if sketch.posted
        else texts.say("The next edition would look like this, as things are:")
    )
    return (description, SmallPrint(text=label), RenderedEdition(parts=sketch.parts))
