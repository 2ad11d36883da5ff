-- A database as version 3 of the schema left it.
CREATE TABLE chats (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  deleted_ms INTEGER,              -- NULL: not in the trash
  settings TEXT NOT NULL,
  draft TEXT NOT NULL
) STRICT;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  chat INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
  parent INTEGER,                  -- NULL: first of its chat
  role INTEGER NOT NULL CHECK (role BETWEEN 0 AND 2),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
  created_ms INTEGER NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  generated_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  reasoning_ms INTEGER NOT NULL,
  first_token_ms INTEGER NOT NULL,
  decode_ms INTEGER NOT NULL,
  peak_pages INTEGER NOT NULL,
  compressions INTEGER NOT NULL,
  tokens_evicted INTEGER NOT NULL,
  error TEXT NOT NULL,
  text TEXT NOT NULL,
  reasoning TEXT NOT NULL
) STRICT;
CREATE INDEX messages_of_chat ON messages(chat, id);

-- One row: ids up to here were handed out.
CREATE TABLE id_reservation (highest INTEGER NOT NULL) STRICT;
INSERT INTO id_reservation VALUES (0);

CREATE VIRTUAL TABLE chat_search USING fts5(
  title, content = 'chats', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER chat_inserted AFTER INSERT ON chats BEGIN
  INSERT INTO chat_search(rowid, title) VALUES (new.id, new.title);
END;
CREATE TRIGGER chat_renamed AFTER UPDATE OF title ON chats WHEN old.title <> new.title BEGIN
  INSERT INTO chat_search(chat_search, rowid, title) VALUES ('delete', old.id, old.title);
  INSERT INTO chat_search(rowid, title) VALUES (new.id, new.title);
END;
CREATE TRIGGER chat_deleted AFTER DELETE ON chats BEGIN
  INSERT INTO chat_search(chat_search, rowid, title) VALUES ('delete', old.id, old.title);
END;

CREATE VIRTUAL TABLE message_search USING fts5(
  text, reasoning, content = 'messages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2',
  prefix = '1 2');
CREATE TRIGGER message_inserted AFTER INSERT ON messages WHEN new.state <> 1 BEGIN
  INSERT INTO message_search(rowid, text, reasoning) VALUES (new.id, new.text, new.reasoning);
END;
CREATE TRIGGER message_changed AFTER UPDATE ON messages
WHEN (old.state = 1) <> (new.state = 1) OR
     (old.state <> 1 AND (old.text <> new.text OR old.reasoning <> new.reasoning)) BEGIN
  INSERT INTO message_search(message_search, rowid, text, reasoning)
    SELECT 'delete', old.id, old.text, old.reasoning WHERE old.state <> 1;
  INSERT INTO message_search(rowid, text, reasoning)
    SELECT new.id, new.text, new.reasoning WHERE new.state <> 1;
END;
CREATE TRIGGER message_deleted AFTER DELETE ON messages WHEN old.state <> 1 BEGIN
  INSERT INTO message_search(message_search, rowid, text, reasoning)
    VALUES ('delete', old.id, old.text, old.reasoning);
END;

ALTER TABLE chats ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
ALTER TABLE chats ADD COLUMN tip INTEGER;  -- last message of the branch that was shown; NULL: not chosen
ALTER TABLE chats ADD COLUMN draft_attachments TEXT NOT NULL DEFAULT '[]';
ALTER TABLE messages ADD COLUMN deleted_ms INTEGER;  -- NULL: not in the trash
ALTER TABLE messages ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN computed_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN model TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';

ALTER TABLE messages ADD COLUMN stored_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN storage_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN reasoning_began_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN reasoning_ended_ms INTEGER NOT NULL DEFAULT 0;

-- One row: what stands in the composer before there is a chat.
CREATE TABLE new_chat_draft (draft TEXT NOT NULL, attachments TEXT NOT NULL) STRICT;
INSERT INTO new_chat_draft VALUES ('', '[]');

INSERT INTO chats VALUES (1, 'Apples', 100, 200, NULL, '{"policy":"budget"}', 'half a thought', 1, 4, '[{"name":"a.txt","text":"file"}]');
INSERT INTO chats VALUES (2, 'Thrown away', 100, 150, 160, '{}', '', 0, NULL, '[]');
INSERT INTO messages VALUES (3, 1, NULL, 1, 0, 110, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 'How many apples?', '', NULL, 0, 0, '', '[{"name":"orchard.txt","text":"Boskoop and Elstar"}]', 0, 0, 0, 0);
INSERT INTO messages VALUES (4, 1, 3, 2, 0, 120, 12, 34, 20, 900, 80, 1500, 3, 1, 64, '', 'Forty-two.', 'I count them.', NULL, 8, 4, 'Demo', '[]', 0, 0, 0, 0);
INSERT INTO messages VALUES (5, 1, 3, 2, 1, 130, 12, 5, 5, 100, 80, 200, 1, 0, 0, '', '', 'I count', NULL, 0, 12, 'Demo', '[]', 0, 0, 0, 0);
INSERT INTO messages VALUES (6, 1, 3, 2, 0, 140, 12, 5, 5, 100, 80, 200, 1, 0, 0, '', 'Thrown away', '', 150, 0, 12, 'Demo', '[]', 0, 0, 0, 0);
UPDATE new_chat_draft SET draft = 'not asked yet';
UPDATE id_reservation SET highest = 1000;
PRAGMA application_id = 1516851303;
PRAGMA user_version = 3;
