#include "engine/store/prefix_catalog.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "engine/store/database_file.h"
#include "engine/store/prefix_schema.h"
#include "engine/store/prefix_store_options.h"
#include "engine/store/read_rows.h"

namespace zipage {

namespace {

std::int64_t stored(OwnerId owner) { return static_cast<std::int64_t>(owner.value); }
std::optional<std::int64_t> stored(std::optional<OwnerId> owner) {
  return owner ? std::optional(stored(*owner)) : std::nullopt;
}
std::int64_t stored(std::uint64_t hash) { return static_cast<std::int64_t>(hash); }

std::span<const std::byte> bytesOf(const std::vector<TokenId>& tokens) {
  return std::as_bytes(std::span(tokens));
}

std::vector<TokenId> tokensOf(const std::vector<std::byte>& bytes) {
  std::vector<TokenId> tokens(bytes.size() / sizeof(TokenId));
  std::copy_n(bytes.begin(), tokens.size() * sizeof(TokenId),
              std::as_writable_bytes(std::span(tokens)).begin());
  return tokens;
}

/// A key that is none was written by nobody; nothing is found under it.
Result<PrefixKey> readKey(const Statement& row) { return keyFromText(row.text(0)).value_or(PrefixKey{}); }

StoredChat readChat(const Statement& row) {
  StoredChat chat;
  chat.owner.value = static_cast<std::uint64_t>(row.integer(1));
  chat.pages = row.integer(2);
  chat.sequences = row.integer(3);
  chat.tokens = row.integer(4);
  chat.bytes = row.integer(5);
  chat.lookups = row.integer(6);
  chat.promptTokens = row.integer(7);
  chat.foundTokens = row.integer(8);
  chat.storedTokens = row.integer(9);
  const std::int64_t verdict = row.integer(10);
  chat.hasVerdict = verdict >= 0;
  constexpr auto kLast = static_cast<std::int64_t>(ReuseVerdict::Kind::Slower);
  chat.verdict = {static_cast<ReuseVerdict::Kind>(std::clamp<std::int64_t>(verdict, 0, kLast)),
                  static_cast<int>(row.integer(11))};
  return chat;
}

}  // namespace

std::string textOf(const PrefixKey& key) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint64_t half : {key.high, key.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(half >> shift) & 15];
  }
  return text;
}

std::optional<PrefixKey> keyFromText(std::string_view text) {
  constexpr std::size_t kDigits = 16;
  PrefixKey key;
  if (text.size() != 2 * kDigits) return std::nullopt;
  const char* middle = text.data() + kDigits;
  const char* end = middle + kDigits;
  const bool isKey = std::from_chars(text.data(), middle, key.high, 16).ptr == middle &&
                     std::from_chars(middle, end, key.low, 16).ptr == end;
  return isKey ? std::optional(key) : std::nullopt;
}

Result<PrefixCatalog> PrefixCatalog::open(const std::filesystem::path& file, bool isInUse) {
  if (auto made = createPrivateFile(file); !made) return tl::unexpected(made.error());
  return openDatabaseFile(file, prefixSchema(), isInUse)
      .and_then([](Database database) -> Result<PrefixCatalog> {
        // What a power cut takes from here is computed again; the write-ahead log keeps the rest whole.
        if (auto set = database.execute("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 4194304");
            !set)
          return tl::unexpected(set.error());
        return PrefixCatalog(std::move(database));
      });
}

Result<std::int64_t> PrefixCatalog::modelId(const std::string& salt, const std::string& name) {
  return m_database
      .run(
          "INSERT INTO models (salt, name) VALUES (?1, ?2) ON CONFLICT (salt) DO UPDATE SET name = "
          "excluded.name",
          std::string_view(salt), std::string_view(name))
      .and_then([&] { return m_database.prepare("SELECT id FROM models WHERE salt = ?1"); })
      .and_then([&](Statement statement) {
        return statement.bind(std::string_view(salt)).step().map([&](bool) { return statement.integer(0); });
      });
}

Result<std::vector<PrefixKey>> PrefixCatalog::keys() const {
  return m_database.prepare("SELECT key FROM prefixes").and_then([](Statement statement) {
    return readAll<PrefixKey>(std::move(statement), readKey);
  });
}

