from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from desktop_llm.core.conversation import Conversation
from desktop_llm.services import chat_changes
from desktop_llm.services.chat_tree import Tree
from tests.values import a_message, a_record


def chain(*texts):
    """Messages that follow each other, the text being the id."""
    parents = (None, *texts)
    return [
        a_message("user", text, id=text, parent_id=parent)
        for text, parent in zip(texts, parents, strict=False)
    ]


def texts(messages):
    return [message.content for message in messages]


def apply(tree, change):
    """As the service does; gives back what takes it back."""
    before = tree.leaf
    for message in (*change.added, *([change.deleted] if change.deleted else [])):
        tree.put(message)
    tree.show(change.leaf)

    def undo():
        if change.deleted:
            if chat_changes.untouched(change.added, list(tree)):
                for copy in reversed(change.added):
                    tree.discard(copy.id)
            tree.put(replace(tree[change.deleted.id], deleted_at=None))
            tree.show(before)

    return undo


def test_a_tree_shows_the_path_to_its_leaf():
    tree = Tree([*chain("a", "b"), a_message(content="c", id="c", parent_id="a")], "b")
    assert texts(tree.path) == ["a", "b"]
    assert tree.versions() == {"b": (1, 2)}
    assert texts(tree.siblings("b")) == ["b", "c"]


@pytest.mark.parametrize("leaf", [None, "gone"])
def test_without_a_usable_leaf_the_latest_message_is_shown(leaf):
    assert texts(Tree(chain("a", "b"), leaf).path) == ["a", "b"]


def test_messages_without_their_parents_and_circles_can_be_shown():
    circle = [a_message(content=k, id=k, parent_id=p) for k, p in (("a", "b"), ("b", "a"))]
    tree = Tree([*circle, a_message(content="x", id="x", parent_id="lost")], "b")
    assert texts(tree.path) == ["a", "b"]
    tree.put(circle[0])
    assert texts(tree.path) == ["a", "b"]
    assert texts(tree.siblings("x")) == ["a", "x"]


def test_an_edit_is_a_version_with_a_copy_of_what_follows():
    tree = Tree(chain("a", "b", "c"), "c")
    apply(tree, chat_changes.edited(tree, "b", "B", 1.0))
    assert texts(tree.path) == ["a", "B", "c"]
    tree.show("c")
    assert texts(tree.path) == ["a", "b", "c"]


def test_an_inserted_message_stands_where_it_was_wanted():
    tree = Tree(chain("a", "b"), "b")
    apply(tree, chat_changes.inserted(tree, "c", None, "system", "first"))
    apply(tree, chat_changes.inserted(tree, "c", tree.leaf, "user", "last"))
    assert texts(tree.path) == ["first", "a", "b", "last"]


def test_another_role_loses_the_vote_and_keeps_the_text():
    tree = Tree([a_message("assistant", "a", id="a", vote="up")], "a")
    apply(tree, chat_changes.with_role(tree, "a", "user", 1.0))
    assert [(m.role, m.content, m.vote) for m in tree.path] == [("user", "a", "")]


def test_a_deleted_version_gives_way_to_the_one_beside_it():
    tree = Tree([*chain("a", "b"), a_message(content="c", id="c", parent_id="a")], "c")
    apply(tree, chat_changes.without_version(tree, "c", 1.0))
    assert texts(tree.path) == ["a", "b"]
    apply(tree, chat_changes.without_version(tree, "b", 1.0))
    assert texts(tree.path) == ["a"]
    apply(tree, chat_changes.without_version(tree, "a", 1.0))
    assert tree.path == []


def test_a_message_deleted_alone_leaves_all_versions_of_what_follows():
    tree = Tree([*chain("a", "b", "c"), a_message(content="d", id="d", parent_id="b")], "c")
    undo = apply(tree, chat_changes.without(tree, "b", 1.0))
    assert texts(tree.path) == ["a", "c"]
    assert list(tree.versions().values()) == [(1, 2)]
    undo()
    assert texts(tree.path) == ["a", "b", "c"]
    assert len(tree) == 4


def test_copies_that_were_worked_on_survive_the_undo():
    tree = Tree(chain("a", "b", "c"), "c")
    undo = apply(tree, chat_changes.without(tree, "b", 1.0))
    tree.put(a_message(content="new", id="new", parent_id=tree.leaf))
    undo()
    assert texts(tree.path) == ["a", "b", "c"]
    assert texts(tree.path_to("new")) == ["a", "c", "new"]


