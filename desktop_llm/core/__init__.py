"""What every layer may use: value types, errors, paths, settings. No Qt and no torch."""
