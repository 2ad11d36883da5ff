// The keys of engines elsewhere, in a file that only its owner can read.
#pragma once

#include <QString>
#include <QUrl>
#include <filesystem>

#include "engine/base/result.h"

namespace zipage {

class RemoteKeys {
 public:
  explicit RemoteKeys(std::filesystem::path file) : m_file(std::move(file)) {}

  /// Empty: there is none.
  QString keyFor(const QUrl& base) const;
  /// An empty key forgets it. Io: it cannot be written.
  Result<void> setKey(const QUrl& base, const QString& key) const;

 private:
  std::filesystem::path m_file;
};

}  // namespace zipage
