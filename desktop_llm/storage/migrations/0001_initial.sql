-- Identifiers are made by the app; `seq` keeps the order of writing, whatever the clock does.

PRAGMA application_id = 0x444C4C4D; -- "DLLM"

CREATE TABLE conversation (
    seq           INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    title         TEXT NOT NULL,
    active_leaf   TEXT,              -- a message; no foreign key, since it may be saved first
    system_prompt TEXT NOT NULL,
    sampling      TEXT NOT NULL,     -- JSON
    created_at    REAL NOT NULL,     -- seconds since 1970, UTC
    updated_at    REAL NOT NULL
) STRICT;

CREATE INDEX conversation_newest ON conversation (updated_at, seq);

-- A tree: versions of a message are siblings. Deleting goes by conversation and never from parent
-- to child: SQLite nests cascades only 1,000 deep.
CREATE TABLE message (
    seq             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    parent_id       TEXT REFERENCES message (id) DEFERRABLE INITIALLY DEFERRED,
    role            TEXT NOT NULL,
    content         TEXT NOT NULL,
    thinking        TEXT NOT NULL,
    state           TEXT NOT NULL,
    error           TEXT,            -- JSON
    created_at      REAL NOT NULL
) STRICT;

CREATE INDEX message_of_conversation ON message (conversation_id);
CREATE INDEX message_children ON message (parent_id);
CREATE INDEX message_streaming ON message (id) WHERE state = 'streaming';

-- How a reply came about: the fields of GenerationRecord. By `seq`, so that the records of a
-- conversation lie side by side.
CREATE TABLE generation (
    message_seq   INTEGER PRIMARY KEY REFERENCES message (seq) ON DELETE CASCADE,
    model         TEXT NOT NULL,
    engine        TEXT NOT NULL,
    device        TEXT NOT NULL,
    dtype         TEXT NOT NULL,
    sampling      TEXT NOT NULL,     -- JSON
    seed          TEXT NOT NULL,     -- decimal digits: seeds may have 64 bits without a sign
    prompt_tokens INTEGER NOT NULL,
    new_tokens    INTEGER NOT NULL,
    ttft_s        REAL NOT NULL,
    tokens_per_s  REAL NOT NULL,
    stop_reason   TEXT NOT NULL,
    threads       INTEGER NOT NULL,
    revision      TEXT NOT NULL,
    template_hash TEXT NOT NULL,
    adapter_hash  TEXT NOT NULL,
    bits          INTEGER NOT NULL,
    token_ids     BLOB NOT NULL,     -- 4 bytes each, little-endian
    versions      TEXT NOT NULL      -- JSON
) STRICT;

CREATE TABLE attachment (
    id         TEXT PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    size       INTEGER NOT NULL,     -- bytes of the file it came from
    text       TEXT NOT NULL         -- what the model sees of it
) STRICT;

CREATE INDEX attachment_message ON attachment (message_id);

-- A deleted conversation stays whole until it is purged.
CREATE TABLE trash (
    conversation_id TEXT PRIMARY KEY REFERENCES conversation (id) ON DELETE CASCADE,
    deleted_at      REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- The journal of replies that are being written. Always short, therefore without an index: an
-- appended row then changes one page.
CREATE TABLE stream_chunk (
    seq        INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    text       TEXT NOT NULL,
    thinking   TEXT NOT NULL
) STRICT;
