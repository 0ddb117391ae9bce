-- Folders, pins, titles, a trash for everything, presets, drafts, feedback, exact repetition, search.

CREATE TABLE folder (
    seq        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    position   REAL NOT NULL
) STRICT;

ALTER TABLE conversation ADD COLUMN folder_id TEXT; -- no foreign key: a folder in the trash comes back
ALTER TABLE conversation ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN title_source TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN context_policy TEXT NOT NULL DEFAULT 'ask';
ALTER TABLE conversation ADD COLUMN thinking INTEGER; -- NULL: as the model does by itself
ALTER TABLE conversation ADD COLUMN preset TEXT NOT NULL DEFAULT '';

ALTER TABLE message ADD COLUMN form TEXT;             -- JSON
ALTER TABLE message ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN vote TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN correction TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN deleted_at REAL;       -- in the trash since then

CREATE INDEX message_deleted ON message (conversation_id) WHERE deleted_at IS NOT NULL;

ALTER TABLE generation ADD COLUMN prompt_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE generation ADD COLUMN thinking INTEGER;
ALTER TABLE generation ADD COLUMN system_prompt TEXT NOT NULL DEFAULT '';
ALTER TABLE generation ADD COLUMN left_out TEXT NOT NULL DEFAULT '[]'; -- JSON
ALTER TABLE generation ADD COLUMN continued_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE generation ADD COLUMN template_overridden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE generation ADD COLUMN thinking_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE generation ADD COLUMN thinking_s REAL NOT NULL DEFAULT 0;

-- An attachment is stored once, however many copies of its message an edit or a branch makes.
ALTER TABLE attachment RENAME TO attachment_of_one_message;
CREATE TABLE attachment (
    seq        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE, -- a hash of all the rest, so that equal ones are one
    given_id   TEXT NOT NULL,        -- its id for the app
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    size       INTEGER NOT NULL,     -- bytes of the file it came from
    text       TEXT NOT NULL         -- what the model sees of it
) STRICT;
CREATE TABLE message_attachment (
    message_seq   INTEGER NOT NULL REFERENCES message (seq) ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    attachment_id TEXT NOT NULL REFERENCES attachment (id),
    in_prompt     INTEGER NOT NULL DEFAULT 1, -- 0: it was read in windows, and is named only
    PRIMARY KEY (message_seq, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_attachment_of ON message_attachment (attachment_id);
INSERT INTO attachment (id, given_id, name, media_type, sha256, size, text)
    SELECT id, id, name, media_type, sha256, size, text FROM attachment_of_one_message;
INSERT INTO message_attachment
    SELECT message.seq, row_number() OVER (PARTITION BY message.seq ORDER BY old.rowid), old.id, 1
    FROM attachment_of_one_message AS old JOIN message ON message.id = message_id;
DROP TABLE attachment_of_one_message;

-- What was chosen for later use: sampling presets and system prompts.
CREATE TABLE preset (
    seq  INTEGER PRIMARY KEY,
    id   TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,              -- "preset" or "prompt"
    name TEXT NOT NULL,
    body TEXT NOT NULL               -- JSON
) STRICT;

-- What stands in the composer of a conversation; it may not be saved itself yet.
CREATE TABLE draft (
    conversation_id TEXT PRIMARY KEY,
    text            TEXT NOT NULL,
    place           TEXT NOT NULL,   -- JSON: where the person was in the conversation
    updated_at      REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- Deleted things stay whole until they are purged. Messages say so themselves (deleted_at).
ALTER TABLE trash RENAME TO trash_of_conversations;
CREATE TABLE trash (
    kind       TEXT NOT NULL,        -- "conversation", "folder" or "preset"
    id         TEXT NOT NULL,
    deleted_at REAL NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO trash SELECT 'conversation', conversation_id, deleted_at FROM trash_of_conversations;
DROP TABLE trash_of_conversations;

-- Search (storage/search_index.py): titles by -seq and messages by seq, as tokens that are already
-- parted by spaces. FTS5 keeps no copy of them. The words are there for what is inside of words.
-- Beginnings of two letters have lists of their own: common ones would take 100 ms to put together.
CREATE VIRTUAL TABLE search_index USING fts5 (
    tokens, content='', columnsize=0, prefix='2',
    tokenize="ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);
CREATE TABLE search_word (text TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE search_state (
    rules TEXT NOT NULL,             -- of the version that made the index
    done  INTEGER                    -- messages up to this seq are in it; NULL: all are
) STRICT;
INSERT INTO search_state VALUES ('', 0);
