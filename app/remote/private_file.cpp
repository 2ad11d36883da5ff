#include "app/remote/private_file.h"

#include <QSaveFile>

namespace zipage {

Result<void> writePrivateFile(const std::filesystem::path& path, const QByteArray& contents) {
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  QSaveFile file(QString::fromStdString(path.string()));
  const bool isOpen = file.open(QIODevice::WriteOnly) &&
                      file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
  if (isOpen && file.write(contents) == contents.size() && file.commit()) return {};
  return failure(ErrorCode::Io, path.string() + " cannot be written");
}

}  // namespace zipage
