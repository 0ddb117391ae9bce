"""Worker processes: how they are started, spoken with over JSON lines, watched and ended."""
