// The whole program, real at every place: window, engine, embedded model, database.

#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <csignal>

#include "app/gui/application.h"

namespace {

constexpr int kLoadMs = 20000;
constexpr int kAnswerMs = 120000;
const char* const kQuestion =
    "Tom has 14 apples. Ann has 9 more apples than Tom. How many apples do Tom and Ann have together?";

/// What the controller told the window, by message.
class Heard final : public QObject {
 public:
  explicit Heard(zipage::ChatController& chats) {
    connect(&chats, &zipage::ChatController::messageAdded, this,
            [this](qint64, const zipage::ui::MessageItem& item) { messages[item.id] = item; });
    connect(&chats, &zipage::ChatController::messageChanged, this,
            [this](qint64, const zipage::ui::MessageItem& item) { messages[item.id] = item; });
    connect(&chats, &zipage::ChatController::messageGrew, this,
            [this](qint64, qint64 id, const QString& reasoning, const QString& text) {
              grownReasoning[id] += reasoning;
              grownText[id] += text;
            });
  }
  int numFinished() const {
    return static_cast<int>(std::count_if(messages.begin(), messages.end(), [](const auto& item) {
      return item.role == zipage::ui::Role::Assistant && !zipage::ui::isRunning(item.state);
    }));
  }
  QVector<zipage::ui::MessageItem> answers() const {
    QVector<zipage::ui::MessageItem> found;
    for (const auto& item : messages) {
      if (item.role == zipage::ui::Role::Assistant) found.append(item);
    }
    return found;
  }

  QMap<qint64, zipage::ui::MessageItem> messages;
  QMap<qint64, QString> grownReasoning, grownText;
};

zipage::ui::GenerationSettings greedySettings() {
  zipage::ui::GenerationSettings settings;
  settings.temperature = 0.0;
  settings.budgetTokens = 256;
  settings.periodTokens = 64;
  settings.maxNewTokens = 3000;
  settings.seed = 1;
  return settings;
}

}  // namespace

