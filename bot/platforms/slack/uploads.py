"""Upload files to Slack: the pictures of messages, and documents of replies.

A picture is uploaded once for each edition of a workspace, by the first message that
shows it, and shared by all of its channels. Only when Slack has processed the file may
a block name it. A picture that is not there in time, for whatever reason, is left out:
its words are in the message as text, and the message is neither delayed for longer than
a few seconds nor lost.

    find or begin ─► send the bytes ─► complete ─► look until it is processed ─► ready

A file is recorded as begun before its bytes are sent; whatever is lost on the way, the
next message that shows the picture adopts the file, or `delete_unused` deletes it.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from weakref import WeakValueDictionary

import structlog

from bot.errors import (
    BotError,
    SendError,
    SendNotReceived,
    SendRateLimited,
    SendRefused,
    SendUnclear,
)
from bot.model import Delivery, Picture, Upload
from bot.platforms.common.caches import ExpiringCache
from bot.platforms.common.text import shorten_line
from bot.platforms.slack import forms, limits
from bot.platforms.slack.app_manifest import PICTURE_SCOPES, PLATFORM_NAME
from bot.platforms.slack.block_kit import Json
from bot.platforms.slack.installations import Installation, Installations
from bot.platforms.slack.messages import get_mapping, get_text
from bot.platforms.slack.rate_limits import get_error_code
from bot.ports import UploadStore
from digests.types import frozen

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)

GET_URL: Final = "files.getUploadURLExternal"
COMPLETE: Final = "files.completeUploadExternal"
FILE_INFO: Final = "files.info"
DELETE_FILE: Final = "files.delete"
#: Codes for a file that does not exist: it was never completed, or is deleted.
_GONE_CODES: Final = frozenset({"file_not_found", "file_deleted"})
#: Codes with which Slack refuses for good to delete a file.
_UNDELETABLE_CODES: Final = frozenset(
    {"cant_delete_file", "delete_not_allowed", "file_deleting_disabled"}
)
#: Code for blocks that Slack does not accept, such as one that names an unusable file.
INVALID_BLOCKS: Final = "invalid_blocks"
#: How long nothing is deleted from a workspace after a failure, and a refusal.
DELETIONS_PAUSE: Final = timedelta(minutes=1)
DELETIONS_REFUSED_PAUSE: Final = timedelta(hours=1)
#: Name of a picture's file.
PICTURE_NAME: Final = "picture.png"


# ── one file ───────────────────────────────────────────────────────────────────


@frozen
class UploadTicket:
    """A file that Slack has named, and where its bytes are sent."""

    file: str
    url: str


async def open_ticket(
    installation: Installation, name: str, content: bytes, alt: str = ""
) -> UploadTicket:
    """Let Slack name a file; `alt` is what a picture says.

    Raises:
        SendError: It did not, or the address is not Slack's.
    """
    described = shorten_line(alt, limits.FILE_ALT_TEXT) or None
    found = await installation.ask(
        GET_URL, filename=name, length=len(content), alt_txt=described
    )
    ticket = UploadTicket(
        file=get_text(found, "file_id"), url=get_text(found, "upload_url")
    )
    origin = forms.resolve_upload_origin(installation.api_base)
    if not ticket.file or not ticket.url.startswith(f"{origin}/"):
        raise SendRefused("slack.upload_elsewhere", message_only=True)
    return ticket


async def send_content(
    installation: Installation, ticket: UploadTicket, content: bytes
) -> None:
    """Send the bytes of a file. Raises `SendError`."""
    await installation.request("upload", lambda s: s.upload(ticket.url, content))


async def complete_upload(
    installation: Installation, file: str, title: str, channel: str | None = None
) -> None:
    """Complete a file, and show it in a channel if one is given. Raises `SendError`."""
    files = [{"id": file, "title": title}]
    await installation.ask(COMPLETE, files=files, channel_id=channel)


# ── pictures in blocks. Pure ───────────────────────────────────────────────────


def list_pictures(blocks: object) -> Iterator[str]:
    """Yield the hashes of the pictures that blocks show, in their order."""
    if isinstance(blocks, Mapping):
        if blocks.get("type") == "image" and "slack_file" in blocks:
            yield get_text(get_mapping(blocks, "slack_file"), "id")
        for value in blocks.values():
            yield from list_pictures(value)
    elif isinstance(blocks, list | tuple):
        for block in blocks:
            yield from list_pictures(block)


def place_files(blocks: Sequence[Json], files: Mapping[str, str]) -> list[Json]:
    """Replace the hashes of pictures by their files; leave out those without one."""
    return [_place_inside(block, files) for block in blocks if _has_file(block, files)]


def _place_inside(block: Mapping[str, Any], files: Mapping[str, str]) -> Json:
    placed: Json = {}
    for name, value in block.items():
        if name == "slack_file":
            placed[name] = {"id": files[get_text(value, "id")]}
        elif isinstance(value, Mapping):
            if _has_file(value, files):
                placed[name] = _place_inside(value, files)
        elif any(list_pictures(value)):
            placed[name] = place_files(value, files)
        else:
            placed[name] = value
    return placed


def _has_file(block: Mapping[str, Any], files: Mapping[str, str]) -> bool:
    """Whether a block or element is no picture, or one with a file."""
    file = block.get("slack_file")
    return file is None or get_text(file, "id") in files


def drop_pictures(delivery: Delivery) -> Delivery:
    """Return the delivery without pictures; the same one if it shows none."""
    return _with_files(delivery, {})


def _with_files(delivery: Delivery, files: Mapping[str, str]) -> Delivery:
    blocks = delivery.payload.get("blocks") or ()
    if not any(list_pictures(blocks)):
        return delivery
    payload = {**delivery.payload, "blocks": place_files(blocks, files)}
    return replace(delivery, payload=payload)


# ── pictures of deliveries ─────────────────────────────────────────────────────


class PictureUploads:
    """Uploads the pictures of deliveries, and deletes those that no message shows."""

    def __init__(
        self,
        installations: Installations,
        store: UploadStore,
        now: Callable[[], datetime],
        patience: float = limits.UPLOADS_TIMEOUT,
    ) -> None:
        """Create the uploads.

        Args:
            installations: The installations of the app.
            store: The record of files.
            now: The present instant, by the clock of the store.
            patience: Seconds by which the pictures of a message may delay it.
        """
        self._installations = installations
        self._store = store
        self._now = now
        self._patience = min(patience, limits.UPLOADS_TIMEOUT)
        self._slots = asyncio.Semaphore(limits.UPLOADS_IN_FLIGHT)
        #: One message at a time obtains the file of a picture.
        self._locks = WeakValueDictionary[tuple[int, int, str], asyncio.Lock]()
        #: Workspaces to which nothing is uploaded for a while.
        self._paused = ExpiringCache[str, bool](
            limits.UPLOADS_TEAMS, limits.UPLOADS_PAUSE
        )
        #: Workspaces from which nothing is deleted, until an instant of the clock.
        self._not_deleting: dict[str, datetime] = {}

    async def place_pictures(self, delivery: Delivery) -> Delivery:
        """Return the delivery with files for its pictures; upload them if necessary.

        A picture without a usable file is left out.

        Raises:
            SendError: Nothing can be sent to the workspace now.
        """
        wanted = tuple(dict.fromkeys(list_pictures(delivery.payload.get("blocks"))))
        if not wanted:
            return delivery
        team = delivery.workspace_external_id
        installation = await self._installations.of(team)
        client = await installation.sign_in()
        if client.team != team or not all(map(client.has_scope, PICTURE_SCOPES)):
            return drop_pictures(delivery)
        until = asyncio.get_running_loop().time() + self._patience
        found = await asyncio.gather(
            *(self._find_file(installation, delivery, one, until) for one in wanted)
        )
        files = {one: file for one, file in zip(wanted, found, strict=True) if file}
        return _with_files(delivery, files)

    async def give_up(self, delivery: Delivery) -> None:
        """Have the files deleted with which Slack refused the delivery.

        Those that another message may show are kept.
        """
        for picture in dict.fromkeys(list_pictures(delivery.payload.get("blocks"))):
            log.warning("picture refused", delivery=delivery.id)
            with suppress(BotError):
                upload = await self._find_upload(delivery, picture)
                if upload is not None and upload.state == "ready":
                    await self._store.give_up(upload, delivery)

    # ── the file of a picture ──────────────────────────────────────────────────

    async def _find_file(
        self, installation: Installation, delivery: Delivery, picture: str, until: float
    ) -> str | None:
        """Find or upload a picture by `until`; None if it is to be left out."""
        key = delivery.workspace_id, delivery.edition_id, picture
        lock = self._locks.setdefault(key, asyncio.Lock())
        try:
            async with asyncio.timeout_at(until), lock, self._slots:
                return await self._obtain_file(installation, delivery, picture)
        except (BotError, TimeoutError) as error:
            self._pause(delivery.workspace_external_id, error)
            reason = str(error) or "It took too long."
            log.warning("picture left out", delivery=delivery.id, reason=reason)
        except Exception:
            # A defect here must not cost the message.
            log.exception("picture left out", delivery=delivery.id)
        return None

    async def _obtain_file(
        self, installation: Installation, delivery: Delivery, picture: str
    ) -> str | None:
        paused = self._paused.get(delivery.workspace_external_id) is not None
        upload = await self._find_upload(delivery, picture)
        if upload is None or await self._is_lost(installation, upload):
            drawn = next(
                (p for p in delivery.loaded_pictures if p.hash == picture), None
            )
            if drawn is None or paused:
                return None
            upload = await self._upload(installation, delivery, drawn, upload)
        if upload.state == "begun":
            while not await _is_processed(installation, upload.file):
                if paused:
                    return None
                await asyncio.sleep(limits.FILE_LOOK_PAUSE)
            await self._store.set_state(upload, "ready")
        return upload.file

    async def _find_upload(self, delivery: Delivery, picture: str) -> Upload | None:
        return await self._store.find(
            delivery.scope, picture=picture, edition_id=delivery.edition_id or None
        )

    async def _is_lost(self, installation: Installation, upload: Upload) -> bool:
        """Whether a file that was begun will never be usable.

        Until it is lost, another process may be sending it.
        """
        age = (self._now() - upload.begun_at).total_seconds()
        if upload.state == "ready" or age < limits.UPLOAD_LOST_AFTER:
            return False
        # An old one may be being deleted.
        too_old = age > limits.UPLOAD_USED_UNTIL
        return too_old or await _find_type(installation, upload.file) is None

    async def _upload(
        self,
        installation: Installation,
        delivery: Delivery,
        picture: Picture,
        lost: Upload | None,
    ) -> Upload:
        """Send a picture; return its file, or the one that another process sends."""
        ticket = await open_ticket(installation, PICTURE_NAME, picture.content)
        upload = await self._store.begin(
            delivery.scope,
            picture=picture.hash,
            edition_id=delivery.edition_id or None,
            file=ticket.file,
            replaces=lost,
        )
        if upload.file == ticket.file:
            try:
                await _send_picture(installation, ticket, picture)
            except SendError:
                # The next message does not wait for this file.
                self._paused.put(delivery.workspace_external_id, True)
                raise
        return upload

    def _pause(self, team: str, error: Exception) -> None:
        """Upload nothing to a workspace for a while, so that its messages do not wait.

        What Slack limits or does not receive costs no time: it may be tried again.
        """
        if isinstance(error, SendRefused):
            self._paused.put(team, True, limits.UPLOADS_REFUSED_PAUSE)
        elif not isinstance(error, SendRateLimited | SendNotReceived):
            self._paused.put(team, True)

    # ── unused files ───────────────────────────────────────────────────────────

    async def delete_unused(self) -> None:
        """Delete the files that no message shows; those that remain, the next time."""
        now, held = self._now(), self._not_deleting
        self._not_deleting = {team: at for team, at in held.items() if at > now}
        with suppress(TimeoutError):
            async with asyncio.timeout(limits.DELETIONS_TIMEOUT):
                for upload in await self._store.claim_unused(set(self._not_deleting)):
                    if upload.workspace_external_id not in self._not_deleting:
                        await self._delete(upload)

    async def _delete(self, upload: Upload) -> None:
        team = upload.workspace_external_id
        try:
            installation = await self._installations.of(team)
            client = await installation.sign_in()
            if client.team != team:
                raise SendRefused("slack.wrong_team", team=client.team, wanted=team)
            await installation.ask(DELETE_FILE, file=upload.file)
        except SendError as error:
            code = get_error_code(error.__cause__)
            if code not in _GONE_CODES | _UNDELETABLE_CODES:
                log.warning("file not deleted", file=upload.file, reason=str(error))
                refused = isinstance(error, SendRefused)
                pause = DELETIONS_REFUSED_PAUSE if refused else DELETIONS_PAUSE
                self._not_deleting[team] = self._now() + pause
                return
            if code in _UNDELETABLE_CODES:
                log.warning("file stays", file=upload.file, reason=str(error))
        await self._store.set_state(upload, "deleted")


async def _send_picture(
    installation: Installation, ticket: UploadTicket, picture: Picture
) -> None:
    await send_content(installation, ticket, picture.content)
    try:
        await complete_upload(installation, ticket.file, PICTURE_NAME)
    except (SendUnclear, SendNotReceived):
        # Without a clear answer, Slack is asked what it has.
        if await _find_type(installation, ticket.file) is None:
            raise


async def _is_processed(installation: Installation, file: str) -> bool:
    """Whether Slack has processed a picture, so that a block may name its file."""
    found = await _find_type(installation, file)
    return found is not None and found.startswith("image/")


async def _find_type(installation: Installation, file: str) -> str | None:
    """Find the media type of a file; "" = not processed yet, None = not there.

    Raises:
        SendError: Slack did not say.
    """
    try:
        found = await installation.ask(FILE_INFO, file=file)
    except SendRefused as refused:
        if get_error_code(refused.__cause__) in _GONE_CODES:
            return None
        raise
    return get_text(get_mapping(found, "file"), "mimetype")
