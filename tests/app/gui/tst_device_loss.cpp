// The whole window program on a device that fails: what was written stays, one bar says so, and one click
// goes on with the same model on the CPU.
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/gui/application.h"
#include "tests/support/faulty_device.h"

using namespace zipage;
using zipage::test::Faults;
using zipage::test::FaultyDevice;

namespace {

constexpr int kLoadMs = 60000;
constexpr int kAnswerMs = 120000;
constexpr int kStepsBeforeTheLoss = 40;
const char* const kQuestion =
    "Tom has 14 apples. Ann has 9 more apples than Tom. How many apples does Ann have?";

/// "auto" is the faulty device, once; everything else is sound.
DeviceOpener opening(const Faults& faults) {
  return [faults, wasOpened = std::make_shared<bool>(false)](
             std::string_view name, const DeviceOptions& options) -> DeviceResult<std::unique_ptr<Device>> {
    if (name != "auto" || *wasOpened) return openDevice("cpu", options);
    *wasOpened = true;
    return std::make_unique<FaultyDevice>(faults);
  };
}

ui::GenerationSettings shortSettings() {
  ui::GenerationSettings settings;
  settings.temperature = 0.0;
  settings.maxNewTokens = 80;
  settings.seed = 1;
  return settings;
}

bool hasEnded(const ui::MessageItem& item) {
  using State = ui::ReplyState;
  return item.state == State::Complete || item.state == State::Stopped || item.state == State::Failed;
}

/// The newest state of every reply, as the window was told.
class Replies final : public QObject {
 public:
  explicit Replies(ChatController& chats) {
    const auto take = [this](qint64, const ui::MessageItem& item) {
      if (item.role == ui::Role::Assistant) all[item.id] = item;
    };
    connect(&chats, &ChatController::messageAdded, this, take);
    connect(&chats, &ChatController::messageChanged, this, take);
  }
  bool haveEnded(int count) const {
    return all.size() == count && std::all_of(all.begin(), all.end(), hasEnded);
  }

  QMap<qint64, ui::MessageItem> all;
};

QWidget& problemBar(Application& application) {
  return *application.window().findChild<QWidget*>(QStringLiteral("problemBar"));
}

}  // namespace

class TestDeviceLoss final : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> m_home;

 private Q_SLOTS:
  void init() {
    m_home = std::make_unique<QTemporaryDir>();
    QVERIFY(m_home->isValid());
    qputenv("ZIPAGE_HOME", m_home->path().toUtf8());
  }

  void aLostDeviceKeepsTheReplyAndTheCpuGoesOn() {
    QString partial;
    {
      Application application({}, opening({.lostSynchronize = kStepsBeforeTheLoss}));
      application.window().show();
      Replies replies(application.chats());
      QTRY_VERIFY_WITH_TIMEOUT(application.host().isReady(), kLoadMs);
      QVERIFY(problemBar(application).isHidden());
      application.chats().changeSettings(0, shortSettings());
      Q_EMIT application.window().sendRequested(0, kQuestion);
      QTRY_VERIFY_WITH_TIMEOUT(replies.haveEnded(1), kAnswerMs);

      const ui::MessageItem broken = replies.all.first();
      QCOMPARE(broken.state, ui::ReplyState::Failed);
      partial = broken.reasoning;
      QVERIFY2(!partial.isEmpty(), "what was thought before the loss stays");
      QVERIFY2(broken.error.contains(test::kDeviceLost), qPrintable(broken.error));
      QTRY_VERIFY(problemBar(application).isVisible());
      QVERIFY2(problemBar(application).accessibleName().contains(test::kDeviceLost),
               qPrintable(problemBar(application).accessibleName()));

      QSignalSpy models(&application.host(), &EngineHost::modelChanged);
      auto* button = problemBar(application).findChild<QPushButton*>();
      QCOMPARE(button->text(), QStringLiteral("Continue on the CPU"));
      button->click();
      const auto isReadyAgain = [&] {
        return !models.isEmpty() &&
               models.last().first().value<ui::ModelInfo>().state == ui::ModelInfo::State::Ready;
      };
      QTRY_VERIFY_WITH_TIMEOUT(isReadyAgain(), kLoadMs);
      QCOMPARE(application.host().session().deviceInfo().name, std::string("cpu"));
      QVERIFY(problemBar(application).isHidden());

      Q_EMIT application.window().sendRequested(application.chats().chatItems().first().id, kQuestion);
      QTRY_VERIFY_WITH_TIMEOUT(replies.haveEnded(2), kAnswerMs);
      QCOMPARE(replies.all.last().state, ui::ReplyState::Complete);
      QVERIFY(!replies.all.last().reasoning.isEmpty());
      QVERIFY(problemBar(application).isHidden());
    }
    // Nothing is lost at the end of the program either.
    auto store = SessionStore::open(appPaths().databaseFile());
    QVERIFY(store);
    const auto messages = (*store)->messages((*store)->chats()->front().id);
    QVERIFY(messages);
    QCOMPARE(messages->size(), std::size_t{4});
    QCOMPARE(QString::fromStdString((*messages)[1].reasoning), partial);
    QCOMPARE((*messages)[1].state, MessageState::Failed);
    // And the next start tries the device again that was chosen.
    const SettingsFile settings(QString::fromStdString((appPaths().config / "settings.ini").string()));
    QCOMPARE(settings.loadChoices().value(QString()).device, QStringLiteral("auto"));
  }

  void severalChatsAreToldAtOnceAndTheWindowOnce() {
    Application application({}, opening({.lostSynchronize = kStepsBeforeTheLoss}));
    application.window().show();
    Replies replies(application.chats());
    QTRY_VERIFY_WITH_TIMEOUT(application.host().isReady(), kLoadMs);
    application.chats().changeSettings(0, shortSettings());
    QSignalSpy losses(&application.host(), &EngineHost::deviceLost);
    for (int i = 0; i < 3; ++i) Q_EMIT application.window().sendRequested(0, kQuestion);
    QTRY_VERIFY_WITH_TIMEOUT(replies.haveEnded(3), kAnswerMs);
    for (const ui::MessageItem& reply : replies.all) QCOMPARE(reply.state, ui::ReplyState::Failed);
    QTRY_VERIFY(!losses.isEmpty());
    QCOMPARE(losses.size(), 1);

    // Who tries again is refused in words, and told of the way out again.
    Q_EMIT application.window().sendRequested(0, kQuestion);
    QTRY_VERIFY_WITH_TIMEOUT(replies.haveEnded(4), kAnswerMs);
    QCOMPARE(replies.all.last().state, ui::ReplyState::Failed);
    QVERIFY(replies.all.last().error.contains(test::kDeviceLost));
    QTRY_COMPARE(losses.size(), 2);
    QVERIFY(problemBar(application).isVisible());
  }

  void aDeviceWithoutRoomForTheModelSaysSoAndTheNextOneOpens() {
    Application application({}, opening({.refusedAllocation = 20}));
    application.window().show();
    QTRY_VERIFY_WITH_TIMEOUT(problemBar(application).isVisible(), kLoadMs);
    QVERIFY2(problemBar(application).accessibleName().contains(test::kRefused),
             qPrintable(problemBar(application).accessibleName()));
    QVERIFY(!application.host().isReady());
    QCOMPARE(FaultyDevice::numHeld(), 0);
    Q_EMIT application.window().modelFileChosen({});
    QTRY_VERIFY_WITH_TIMEOUT(application.host().isReady(), kLoadMs);
  }
};

QTEST_MAIN(TestDeviceLoss)
#include "tst_device_loss.moc"
