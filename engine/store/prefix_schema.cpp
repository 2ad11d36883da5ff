#include "engine/store/prefix_schema.h"

#include <array>

namespace zipage {

namespace {

constexpr std::int64_t kPrefixApplicationId = 0x5A69504B;  // "ZiPK"

// A key is 32 hex digits, which are the name of the file as well. `parent` is no foreign key: a page in the
// middle may be found damaged and go, and what follows it becomes of use again when it is back. What has
// children is never evicted, for nobody would come to them without it.
constexpr const char* kPrefixVersion1 = R"sql(
CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  salt TEXT NOT NULL UNIQUE,       -- what the names of its prefixes begin from
  name TEXT NOT NULL
) STRICT;

CREATE TABLE prefixes (
  key TEXT PRIMARY KEY,
  parent TEXT NOT NULL,            -- empty: a sequence
  model INTEGER NOT NULL REFERENCES models(id),
  owner INTEGER NOT NULL,          -- the chat that stored it first; 0: nobody in particular
  is_sequence INTEGER NOT NULL CHECK (is_sequence IN (0, 1)),
  tokens INTEGER NOT NULL,
  bytes INTEGER NOT NULL,          -- that its file takes of the disk
  cost REAL NOT NULL,              -- of computing it again
  uses INTEGER NOT NULL DEFAULT 0,
  children INTEGER NOT NULL DEFAULT 0,
  priority REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX prefixes_by_parent ON prefixes(parent) WHERE parent <> '';
CREATE INDEX prefixes_to_evict ON prefixes(priority) WHERE children = 0;
CREATE INDEX prefixes_by_model ON prefixes(model, owner);

-- One row: the bytes of all prefixes, the priority of the last one that was evicted, and what they may have of the
-- disk, for every program that opens this; NULL: nobody has chosen.
CREATE TABLE totals (bytes INTEGER NOT NULL, floor REAL NOT NULL, budget INTEGER) STRICT;
INSERT INTO totals VALUES (0, 0.0, NULL);

CREATE TRIGGER prefix_added AFTER INSERT ON prefixes BEGIN
  UPDATE totals SET bytes = bytes + new.bytes;
  UPDATE prefixes SET children = children + 1 WHERE key = new.parent;
  UPDATE prefixes SET children = (SELECT count(*) FROM prefixes WHERE parent = new.key AND parent <> '')
    WHERE key = new.key;
END;
CREATE TRIGGER prefix_removed AFTER DELETE ON prefixes BEGIN
  UPDATE totals SET bytes = bytes - old.bytes;
  UPDATE prefixes SET children = children - 1 WHERE key = old.parent;
END;

-- What chats asked for and got, with each model.
CREATE TABLE lookups (
  model INTEGER NOT NULL REFERENCES models(id),
  owner INTEGER NOT NULL,
  lookups INTEGER NOT NULL DEFAULT 0,
  prompt_tokens INTEGER NOT NULL DEFAULT 0,
  found_tokens INTEGER NOT NULL DEFAULT 0,
  stored_tokens INTEGER NOT NULL DEFAULT 0,
  verdict INTEGER,                 -- of the last one; NULL: there was none
  verdict_token INTEGER NOT NULL DEFAULT 0,
  last_text BLOB NOT NULL DEFAULT x'',        -- of the last turn that ended: token ids
  last_variant INTEGER NOT NULL DEFAULT 0,
  last_template INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (model, owner)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array kPrefixMigrations = {kPrefixVersion1};
constexpr Schema kPrefixSchema = {kPrefixApplicationId, kPrefixMigrations};

}  // namespace

const Schema& prefixSchema() { return kPrefixSchema; }

}  // namespace zipage
