"""An editor who types commands and presses buttons, as platforms report them."""

from dataclasses import dataclass, field, replace
from itertools import count

from bot.model import (
    Document,
    FactTable,
    Form,
    Invocation,
    ListItem,
    Location,
    Paragraph,
    Permission,
    Person,
    Preformatted,
    QuoteBlock,
    RenderedEdition,
    Reply,
    SmallPrint,
    Workspace,
)
from tests.bot.harness import BotHarness

ANA = Person(id="ana", name="Ana", permission=Permission.EDITOR)
_events = count(1)


@dataclass
class Editor:
    """A person in a channel of the newsroom; every command and press is counted."""

    harness: BotHarness
    place: Location
    person: Person = ANA
    did: list[str] = field(default_factory=list)
    locale: str = "en"

    async def asks(self, path: str, **args: str) -> Reply | Form:
        """The answer to a command."""
        self.did.append(path)
        return await self.harness.inbox.dispatch(await self._event(path, args))

    async def says(self, path: str, **args: str) -> Reply:
        """The answer, which must not be a form."""
        answer = await self.asks(path, **args)
        assert isinstance(answer, Reply), answer
        return answer

    async def is_asked(self, path: str, **args: str) -> Form:
        """The form that is the answer."""
        answer = await self.asks(path, **args)
        assert isinstance(answer, Form), said(answer)
        return answer

    async def presses(self, reply: Reply, label: str) -> Reply:
        """The answer to the button or choice with this label, which is no form."""
        answer = await self.opens(reply, label)
        assert isinstance(answer, Reply), said(answer)
        return answer

    async def opens(self, reply: Reply, label: str) -> Reply | Form:
        """The answer to the button, or the choice of a menu, with this label."""
        self.did.append(label)
        every = sorted(controls(reply), key=lambda one: one[1] != label)
        ids = [id for id, shown in every if shown.startswith(label)]
        assert ids, (label, said(reply))
        return await self.chooses(ids[0])

    async def presses_below(self, control: str) -> Reply:
        """The answer to the control with this id, below a posted message."""
        self.did.append(control)
        answer = await self.chooses(control)
        assert isinstance(answer, Reply), said(answer)
        return answer

    async def chooses_language(self, code: str) -> Reply:
        """Choose the language of answers in the menu of /news me."""
        page = await self.says("news me")
        ids = (id for id, _ in controls(page) if f":language-{code}:" in id)
        return await self.presses_below(next(ids))

    async def chooses_zone(self, zone: str) -> Reply | Form:
        """Submit a zone in the form of /news me."""
        form = await self.opens(await self.says("news me"), "Time zone")
        assert isinstance(form, Form), said(form)
        return await self.answers(form, zone=zone)

    async def chooses(self, control: str) -> Reply | Form:
        """The answer to the control with this id."""
        pressed = self.harness.inbox.press(await self._event("", {}), control)
        return await self.harness.inbox.dispatch(pressed)

    async def answers(self, form: Form, **answers: str) -> Reply | Form:
        """Submit the form with its default values and these; the answer."""
        given = {f.name: f.value for f in form.fields if f.value} | answers
        if not form.control:
            self.did.append(form.path)
            sent = replace(await self._event(form.path, given), submitted=True)
            return await self.harness.inbox.dispatch(sent)
        self.did.append("submit")
        pressed = self.harness.inbox.press(await self._event("", {}), form.control)
        return await self.harness.inbox.dispatch(replace(pressed, answers=given))

    async def is_asked_again(self, form: Form, **answers: str) -> Form:
        """The form that is the answer to a submitted form."""
        answer = await self.answers(form, **answers)
        assert isinstance(answer, Form), said(answer)
        return answer

    async def does(self, path: str, **args: str) -> Reply:
        """Run a command and confirm it."""
        shown = await self.says(path, **args)
        assert not shown.problem, said(shown)
        made = await self.presses(shown, "Confirm")
        assert not made.problem, said(made)
        return made

    async def visits(self, page: str, **answers: str) -> Reply | Form:
        """A page of the panel, or the answer to its form with these answers.

        `page` is its id, where «{Evening}» stands for the digest of that name and
        «#news» for the destination.
        """
        for digest in await self.harness.archive.all_digests():
            page = page.replace(f"{{{digest.name}}}", f"d{digest.id}")
            for place in digest.destinations:
                page = page.replace(f"#{place.name}", f"p{place.id}")
        self.did.append(page)
        pressed = self.harness.inbox.press(await self._event("", {}), f"v1:home:{page}")
        if not answers:
            return await self.harness.inbox.dispatch(pressed)
        form = await self.harness.inbox.dispatch(pressed)
        assert isinstance(form, Form), said(form)
        return await self.answers(form, **answers)

    async def sees(self, page: str, **answers: str) -> Reply:
        """The same, which must not be a form."""
        answer = await self.visits(page, **answers)
        assert isinstance(answer, Reply), said(answer)
        return answer

    async def is_stopped(self, page: str, **answers: str) -> dict[str, str]:
        """The errors of the page's form with these answers."""
        form = await self.visits(page, **answers)
        assert isinstance(form, Form), said(form)
        return errors(form)

    async def confirms(self, shown: Reply) -> Reply:
        """Confirm a proposal."""
        assert not shown.problem, said(shown)
        made = await self.presses(shown, "Confirm")
        assert not made.problem, said(made)
        return made

    async def proposes(
        self, setting: str, value: str, target: str = "Morning brief"
    ) -> Reply:
        """The proposal of a setting's value, which must not be a form."""
        return await self.says(
            "newsdesk set", target=target, setting=setting, value=value
        )

    async def sets(
        self, setting: str, value: str, target: str = "Morning brief"
    ) -> Reply:
        """Set a setting and confirm it."""
        return await self.does(
            "newsdesk set", target=target, setting=setting, value=value
        )

    async def fails_to_set(
        self, setting: str, value: str, target: str = "Morning brief"
    ) -> str:
        """Why this cannot be the setting's value, as the form says at the question."""
        form = await self.is_asked(
            "newsdesk set", target=target, setting=setting, value=value
        )
        found = errors(form)
        assert list(found) == ["value"], found
        return found["value"]

    def also(self, name: str) -> "Editor":
        """Another editor in the same channel."""
        person = replace(self.person, id=name.lower(), name=name)
        return replace(self, person=person, did=[])

    def at(self, channel: str | None) -> "Editor":
        """The same person in another channel."""
        return replace(self, place=replace(self.place, channel=channel))

    async def _event(self, path: str, args: dict[str, str]) -> Invocation:
        if self.place.workspace.id == 0:
            # The page resolves the workspace on every request.
            workspace, _ = await self.harness.archive.local_destinations()
            self.place = replace(self.place, workspace=workspace)
        return Invocation(
            key=f"editor-{next(_events)}",
            place=self.place,
            person=self.person,
            path=path,
            args=args,
            locale=self.locale,
        )