Result<std::vector<PrefixKey>> PrefixCatalog::keysOf(std::optional<std::int64_t> model,
                                                     std::optional<OwnerId> owner) const {
  return m_database
      .prepare("SELECT key FROM prefixes WHERE (?1 IS NULL OR model = ?1) AND (?2 IS NULL OR owner = ?2)")
      .and_then([&](Statement statement) {
        statement.bind(model, stored(owner));
        return readAll<PrefixKey>(std::move(statement), readKey);
      });
}

Result<std::vector<OwnerId>> PrefixCatalog::owners() const {
  return m_database
      .prepare("SELECT owner FROM prefixes WHERE owner <> 0 UNION SELECT owner FROM lookups WHERE owner <> 0")
      .and_then([](Statement statement) {
        return readAll<OwnerId>(std::move(statement), [](const Statement& row) {
          return Result<OwnerId>(OwnerId{static_cast<std::uint64_t>(row.integer(0))});
        });
      });
}

Result<std::int64_t> PrefixCatalog::bytesOfAll() const {
  return m_database.queryInteger("SELECT bytes FROM totals");
}

Result<std::int64_t> PrefixCatalog::budget() const {
  return m_database.prepare("SELECT coalesce(budget, ?1) FROM totals").and_then([](Statement statement) {
    return statement.bind(kDefaultPrefixBudget).step().map([&](bool) { return statement.integer(0); });
  });
}

Result<void> PrefixCatalog::setBudget(std::int64_t bytes) {
  return m_database.run("UPDATE totals SET budget = ?1", bytes);
}

Result<bool> PrefixCatalog::has(const PrefixKey& key) const {
  return m_database.prepare("SELECT 1 FROM prefixes WHERE key = ?1").and_then([&](Statement statement) {
    return statement.bind(std::string_view(textOf(key))).step();
  });
}

Result<void> PrefixCatalog::add(const CatalogEntry& entry) {
  return m_database.run(
      "INSERT OR IGNORE INTO prefixes (key, parent, model, owner, is_sequence, tokens, bytes, cost, priority)"
      " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, floor + ?8 / ?7 FROM totals",
      std::string_view(textOf(entry.key)), std::string_view(entry.isSequence ? "" : textOf(entry.parent)),
      entry.model, stored(entry.owner), std::int64_t{entry.isSequence}, entry.tokens,
      std::max<std::int64_t>(1, entry.bytes), entry.cost);
}

Result<std::optional<PrefixKey>> PrefixCatalog::evict() {
  using Found = std::optional<PrefixKey>;
  auto statement =
      m_database.prepare("SELECT key, priority FROM prefixes WHERE children = 0 ORDER BY priority LIMIT 1");
  if (!statement) return tl::unexpected(statement.error());
  const auto found = statement->step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return Found();
  const std::string key = statement->text(0);
  return m_database.run("UPDATE totals SET floor = max(floor, ?1)", statement->real(1))
      .and_then([&] { return m_database.run("DELETE FROM prefixes WHERE key = ?1", std::string_view(key)); })
      .map([&] { return Found(keyFromText(key).value_or(PrefixKey{})); });
}

Result<void> PrefixCatalog::remove(const PrefixKey& key) {
  return m_database.run("DELETE FROM prefixes WHERE key = ?1", std::string_view(textOf(key)));
}

Result<void> PrefixCatalog::noteUse(const std::vector<PrefixKey>& keys) {
  for (const PrefixKey& key : keys) {
    const auto noted = m_database.run(
        "UPDATE prefixes SET uses = uses + 1, priority = (SELECT floor FROM totals) + cost * (uses + 2) / "
        "bytes"
        " WHERE key = ?1",
        std::string_view(textOf(key)));
    if (!noted) return noted;
  }
  return {};
}

Result<std::optional<LastTurn>> PrefixCatalog::lastTurn(std::int64_t model, OwnerId owner) const {
  return m_database
      .prepare("SELECT last_text, last_variant, last_template FROM lookups WHERE model = ?1 AND owner = ?2")
      .and_then([&](Statement statement) -> Result<std::optional<LastTurn>> {
        const auto found = statement.bind(model, stored(owner)).step();
        if (!found) return tl::unexpected(found.error());
        std::vector<TokenId> text = *found ? tokensOf(statement.blob(0)) : std::vector<TokenId>();
        if (text.empty()) return std::optional<LastTurn>();
        return LastTurn{std::move(text), static_cast<std::uint64_t>(statement.integer(1)),
                        static_cast<std::uint64_t>(statement.integer(2))};
      });
}

