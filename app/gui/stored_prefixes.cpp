#include "app/gui/stored_prefixes.h"

#include <QCoreApplication>
#include <QLocale>

#include "app/common/app_paths.h"
#include "app/gui/application.h"
#include "ui/memory/owner_names.h"

namespace zipage {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(StoredPrefixes)
};

QString nameOf(OwnerId owner, const QHash<qint64, QString>& titles) {
  if (!owner) return Words::tr("No chat");
  if (owner == ui::kComparisons) return Words::tr("Comparisons");
  if (owner == kOtherPrograms) return Words::tr("Other programs");
  const auto title = titles.find(static_cast<qint64>(owner.value));
  return title == titles.end() ? Words::tr("A deleted chat") : *title;
}

ui::StoredChatItem itemFor(const StoredChat& chat, const QHash<qint64, QString>& titles) {
  ui::StoredChatItem item;
  item.chat = static_cast<qint64>(chat.owner.value);
  item.name = nameOf(chat.owner, titles);
  item.pages = chat.pages;
  item.sequences = chat.sequences;
  item.tokens = chat.tokens;
  item.numBytes = chat.bytes;
  item.lookups = chat.lookups;
  item.promptTokens = chat.promptTokens;
  item.foundTokens = chat.foundTokens;
  item.storedTokens = chat.storedTokens;
  if (chat.hasVerdict) item.verdict = verdictText(chat.verdict);
  return item;
}

}  // namespace

PrefixStoreOptions prefixOptions(const ui::Preferences& preferences) {
  PrefixStoreOptions options;
  options.folder = appPaths().prefixFolder();
  options.budgetBytes = std::int64_t{preferences.prefixGibibytes} << 30;
  return options;
}

QString verdictText(const ReuseVerdict& verdict) {
  using Kind = ReuseVerdict::Kind;
  const QString token = QLocale().toString(verdict.token + 1);
  switch (verdict.kind) {
    case Kind::Whole:
      return Words::tr("All of it was reused.");
    case Kind::FirstTurn:
      return Words::tr("Nothing was kept yet.");
    case Kind::OtherText:
      return Words::tr("The text differs from token %1 on.").arg(token);
    case Kind::OtherTemplate:
      return Words::tr("The model's template is another one; the text differs from token %1 on.").arg(token);
    case Kind::OtherPolicy:
      return Words::tr("It was kept under other memory settings.");
    case Kind::NotStored:
      return Words::tr("From token %1 on it is not kept any more.").arg(token);
    case Kind::Damaged:
      return Words::tr("It was damaged from token %1 on.").arg(token);
    case Kind::TooShort:
      return Words::tr("Shorter than a page.");
    case Kind::Slower:
      return Words::tr("From token %1 on it was computed again: that is faster here than reading it.")
          .arg(token);
  }
  return {};
}

ui::StorageReport storageReportFor(const PrefixReport& report, const QHash<qint64, QString>& titles) {
  ui::StorageReport shown;
  shown.numBytes = report.bytes;
  shown.budgetBytes = report.budgetBytes;
  shown.freeBytes = report.freeBytes;
  shown.hits = report.hits;
  shown.misses = report.misses;
  shown.damaged = report.damaged;
  shown.written = report.written;
  shown.bytesWritten = report.bytesWritten;
  shown.notWritten = report.notWritten;
  shown.evicted = report.evicted;
  shown.problem = QString::fromStdString(report.problem);
  for (const StoredModel& model : report.models) {
    ui::StoredModelItem item{model.id, QString::fromStdString(model.name), model.bytes, {}};
    for (const StoredChat& chat : model.chats) item.chats.append(itemFor(chat, titles));
    shown.models.append(item);
  }
  return shown;
}

void Application::connectStorage() {
  connect(m_window.get(), &ui::MainWindow::storageReportRequested, this, &Application::askForStorage);
  connect(m_window.get(), &ui::MainWindow::storageClearRequested, this, &Application::clearStorage);
}

void Application::askForStorage() {
  QHash<qint64, QString> titles;
  for (const ui::ChatItem& chat : m_chats->chatItems()) titles[chat.id] = chat.title;
  m_prefixes->report([window = m_window.get(), titles](const PrefixReport& report) {
    QMetaObject::invokeMethod(
        window, [window, shown = storageReportFor(report, titles)] { window->setStorageReport(shown); },
        Qt::QueuedConnection);
  });
}

void Application::clearStorage(qint64 model, qint64 chat) {
  const bool isOneModel = model != ui::kEveryModel;
  const bool isOneChat = chat != ui::kEveryChat;
  m_prefixes->clear(isOneModel ? std::optional<std::int64_t>(model) : std::nullopt,
                    isOneChat ? std::optional(OwnerId{static_cast<std::uint64_t>(chat)}) : std::nullopt);
  askForStorage();
}

}  // namespace zipage