async def editor(harness: BotHarness, workspace: str = "newsroom") -> Editor:
    """Ana, in the channel of the morning digest."""
    return Editor(harness=harness, place=await harness.place(workspace))


def newcomer(harness: BotHarness, channel: str | None = "c-new") -> Editor:
    """Ana, where nothing is set up and nobody is known."""
    nowhere = Workspace(id=0, platform="local", external_id="local", name="Local page")
    return Editor(harness=harness, place=Location(workspace=nowhere, channel=channel))


async def open_reports(editor: Editor) -> list[str]:
    """The public ids of the open reports, as their buttons carry them."""
    found = controls(await editor.sees("reports"))
    return [id.split(":")[-1] for id, _ in found if id.startswith("v1:home:report:")]


def controls(reply: Reply) -> list[tuple[str, str]]:
    """(id, label) of everything in a reply that can be pressed or chosen."""
    beside = [b.control for b in reply.blocks if isinstance(b, ListItem) and b.control]
    choices = [option for menu in reply.menus for option in menu.options]
    return [
        *((button.id, button.label) for button in (*reply.controls, *beside)),
        *((option.id, option.label) for option in choices),
    ]


def said(answer: Reply | Form) -> str:
    """All text of a reply."""
    if isinstance(answer, Form):
        found = [answer.title]
        for asked in answer.fields:
            found += [asked.label, asked.description, asked.value, asked.error]
        return "\n".join(found)
    found = [answer.title, *(label for _, label in controls(answer))]
    found += [option.note for menu in answer.menus for option in menu.options]
    for block in answer.blocks:
        match block:
            case Paragraph() | SmallPrint() | Preformatted() | Document():
                text = block.text
                found.append(text)
            case ListItem(title=title, text=text, note=note):
                found += [title, text, note]
            case QuoteBlock(card=card):
                found += [card.text, card.speaker or "", card.role or ""]
            case FactTable(rows=rows):
                found += [f"{label}: {value}" for label, value in rows]
            case RenderedEdition(parts=parts):
                found += [part.fallback_text for part in parts]
    return "\n".join(found)


def errors(form: Form) -> dict[str, str]:
    """The errors of a form, by question."""
    return {asked.name: asked.error for asked in form.fields if asked.error}
