#include "ui/memory/memory_texts.h"

#include <QCoreApplication>
#include <QLocale>

namespace zipage::ui {

QString countText(qint64 count) { return QLocale().toString(count); }

QString bytesText(qint64 bytes) { return QLocale().formattedDataSize(bytes, 1); }

QString pageStateText(PageState state) {
  const auto translated = [](const char* text) { return QCoreApplication::translate("PageState", text); };
  switch (state) {
    case PageState::Free:
      return translated("Free");
    case PageState::Held:
      return translated("Held");
    case PageState::Shared:
      return translated("Shared");
    case PageState::PrefixOnly:
      return translated("Prefix only");
    case PageState::Compressing:
      return translated("Compressing");
    case PageState::Swapped:
      return translated("Swapped out");
  }
  return {};
}

}  // namespace zipage::ui
