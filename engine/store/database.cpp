#include "engine/store/database.h"

#include <sqlite3.h>

#include <cstring>

namespace zipage {

namespace {

/// How long a statement waits while another connection writes.
constexpr int kBusyTimeoutMs = 5000;

ErrorCode errorCodeOf(int sqliteCode) {
  switch (sqliteCode & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_BUSY:
      return ErrorCode::Io;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::InvalidFile;
    case SQLITE_NOMEM:
      return ErrorCode::OutOfMemory;
    default:
      return ErrorCode::Database;
  }
}

std::string fileNameOf(sqlite3* handle) {
  const char* name = sqlite3_db_filename(handle, "main");
  return name == nullptr ? std::string() : name;
}

/// The system's reason where SQLite says no more than "disk I/O error" or "unable to open".
std::string systemReason(sqlite3* handle, int code) {
  const int primary = code & 0xff;
  const int number = sqlite3_system_errno(handle);
  if (number == 0 || (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN)) return {};
  return std::string(" (") + std::strerror(number) + ")";
}

tl::unexpected<Error> sqliteFailure(sqlite3* handle, int code) {
  return failure(errorCodeOf(code),
                 fileNameOf(handle) + ": " + sqlite3_errmsg(handle) + systemReason(handle, code));
}

Result<void> checked(sqlite3* handle, int code) {
  if (code != SQLITE_OK) return sqliteFailure(handle, code);
  return {};
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* handle) const {
  // What finalize returns is the error of the last step, which was reported then.
  sqlite3_finalize(handle);
}

void Statement::bindAt(int index, std::int64_t value) {
  noteBinding(sqlite3_bind_int64(m_handle.get(), index, value));
}

void Statement::bindAt(int index, std::optional<std::int64_t> value) {
  if (value) return bindAt(index, *value);
  noteBinding(sqlite3_bind_null(m_handle.get(), index));
}

void Statement::bindAt(int index, double value) {
  noteBinding(sqlite3_bind_double(m_handle.get(), index, value));
}

void Statement::bindAt(int index, std::span<const std::byte> blob) {
  const void* bytes = blob.empty() ? "" : static_cast<const void*>(blob.data());
  noteBinding(sqlite3_bind_blob64(m_handle.get(), index, bytes, blob.size(), SQLITE_TRANSIENT));
}

void Statement::bindAt(int index, std::string_view text) {
  // An empty view may hold a null pointer, which SQLite would take for NULL.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  noteBinding(sqlite3_bind_text64(m_handle.get(), index, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::bindRow(const Statement& row, int numColumns) {
  noteBinding(sqlite3_reset(m_handle.get()));
  for (int column = 0; column < numColumns; ++column)
    noteBinding(
        sqlite3_bind_value(m_handle.get(), column + 1, sqlite3_column_value(row.m_handle.get(), column)));
  return *this;
}

Result<bool> Statement::step() {
  const int code = m_bindingCode != SQLITE_OK ? m_bindingCode : sqlite3_step(m_handle.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return sqliteFailure(sqlite3_db_handle(m_handle.get()), code);
}

Result<void> Statement::run() {
  Result<bool> more = step();
  while (more && *more) more = step();
  if (!more) return tl::unexpected(more.error());
  return {};
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(m_handle.get(), column); }

double Statement::real(int column) const { return sqlite3_column_double(m_handle.get(), column); }

std::vector<std::byte> Statement::blob(int column) const {
  const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(m_handle.get(), column));
  if (bytes == nullptr) return {};
  return std::vector<std::byte>(bytes, bytes + sqlite3_column_bytes(m_handle.get(), column));
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_handle.get(), column));
  if (bytes == nullptr) return {};
  return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_handle.get(), column)));
}

void Database::Close::operator()(sqlite3* handle) const {
  // The v2 variant cannot fail: it waits for statements that are still alive.
  sqlite3_close_v2(handle);
}

Result<Database> Database::open(const std::filesystem::path& file) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (handle == nullptr) return failure(ErrorCode::OutOfMemory, file.string() + ": no memory to open it");
  Database database(handle);
  if (code != SQLITE_OK) {
    return failure(errorCodeOf(code),
                   file.string() + ": " + sqlite3_errmsg(handle) + systemReason(handle, code));
  }
  if (sqlite3_db_readonly(handle, "main") != 0) {
    return failure(ErrorCode::Io, file.string() + ": the file can be read but not written");
  }
  if (auto set = checked(handle, sqlite3_busy_timeout(handle, kBusyTimeoutMs)); !set) {
    return tl::unexpected(set.error());
  }
  return database;
}

Result<void> Database::execute(const std::string& script) {
  return checked(m_handle.get(), sqlite3_exec(m_handle.get(), script.c_str(), nullptr, nullptr, nullptr));
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v2(m_handle.get(), sql.data(), static_cast<int>(sql.size()), &handle, nullptr);
  if (code != SQLITE_OK) return sqliteFailure(m_handle.get(), code);
  return Statement(handle);
}

Result<std::int64_t> Database::queryInteger(std::string_view sql) const {
  return prepare(sql).and_then([](Statement statement) {
    return statement.step().map([&](bool found) { return found ? statement.integer(0) : 0; });
  });
}

Result<std::string> Database::queryText(std::string_view sql) const {
  return prepare(sql).and_then([](Statement statement) {
    return statement.step().map([&](bool found) { return found ? statement.text(0) : std::string(); });
  });
}

std::int64_t Database::numChanged() const { return sqlite3_changes64(m_handle.get()); }

bool Database::isInTransaction() const { return sqlite3_get_autocommit(m_handle.get()) == 0; }

std::string Database::fileName() const { return fileNameOf(m_handle.get()); }

Result<void> Database::copyTo(Database& target) const {
  sqlite3* to = target.m_handle.get();
  sqlite3_backup* backup = sqlite3_backup_init(to, "main", m_handle.get(), "main");
  if (backup == nullptr) return sqliteFailure(to, sqlite3_errcode(to));
  constexpr int kAllPages = -1;
  sqlite3_backup_step(backup, kAllPages);
  // Returns what went wrong in the step as well.
  return checked(to, sqlite3_backup_finish(backup));
}

Result<Transaction> Transaction::begin(Database& database) {
  return database.execute("BEGIN IMMEDIATE").map([&] { return Transaction(database); });
}

Result<void> Transaction::commit() {
  Result<void> committed = m_database->execute("COMMIT");
  if (committed)
    m_database = nullptr;
  else
    rollBack();
  return committed;
}

void Transaction::rollBack() {
  // Some errors, a full disk among them, make SQLite roll back by itself. A ROLLBACK that fails leaves the
  // transaction open; the next begin() then fails and reports it.
  if (m_database != nullptr && m_database->isInTransaction())
    static_cast<void>(m_database->execute("ROLLBACK"));
  m_database = nullptr;
}

}  // namespace zipage
