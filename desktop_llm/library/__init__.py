"""Models on this machine, and the starter model. No Qt and no torch."""
