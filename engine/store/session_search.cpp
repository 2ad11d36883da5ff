// Two passes: which chats there are and where, by the index alone; then the words around each place, for
// which the texts must be read.
#include "engine/store/session_search.h"

#include <string>

#include "engine/store/read_rows.h"
#include "engine/store/search_expression.h"

namespace zipage {

namespace {

/// Chat, newest message that matches (0: only the title does).
constexpr std::string_view kFindSql =
    "SELECT c.id, coalesce(found.message, 0) FROM chats c LEFT JOIN"
    " (SELECT m.chat AS chat, max(m.id) AS message FROM messages m"
    "  WHERE m.deleted_ms IS NULL AND m.id IN (SELECT rowid FROM message_search WHERE message_search MATCH "
    "?1)"
    "  GROUP BY m.chat) AS found ON found.chat = c.id"
    " WHERE c.deleted_ms IS NULL AND (found.message IS NOT NULL OR"
    "  c.id IN (SELECT rowid FROM chat_search WHERE chat_search MATCH ?1))"
    " ORDER BY c.updated_ms DESC, c.id DESC";

constexpr std::string_view kTitleSql =
    "SELECT highlight(chat_search, 0, char(2), char(3)) FROM chat_search"
    " WHERE chat_search MATCH ?1 AND rowid = ?2";

constexpr std::string_view kMessageSql =
    "SELECT snippet(message_search, 0, char(2), char(3), '\xE2\x80\xA6', 12),"
    " snippet(message_search, 1, char(2), char(3), '\xE2\x80\xA6', 12),"
    " snippet(message_search, 2, char(2), char(3), '\xE2\x80\xA6', 12) FROM message_search"
    " WHERE message_search MATCH ?1 AND rowid = ?2";

Result<SearchHit> readPlace(const Statement& row) {
  SearchHit hit;
  hit.chat.value = static_cast<std::uint64_t>(row.integer(0));
  hit.message.value = static_cast<std::uint64_t>(row.integer(1));
  return hit;
}

bool isMarked(const std::string& text) { return text.find(SearchHit::kMatchBegin) != std::string::npos; }

Result<void> readSnippet(const Database& database, std::string_view expression, SearchHit& hit) {
  const bool isTitle = !hit.message;
  auto statement = database.prepare(isTitle ? kTitleSql : kMessageSql);
  if (!statement) return tl::unexpected(statement.error());
  const std::uint64_t row = isTitle ? hit.chat.value : hit.message.value;
  const auto found = statement->bind(expression, static_cast<std::int64_t>(row)).step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return {};
  hit.snippet = statement->text(0);
  if (isTitle) return {};
  hit.part = SearchHit::Part::Text;
  // In the order of their columns.
  for (const SearchHit::Part part : {SearchHit::Part::Reasoning, SearchHit::Part::File}) {
    if (isMarked(hit.snippet)) break;
    if (std::string snippet = statement->text(part == SearchHit::Part::Reasoning ? 1 : 2);
        isMarked(snippet)) {
      hit.snippet = std::move(snippet);
      hit.part = part;
    }
  }
  return {};
}

}  // namespace

Result<std::vector<SearchHit>> searchSessions(const Database& database, std::string_view query) {
  const std::string expression = searchExpression(query);
  if (expression.empty()) return {};
  auto hits = database.prepare(kFindSql).and_then([&](Statement statement) {
    statement.bind(std::string_view(expression));
    return readAll<SearchHit>(std::move(statement), readPlace);
  });
  if (!hits) return hits;
  for (SearchHit& hit : *hits) {
    if (auto read = readSnippet(database, expression, hit); !read) return tl::unexpected(read.error());
  }
  return hits;
}

}  // namespace zipage
