// Invariant: a key in m_known has an entry in the catalog and a file, but for what other processes and the
// world do to them; a file is there before its entry is, and goes when the entry does.
#include "engine/store/prefix_shelf.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <system_error>

#include "engine/store/database_file.h"
#include "engine/store/prefix_file.h"

namespace zipage {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kDiskBlock = 4096;
/// Kept back from the budget for what the books grow by in one transaction.
constexpr std::int64_t kRoomForBooks = std::int64_t{8} << 20;
constexpr const char* kCatalogName = "prefixes.db";
constexpr const char* kEnding = ".kv";

fs::path withEnding(fs::path path, const char* ending) { return path += ending; }

std::int64_t sizeOf(const fs::path& file) {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  return error ? 0 : static_cast<std::int64_t>(bytes);
}

std::int64_t onDisk(std::int64_t bytes) { return (bytes + kDiskBlock - 1) / kDiskBlock * kDiskBlock; }

/// The catalog under another name, so that a new one can be begun; what its files were nobody knows any more.
void putAside(const fs::path& catalog) {
  std::error_code ignored;
  fs::rename(catalog, withEnding(catalog, ".damaged"), ignored);
  for (const char* ending : {"-wal", "-shm"}) fs::remove(withEnding(catalog, ending), ignored);
}

}  // namespace

std::int64_t freeBytesOf(const fs::path& folder) {
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) return -1;
  return static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
}

std::int64_t PrefixToStore::bytes() const {
  return std::visit(
      [](const auto& one) {
        return static_cast<std::int64_t>(one.contents.size() + one.tokens.size() * sizeof(TokenId) +
                                         kDiskBlock);
      },
      prefix);
}

Result<std::unique_ptr<PrefixShelf>> PrefixShelf::open(const PrefixStoreOptions& options,
                                                       KnownPrefixes& known) {
  const fs::path catalogFile = options.folder / kCatalogName;
  for (const fs::path& folder : {options.folder, options.folder / "files"}) {
    if (auto made = createPrivateFolder(folder); !made) return tl::unexpected(made.error());
  }
  auto lock = InstanceLock::acquire(withEnding(catalogFile, "-lock"));
  if (!lock) return tl::unexpected(lock.error());
  std::string problem;
  auto catalog = PrefixCatalog::open(catalogFile, !lock->wasAlone());
  if (!catalog && catalog.error().code == ErrorCode::InvalidFile && lock->wasAlone()) {
    problem = catalog.error().message;
    putAside(catalogFile);
    catalog = PrefixCatalog::open(catalogFile, false);
  }
  if (!catalog) return tl::unexpected(catalog.error());
  const bool isAlone = lock->wasAlone();
  std::unique_ptr<PrefixShelf> shelf(new PrefixShelf(options, known, std::move(*lock), std::move(*catalog)));
  shelf->m_figures.problem = std::move(problem);
  if (isAlone) {
    if (auto matched = shelf->matchFilesAndCatalog(); !matched) return tl::unexpected(matched.error());
  }
  if (auto finished = shelf->m_lock.finishOpening(); !finished) return tl::unexpected(finished.error());
  shelf->refresh();
  shelf->setBudget(options.budgetBytes.value_or(shelf->m_budget));
  return shelf;
}

fs::path PrefixShelf::fileOf(const PrefixKey& key) const {
  const std::string name = textOf(key);
  return filesFolder() / name.substr(0, 2) / (name + kEnding);
}

/// Removes files that no entry names, unfinished ones among them, and entries whose file is gone.
Result<void> PrefixShelf::matchFilesAndCatalog() {
  const auto keys = m_catalog.keys();
  if (!keys) return tl::unexpected(keys.error());
  std::unordered_set<PrefixKey, PrefixKeyHash> missing(keys->begin(), keys->end());
  std::error_code error;
  fs::recursive_directory_iterator file(filesFolder(), error);
  for (; !error && file != fs::recursive_directory_iterator(); file.increment(error)) {
    std::error_code ignored;
    if (file->is_directory(ignored)) continue;
    const auto key = keyFromText(file->path().stem().string());
    const bool isKnown = key && file->path() == fileOf(*key) && missing.erase(*key) > 0;
    if (!isKnown) fs::remove(file->path(), ignored);
  }
  if (error) return failure(ErrorCode::Io, "cannot read " + filesFolder().string() + ": " + error.message());
  if (missing.empty()) return {};
  auto transaction = Transaction::begin(m_catalog.database());
  if (!transaction) return tl::unexpected(transaction.error());
  for (const PrefixKey& key : missing) {
    if (auto removed = m_catalog.remove(key); !removed) return removed;
  }
  return transaction->commit();
}

