"""Our own server: the OpenAI protocol over the engine that is in memory."""
