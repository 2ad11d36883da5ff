#include "engine/store/session_schema.h"

#include <array>

namespace zipage {

namespace {

constexpr std::int64_t kApplicationId = 0x5A695067;  // "ZiPg"

// Numbers of role and state are those of MessageRole and MessageState; 1 is Streaming. Times are milliseconds
// since 1970, UTC. `parent` is no foreign key: should a parent not have been written, its children are kept
// all the same. Long texts stand last in a row, where reading the columns before them does not touch their
// pages.
//
// The search tables hold no text of their own, only the index. A message is in it exactly while it is not
// Streaming, so that saving a reply as it grows does not index it again and again.
constexpr const char* kVersion1 = R"sql(
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
)sql";

// `tip` is no foreign key either: it may be saved before the message it names. Attachments are JSON arrays of
// {"name", "text"}.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE chats ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
ALTER TABLE chats ADD COLUMN tip INTEGER;  -- last message of the branch that was shown; NULL: not chosen
ALTER TABLE chats ADD COLUMN draft_attachments TEXT NOT NULL DEFAULT '[]';
ALTER TABLE messages ADD COLUMN deleted_ms INTEGER;  -- NULL: not in the trash
ALTER TABLE messages ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN computed_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN model TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';

-- One row: what stands in the composer before there is a chat.
CREATE TABLE new_chat_draft (draft TEXT NOT NULL, attachments TEXT NOT NULL) STRICT;
INSERT INTO new_chat_draft VALUES ('', '[]');
)sql";

// Of the tokens that were found for a prompt, those that came from the disk, and how long that took; and when
// a reply was thinking, in milliseconds since 1970, 0 where not known.
constexpr const char* kVersion3 = R"sql(
ALTER TABLE messages ADD COLUMN stored_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN storage_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN reasoning_began_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN reasoning_ended_ms INTEGER NOT NULL DEFAULT 0;
)sql";

// Search reads names and texts of attached files too. They are kept once more, as plain text: what an index
// is made of may not read JSON. Attachments that are no JSON have no words. `message_words` is what the index
// holds; it forgets a message before that changes and learns it again after that.
constexpr const char* kVersion4 = R"sql(
CREATE TABLE message_files (message INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;
CREATE VIEW attached_words AS
  SELECT id AS message,
    (SELECT group_concat(coalesce(json_extract(file.value, '$.name'), '') || char(10) ||
                         coalesce(json_extract(file.value, '$.text'), ''), char(10))
     FROM json_each(CASE WHEN json_valid(attachments) THEN attachments ELSE '[]' END) AS file
     WHERE file.type = 'object') AS words
  FROM messages WHERE attachments <> '[]';
CREATE VIEW message_words AS
  SELECT id, text, reasoning, coalesce(words, '') AS files
  FROM messages LEFT JOIN message_files ON message = id WHERE state <> 1;

DROP TRIGGER message_inserted;
DROP TRIGGER message_changed;
DROP TRIGGER message_deleted;
DROP TABLE message_search;
CREATE VIRTUAL TABLE message_search USING fts5(
  text, reasoning, files, content = 'message_words', content_rowid = 'id',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2');

CREATE TRIGGER message_inserted AFTER INSERT ON messages BEGIN
  INSERT INTO message_files SELECT message, words FROM attached_words WHERE message = new.id AND words <> '';
  INSERT INTO message_search(rowid, text, reasoning, files)
    SELECT id, text, reasoning, files FROM message_words WHERE id = new.id;
END;
CREATE TRIGGER message_changing BEFORE UPDATE ON messages
WHEN (old.state = 1) <> (new.state = 1) OR old.text <> new.text OR old.reasoning <> new.reasoning OR
     old.attachments <> new.attachments BEGIN
  INSERT INTO message_search(message_search, rowid, text, reasoning, files)
    SELECT 'delete', id, text, reasoning, files FROM message_words WHERE id = old.id;
END;
CREATE TRIGGER message_changed AFTER UPDATE ON messages
WHEN (old.state = 1) <> (new.state = 1) OR old.text <> new.text OR old.reasoning <> new.reasoning OR
     old.attachments <> new.attachments BEGIN
  DELETE FROM message_files WHERE message = new.id;
  INSERT INTO message_files SELECT message, words FROM attached_words WHERE message = new.id AND words <> '';
  INSERT INTO message_search(rowid, text, reasoning, files)
    SELECT id, text, reasoning, files FROM message_words WHERE id = new.id;
END;
CREATE TRIGGER message_deleting BEFORE DELETE ON messages BEGIN
  INSERT INTO message_search(message_search, rowid, text, reasoning, files)
    SELECT 'delete', id, text, reasoning, files FROM message_words WHERE id = old.id;
  DELETE FROM message_files WHERE message = old.id;
END;
INSERT INTO message_files SELECT message, words FROM attached_words WHERE words <> '';
INSERT INTO message_search(message_search) VALUES ('rebuild');
)sql";

constexpr std::array kMigrations = {kVersion1, kVersion2, kVersion3, kVersion4};
constexpr Schema kSchema = {kApplicationId, kMigrations};

}  // namespace

const Schema& sessionSchema() { return kSchema; }

}  // namespace zipage
