#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "ui/chats/chat_list_model.h"
#include "ui/chats/chat_texts.h"

using namespace zipage::ui;

namespace {

ChatItem chat(qint64 id, int minutesAgo, const QString& title = QStringLiteral("Chat")) {
  ChatItem item;
  item.id = id;
  item.title = title;
  item.updated = QDateTime(QDate(2026, 3, 4), QTime(12, 0)).addSecs(-60 * minutesAgo);
  return item;
}

QVector<qint64> idsOf(const ChatListModel& model) {
  QVector<qint64> ids;
  for (int row = 0; row < model.rowCount(); ++row) ids << model.chatAt(row);
  return ids;
}

}  // namespace

class TestChatListModel : public QObject {
  Q_OBJECT

 private:
  ChatListModel m_model;
  QAbstractItemModelTester m_tester{&m_model, QAbstractItemModelTester::FailureReportingMode::QtTest};

 private Q_SLOTS:
  void init() { m_model.setChats({chat(3, 1), chat(2, 10), chat(1, 20)}); }

  void aNewChatComesToItsPlaceInTime() {
    m_model.update(chat(4, 0));
    m_model.update(chat(5, 15));
    QCOMPARE(idsOf(m_model), QVector<qint64>({4, 3, 2, 5, 1}));
  }

  void aChatThatWasTouchedMovesUp() {
    m_model.update(chat(1, 0));
    QCOMPARE(idsOf(m_model), QVector<qint64>({1, 3, 2}));
    m_model.update(chat(2, 0));
    QCOMPARE(m_model.rowCount(), 3);
    QVERIFY(m_model.rowOf(2) < m_model.rowOf(3));
  }

  void aChatThatGrewOlderMovesDown() {
    m_model.update(chat(3, 30));
    QCOMPARE(idsOf(m_model), QVector<qint64>({2, 1, 3}));
    m_model.update(chat(2, 25));
    QCOMPARE(idsOf(m_model), QVector<qint64>({1, 2, 3}));
  }

  void aRemovedChatIsGone() {
    m_model.remove(2);
    m_model.remove(99);
    QCOMPARE(idsOf(m_model), QVector<qint64>({3, 1}));
    QCOMPARE(m_model.rowOf(2), -1);
  }

  void renamingTellsTheTrimmedTitleOnce() {
    QSignalSpy renamed(&m_model, &ChatListModel::renamed);
    QVERIFY(m_model.setData(m_model.index(0), QStringLiteral("  Apples \n of Tom "), Qt::EditRole));
    QCOMPARE(renamed.count(), 1);
    QCOMPARE(renamed[0][0].toLongLong(), 3);
    QCOMPARE(renamed[0][1].toString(), QStringLiteral("Apples of Tom"));
    QVERIFY(!m_model.setData(m_model.index(0), QStringLiteral("   "), Qt::EditRole));
    QVERIFY(!m_model.setData(m_model.index(0), QStringLiteral("Apples of Tom"), Qt::EditRole));
    QCOMPARE(renamed.count(), 1);
  }

  void aTooltipNeverShowsMarkup() {
    m_model.setChats({chat(1, 0, QStringLiteral("<b>bold</b>"))});
    QVERIFY(!m_model.index(0).data(Qt::ToolTipRole).toString().contains(QLatin1Char('<')));
  }

  void pinnedChatsStandAboveTheOthers() {
    ChatItem item = chat(1, 20);
    item.isPinned = true;
    m_model.update(item);
    QCOMPARE(idsOf(m_model), QVector<qint64>({1, 3, 2}));
    m_model.update(chat(4, 0));
    QCOMPARE(idsOf(m_model), QVector<qint64>({1, 4, 3, 2}));
    m_model.update(chat(1, 20));
    QCOMPARE(idsOf(m_model), QVector<qint64>({4, 3, 2, 1}));
  }

  void whatAChatDoesIsSpoken() {
    ChatItem item = chat(3, 1, QStringLiteral("Apples"));
    item.state = ChatState::Thinking;
    m_model.update(item);
    QVERIFY(m_model.index(0).data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("Thinking")));
  }

  void timesAreShorterTheNearer() {
    const QDateTime now(QDate(2026, 3, 4), QTime(12, 0));
    QVERIFY(timeText(now.addSecs(-60), now).contains(QStringLiteral("11:59")));
    QCOMPARE(timeText(now.addDays(-1), now), QStringLiteral("Yesterday"));
    QCOMPARE(timeText(now.addDays(-40), now),
             QLocale().toString(now.addDays(-40).date(), QLocale::ShortFormat));
  }
};

QTEST_MAIN(TestChatListModel)
#include "tst_chat_list_model.moc"
