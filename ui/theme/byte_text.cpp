#include "ui/theme/byte_text.h"

#include <QLocale>

namespace zipage::ui {

QString bytesText(qint64 numBytes) {
  return QLocale().formattedDataSize(numBytes, numBytes < (qint64{1} << 30) ? 0 : 1,
                                     QLocale::DataSizeIecFormat);
}

}  // namespace zipage::ui
