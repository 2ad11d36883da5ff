// What the doctor makes of a machine's facts: a machine in order has no problems, and each thing that can be
// amiss is one line with the one thing to do.
#include "app/doctor/doctor_report.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>
#include <functional>

using namespace zipage;
using Rank = ui::CheckItem::Rank;
using State = DatabaseHealth::State;

namespace {

MachineFacts goodMachine() {
  MachineFacts facts;
  facts.system = "Debian GNU/Linux 12 (bookworm)";
  facts.kernel = "6.1.0-18-amd64";
  facts.processor.info = DeviceInfo{.name = "cpu", .description = "8 threads, AVX2"};
  facts.gpu.whyNot = "there is no NVIDIA driver; where there is an NVIDIA GPU, install one";
  facts.totalMemory = std::int64_t{32} << 30;
  facts.availableMemory = std::int64_t{20} << 30;
  using Purpose = FolderFacts::Purpose;
  for (const Purpose purpose : {Purpose::Settings, Purpose::Data, Purpose::Cache, Purpose::Logs})
    facts.folders.push_back({purpose, "/home/a/zipage", true, true, false, std::int64_t{50} << 30});
  facts.modelFolders = {{.path = "/home/a/hub"},
                        {.path = "/models", .isChosen = true, .isReadable = true, .numModels = 2}};
  facts.databaseFile = "/home/a/zipage.db";
  facts.chats.state = State::Good;
  facts.chats.numChats = 12;
  return facts;
}

using Change = std::function<void(MachineFacts&)>;

}  // namespace

Q_DECLARE_METATYPE(Change)
Q_DECLARE_METATYPE(zipage::ui::CheckItem::Rank)

class TestDoctorReport : public QObject {
  Q_OBJECT

 private:
  /// The items that are not fine.
  static QVector<ui::CheckItem> findings(const MachineFacts& facts) {
    QVector<ui::CheckItem> report = doctorReport(facts);
    report.removeIf([](const ui::CheckItem& item) { return item.rank == Rank::Fine; });
    return report;
  }

 private Q_SLOTS:
  void aMachineInOrderHasNothingToDo() {
    const QVector<ui::CheckItem> report = doctorReport(goodMachine());
    QVERIFY(findings(goodMachine()).isEmpty());
    QCOMPARE(numProblems(report), qsizetype(0));
    QCOMPARE(verdictOn(report), QStringLiteral("Everything is in order."));
    for (const ui::CheckItem& item : report) {
      QVERIFY(!item.topic.isEmpty() && !item.text.isEmpty());
      QVERIFY2(item.remedy.isEmpty(), qPrintable(item.remedy));
    }
    const QString text = plainText(report);
    for (const char* words : {"SQLite 3.", "bookworm", "AVX2", "20.0 GiB", "2 models in /models", "12 chats"})
      QVERIFY2(text.contains(QLatin1String(words)), words);
  }

