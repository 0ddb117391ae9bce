"""The window: everything that uses QtWidgets and QtGui."""
