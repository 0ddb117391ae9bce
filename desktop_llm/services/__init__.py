"""The worker threads and the signals between the layers and the window. QtCore only."""