class TestWindowAnswers final : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_home = std::make_unique<QTemporaryDir>();
    QVERIFY(m_home->isValid());
    qputenv("ZIPAGE_HOME", m_home->path().toUtf8());
  }

  void aQuestionIsThoughtAboutAndAnswered() {
    zipage::Application application({});
    Heard heard(application.chats());
    QTRY_VERIFY_WITH_TIMEOUT(application.host().isReady(), kLoadMs);
    application.chats().changeSettings(0, greedySettings());
    Q_EMIT application.window().sendRequested(0, kQuestion);
    QTRY_COMPARE_WITH_TIMEOUT(heard.numFinished(), 1, kAnswerMs);

    const zipage::ui::MessageItem answer = heard.answers().first();
    QCOMPARE(answer.state, zipage::ui::ReplyState::Complete);
    QVERIFY2(!answer.reasoning.isEmpty(), "the model must have thought");
    QVERIFY2(!answer.text.trimmed().isEmpty(), "the model must have answered");
    QCOMPARE(heard.grownText[answer.id], answer.text);
    QCOMPARE(heard.grownReasoning[answer.id], answer.reasoning);
    QVERIFY(answer.generatedTokens > 10);
  }

  void severalChatsGenerateAtOnceAndStopOnRequest() {
    zipage::Application application({});
    Heard heard(application.chats());
    QTRY_VERIFY_WITH_TIMEOUT(application.host().isReady(), kLoadMs);
    application.chats().changeSettings(0, greedySettings());
    for (int i = 0; i < 4; ++i) Q_EMIT application.window().sendRequested(0, kQuestion);
    QCOMPARE(application.chats().chatItems().size(), 4);
    Q_EMIT application.window().stopRequested(application.chats().chatItems().first().id);
    QTRY_COMPARE_WITH_TIMEOUT(heard.numFinished(), 4, kAnswerMs);
    int stopped = 0;
    QSet<QString> texts;
    for (const auto& answer : heard.answers()) {
      if (answer.state == zipage::ui::ReplyState::Stopped)
        ++stopped;
      else
        texts.insert(answer.text);
    }
    QCOMPARE(stopped, 1);
    QCOMPARE(texts.size(), 1);  // neighbours in the batch change nothing
  }

  void anEmptyMessageIsNotSent() {
    zipage::Application application({});
    QTRY_VERIFY_WITH_TIMEOUT(application.host().isReady(), kLoadMs);
    Q_EMIT application.window().sendRequested(0, "  \n ");
    QCOMPARE(application.chats().chatItems().size(), 0);
  }

  void aQuestionTooLongForThePoolIsRefusedInWordsAndKept() {
    zipage::Application application({});
    Heard heard(application.chats());
    QTRY_VERIFY_WITH_TIMEOUT(application.host().isReady(), kLoadMs);
    auto settings = greedySettings();
    settings.policy = zipage::MemoryPolicy::Full;
    application.chats().changeSettings(0, settings);
    Q_EMIT application.window().sendRequested(0, QString(1 << 20, QChar('a')));
    QTRY_COMPARE_WITH_TIMEOUT(heard.numFinished(), 1, kAnswerMs);
    QCOMPARE(heard.answers().first().state, zipage::ui::ReplyState::Failed);
    QVERIFY(!heard.answers().first().error.isEmpty());
    QCOMPARE(heard.messages.first().text.size(), 1 << 20);
  }

  void aBudgetThatCannotWorkIsRefusedInWords() {
    zipage::Application application({});
    Heard heard(application.chats());
    QTRY_VERIFY_WITH_TIMEOUT(application.host().isReady(), kLoadMs);
    auto settings = greedySettings();
    settings.budgetTokens = 1;
    application.chats().changeSettings(0, settings);
    Q_EMIT application.window().sendRequested(0, kQuestion);
    QTRY_COMPARE_WITH_TIMEOUT(heard.numFinished(), 1, kAnswerMs);
    QCOMPARE(heard.answers().first().state, zipage::ui::ReplyState::Failed);
    QVERIFY(!heard.answers().first().error.isEmpty());
  }

  void aForeignModelFileLeavesTheOpenModelAtWork() {
    zipage::Application application({});
    QTRY_VERIFY_WITH_TIMEOUT(application.host().isReady(), kLoadMs);
    const QString foreign = m_home->filePath("foreign.gguf");
    QFile file(foreign);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("this is not a model");
    file.close();
    QString problem;
    connect(&application.host(), &zipage::EngineHost::modelChanged, this,
            [&](const zipage::ui::ModelInfo& model) {
              if (model.state == zipage::ui::ModelInfo::State::Failed) problem = model.problem;
            });
    Q_EMIT application.window().modelFileChosen(foreign);
    QTRY_VERIFY_WITH_TIMEOUT(!problem.isEmpty(), kLoadMs);
    QVERIFY(application.host().isReady());
    disconnect(&application.host(), nullptr, this, nullptr);
  }

  void chatsAreThereAfterARestart() {
    qint64 chatId = 0;
    QString text;
    {
      zipage::Application application({});
      Heard heard(application.chats());
      QTRY_VERIFY_WITH_TIMEOUT(application.host().isReady(), kLoadMs);
      application.chats().changeSettings(0, greedySettings());
      Q_EMIT application.window().sendRequested(0, kQuestion);
      QTRY_COMPARE_WITH_TIMEOUT(heard.numFinished(), 1, kAnswerMs);
      chatId = application.chats().chatItems().first().id;
      text = heard.answers().first().text;
    }
    zipage::Application again({});
    QCOMPARE(again.chats().chatItems().size(), 1);
    QCOMPARE(again.chats().chatItems().first().id, chatId);
    QVector<zipage::ui::MessageItem> shown;
    connect(&again.chats(), &zipage::ChatController::chatShown, this,
            [&](qint64, const QVector<zipage::ui::MessageItem>& messages) { shown = messages; });
    again.chats().selectChat(chatId);
    QCOMPARE(shown.size(), 2);
    QCOMPARE(shown[0].text, QString(kQuestion));
    QCOMPARE(shown[1].text, text);
    disconnect(&again.chats(), nullptr, this, nullptr);
  }

  void aKillWhileStreamingLosesAtMostASecond() {
    QProcess program;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("QT_QPA_PLATFORM", "offscreen");
    program.setProcessEnvironment(environment);
    program.start(QStringLiteral(ZIPAGE_BINARY_DIR "/bin/zipage"), {"--ask", kQuestion});
    QVERIFY(program.waitForStarted());

    // Another connection watches the database until part of the answer is there.
    const std::filesystem::path database = m_home->path().toStdString() + "/data/zipage.db";
    std::string saved;
    const auto partial = [&]() -> bool {
      if (!std::filesystem::exists(database)) return false;
      auto store = zipage::SessionStore::open(database);
      if (!store) return false;
      auto chats = (*store)->chats();
      if (!chats || chats->empty()) return false;
      auto messages = (*store)->messages(chats->front().id);
      if (!messages || messages->size() != 2) return false;
      saved = messages->back().reasoning;
      return !saved.empty();
    };
    QTRY_VERIFY_WITH_TIMEOUT(partial(), kLoadMs);
    ::kill(static_cast<pid_t>(program.processId()), SIGKILL);
    program.waitForFinished();

    zipage::Application again({});
    QCOMPARE(again.chats().chatItems().size(), 1);
    QVector<zipage::ui::MessageItem> shown;
    connect(&again.chats(), &zipage::ChatController::chatShown, this,
            [&](qint64, const QVector<zipage::ui::MessageItem>& messages) { shown = messages; });
    again.chats().selectChat(again.chats().chatItems().first().id);
    QCOMPARE(shown.size(), 2);
    QCOMPARE(shown[0].text, QString(kQuestion));
    QVERIFY(shown[1].state == zipage::ui::ReplyState::Interrupted ||
            shown[1].state == zipage::ui::ReplyState::Complete);
    QVERIFY2(shown[1].reasoning.toStdString().starts_with(saved), "what was seen as saved is still there");
    disconnect(&again.chats(), nullptr, this, nullptr);
  }

 private:
  std::unique_ptr<QTemporaryDir> m_home;
};

QTEST_MAIN(TestWindowAnswers)
#include "tst_window_answers.moc"
