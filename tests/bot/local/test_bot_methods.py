"""The bot's own library, unmodified, gets through with every served method."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    MenuButtonCommands,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden, InvalidToken

from bot.local.files import DOWNLOAD_LIMIT_BYTES
from bot.local.running import RunningServer
from bot.local.server import application
from bot.local.world import World

from .support import ANN, BEN, GROUP, TOKEN, assert_true_to_the_specification, picture, world_with_two_people

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton(str(n), callback_data=f"pain:{n}") for n in range(3)]])


def with_bot(world: World, act: Callable[[Bot], Awaitable[None]], token: str = TOKEN) -> None:
    """Nothing the library sends may be unknown to the specification."""

    async def run(url: str) -> None:
        async with Bot(token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot") as bot:
            await act(bot)

    with RunningServer(application(world)) as server:
        asyncio.run(run(server.url))
    assert world.failures == []
    assert world.ignored_fields == []
    for chat_id in world.chats:
        for message in world.messages(chat_id):
            assert_true_to_the_specification(message, "Message")


def test_a_check_in_runs_from_start_to_the_last_answer() -> None:
    world = world_with_two_people()

    async def act(bot: Bot) -> None:
        (start,) = await bot.get_updates(timeout=5)
        assert start.message is not None
        assert start.message.text == "/start"
        assert start.message.entities[0].type == "bot_command"
        asked = await bot.send_message(ANN, "<b>Pain?</b>", parse_mode="HTML", reply_markup=KEYBOARD)
        assert asked.text_html == "<b>Pain?</b>"
        assert world.buttons(world.last_message(ANN)) == [(str(n), f"pain:{n}") for n in range(3)]
        world.press(ANN, asked.message_id, "pain:2")
        (press,) = await bot.get_updates(offset=start.update_id + 1, timeout=5)
        query = press.callback_query
        assert query is not None
        assert (query.data, query.from_user.id) == ("pain:2", ANN)
        assert [q.data for q in world.unanswered_callbacks()] == ["pain:2"]
        await query.answer("Noted", show_alert=True)
        edited = await query.edit_message_text("Noted: 2")
        assert isinstance(edited, Message)
        assert edited.edit_date is not None

    with_bot(world, act)
    assert world.unanswered_callbacks() == []
    (answer,) = world.callback_answers(ANN)
    assert (answer.text, answer.show_alert) == ("Noted", True)
    assert [m["text"] for m in world.messages(ANN)] == ["/start", "Noted: 2"]
    assert "reply_markup" not in world.last_message(ANN)


def test_a_photo_is_sent_fetched_and_replaced() -> None:
    world = world_with_two_people()
    chart, later = picture(1000, 500), picture(300, 200, "JPEG")

    async def act(bot: Bot) -> None:
        sent = await bot.send_photo(ANN, chart, caption="<i>Week 10</i>", parse_mode="HTML", reply_markup=KEYBOARD)
        assert [(size.width, size.height) for size in sent.photo] == [(90, 45), (320, 160), (800, 400), (1000, 500)]
        file = await bot.get_file(sent.photo[-1].file_id)
        assert bytes(await file.download_as_bytearray()) == chart
        assert world.file(sent.photo[-1].file_id).shown() == chart
        assert world.file(sent.photo[0].file_id).shown()[:2] == b"\xff\xd8"
        again = await bot.send_photo(ANN, sent.photo[-1].file_id)
        assert again.photo == sent.photo
        await sent.edit_caption("Week 11")
        await sent.edit_media(InputMediaPhoto(later, caption="Week 12"), reply_markup=KEYBOARD)

    with_bot(world, act)
    message = world.messages(ANN)[1]
    assert (message["caption"], message["photo"][-1]["width"]) == ("Week 12", 300)


def test_a_document_is_sent_fetched_and_replaced() -> None:
    world = world_with_two_people()

    async def act(bot: Bot) -> None:
        sent = await bot.send_document(ANN, b"BEGIN:VCALENDAR", filename="infusion.ics", caption="Calendar")
        assert sent.document is not None
        assert (sent.document.file_name, sent.document.file_size) == ("infusion.ics", 15)
        file = await sent.document.get_file()
        assert bytes(await file.download_as_bytearray()) == b"BEGIN:VCALENDAR"
        await sent.edit_media(InputMediaDocument(b"%PDF", filename="summary.pdf"))
        with pytest.raises(BadRequest, match=r"[Ff]ile must be non-empty"):
            await bot.send_document(ANN, b"", filename="empty.txt")

    with_bot(world, act)
    assert world.last_message(ANN)["document"]["file_name"] == "summary.pdf"
    assert "caption" not in world.last_message(ANN)


def test_a_document_that_a_person_sends_is_described_and_fetched() -> None:
    world = world_with_two_people()
    world.send_document(ANN, "values.csv", b"CK;1250", mime_type="text/csv")
    world.send_document(ANN, "film.csv", bytes(DOWNLOAD_LIMIT_BYTES + 1))

    async def act(bot: Bot) -> None:
        _, table, film = await bot.get_updates()
        assert table.message is not None
        assert film.message is not None
        sent, large = table.message.document, film.message.document
        assert sent is not None
        assert large is not None
        assert (sent.file_name, sent.mime_type, sent.file_size) == ("values.csv", "text/csv", 7)
        file = await bot.get_file(sent.file_id)
        assert (file.file_unique_id, file.file_size) == (sent.file_unique_id, 7)
        assert bytes(await file.download_as_bytearray()) == b"CK;1250"
        with pytest.raises(BadRequest, match="is too big"):
            await bot.get_file(large.file_id)

    with_bot(world, act)
    described = world.messages(ANN)[1]["document"]
    assert_true_to_the_specification(described, "Document")


def test_a_keyboard_is_closed_and_a_message_deleted() -> None:
    world = world_with_two_people()

    async def act(bot: Bot) -> None:
        sent = await bot.send_message(ANN, "Pain?", reply_markup=KEYBOARD)
        await sent.edit_reply_markup(None)
        with pytest.raises(BadRequest, match="not modified"):
            await sent.edit_reply_markup(None)
        other = await bot.send_message(ANN, "gone soon", reply_parameters=ReplyParameters(sent.message_id))
        assert other.reply_to_message is not None
        assert other.reply_to_message.message_id == sent.message_id
        await other.delete()
        await bot.delete_message(ANN, 1)

    with_bot(world, act)
    assert [(m["text"], world.buttons(m)) for m in world.messages(ANN)] == [("Pain?", [])]


def test_reply_keyboards_are_shown_until_they_are_removed() -> None:
    world = world_with_two_people()

    async def act(bot: Bot) -> None:
        await bot.send_message(ANN, "Zone?", reply_markup=ReplyKeyboardMarkup([["Europe/Berlin"]]))
        assert (world.reply_keyboard(ANN) or {})["keyboard"] == [[{"text": "Europe/Berlin"}]]
        await bot.send_message(ANN, "Thank you", reply_markup=ReplyKeyboardRemove())
        assert world.reply_keyboard(ANN) is None
        await bot.send_message(ANN, "Note?", reply_markup=ForceReply())
        assert (world.reply_keyboard(ANN) or {})["force_reply"]
        world.say(ANN, "slept badly")
        assert world.reply_keyboard(ANN) is None

    with_bot(world, act)


def test_menus_go_by_scope_and_language() -> None:
    world = world_with_two_people()
    world.say(BEN, "/start")

    async def act(bot: Bot) -> None:
        await bot.set_my_commands([BotCommand("help", "Help")])
        await bot.set_my_commands([("today", "Heute")], scope=BotCommandScopeAllPrivateChats(), language_code="de")
        await bot.set_my_commands([("roster", "Patients")], scope=BotCommandScopeChat(BEN))
        assert [c.command for c in await bot.get_my_commands()] == ["help"]
        assert list(await bot.get_my_commands(language_code="fr")) == []

    with_bot(world, act)
    assert [c["command"] for c in world.commands_for(ANN, "en")] == ["help"]
    assert world.commands_for(ANN, "de") == [{"command": "today", "description": "Heute"}]
    assert [c["command"] for c in world.commands_for(BEN, "de")] == ["roster"]

    async def undo(bot: Bot) -> None:
        await bot.delete_my_commands(scope=BotCommandScopeChat(BEN))

    with_bot(world, undo)
    assert [c["command"] for c in world.commands_for(BEN, "de")] == ["today"]


def test_everything_else_that_is_served_is_understood() -> None:
    world = world_with_two_people()
    world.add_to_group(ANN, GROUP, "Team")

    async def act(bot: Bot) -> None:
        assert (await bot.get_me()).username == "diary_bot"
        assert await bot.delete_webhook(drop_pending_updates=False)
        assert (await bot.get_webhook_info()).pending_update_count == world.waiting_updates > 0
        assert await bot.send_chat_action(ANN, "upload_photo")
        assert await bot.set_my_description("A diary", language_code="en")
        assert await bot.set_my_short_description("Diary")
        assert await bot.set_chat_menu_button(ANN, MenuButtonCommands())
        assert (await bot.get_chat(ANN)).first_name == "Ann"
        assert (await bot.get_chat(GROUP)).title == "Team"
        assert await bot.leave_chat(GROUP)
        with pytest.raises(Forbidden):
            await bot.send_message(GROUP, "x")
        assert await bot.delete_webhook(drop_pending_updates=True)
        assert world.waiting_updates == 0
        assert await bot.close()
        assert await bot.log_out()

    with_bot(world, act)
    assert world.descriptions == {("description", "en"): "A diary", ("short_description", ""): "Diary"}
    assert world.menu_buttons == {ANN: {"type": "commands"}}


def test_a_wrong_token_is_told_at_once() -> None:
    async def act(bot: Bot) -> None:
        raise AssertionError("the bot should not have begun")

    with pytest.raises(InvalidToken):
        with_bot(world_with_two_people(), act, "123456:other")
