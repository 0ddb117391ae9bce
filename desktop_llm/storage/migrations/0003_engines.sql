-- Several engines: what an answer was held to, and what an engine did not have to compute.
ALTER TABLE conversation ADD COLUMN json_schema TEXT NOT NULL DEFAULT ''; -- JSON; '': free text
ALTER TABLE generation ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE generation ADD COLUMN drafted_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE generation ADD COLUMN accepted_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE generation ADD COLUMN json_schema TEXT NOT NULL DEFAULT '';
