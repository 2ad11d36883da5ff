#include "ui/composer/text_file.h"
#include "ui/theme/byte_text.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QStringDecoder>

namespace zipage::ui {

namespace {

struct FileWords {
  Q_DECLARE_TR_FUNCTIONS(FileWords)
};

QString problemOf(const QFile& file, const QByteArray& bytes) {
  if (file.error() != QFileDevice::NoError)
    return FileWords::tr("it cannot be read: %1").arg(file.errorString());
  if (bytes.size() > kMostFileBytes) {
    return FileWords::tr("it is larger than %1, the most that can be attached")
        .arg(bytesText(kMostFileBytes));
  }
  if (bytes.contains('\0')) return FileWords::tr("it is not a text file");
  return {};
}

}  // namespace

TextFile readTextFile(const QString& path) {
  TextFile read;
  const QFileInfo info(path);
  read.item.name = info.fileName().simplified();
  const auto refuse = [&](const QString& reason) {
    read.problem = FileWords::tr("“%1” was not attached: %2.").arg(read.item.name, reason);
    return read;
  };
  // A pipe or a device would be read for ever.
  if (!info.isFile()) return refuse(FileWords::tr("it is no file"));
  QFile file(path);
  const QByteArray bytes = file.open(QIODevice::ReadOnly) ? file.read(kMostFileBytes + 1) : QByteArray();
  if (const QString problem = problemOf(file, bytes); !problem.isEmpty()) return refuse(problem);
  QStringDecoder decoder(QStringConverter::Utf8,
                         QStringConverter::Flag::Stateless);  // a cut off end is an error
  read.item.text = decoder(bytes);
  if (decoder.hasError()) return refuse(FileWords::tr("it is not text in UTF-8"));
  return read;
}

}  // namespace zipage::ui
