// One SQLite connection, its statements and its transactions. Every call that can fail returns a Result whose
// message names the file and holds SQLite's own words. Knows nothing of chats. One thread at a time.
//
// Codes: Io where the system refused (full disk, read-only, locked by another program) and the same write may
// succeed later; InvalidFile for damage and files that are no database; OutOfMemory; Database for everything
// else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace zipage {

/// A prepared statement. Outlived by the Database that prepared it.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* handle) : m_handle(handle) {}

  /// Values for ?1, ?2, … in order; an empty optional is NULL. What cannot be bound is reported by the next
  /// step().
  template <typename... Values>
  Statement& bind(const Values&... values) {
    int index = 0;
    (bindAt(++index, values), ...);
    return *this;
  }

  /// The first columns of the current row of another statement, as they are: ?1, ?2, …
  Statement& bindRow(const Statement& row, int numColumns);

  /// True: a row is there to be read. False: the statement has done its work.
  Result<bool> step();
  /// Steps to the end; rows go unread.
  Result<void> run();

  // Columns of the current row, counted from 0. NULL reads as 0, as empty text and as an empty blob.
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  std::vector<std::byte> blob(int column) const;

 private:
  void bindAt(int index, std::int64_t value);
  void bindAt(int index, std::optional<std::int64_t> value);
  void bindAt(int index, double value);
  void bindAt(int index, std::string_view text);
  void bindAt(int index, std::span<const std::byte> blob);
  void noteBinding(int code) { m_bindingCode = m_bindingCode == 0 ? code : m_bindingCode; }

  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> m_handle;
  int m_bindingCode = 0;  // the first SQLite code of bind() that was not OK
};

class Database {
 public:
  /// Opens a file that exists, for reading and writing; Io when it can only be read. SQLite looks into the
  /// file only at the first statement, so a file that is no database is noticed then.
  static Result<Database> open(const std::filesystem::path& file);

  /// Runs a script of statements without values.
  Result<void> execute(const std::string& script);
  Result<Statement> prepare(std::string_view sql) const;

  template <typename... Values>
  Result<void> run(std::string_view sql, const Values&... values) {
    return prepare(sql).and_then([&](Statement statement) { return statement.bind(values...).run(); });
  }

  /// First column of the first row; 0 and empty text where there is no row.
  Result<std::int64_t> queryInteger(std::string_view sql) const;
  Result<std::string> queryText(std::string_view sql) const;

  /// Rows that the last statement changed itself; those changed by triggers do not count.
  std::int64_t numChanged() const;
  bool isInTransaction() const;
  std::string fileName() const;
  /// Overwrites `target` with a copy of the whole database as it is now, written through to the disk.
  Result<void> copyTo(Database& target) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  explicit Database(sqlite3* handle) : m_handle(handle) {}

  std::unique_ptr<sqlite3, Close> m_handle;
};

/// Everything between begin() and commit() happens or nothing does. Outlived by its Database, which must not
/// move.
class Transaction {
 public:
  /// Takes the write lock at once, so that no later statement of the transaction has to wait for it.
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : m_database(std::exchange(other.m_database, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() { rollBack(); }

  /// On failure nothing of the transaction is kept.
  Result<void> commit();

 private:
  explicit Transaction(Database& database) : m_database(&database) {}
  void rollBack();

  Database* m_database;  // null once committed, rolled back or moved from
};

}  // namespace zipage
