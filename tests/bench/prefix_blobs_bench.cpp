// Where pages on disk had better lie: as blobs of a SQLite database or as files beside one. Not a test: run
// it on an idle machine. Takes a folder, which is best on the disk that is asked about, and MiB of pages a
// case.
//
// Each case writes pages in transactions of 32, reads every second of them with the system's cache emptied of
// them, throws half of them away and writes them again. Printed: MB of pages a second, bytes that went to the
// disk for each byte of a page, and what the folder takes beside the pages that are left.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

constexpr int kPagesATransaction = 32;

using Bytes = std::vector<char>;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

/// Where pages are put, by number.
class PageStore {
 public:
  virtual ~PageStore() = default;
  virtual void begin() = 0;
  virtual void write(int page, const Bytes& bytes) = 0;
  virtual void erase(int page) = 0;
  virtual void commit() = 0;
  virtual void read(int page, Bytes& bytes) = 0;
};

class Connection {
 public:
  Connection(const fs::path& file, int sqlitePageBytes) {
    require(sqlite3_open(file.c_str(), &m_handle) == SQLITE_OK, "open");
    run("PRAGMA page_size = " + std::to_string(sqlitePageBytes));
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864");
    run("CREATE TABLE pages (id INTEGER PRIMARY KEY, bytes INTEGER, contents BLOB)");
  }
  ~Connection() { sqlite3_close_v2(m_handle); }
  void run(const std::string& sql) {
    require(sqlite3_exec(m_handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, sql.c_str());
  }
  /// Runs a statement with a page's number and, unless they are null, its bytes.
  void run(const char* sql, int page, const Bytes* bytes, Bytes* result = nullptr) {
    sqlite3_stmt* statement = nullptr;
    require(sqlite3_prepare_v2(m_handle, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
    sqlite3_bind_int(statement, 1, page);
    if (bytes != nullptr) sqlite3_bind_blob64(statement, 2, bytes->data(), bytes->size(), SQLITE_STATIC);
    const int code = sqlite3_step(statement);
    require(code == SQLITE_DONE || code == SQLITE_ROW, sql);
    if (result != nullptr && code == SQLITE_ROW) {
      const auto* blob = static_cast<const char*>(sqlite3_column_blob(statement, 0));
      result->assign(blob, blob + sqlite3_column_bytes(statement, 0));
    }
    sqlite3_finalize(statement);
  }

 private:
  sqlite3* m_handle = nullptr;
};

class Blobs final : public PageStore {
 public:
  Blobs(const fs::path& folder, int sqlitePageBytes) : m_database(folder / "pages.db", sqlitePageBytes) {}
  void begin() override { m_database.run("BEGIN IMMEDIATE"); }
  void write(int page, const Bytes& bytes) override {
    m_database.run("INSERT INTO pages (id, contents) VALUES (?1, ?2)", page, &bytes);
  }
  void erase(int page) override { m_database.run("DELETE FROM pages WHERE id = ?1", page, nullptr); }
  void commit() override { m_database.run("COMMIT"); }
  void read(int page, Bytes& bytes) override {
    m_database.run("SELECT contents FROM pages WHERE id = ?1", page, nullptr, &bytes);
  }

 private:
  Connection m_database;
};

class Files final : public PageStore {
 public:
  explicit Files(const fs::path& folder) : m_folder(folder), m_index(folder / "pages.db", 4096) {}
  void begin() override { m_index.run("BEGIN IMMEDIATE"); }
  void write(int page, const Bytes& bytes) override {
    const fs::path part = m_folder / "part";
    const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    require(::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "write");
    ::close(file);
    fs::rename(part, fileOf(page));
    m_index.run("INSERT INTO pages (id) VALUES (?1)", page, nullptr);
  }
  void erase(int page) override {
    m_index.run("DELETE FROM pages WHERE id = ?1", page, nullptr);
    fs::remove(fileOf(page));
  }
  void commit() override { m_index.run("COMMIT"); }
  void read(int page, Bytes& bytes) override {
    const int file = ::open(fileOf(page).c_str(), O_RDONLY);
    bytes.resize(fs::file_size(fileOf(page)));
    require(::read(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "read");
    ::close(file);
  }

 private:
  fs::path fileOf(int page) const { return m_folder / (std::to_string(page) + ".kv"); }
  fs::path m_folder;
  Connection m_index;
};

double secondsOf(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  ::sync();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Bytes that this process has sent towards the disk.
double bytesWritten() {
  std::ifstream counters("/proc/self/io");
  std::string name;
  for (double value = 0.0; counters >> name >> value;) {
    if (name == "write_bytes:") return value;
  }
  return 0.0;
}

double bytesIn(const fs::path& folder) {
  double bytes = 0.0;
  for (const auto& entry : fs::directory_iterator(folder)) bytes += static_cast<double>(entry.file_size());
  return bytes;
}

void dropFromCache(const fs::path& folder) {
  ::sync();
  for (const auto& entry : fs::directory_iterator(folder)) {
    const int file = ::open(entry.path().c_str(), O_RDONLY);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
  }
}

void inTransactions(PageStore& store, int first, int last, int step, const std::function<void(int)>& each) {
  for (int page = first, n = 0; page < last; page += step, ++n) {
    if (n % kPagesATransaction == 0) store.begin();
    each(page);
    if (n % kPagesATransaction == kPagesATransaction - 1 || page + step >= last) store.commit();
  }
}

void measure(const char* name, const fs::path& folder, PageStore& store, std::size_t pageBytes,
             int numPages) {
  std::mt19937_64 random(1);
  Bytes bytes(pageBytes);
  const auto fill = [&] {
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8)
      *reinterpret_cast<std::uint64_t*>(&bytes[i]) = random();
  };
  fill();
  const double total = static_cast<double>(pageBytes) * numPages;
  const double before = bytesWritten();
  const double writing =
      secondsOf([&] { inTransactions(store, 0, numPages, 1, [&](int page) { store.write(page, bytes); }); });
  const double amplified = (bytesWritten() - before) / total;
  dropFromCache(folder);
  Bytes read;
  const double reading = secondsOf([&] {
    for (int page = 0; page < numPages; page += 2) store.read(page, read);
  });
  require(read == bytes, "what was written is read");
  const double erasing =
      secondsOf([&] { inTransactions(store, 0, numPages, 2, [&](int page) { store.erase(page); }); });
  const double waste = bytesIn(folder) / (total / 2);
  const double again =
      secondsOf([&] { inTransactions(store, 0, numPages, 2, [&](int page) { store.write(page, bytes); }); });
  std::printf("%8zu KiB  %-22s  %7.0f  %9.2f  %7.0f  %9.1f  %11.2f  %9.0f\n", pageBytes / 1024, name,
              total / writing / 1e6, amplified, total / 2 / reading / 1e6, erasing * 1e3, waste,
              total / 2 / again / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s FOLDER MIB\n", argv[0]);
    return 2;
  }
  const fs::path folder = fs::path(argv[1]) / "prefix-blobs-bench";
  std::printf(
      "      page  kept as                 write,   to disk/    read,   erase half,  folder/left  rewrite,\n"
      "                                     MB/s  byte kept     MB/s           ms   after erase       "
      "MB/s\n");
  for (const std::size_t kib : {64, 256, 1024, 4096}) {
    const int numPages = static_cast<int>(std::atol(argv[2]) * 1024 / static_cast<long>(kib));
    const auto fresh = [&] {
      fs::remove_all(folder);
      fs::create_directories(folder);
    };
    for (const int sqlitePageBytes : {4096, 65536}) {
      fresh();
      Blobs blobs(folder, sqlitePageBytes);
      measure(sqlitePageBytes == 4096 ? "blobs, pages of 4 KiB" : "blobs, pages of 64 KiB", folder, blobs,
              kib * 1024, numPages);
    }
    fresh();
    Files files(folder);
    measure("files", folder, files, kib * 1024, numPages);
  }
  fs::remove_all(folder);
  return 0;
}