Result<std::int64_t> PrefixShelf::modelId(const PrefixModel& model) {
  if (const auto found = m_modelIds.find(model.root); found != m_modelIds.end()) return found->second;
  const auto id = m_catalog.modelId(textOf(model.root), model.name);
  if (id) m_modelIds.emplace(model.root, *id);
  return id;
}

FetchedPrefix PrefixShelf::read(const PrefixKey& key) {
  auto prefix = readPrefixFile(fileOf(key), key);
  if (prefix) {
    ++m_figures.hits;
    return {key, std::move(*prefix), PrefixLoss::None};
  }
  const ErrorCode code = prefix.error().code;
  const bool isDamaged = code == ErrorCode::InvalidFile;
  ++(isDamaged ? m_figures.damaged : m_figures.misses);
  if (code != ErrorCode::NotFound) m_figures.problem = prefix.error().message;
  m_known.remove(key);
  // What only cannot be read now may be there tomorrow.
  if (code != ErrorCode::Io) dropAll({key});
  return {key, std::nullopt, isDamaged ? PrefixLoss::Damaged : PrefixLoss::Gone};
}

void PrefixShelf::write(const std::vector<std::shared_ptr<const PrefixToStore>>& batch) {
  std::vector<PrefixKey> added;
  const auto done = writeAll(batch, added);
  note(done);
  if (done) {
    for (const PrefixKey& key : added) m_known.add(key);
    return;
  }
  // Without their entries nobody would find these files, nor count them.
  std::error_code ignored;
  for (const PrefixKey& key : added) fs::remove(fileOf(key), ignored);
  m_figures.notWritten += static_cast<std::int64_t>(added.size());
  m_figures.written -= static_cast<std::int64_t>(added.size());
  refresh();
}

Result<void> PrefixShelf::writeAll(const std::vector<std::shared_ptr<const PrefixToStore>>& batch,
                                   std::vector<PrefixKey>& added) {
  auto transaction = Transaction::begin(m_catalog.database());
  if (!transaction) return tl::unexpected(transaction.error());
  for (const auto& item : batch) {
    const auto written = writeOne(*item);
    if (!written) return tl::unexpected(written.error());
    if (*written) added.push_back(item->key);
  }
  return transaction->commit();
}

Result<bool> PrefixShelf::writeOne(const PrefixToStore& item) {
  const auto isThere = m_catalog.has(item.key);
  if (!isThere || *isThere) return isThere.map([](bool) { return false; });
  const auto mayBeWritten = [&]() -> Result<bool> {
    auto follows = followsSomething(item);
    if (!follows || !*follows || !m_allowance.take(item.bytes()))
      return follows.map([](bool) { return false; });
    const auto hasRoom = makeRoom(item.bytes());
    // What made room may have been what it follows.
    return hasRoom && *hasRoom ? followsSomething(item) : hasRoom;
  }();
  if (!mayBeWritten) return mayBeWritten;
  if (!*mayBeWritten) {
    ++m_figures.notWritten;
    return false;
  }
  const auto model = modelId(*item.model);
  if (!model) return tl::unexpected(model.error());
  const fs::path file = fileOf(item.key);
  if (auto made = createPrivateFolder(file.parent_path()); !made) return tl::unexpected(made.error());
  const auto bytes = writePrefixFile(file, item.key, item.prefix, m_options.compresses);
  if (!bytes) {
    note(tl::unexpected(bytes.error()));
    ++m_figures.notWritten;
    return false;
  }
  CatalogEntry entry{item.key, {}, *model, item.owner, true, 0, onDisk(*bytes), 0.0};
  if (const auto* page = std::get_if<StoredPage>(&item.prefix)) {
    entry.parent = page->parent;
    entry.isSequence = false;
    entry.tokens = static_cast<std::int64_t>(page->tokens.size());
  } else {
    entry.tokens = static_cast<std::int64_t>(std::get<StoredSequence>(item.prefix).tokens.size());
  }
  entry.cost = item.model->costPerToken * static_cast<double>(entry.tokens);
  ++m_figures.written;
  m_figures.bytesWritten += *bytes;
  return m_catalog.add(entry).map([] { return true; });
}

/// Nobody would ever come to a page without the one before it.
Result<bool> PrefixShelf::followsSomething(const PrefixToStore& item) const {
  const auto* page = std::get_if<StoredPage>(&item.prefix);
  if (page == nullptr || page->parent == item.model->root) return true;
  return m_catalog.has(page->parent);
}

