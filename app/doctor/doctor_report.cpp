#include "app/doctor/doctor_report.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QSettings>
#include <algorithm>

#include "app/common/commit.h"

namespace zipage {

namespace {

using ui::CheckItem;
using Rank = CheckItem::Rank;

struct DoctorWords {
  Q_DECLARE_TR_FUNCTIONS(DoctorWords)
};

constexpr std::int64_t kMebi = std::int64_t{1} << 20;
constexpr std::int64_t kGibi = std::int64_t{1} << 30;
constexpr std::int64_t kLittleMemory = kGibi;      // the embedded model with its pages takes less
constexpr std::int64_t kLittleDisk = 256 * kMebi;  // a day's chats take less

QString fromPath(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }
QString fromText(const std::string& text) { return QString::fromStdString(text); }

QString bytes(std::int64_t numBytes) {
  return QLocale().formattedDataSize(numBytes, numBytes < kGibi ? 0 : 1, QLocale::DataSizeIecFormat);
}

CheckItem programItem(const MachineFacts& facts) {
  return {
      Rank::Fine,
      DoctorWords::tr("Zipage"),
      DoctorWords::tr("%1 (%2), Qt %3, SQLite %4, on %5, Linux %6")
          .arg(QCoreApplication::applicationVersion(),
               QString::fromUtf8(builtFromCommit().data(), static_cast<qsizetype>(builtFromCommit().size())),
               QString::fromLatin1(qVersion()), fromText(sqliteVersion()),
               facts.system.empty() ? DoctorWords::tr("an unknown system") : fromText(facts.system),
               fromText(facts.kernel)),
      {}};
}

CheckItem processorItem(const MachineFacts& facts) {
  const QString topic = DoctorWords::tr("CPU");
  if (facts.processor.info) return {Rank::Fine, topic, fromText(facts.processor.info->description), {}};
  return {Rank::Problem, topic, fromText(facts.processor.whyNot),
          DoctorWords::tr("Run Zipage on another computer: no setting helps here.")};
}

/// Devices say what is amiss and, behind a semicolon, what to do.
QString adviceIn(const QString& whyNot) {
  const qsizetype at = whyNot.indexOf(QLatin1String("; "));
  if (at < 0) return DoctorWords::tr("Update NVIDIA's driver and start the computer anew.");
  const QString advice = whyNot.mid(at + 2);
  return advice.left(1).toUpper() + advice.mid(1) + u'.';
}

/// A machine without a GPU is in order; one whose GPU is idle gets a hint, since replies could be faster.
CheckItem gpuItem(const MachineFacts& facts) {
  CheckItem item{Rank::Fine, DoctorWords::tr("GPU"), {}, {}};
  const QString driver =
      facts.driver.empty() ? QString() : DoctorWords::tr(" (driver %1)").arg(fromText(facts.driver));
  if (facts.gpu.info) {
    item.text = fromText(facts.gpu.info->description) + driver;
    return item;
  }
  item.text = DoctorWords::tr("not used: %1").arg(fromText(facts.gpu.whyNot)) + driver;
  if (!facts.hasNvidiaGpu && facts.driver.empty()) return item;
  item.rank = Rank::Hint;
  item.remedy = facts.driver.empty()
                    ? DoctorWords::tr(
                          "This computer has an NVIDIA GPU. Install NVIDIA's driver from your "
                          "distribution and start the computer anew.")
                    : adviceIn(fromText(facts.gpu.whyNot));
  return item;
}

CheckItem memoryItem(const MachineFacts& facts) {
  CheckItem item{
      Rank::Fine,
      DoctorWords::tr("Memory"),
      DoctorWords::tr("%1, %2 of it available").arg(bytes(facts.totalMemory), bytes(facts.availableMemory)),
      {}};
  if (facts.availableMemory > 0 && facts.availableMemory < kLittleMemory) {
    item.rank = Rank::Problem;
    item.remedy = DoctorWords::tr("Close other programs, or choose a smaller model or pool of pages.");
  }
  return item;
}

QString purposeName(FolderFacts::Purpose purpose) {
  switch (purpose) {
    case FolderFacts::Purpose::Settings:
      return DoctorWords::tr("Settings");
    case FolderFacts::Purpose::Data:
      return DoctorWords::tr("Data");
    case FolderFacts::Purpose::Cache:
      return DoctorWords::tr("Cache");
    case FolderFacts::Purpose::Logs:
      return DoctorWords::tr("Logs");
  }
  return {};
}

CheckItem folderItem(const FolderFacts& folder) {
  const QString path = fromPath(folder.path);
  CheckItem item{Rank::Fine, purposeName(folder.purpose), path, {}};
  if (!folder.exists && folder.isWritable) item.text += DoctorWords::tr(" (made when needed)");
  if (folder.freeBytes > 0) item.text += DoctorWords::tr(", %1 free").arg(bytes(folder.freeBytes));
  if (!folder.isWritable) {
    item.rank = Rank::Problem;
    item.text = DoctorWords::tr("%1 cannot be written").arg(path);
    item.remedy = DoctorWords::tr("Give the folder to yourself, or set ZIPAGE_HOME to another one.");
  } else if (folder.freeBytes > 0 && folder.freeBytes < kLittleDisk) {
    item.rank = Rank::Problem;
    item.remedy = DoctorWords::tr("Make room on this disk: what is written may not be kept.");
  } else if (folder.isOpenToOthers) {
    item.rank = Rank::Hint;
    item.text += DoctorWords::tr(", open to other users");
    item.remedy = DoctorWords::tr("Keep it to yourself: chmod 700 %1").arg(path);
  }
  return item;
}

CheckItem embeddedModelItem(const MachineFacts& facts) {
  const QString topic = DoctorWords::tr("Embedded model");
  if (facts.embeddedModelProblem.empty())
    return {Rank::Fine, topic, DoctorWords::tr("is there and whole"), {}};
  return {Rank::Problem, topic, fromText(facts.embeddedModelProblem),
          DoctorWords::tr("Install Zipage anew.")};
}

/// A folder that nobody chose need not be there.
CheckItem modelFolderItem(const ModelFolderFacts& folder) {
  const QString path = fromPath(folder.path);
  CheckItem item{Rank::Fine, DoctorWords::tr("Models"), {}, {}};
  if (!folder.isReadable) {
    item.text = folder.isChosen ? DoctorWords::tr("%1 cannot be read").arg(path)
                                : DoctorWords::tr("%1 is not there, so no models in it").arg(path);
    if (!folder.isChosen) return item;
    item.rank = Rank::Problem;
    item.remedy =
        DoctorWords::tr("Bring the folder back, or take it out of the list under Settings, Models.");
    return item;
  }
  item.text = (folder.numModels == 1 ? DoctorWords::tr("1 model in %1")
                                     : DoctorWords::tr("%1 models in %2").arg(folder.numModels))
                  .arg(path);
  if (folder.refused.empty()) return item;
  const FoundModel& first = folder.refused.front();
  item.rank = Rank::Hint;
  item.text += folder.refused.size() == 1
                   ? DoctorWords::tr(", 1 more that cannot be opened")
                   : DoctorWords::tr(", %1 more that cannot be opened").arg(folder.refused.size());
  item.remedy =
      DoctorWords::tr("Replace or remove %1: %2").arg(fromPath(first.path), fromText(first.problem));
  return item;
}

QString remedyFor(const DatabaseHealth& health, const QString& path) {
  switch (health.state) {
    case DatabaseHealth::State::Newer:
      return DoctorWords::tr("Use the newer version of Zipage, which made it.");
    case DatabaseHealth::State::Damaged:
      return DoctorWords::tr(
                 "Close Zipage and move %1 and the files beginning with its name elsewhere: it then starts "
                 "with an empty list. \"sqlite3 FILE .recover\" may get chats out of it.")
          .arg(path);
    case DatabaseHealth::State::Unreadable:
      return DoctorWords::tr("Give the file to yourself: chmod 600 %1").arg(path);
    default:
      return {};
  }
}

CheckItem chatsItem(const MachineFacts& facts) {
  const DatabaseHealth& health = facts.chats;
  const QString path = fromPath(facts.databaseFile);
  CheckItem item{Rank::Fine, DoctorWords::tr("Chats"), {}, remedyFor(health, path)};
  switch (health.state) {
    case DatabaseHealth::State::Absent:
      item.text = DoctorWords::tr("none yet; %1 is made at the first start").arg(path);
      return item;
    case DatabaseHealth::State::Good:
      item.text = DoctorWords::tr("%1 is whole: %2 chats, %3 messages, %4")
                      .arg(path)
                      .arg(health.numChats)
                      .arg(health.numMessages)
                      .arg(bytes(health.bytes));
      return item;
    case DatabaseHealth::State::Older:
      item.text =
          DoctorWords::tr("%1 is whole, %2; it is of an older version, which the next start keeps a copy of")
              .arg(path, bytes(health.bytes));
      return item;
    case DatabaseHealth::State::Damaged:
      item.text =
          DoctorWords::tr("%1 is damaged or no database of Zipage: %2").arg(path, fromText(health.finding));
      break;
    default:
      item.text = DoctorWords::tr("%1 cannot be used: %2").arg(path, fromText(health.finding));
  }
  item.rank = Rank::Problem;
  return item;
}

const char* rankName(Rank rank) {
  return rank == Rank::Fine ? "fine" : rank == Rank::Hint ? "hint" : "problem";
}

}  // namespace

QVector<CheckItem> doctorReport(const MachineFacts& facts) {
  QVector<CheckItem> report{programItem(facts), processorItem(facts), gpuItem(facts), memoryItem(facts)};
  for (const FolderFacts& folder : facts.folders) report.append(folderItem(folder));
  report.append(embeddedModelItem(facts));
  for (const ModelFolderFacts& folder : facts.modelFolders) report.append(modelFolderItem(folder));
  report.append(chatsItem(facts));
  return report;
}

qsizetype numProblems(const QVector<CheckItem>& report) {
  return std::count_if(report.begin(), report.end(),
                       [](const CheckItem& item) { return item.rank == Rank::Problem; });
}

QString verdictOn(const QVector<CheckItem>& report) {
  const qsizetype problems = numProblems(report);
  if (problems == 0) return DoctorWords::tr("Everything is in order.");
  return problems == 1 ? DoctorWords::tr("1 problem. What to do stands below it.")
                       : DoctorWords::tr("%1 problems. What to do stands below each.").arg(problems);
}

QString plainText(const QVector<CheckItem>& report) {
  qsizetype width = 0;
  for (const CheckItem& item : report) width = std::max(width, item.topic.size());
  QString text;
  for (const CheckItem& item : report) {
    const QChar mark = item.rank == Rank::Problem ? u'!' : item.rank == Rank::Hint ? u'*' : u' ';
    text += QStringLiteral("%1 %2  %3\n").arg(mark).arg(item.topic.leftJustified(width), item.text);
    if (!item.remedy.isEmpty()) text += QString(width + 4, u' ') + QStringLiteral("→ ") + item.remedy + u'\n';
  }
  return text + verdictOn(report) + u'\n';
}

QByteArray jsonText(const QVector<CheckItem>& report) {
  QJsonArray items;
  for (const CheckItem& item : report)
    items.append(QJsonObject{{QStringLiteral("rank"), QString::fromLatin1(rankName(item.rank))},
                             {QStringLiteral("topic"), item.topic},
                             {QStringLiteral("text"), item.text},
                             {QStringLiteral("remedy"), item.remedy}});
  return QJsonDocument(items).toJson(QJsonDocument::Indented);
}

std::vector<std::filesystem::path> modelFoldersInSettings(const AppPaths& paths) {
  const QSettings settings(fromPath(paths.config / "settings.ini"), QSettings::IniFormat);
  std::vector<std::filesystem::path> folders;
  for (const QString& folder : settings.value(QStringLiteral("models/folders")).toStringList())
    folders.emplace_back(folder.toStdString());
  return folders;
}

}  // namespace zipage
