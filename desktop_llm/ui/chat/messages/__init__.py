"""The messages of a conversation, painted: a virtualised list that stays quick at any length."""

from desktop_llm.ui.chat.messages.view import MessageList

__all__ = ["MessageList"]
