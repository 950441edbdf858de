"""/news language: the language in which one is answered here."""

from bot.commands.desk import Desk
from bot.commands.wording import texts_of, whose
from bot.errors import UnknownName
from bot.storage import readers
from bot.texts import Texts, languages
from bot.types import (
    Command,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
)

#: As the platform says.
AUTOMATIC = "automatic"


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        wanted = invocation.args.get("language", "").strip()
        if not wanted:
            return _told(invocation)
        locale = None if wanted == AUTOMATIC else _known(wanted, texts_of(invocation))
        await desk.db.write(
            readers.choose,
            **whose(invocation),
            chosen={"locale": locale},
        )
        if locale is None:
            texts = texts_of(invocation)
            said = texts.say("From now on the platform's language decides.")
        else:
            texts = Texts.of(locale)
            said = texts.say("From now on you are answered in English.")
        # Already in the language that was just chosen.
        blocks = (Paragraph(text=said), _limits(texts))
        return Reply(blocks=blocks, locale=texts.locale)

    return Command(
        path="news language",
        description="The language in which you are answered",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(
                name="language",
                description="en, de; automatic: as your platform says",
                choices=(*languages(), AUTOMATIC),
            ),
        ),
        examples=("/news language", "/news language de"),
    )


def _told(invocation: Invocation) -> Reply:
    texts = texts_of(invocation)
    said = texts.say(
        "You are answered in {language}. There are: {known}.",
        language=texts.language(texts.locale),
        known=", ".join(f"{texts.language(code)} ({code})" for code in languages()),
    )
    return Reply(blocks=(Paragraph(text=said), _limits(texts)))


def _limits(texts: Texts) -> Small:
    return Small(
        text=texts.say(
            "What is not translated yet is said in English; articles keep their own "
            "language."
        )
    )


def _known(wanted: str, texts: Texts) -> str:
    if wanted in languages():
        return wanted
    raise UnknownName(
        texts.say(
            "There are no texts in «{wanted}». There are: {known}.",
            wanted=wanted[:20],
            known=", ".join(languages()),
        )
    )
