// Texts, pages and sequences that the tests of stored prefixes share.
#pragma once

#include <QTemporaryDir>
#include <filesystem>
#include <numeric>
#include <random>
#include <span>

#include "engine/store/prefix_shelf.h"
#include "tests/engine/store/store_fixture.h"
#include "tests/support/fake_clock.h"

namespace zipage::testing {

inline constexpr int kPageTokens = 4;

inline PrefixModel prefixModel(std::uint64_t number = 1) {
  return {{number, kPageTokens}, "model " + std::to_string(number), 7, 1.0, kPageTokens};
}

/// A page of a chain, by its number; its key says which chain it is of.
struct ChainPage {
  PrefixKey key;
  StoredPage page;
};

inline PrefixKey chainKey(std::uint64_t chain, std::uint64_t page) {
  return {chain * 1000 + page + 1, chain};
}

/// Contents that no compressor can do anything with, another for each seed.
inline std::vector<std::byte> randomBytes(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> numbers(count / 8 + 1);
  for (std::uint64_t& number : numbers) number = random();
  const auto bytes = std::as_bytes(std::span(numbers)).first(count);
  return {bytes.begin(), bytes.end()};
}

inline ChainPage chainPage(const PrefixModel& model, std::uint64_t chain, std::uint64_t page,
                           std::size_t contentsBytes = 1000) {
  ChainPage made;
  made.key = chainKey(chain, page);
  made.page.parent = page == 0 ? model.root : chainKey(chain, page - 1);
  for (int i = 0; i < kPageTokens; ++i)
    made.page.tokens.push_back(static_cast<TokenId>(chain * 100 + page * 10) + i);
  made.page.contents = randomBytes(contentsBytes, chain * 1000 + page);
  return made;
}

inline StoredSequence storedSequence(int numTokens = 19, std::size_t contentsBytes = 2000) {
  StoredSequence sequence;
  sequence.tokens.resize(static_cast<std::size_t>(numTokens));
  std::iota(sequence.tokens.begin(), sequence.tokens.end(), 5);
  sequence.policy = MemoryPolicy::Grow;
  sequence.settings.budgetTokens = 64;
  sequence.settings.decay = 0.25F;
  sequence.settings.rule = SelectionRule::Recent;
  sequence.settings.protectPrompt = true;
  sequence.numEntries = 12;
  sequence.numScored = 8;
  sequence.numCompressions = 3;
  sequence.grownTokens = 4;
  sequence.longRunWorkingSet = 7.5;
  sequence.contents = randomBytes(contentsBytes, 99);
  return sequence;
}

inline bool isSame(const StoredPage& a, const StoredPage& b) {
  return a.parent == b.parent && a.tokens == b.tokens && a.contents == b.contents;
}

inline bool isPage(const std::optional<StoredPrefix>& prefix, const StoredPage& page) {
  return prefix && std::holds_alternative<StoredPage>(*prefix) && isSame(std::get<StoredPage>(*prefix), page);
}

/// A folder for prefixes, with limits that tests can reach.
class PrefixFolder {
 public:
  PrefixStoreOptions options() const {
    PrefixStoreOptions options;
    options.folder = path();
    options.budgetBytes = std::int64_t{64} << 20;
    options.reserveBytes = 0;
    return options;
  }
  std::filesystem::path path() const { return std::filesystem::path(m_folder.path().toStdString()) / "kv"; }
  std::filesystem::path catalog() const { return path() / "prefixes.db"; }

  /// Files of prefixes, unfinished and foreign ones too.
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path() / "files")) {
      if (!entry.is_directory()) found.push_back(entry.path());
    }
    return found;
  }
  std::filesystem::path fileOf(const PrefixKey& key) const {
    const std::string name = textOf(key);
    return path() / "files" / name.substr(0, 2) / (name + ".kv");
  }
  /// All bytes that the folder takes of the disk, blocks rounded up.
  std::int64_t bytes() const {
    std::int64_t sum = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path())) {
      std::error_code ignored;
      const auto size = entry.is_directory() ? 0 : entry.file_size(ignored);
      if (!ignored) sum += static_cast<std::int64_t>((size + 4095) / 4096 * 4096);
    }
    return sum;
  }

 private:
  QTemporaryDir m_folder;
};

}  // namespace zipage::testing
