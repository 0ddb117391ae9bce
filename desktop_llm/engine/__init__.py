"""Language models in memory: loading, generating, scoring. No Qt.

The window process imports `protocol` and `process_engine` only; torch and transformers are
imported by the modules that the engine process runs.
"""
