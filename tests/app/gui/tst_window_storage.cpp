// What is kept on the disk between two starts of the window: a chat goes on without being read again, and the
// settings tell what there is and throw it away.
#include <QTreeView>

#include "app/gui/stored_prefixes.h"
#include "tests/app/gui/open_window.h"
#include "ui/preferences/settings_dialog.h"
#include "ui/preferences/storage_page.h"

using namespace zipage;
using namespace zipage::test;

class TestWindowStorage : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_profile = std::make_unique<Profile>(); }

  void aChatGoesOnAfterARestart() {
    {
      OpenWindow open;
      QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
      ask(open, kQuestion);
      QCOMPARE(open.last().storedTokens, 0);
      const qint64 began = started(open);
      QVERIFY(began > 0 && ended(open) >= began);
    }
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    open.application.chats().selectChat(firstChat(open));
    ask(open, QStringLiteral("Now add 5 to it."));
    const ui::MessageItem reply = open.last();
    QVERIFY2(reply.storedTokens >= 32, qPrintable(QString::number(reply.storedTokens)));
    QCOMPARE(reply.cachedTokens + reply.computedTokens, reply.promptTokens);
  }

  void theSettingsTellAndThrowAway() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    ask(open, kQuestion);
    auto& page = open.part<ui::StoragePage>();
    auto* table = page.findChild<QTreeView*>(QStringLiteral("storageTable"));
    Q_EMIT page.reportRequested();
    QTRY_COMPARE(table->model()->rowCount(), 1);
    const QModelIndex model = table->model()->index(0, 0);
    QVERIFY(model.data().toString().contains(QStringLiteral("F32")));
    QCOMPARE(table->model()->rowCount(model), 1);
    QVERIFY(table->model()->index(0, 0, model).data().toString().startsWith(QStringLiteral("Tom has 14")));
    Q_EMIT page.clearRequested(ui::kEveryModel, ui::kEveryChat);
    QTRY_COMPARE(table->model()->rowCount(), 0);
  }

  void everyVerdictHasWords() {
    using Kind = ReuseVerdict::Kind;
    QStringList texts;
    for (const Kind kind : {Kind::Whole, Kind::FirstTurn, Kind::OtherText, Kind::OtherTemplate,
                            Kind::OtherPolicy, Kind::NotStored, Kind::Damaged, Kind::TooShort, Kind::Slower})
      texts << verdictText({kind, 41});
    QCOMPARE(texts.removeDuplicates(), 0);
    QVERIFY(!texts.contains(QString()));
    QVERIFY(texts[2].contains(QStringLiteral("42")));  // people count from one
  }

 private:
  static void ask(OpenWindow& open, const QString& question) {
    open.ask(question);
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
  }
  static qint64 firstChat(OpenWindow& open) { return open.application.chats().chatItems().first().id; }
  static qint64 figureOf(OpenWindow& open, std::int64_t ReplyFigures::*figure) {
    qint64 found = -1;
    const ChatId chat{static_cast<std::uint64_t>(open.chat())};
    open.application.store().read([&](const SessionStore& store) {
      const auto messages = store.messages(chat);
      if (messages && !messages->empty()) found = messages->back().figures.*figure;
    });
    open.application.store().flush();
    return found;
  }
  static qint64 started(OpenWindow& open) { return figureOf(open, &ReplyFigures::reasoningBeganMs); }
  static qint64 ended(OpenWindow& open) { return figureOf(open, &ReplyFigures::reasoningEndedMs); }

  std::unique_ptr<Profile> m_profile;
};

QTEST_MAIN(TestWindowStorage)
#include "tst_window_storage.moc"
