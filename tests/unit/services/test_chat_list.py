from __future__ import annotations

from desktop_llm.core.generation import Sampling
from desktop_llm.services.errors import PresetUnusable
from desktop_llm.storage.presets import Preset


def make(chat, *titles):
    keys = []
    for title in titles:
        chat.service.new_conversation()
        chat.ask_and_answer(title)
        keys.append(chat.service.current.id)
    chat.settle()
    return keys


def listed(chat):
    chat.settle()
    chat.settle()
    return [c.title for c in chat.said("conversations_changed")[-1]]


def folders(chat):
    chat.settle()
    chat.settle()
    return [folder.name for folder in chat.said("folders_changed")[-1]]


def test_conversations_are_pinned_and_put_into_folders_together(chat):
    one, two, _ = make(chat, "One", "Two", "Three")
    folder = chat.service.make_folder("  Work ")
    chat.service.move([one, two], folder)
    chat.service.set_pinned([two], True)
    assert folders(chat) == ["Work"]
    found = {c.title: (c.folder_id, c.pinned) for c in chat.said("conversations_changed")[-1]}
    assert found == {"One": (folder, False), "Two": (folder, True), "Three": (None, False)}
    chat.service.move([one], None)
    chat.settle()
    assert chat.on_disk(one)[0].folder_id is None


def test_what_was_changed_in_the_list_is_kept_by_the_open_conversation(chat):
    (key,) = make(chat, "One")
    chat.service.set_pinned([key], True)
    chat.settle()
    chat.service.set_system_prompt("Be kind.")
    chat.ask_and_answer("More")
    assert chat.service.current.pinned
    assert chat.on_disk()[0].pinned


def test_folders_are_renamed_and_put_in_order(chat):
    first, second = chat.service.make_folder("A"), None
    folders(chat)
    second = chat.service.make_folder("B")
    assert folders(chat) == ["A", "B"]
    chat.service.place_folder(second, 0.5)
    chat.service.rename_folder(first, "Z")
    chat.service.rename_folder(first, "  ")
    assert folders(chat) == ["B", "Z"]


def test_a_deleted_folder_comes_back_with_its_conversations(chat):
    (key,) = make(chat, "One")
    folder = chat.service.make_folder("Work")
    folders(chat)
    chat.service.move([key], folder)
    chat.service.delete_folder(folder)
    assert folders(chat) == []
    assert listed(chat) == ["One"]
    assert str(chat.service.undo_text) == "Delete the folder “Work”"
    chat.service.undo()
    assert folders(chat) == ["Work"]
    assert chat.on_disk(key)[0].folder_id == folder


def test_several_conversations_are_deleted_and_come_back_at_once(chat):
    one, two, three = make(chat, "One", "Two", "Three")
    chat.service.delete_many([one, three])
    assert listed(chat) == ["Two"]
    assert [str(text) for text in chat.said("deleted")] == ["2 conversations were deleted."]
    assert chat.service.messages == []
    chat.service.undo()
    chat.wait(lambda: chat.service.current.id == three)
    assert listed(chat) == ["Three", "Two", "One"]
    chat.service.undo()
    assert two


def test_undo_goes_back_through_deletions_of_every_kind(chat):
    (key,) = make(chat, "One")
    preset = Preset("p", "prompt", "Kind", {"text": "Be kind."})
    chat.service.save_preset(preset)
    chat.service.delete_version(chat.service.messages[1].id)
    chat.settle()
    chat.service.delete_preset(preset)
    chat.settle()
    chat.service.delete(key)
    chat.settle()
    names = []
    while chat.service.undo_text is not None:
        names.append(str(chat.service.undo_text))
        chat.service.undo()
        chat.settle()
    assert names == ["Delete “One”", "Delete the preset “Kind”", "Delete the version"]
    chat.wait(lambda: len(chat.service.messages) == 2)
    chat.settle()
    assert chat.said("presets_changed")[-1] == [preset]


def test_a_hit_is_opened_on_the_branch_where_it_is(chat):
    (key,) = make(chat, "One")
    first = chat.service.messages[1].id
    chat.service.retry(first)
    chat.wait(lambda: len(chat.inference.requests) == 2)
    chat.inference.finish()
    chat.service.new_conversation()
    chat.service.open_at(key, first)
    chat.wait(lambda: bool(chat.said("jump_requested")))
    assert chat.said("jump_requested") == [first]
    assert chat.service.messages[1].id == first
    chat.service.open_at(key, "gone")
    assert chat.said("jump_requested") == [first]


def test_the_conversations_that_are_answered_are_told(chat):
    chat.ask()
    key = chat.service.current.id
    assert chat.said("busy_conversations_changed") == [frozenset({key})]
    chat.service.new_conversation()
    assert chat.service.busy_conversations == {key}
    chat.inference.finish()
    assert chat.said("busy_conversations_changed")[-1] == frozenset()


def test_a_preset_changes_what_it_names(chat):
    make(chat, "One")
    chat.service.set_system_prompt("Be kind.")
    chat.service.set_preset(Preset("p", "preset", "Cold", {"sampling": {"temperature": 0}}))
    now = chat.service.current
    assert (now.sampling, now.preset) == (Sampling(temperature=0.0), "p")
    assert now.system_prompt == "Be kind."
    chat.service.set_preset(Preset("q", "preset", "Odd", {"sampling": {"top_k": "many"}}))
    assert isinstance(chat.said("failed")[0], PresetUnusable)
    assert chat.service.current == now
    chat.service.set_context_policy("drop_oldest")
    chat.service.set_thinking(False)
    chat.service.new_conversation()
    saved = chat.on_disk(now.id)[0]
    assert (saved.context_policy, saved.thinking, saved.preset) == ("drop_oldest", False, "p")