Result<void> PrefixCatalog::noteLookup(std::int64_t model, std::uint64_t templateHash, int pageTokens,
                                       const PrefixLookup& lookup) {
  const auto last =
      lookup.owner ? lastTurn(model, lookup.owner) : Result<std::optional<LastTurn>>(std::nullopt);
  if (!last) return tl::unexpected(last.error());
  const ReuseVerdict verdict = judgeReuse(lookup, templateHash, *last, pageTokens);
  return m_database.run(
      "INSERT INTO lookups (model, owner, lookups, prompt_tokens, found_tokens, stored_tokens, verdict, "
      "verdict_token)"
      " VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (model, owner) DO UPDATE SET lookups = lookups + "
      "1,"
      " prompt_tokens = prompt_tokens + excluded.prompt_tokens, found_tokens = found_tokens + "
      "excluded.found_tokens,"
      " stored_tokens = stored_tokens + excluded.stored_tokens, verdict = excluded.verdict,"
      " verdict_token = excluded.verdict_token",
      model, stored(lookup.owner), static_cast<std::int64_t>(lookup.prompt.size()),
      std::int64_t{lookup.foundTokens}, std::int64_t{lookup.storedTokens},
      static_cast<std::int64_t>(verdict.kind), std::int64_t{verdict.token});
}

Result<void> PrefixCatalog::noteTurn(std::int64_t model, std::uint64_t templateHash, const PrefixTurn& turn) {
  if (!turn.owner) return {};
  return m_database.run(
      "INSERT INTO lookups (model, owner, last_text, last_variant, last_template) VALUES (?1, ?2, ?3, ?4, ?5)"
      " ON CONFLICT (model, owner) DO UPDATE SET last_text = excluded.last_text,"
      " last_variant = excluded.last_variant, last_template = excluded.last_template",
      model, stored(turn.owner), bytesOf(turn.text), stored(turn.variant), stored(templateHash));
}

Result<void> PrefixCatalog::forgetLookups(std::optional<std::int64_t> model, std::optional<OwnerId> owner) {
  return m_database.run("DELETE FROM lookups WHERE (?1 IS NULL OR model = ?1) AND (?2 IS NULL OR owner = ?2)",
                        model, stored(owner));
}

Result<std::vector<StoredModel>> PrefixCatalog::models() const {
  std::map<std::int64_t, StoredModel> found;
  auto named = m_database.prepare("SELECT id, name FROM models");
  if (!named) return tl::unexpected(named.error());
  Result<bool> row = named->step();
  for (; row && *row; row = named->step())
    found[named->integer(0)] = {named->integer(0), named->text(1), 0, {}};
  if (!row) return tl::unexpected(row.error());
  auto chats = m_database.prepare(
      "SELECT model, owner, sum(pages), sum(sequences), sum(tokens), sum(bytes), sum(lookups), "
      "sum(prompt_tokens),"
      " sum(found_tokens), sum(stored_tokens), max(verdict), max(verdict_token) FROM"
      " (SELECT model, owner, 1 - is_sequence AS pages, is_sequence AS sequences, tokens, bytes, 0 AS "
      "lookups,"
      "  0 AS prompt_tokens, 0 AS found_tokens, 0 AS stored_tokens, -1 AS verdict, 0 AS verdict_token FROM "
      "prefixes"
      "  UNION ALL SELECT model, owner, 0, 0, 0, 0, lookups, prompt_tokens, found_tokens, stored_tokens,"
      "  coalesce(verdict, -1), verdict_token FROM lookups) GROUP BY model, owner ORDER BY 6 DESC, owner "
      "DESC");
  if (!chats) return tl::unexpected(chats.error());
  for (row = chats->step(); row && *row; row = chats->step()) {
    StoredModel& model = found[chats->integer(0)];
    model.chats.push_back(readChat(*chats));
    model.bytes += model.chats.back().bytes;
  }
  if (!row) return tl::unexpected(row.error());
  std::vector<StoredModel> models;
  for (auto& [id, model] : found) {
    if (!model.chats.empty()) models.push_back(std::move(model));
  }
  std::stable_sort(models.begin(), models.end(),
                   [](const StoredModel& a, const StoredModel& b) { return a.bytes > b.bytes; });
  return models;
}

Result<bool> PrefixCatalog::wasChangedByAnother() {
  return m_database.queryInteger("PRAGMA data_version").map([this](std::int64_t version) {
    return std::exchange(m_dataVersion, version) != version;
  });
}

}  // namespace zipage
