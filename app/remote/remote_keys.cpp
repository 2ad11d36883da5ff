#include "app/remote/remote_keys.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include "app/remote/private_file.h"

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
  return writePrivateFile(m_file, QJsonDocument(keys).toJson());
}

}  // namespace zipage