  void whatIsAmissIsOneLineWithOneRemedy_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<Rank>("rank");
    QTest::addColumn<QString>("topic");
    QTest::addColumn<QString>("remedy");
    const auto row = [](const char* name, Rank rank, const char* topic, const char* remedy, Change change) {
      QTest::newRow(name) << change << rank << QString::fromLatin1(topic) << QString::fromLatin1(remedy);
    };
    row("old processor", Rank::Problem, "CPU", "another computer", [](MachineFacts& facts) {
      facts.processor = {std::nullopt, "this processor lacks SSE4.2"};
    });
    row("GPU without a driver", Rank::Hint, "GPU", "NVIDIA's driver", [](MachineFacts& facts) {
      facts.hasNvidiaGpu = true;
      facts.gpu.whyNot = "the CUDA plug-in is not installed; it comes with the package zipage-cuda";
    });
    row("driver without a plug-in", Rank::Hint, "GPU", "It comes with the package zipage-cuda.",
        [](MachineFacts& facts) {
          facts.hasNvidiaGpu = true;
          facts.driver = "580.95.05";
          facts.gpu.whyNot = "the CUDA plug-in is not installed; it comes with the package zipage-cuda";
        });
    row("a GPU that does not answer", Rank::Hint, "GPU", "Update NVIDIA's driver", [](MachineFacts& facts) {
      facts.driver = "580.95.05";
      facts.gpu.whyNot = "the GPU does not answer: unknown error";
    });
    row("no memory", Rank::Problem, "Memory", "Close other programs",
        [](MachineFacts& facts) { facts.availableMemory = std::int64_t{500} << 20; });
    row("a folder of somebody else", Rank::Problem, "Data", "ZIPAGE_HOME",
        [](MachineFacts& facts) { facts.folders[1].isWritable = false; });
    row("a full disk", Rank::Problem, "Data", "Make room",
        [](MachineFacts& facts) { facts.folders[1].freeBytes = 1 << 20; });
    row("an open folder", Rank::Hint, "Data", "chmod 700 /home/a/zipage",
        [](MachineFacts& facts) { facts.folders[1].isOpenToOthers = true; });
    row("no embedded model", Rank::Problem, "Embedded model", "Install Zipage anew",
        [](MachineFacts& facts) { facts.embeddedModelProblem = "the built-in model is missing"; });
    row("a folder of models that is gone", Rank::Problem, "Models", "Settings, Models",
        [](MachineFacts& facts) { facts.modelFolders[1].isReadable = false; });
    row("a model that does not open", Rank::Hint, "Models", "/models/bad.gguf: it is cut off",
        [](MachineFacts& facts) {
          facts.modelFolders[1].refused = {
              FoundModel{.path = "/models/bad.gguf", .problem = "it is cut off"}};
        });
    row("a damaged database", Rank::Problem, "Chats", ".recover",
        [](MachineFacts& facts) { facts.chats.state = State::Damaged; });
    row("a newer database", Rank::Problem, "Chats", "newer version",
        [](MachineFacts& facts) { facts.chats.state = State::Newer; });
    row("a database that is read-only", Rank::Problem, "Chats", "chmod 600 /home/a/zipage.db",
        [](MachineFacts& facts) { facts.chats.state = State::Unreadable; });
  }
  void whatIsAmissIsOneLineWithOneRemedy() {
    QFETCH(Change, change);
    QFETCH(Rank, rank);
    QFETCH(QString, topic);
    QFETCH(QString, remedy);
    MachineFacts facts = goodMachine();
    change(facts);
    const QVector<ui::CheckItem> found = findings(facts);
    QCOMPARE(found.size(), qsizetype(1));
    QCOMPARE(found[0].rank, rank);
    QCOMPARE(found[0].topic, topic);
    QVERIFY2(found[0].remedy.contains(remedy), qPrintable(found[0].remedy));
    QVERIFY(plainText(doctorReport(facts)).contains(found[0].remedy));
    QCOMPARE(numProblems(found), qsizetype(rank == Rank::Problem ? 1 : 0));
  }

  void whatIsNoProblemIsSaidAllTheSame() {
    MachineFacts facts = goodMachine();
    facts.chats.state = State::Older;
    facts.folders[2].exists = false;
    QVERIFY(findings(facts).isEmpty());
    QVERIFY(plainText(doctorReport(facts)).contains(QStringLiteral("older version")));
    QVERIFY(plainText(doctorReport(facts)).contains(QStringLiteral("made when needed")));
  }

  void jsonHoldsEveryItem() {
    MachineFacts facts = goodMachine();
    facts.chats.state = State::Damaged;
    facts.chats.finding = "row 7 \"missing\"";
    const QVector<ui::CheckItem> report = doctorReport(facts);
    const QJsonArray items = QJsonDocument::fromJson(jsonText(report)).array();
    QCOMPARE(items.size(), report.size());
    QCOMPARE(items.last()["rank"].toString(), QStringLiteral("problem"));
    QVERIFY(items.last()["text"].toString().contains(QStringLiteral("row 7 \"missing\"")));
    QCOMPARE(items.first()["rank"].toString(), QStringLiteral("fine"));
  }

  void foldersForModelsComeFromTheSettings() {
    const QTemporaryDir folder;
    const AppPaths paths{folder.path().toStdString(), {}, {}, {}};
    QVERIFY(modelFoldersInSettings(paths).empty());
    QFile file(folder.filePath("settings.ini"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[models]\nfolders=/models, /more\n");
    file.close();
    const auto folders = modelFoldersInSettings(paths);
    QCOMPARE(folders.size(), std::size_t(2));
    QCOMPARE(folders[1].string(), std::string("/more"));
  }
};

QTEST_GUILESS_MAIN(TestDoctorReport)
#include "tst_doctor_report.moc"
