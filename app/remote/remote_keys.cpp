#include "app/remote/remote_keys.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

namespace zipage {

namespace {

QJsonObject keysIn(const std::filesystem::path& path) {
  QFile file(QString::fromStdString(path.string()));
  if (!file.open(QIODevice::ReadOnly)) return {};
  return QJsonDocument::fromJson(file.readAll()).object();
}

}  // namespace

QString RemoteKeys::keyFor(const QUrl& base) const {
  return keysIn(m_file).value(base.toString()).toString();
}

Result<void> RemoteKeys::setKey(const QUrl& base, const QString& key) const {
  QJsonObject keys = keysIn(m_file);
  if (keys.value(base.toString()).toString() == key) return {};
  if (key.isEmpty())
    keys.remove(base.toString());
  else
    keys[base.toString()] = key;
  std::error_code ignored;
  std::filesystem::create_directories(m_file.parent_path(), ignored);
  QSaveFile file(QString::fromStdString(m_file.string()));
  const bool isOpen = file.open(QIODevice::WriteOnly) &&
                      file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
  if (isOpen && file.write(QJsonDocument(keys).toJson()) >= 0 && file.commit()) return {};
  return failure(ErrorCode::Io, "the key cannot be written to " + m_file.string());
}

}  // namespace zipage