def test_copies_know_by_their_new_names_what_was_left_out():
    first, second, third = chain("a", "b", "c")
    third = replace(third, generation=a_record(left_out=("a", "b")))
    tree = Tree([first, second, third], "c")
    apply(tree, chat_changes.edited(tree, "b", "B", 1.0))
    generation = tree.path[-1].generation
    assert generation is not None
    assert generation.left_out == ("a", tree.path[1].id)


def test_a_fork_is_a_copy_of_the_path_in_another_conversation():
    tree = Tree(chain("a", "b", "c"), "c")
    conversation, copy = chat_changes.forked(tree, Conversation("one", "Title"), "b", 5.0)
    assert texts(copy.path) == ["a", "b"]
    assert {m.conversation_id for m in copy} == {conversation.id} != {"one"}
    assert conversation.active_leaf == copy.leaf


def test_long_conversations_take_no_time():
    """A limit for slow machines; measured are 30 ms."""
    messages = [
        a_message(content=str(n), id=str(n), parent_id=str(n - 1) if n else None)
        for n in range(10_000)
    ]
    start = time.thread_time()
    tree = Tree(messages, "9999")
    assert len(tree.path) == 10_000
    assert tree.versions() == {}
    assert tree.latest("0") == "9999"
    assert time.thread_time() - start < 2


class Person(RuleBasedStateMachine):
    """Edits, branches, deletes and undoes at random; a second book is kept of everything said."""

    @initialize()
    def begin(self) -> None:
        self.tree = Tree(chain("0", "1", "2"), "2")
        self.said = {message.id: message.content for message in self.tree}
        self.undone: list[Callable[[], None]] = []
        self.views: list[Any] = []
        self.number = 3

    def view(self):
        return texts(self.tree.path), list(self.tree.versions().values())

    def pick(self, number):
        path = self.tree.path
        return path[number % len(path)].id if path else None

    def do(self, change) -> None:
        """A change that is no deletion: older undo steps still work, views are others."""
        apply(self.tree, change)
        self.said |= {message.id: message.content for message in change.added}
        self.views = []
        self.undone = []

    @rule(number=st.integers(0, 50))
    def edit(self, number) -> None:
        if key := self.pick(number):
            self.number += 1
            self.do(chat_changes.edited(self.tree, key, str(self.number), 1.0))

    @rule(number=st.integers(0, 50), at_start=st.booleans())
    def insert(self, number, at_start) -> None:
        self.number += 1
        key = None if at_start else self.pick(number)
        self.do(chat_changes.inserted(self.tree, "c", key, "user", str(self.number)))

    @rule(number=st.integers(0, 50))
    def move_to_another_version(self, number) -> None:
        if key := self.pick(number):
            versions = self.tree.siblings(key)
            self.tree.show(self.tree.latest(versions[number % len(versions)].id))

    @rule(number=st.integers(0, 50))
    def branch_here(self, number) -> None:
        self.tree.show(self.pick(number))

    @rule(number=st.integers(0, 50), alone=st.booleans())
    def delete(self, number, alone) -> None:
        if key := self.pick(number):
            change = (chat_changes.without if alone else chat_changes.without_version)(
                self.tree, key, 2.0
            )
            self.views.append(self.view())
            self.undone.append(apply(self.tree, change))

    @rule()
    def undo(self) -> None:
        if self.undone:
            self.undone.pop()()
            assert self.view() == self.views.pop()

    @invariant()
    def nothing_is_lost_and_paths_hang_together(self) -> None:
        for key, text in self.said.items():
            assert self.tree[key].content == text
        path = self.tree.path
        assert [m.parent_id for m in path] == [None, *(m.id for m in path[:-1])][: len(path)]
        assert not any(m.deleted_at for m in path)
        visible = [m for m in self.tree if not self.tree.hidden(m.id)]
        assert bool(path) == bool(visible)
        for message in path:
            assert message in self.tree.siblings(message.id)

    def teardown(self) -> None:
        while getattr(self, "undone", None):
            self.undo()


TestPerson = Person.TestCase
TestPerson.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
