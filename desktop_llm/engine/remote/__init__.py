"""Models that another server answers for."""
