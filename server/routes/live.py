"""`WS /v1/staff/live`: tasks, drafts and conversations at the desk, as they change."""

import asyncio
import contextlib
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from agent.domain.conversation import ControlChange, Message
from agent.domain.desk import Draft, Task
from agent.domain.ids import ConversationId
from server.access import Desk, at_desk
from server.desk_shapes import Json, Names, draft_json, staff_json, task_json
from server.errors import Problem
from server.hub import Lagged, News, Watcher
from server.permissions import may_see_task
from server.protocol import message_frame
from server.session import BAD_TOKEN, NO_ACCESS, TRY_AGAIN_LATER
from server.world import Here

router = APIRouter()

CHECK_SESSION_SECONDS = 30.0


@router.websocket("/v1/staff/live")
async def live(socket: WebSocket, world: Here) -> None:
    if not _is_same_origin(socket):
        await socket.close(NO_ACCESS)
        return
    await socket.accept()
    try:
        desk = await at_desk(socket, world)
    except Problem as problem:
        await socket.close(BAD_TOKEN if problem.status == 401 else NO_ACCESS)
        return
    with world.hub.watching_desk() as watcher, contextlib.suppress(WebSocketDisconnect):
        await socket.send_json({"type": "ready"})
        reading = asyncio.create_task(_read_until_gone(socket))
        telling = asyncio.create_task(_tell(socket, desk, watcher))
        try:
            await asyncio.wait({reading, telling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, telling):
                task.cancel()
            await asyncio.gather(reading, telling, return_exceptions=True)


def _is_same_origin(socket: WebSocket) -> bool:
    """A browser says where the page came from; a program that is no browser says nothing."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")


async def _read_until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _tell(socket: WebSocket, desk: Desk, watcher: Watcher) -> None:
    sessions = desk.world.sessions
    while True:
        try:
            async with asyncio.timeout(CHECK_SESSION_SECONDS):
                news = await watcher.next()
        except TimeoutError:
            news = None
        if not sessions.is_open(desk.session):
            await socket.close(BAD_TOKEN)
            return
        if isinstance(news, Lagged):
            await socket.close(TRY_AGAIN_LATER)
            return
        frame = await _frame(news, desk) if news is not None else None
        if frame is not None:
            await socket.send_json(frame)


async def _frame(news: News, desk: Desk) -> Json | None:
    """What this member reads of `news`; None when it is not for them."""
    names = Names(desk.world.agent.practice, desk.world.agent.ehr)
    match news:
        case Task() if may_see_task(desk.member, news):
            return {"type": "task", "task": await task_json(news, names)}
        case Draft() if await desk.may_see(news.conversation_id, news.patient_id):
            return {"type": "draft", "draft": await draft_json(news, names)}
        case Message() if await _may_follow(desk, news.conversation_id):
            return {
                "type": "message",
                "conversation": news.conversation_id,
                "message": message_frame(news),
            }
        case ControlChange() if await _may_follow(desk, news.conversation_id):
            return {
                "type": "control",
                "conversation": news.conversation_id,
                "by": news.by.value,
                "staff": staff_json(news.staff),
            }
        case _:
            return None


async def _may_follow(desk: Desk, conversation_id: ConversationId) -> bool:
    found = await desk.world.agent.transcript.conversation(conversation_id)
    return found is not None and await desk.may_see(conversation_id, found.patient_id)
