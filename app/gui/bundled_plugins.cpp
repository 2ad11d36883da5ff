#include "app/gui/bundled_plugins.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace zipage {

void useBundledPlugins() {
  const QDir folder = QFileInfo(QFile::symLinkTarget(QStringLiteral("/proc/self/exe"))).dir();
  const QString plugins = QDir::cleanPath(folder.filePath(QStringLiteral("../lib/zipage/plugins")));
  if (QFileInfo(plugins).isDir()) QCoreApplication::setLibraryPaths({plugins});
}

}  // namespace zipage