Result<bool> PrefixShelf::makeRoom(std::int64_t bytes) {
  const std::int64_t most = m_budget - bytesOfBooks() - std::min(kRoomForBooks, m_budget / 8);
  while (true) {
    const auto used = m_catalog.bytesOfAll();
    if (!used) return tl::unexpected(used.error());
    const std::int64_t free = m_options.freeBytes(m_options.folder);
    const bool isDiskFull = free >= 0 && free - bytes < m_options.reserveBytes;
    if (*used + bytes <= most && !isDiskFull) return true;
    const auto evicted = bytes <= most ? m_catalog.evict() : std::optional<PrefixKey>();
    if (!evicted) return tl::unexpected(evicted.error());
    if (!*evicted) return false;
    ++m_figures.evicted;
    drop(**evicted);
  }
}

std::int64_t PrefixShelf::bytesOfBooks() const {
  const fs::path catalog = m_options.folder / kCatalogName;
  std::int64_t bytes = sizeOf(catalog);
  for (const char* ending : {"-wal", "-shm", "-lock"}) bytes += sizeOf(withEnding(catalog, ending));
  return bytes;
}

/// The file, and what is known of it in memory.
void PrefixShelf::drop(const PrefixKey& key) {
  m_known.remove(key);
  std::error_code ignored;  // it may be gone already
  fs::remove(fileOf(key), ignored);
}

void PrefixShelf::dropAll(const std::vector<PrefixKey>& keys) {
  auto transaction = Transaction::begin(m_catalog.database());
  if (!transaction) return note(tl::unexpected(transaction.error()));
  for (const PrefixKey& key : keys) {
    if (auto removed = m_catalog.remove(key); !removed) return note(removed);
  }
  note(transaction->commit());
  for (const PrefixKey& key : keys) drop(key);
}

void PrefixShelf::noteLookup(const PrefixModel& model, const PrefixLookup& lookup) {
  auto transaction = Transaction::begin(m_catalog.database());
  if (!transaction) return note(tl::unexpected(transaction.error()));
  note(modelId(model)
           .and_then([&](std::int64_t id) {
             return m_catalog.noteLookup(id, model.templateHash, model.pageTokens, lookup);
           })
           .and_then([&] { return m_catalog.noteUse(lookup.used); })
           .and_then([&] { return transaction->commit(); }));
}

void PrefixShelf::noteTurn(const PrefixModel& model, const PrefixTurn& turn) {
  note(modelId(model).and_then(
      [&](std::int64_t id) { return m_catalog.noteTurn(id, model.templateHash, turn); }));
}

void PrefixShelf::setBudget(std::int64_t bytes) {
  m_budget = bytes;
  auto transaction = Transaction::begin(m_catalog.database());
  if (!transaction) return note(tl::unexpected(transaction.error()));
  note(m_catalog.setBudget(bytes).and_then([&] { return makeRoom(0); }).and_then([&](bool) {
    return transaction->commit();
  }));
}

void PrefixShelf::clear(std::optional<std::int64_t> model, std::optional<OwnerId> owner) {
  const auto keys = m_catalog.keysOf(model, owner);
  if (!keys) return note(tl::unexpected(keys.error()));
  dropAll(*keys);
  note(m_catalog.forgetLookups(model, owner));
}

void PrefixShelf::keepChats(const std::unordered_set<std::uint64_t>& chats) {
  const auto owners = m_catalog.owners();
  if (!owners) return note(tl::unexpected(owners.error()));
  for (const OwnerId owner : *owners) {
    if (chats.count(owner.value) == 0) clear(std::nullopt, owner);
  }
}

PrefixReport PrefixShelf::report() {
  PrefixReport report = m_figures;
  const auto models = m_catalog.models();
  note(models.map([](const auto&) {}));
  report.models = models.value_or(std::vector<StoredModel>());
  report.bytes = m_catalog.bytesOfAll().value_or(0) + bytesOfBooks();
  report.budgetBytes = m_budget;
  report.freeBytes = m_options.freeBytes(m_options.folder);
  return report;
}

void PrefixShelf::refresh() {
  const auto changed = m_catalog.wasChangedByAnother();
  if (!changed) return note(tl::unexpected(changed.error()));
  if (!*changed) return;
  const auto keys = m_catalog.keys();
  note(keys.map([](const auto&) {}));
  if (keys) m_known.assign(*keys);
  m_budget = m_catalog.budget().value_or(m_budget);
}

void PrefixShelf::note(const Result<void>& done) {
  if (!done) m_figures.problem = done.error().message;
}

}  // namespace zipage
