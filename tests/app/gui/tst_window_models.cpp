// Models in the whole program: switching, loading that fails, unloading, and what the window remembers.

#include <QEventLoop>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <filesystem>

#include "app/gui/application.h"
#include "ui/models/model_picker.h"
#include "ui/transcript/transcript_model.h"

using namespace zipage;
using State = ui::ModelInfo::State;

namespace {

constexpr int kLoadMs = 30000;
constexpr int kAnswerMs = 120000;
const char* const kQuestion = "What is 12 + 30?";
const QString kDemo = QStringLiteral(ZIPAGE_SOURCE_DIR "/resources/model/zipage-demo.gguf");

ui::GenerationSettings longSettings() {
  ui::GenerationSettings settings;
  settings.temperature = 0.0;
  settings.seed = 1;
  settings.budgetTokens = 256;
  settings.periodTokens = 64;
  settings.policy = MemoryPolicy::Budget;
  return settings;
}

}  // namespace

class TestWindowModels final : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> m_home;
  std::unique_ptr<Application> m_application;
  QVector<ui::ModelInfo> m_models;  // every news of the model
  QMap<qint64, ui::MessageItem> m_messages;

  void start(const QString& model = {}) {
    m_models.clear();
    m_messages.clear();
    m_application = std::make_unique<Application>(model);
    connect(&host(), &EngineHost::modelChanged, m_application.get(),
            [this](const ui::ModelInfo& news) { m_models << news; });
    const auto keep = [this](qint64, const ui::MessageItem& item) { m_messages[item.id] = item; };
    connect(&chats(), &ChatController::messageAdded, m_application.get(), keep);
    connect(&chats(), &ChatController::messageChanged, m_application.get(), keep);
  }

  void startReady() {
    start();
    QTRY_VERIFY_WITH_TIMEOUT(host().isReady(), kLoadMs);
  }

  EngineHost& host() { return m_application->host(); }
  ChatController& chats() { return m_application->chats(); }
  ui::MainWindow& window() { return m_application->window(); }

  ui::MessageItem answer() const {
    for (const ui::MessageItem& item : m_messages) {
      if (item.role == ui::Role::Assistant) return item;
    }
    return {};
  }

  bool hasEnded() const { return answer().id != 0 && !ui::isRunning(answer().state); }

  void ask(const ui::GenerationSettings& settings = longSettings()) {
    chats().changeSettings(0, settings);
    Q_EMIT window().sendRequested(0, kQuestion);
  }

 private Q_SLOTS:
  void init() {
    m_home = std::make_unique<QTemporaryDir>();
    qputenv("ZIPAGE_HOME", m_home->path().toUtf8());
    qputenv("HF_HUB_CACHE", (m_home->path() + "/hub").toUtf8());
  }

  void cleanup() { m_application.reset(); }

  void anotherModelTakesOverWhileAReplyIsWritten() {
    startReady();
    auto settings = longSettings();
    settings.maxNewTokens = 1 << 20;
    settings.stopStrings = QStringList{};
    ask(settings);
    QTRY_VERIFY_WITH_TIMEOUT(answer().generatedTokens > 0, kAnswerMs);
    Q_EMIT window().modelFileChosen(kDemo);
    QTRY_VERIFY_WITH_TIMEOUT(host().model().path == kDemo, kLoadMs);
    QVERIFY(hasEnded());
    if (answer().state == ui::ReplyState::Stopped) QVERIFY(!answer().error.isEmpty());
    QVERIFY(host().isReady());
    m_messages.clear();
    ask();
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(), kAnswerMs);
    QCOMPARE(answer().state, ui::ReplyState::Complete);
  }

  void aModelThatVanishesIsRefusedInWordsAndTheOldOneStays() {
    startReady();
    Q_EMIT window().modelFileChosen(m_home->filePath("gone.gguf"));
    QTRY_VERIFY_WITH_TIMEOUT(m_models.constLast().state == State::Failed, kLoadMs);
    QVERIFY(m_models.constLast().problem.contains("gone.gguf"));
    QVERIFY(host().isReady());
    QCOMPARE(host().model().state, State::Ready);
    ask();
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(), kAnswerMs);
    QCOMPARE(answer().state, ui::ReplyState::Complete);
  }

  void loadingThatIsCancelledLeavesTheModelThatIsThere() {
    startReady();
    host().load(kDemo);
    host().cancelLoading();
    QCOMPARE(m_models.constLast().state, State::Ready);
    QVERIFY(m_models.constLast().path.isEmpty());
    // What is loaded afterwards comes in its order, so the cancelled one would have come by then.
    host().load({}, {"cpu", "auto", 2048});
    QTRY_COMPARE_WITH_TIMEOUT(host().choice().poolTokens, 2048, kLoadMs);
    for (const ui::ModelInfo& news : m_models) QVERIFY(news.state != State::Ready || news.path.isEmpty());
  }

  void loadingTellsItsProgress() {
    startReady();
    QVector<int> steps;
    for (const ui::ModelInfo& news : m_models) {
      if (news.progress >= 0) steps << news.progress;
    }
    QVERIFY(steps.size() > 2);
    QVERIFY(std::is_sorted(steps.begin(), steps.end()));
    QVERIFY(steps.constLast() > 90);
  }

  void aModelIsLoadedAsItWasAskedFor() {
    startReady();
    host().load({}, {"cpu", "f16", 4096});
    QTRY_COMPARE_WITH_TIMEOUT(host().choice().poolTokens, 4096, kLoadMs);
    QCOMPARE(host().session().kvType(), DataType::F16);
    QCOMPARE(host().session().limits().numPages * host().session().limits().pageTokens, 4096);
  }

  void anIdleModelIsUnloadedAndComesBackWithAQuestion() {
    startReady();
    host().setUnloadAfter(std::chrono::milliseconds(1));
    QTRY_COMPARE_WITH_TIMEOUT(host().model().state, State::Asleep, kLoadMs);
    QVERIFY(!host().isReady());
    ask();
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(), kAnswerMs);
    QCOMPARE(answer().state, ui::ReplyState::Complete);
    QVERIFY(!answer().text.isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(host().model().state, State::Asleep, kLoadMs);
  }

  void aModelAtWorkIsNotUnloaded() {
    startReady();
    ask();
    host().setUnloadAfter(std::chrono::milliseconds(1));
    host().unload();
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(), kAnswerMs);
    QCOMPARE(answer().state, ui::ReplyState::Complete);
  }

  void aModelThatVanishedWhileUnloadedIsMissedInWords() {
    const QString path = m_home->filePath("mine.gguf");
    QVERIFY(QFile::copy(kDemo, path));
    start(path);
    QTRY_VERIFY_WITH_TIMEOUT(host().isReady(), kLoadMs);
    host().unload();
    QVERIFY(QFile::remove(path));
    ask();
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(), kLoadMs);
    QCOMPARE(answer().state, ui::ReplyState::Failed);
    QVERIFY(answer().error.contains("mine.gguf"));
    QVERIFY(QFile::copy(kDemo, path));  // it is back
    m_messages.clear();
    ask();
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(), kAnswerMs);
    QCOMPARE(answer().state, ui::ReplyState::Complete);
  }

  void theModelThatWasOpenLastIsOpenedAgain() {
    const QString path = m_home->filePath("mine.gguf");
    QVERIFY(QFile::copy(kDemo, path));
    start(path);
    QTRY_VERIFY_WITH_TIMEOUT(host().isReady(), kLoadMs);
    m_application.reset();
    startReady();
    QCOMPARE(host().model().path, path);
    m_application.reset();
    QVERIFY(QFile::remove(path));
    startReady();  // and the embedded one where it is gone
    QCOMPARE(host().model().path, QString());
  }

  void thePickerListsWhatIsFound() {
    startReady();
    const QString folder = m_home->filePath("hub/models--ann--tiny/snapshots/1");
    QVERIFY(QDir().mkpath(folder));
    QVERIFY(QFile::copy(kDemo, folder + "/tiny.gguf"));
    ui::ModelPicker& picker = window().modelPicker();
    QSignalSpy estimates(&picker, &ui::ModelPicker::estimateRequested);
    picker.show();
    const auto isThere = [&] {
      picker.choose(folder + "/tiny.gguf");
      return picker.chosenPath().endsWith("tiny.gguf");
    };
    QTRY_VERIFY_WITH_TIMEOUT(isThere(), kLoadMs);
    Q_EMIT picker.loadRequested(picker.chosenPath(), {"cpu", "auto", 2048});
    QTRY_VERIFY_WITH_TIMEOUT(host().model().path.endsWith("tiny.gguf"), kLoadMs);
    QTRY_VERIFY(!picker.isVisible());
  }

  void anAnswerEndsBeforeAStopString() {
    startReady();
    ask();
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(), kAnswerMs);
    const QString whole = answer().text;
    QVERIFY(whole.size() >= 2);
    const QString stop = whole.mid(whole.size() / 2, 3);
    m_messages.clear();
    auto settings = longSettings();
    settings.stopStrings = QStringList{stop};
    ask(settings);
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(), kAnswerMs);
    QCOMPARE(answer().state, ui::ReplyState::Complete);
    QCOMPARE(answer().text, whole.left(whole.indexOf(stop)));
    QVERIFY(answer().error.isEmpty());
  }

  void aSecondQuestionReusesWhatTheFirstLeft() {
    startReady();
    auto settings = longSettings();
    settings.policy = MemoryPolicy::Full;
    settings.systemPrompt = QString("You answer short questions. ").repeated(20);
    ask(settings);
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(), kAnswerMs);
    const ui::MessageItem first = answer();
    QCOMPARE(first.cachedTokens + first.computedTokens, first.promptTokens);
    m_messages.clear();
    ask(settings);
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(), kAnswerMs);
    QVERIFY(answer().cachedTokens > 0);
    QCOMPARE(answer().cachedTokens + answer().computedTokens, answer().promptTokens);
  }

  void presetsAndPreferencesOutliveTheProgram() {
    startReady();
    auto settings = longSettings();
    settings.systemPrompt = "Be brief.";
    Q_EMIT window().presetSaved({"Brief", settings});
    Q_EMIT window().presetSaved({"Gone", settings});
    Q_EMIT window().presetDeleteRequested("Gone");
    ui::Preferences preferences;
    preferences.scheme = ui::ColorScheme::Dark;
    Q_EMIT window().preferencesChanged(preferences);
    m_application.reset();
    const SettingsFile file(m_home->filePath("config/settings.ini"));
    QCOMPARE(file.presets().size(), 1);
    QCOMPARE(file.presets().constFirst().name, QString("Brief"));
    QVERIFY(file.presets().constFirst().settings == settings);
    QCOMPARE(file.preferences().scheme, ui::ColorScheme::Dark);
  }

  void aDeletedPresetComesBack() {
    startReady();
    Q_EMIT window().presetSaved({"Brief", longSettings()});
    Q_EMIT window().presetDeleteRequested("Brief");
    Q_EMIT window().noticeActionRequested("restore-preset-Brief");
    m_application.reset();
    QCOMPARE(SettingsFile(m_home->filePath("config/settings.ini")).presets().size(), 1);
  }

  void theLayoutIsRemembered() {
    startReady();
    window().show();
    window().resize(750, 600);
    window().close();
    m_application.reset();
    startReady();
    QCOMPARE(window().size(), QSize(750, 600));
  }

  void nothingRunsWhileNobodyAsks() {
    startReady();
    window().show();
    ask();
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(), kAnswerMs);
    QTest::qWait(1500);  // the last frames, the draft, the store
    // The cursor of a field that has the focus blinks; nothing else may wake the program.
    if (QWidget* focused = QApplication::focusWidget()) focused->clearFocus();
    QTest::qWait(500);
    QEventLoop loop;
    QTimer::singleShot(2000, &loop, &QEventLoop::quit);
    int numWoken = 0;
    connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::awake, &loop,
            [&] { ++numWoken; });
    loop.exec();
    QVERIFY2(numWoken <= 5, qPrintable(QString::number(numWoken)));
  }
};

QTEST_MAIN(TestWindowModels)
#include "tst_window_models.moc"
