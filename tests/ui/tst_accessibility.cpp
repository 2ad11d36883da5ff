// What a screen reader finds: the real window, walked as it walks it.
#include <QAccessible>
#include <QAction>
#include <QDialog>
#include <QMenu>
#include <QPushButton>
#include <QTest>
#include <QToolButton>

#include "tests/ui/snapshots.h"
#include "ui/indicators/status_line.h"
#include "ui/main_window.h"
#include "ui/models/model_picker.h"
#include "ui/window/inspector.h"

using namespace zipage;
using namespace zipage::ui;

namespace {

MessageItem reply(ReplyState state, const QString& text) {
  MessageItem item;
  item.id = 7;
  item.role = Role::Assistant;
  item.state = state;
  item.text = text;
  return item;
}

}  // namespace

class TestAccessibility : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<MainWindow> m_window;

  /// Every widget that the keyboard can reach, with the name a screen reader has for it.
  void expectNames(QAccessibleInterface* node, int& numFocusable) {
    auto* widget = qobject_cast<QWidget*>(node->object());
    // A part of a field passes the focus on to the field.
    const bool isReached = widget != nullptr && widget->focusPolicy() & Qt::TabFocus &&
                           widget->focusProxy() == nullptr && widget->isVisible() && widget->isEnabled();
    if (isReached) {
      ++numFocusable;
      const bool isNamed = !node->text(QAccessible::Name).isEmpty();
      QVERIFY2(
          isNamed,
          qPrintable(QStringLiteral("%1 “%2” in “%3” has no name")
                         .arg(QLatin1String(widget->metaObject()->className()), widget->objectName(),
                              widget->parentWidget() ? widget->parentWidget()->objectName() : QString())));
      QVERIFY2(node->role() != QAccessible::NoRole, qPrintable(node->text(QAccessible::Name)));
    }
    for (int i = 0; i < node->childCount(); ++i) {
      if (QAccessibleInterface* child = node->child(i)) expectNames(child, numFocusable);
    }
  }

  void expectNamesIn(QWidget& window, int atLeast) {
    int numFocusable = 0;
    expectNames(QAccessible::queryAccessibleInterface(&window), numFocusable);
    QVERIFY2(numFocusable >= atLeast, qPrintable(QString::number(numFocusable)));
  }

 private Q_SLOTS:
  void initTestCase() { QAccessible::setActive(true); }

  void init() {
    m_window = std::make_unique<MainWindow>();
    m_window->setModel({ModelInfo::State::Ready, QStringLiteral("Zip"), {}, {}, {}});
    m_window->setChats({{2, QStringLiteral("Apples"), QDateTime(QDate(2026, 3, 4), QTime(12, 0))},
                        {3, QStringLiteral("Pears"), QDateTime(QDate(2026, 3, 4), QTime(12, 1))}});
    m_window->showChat(0, {}, {}, {});
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
  }

  void everythingThatTakesTheFocusHasAName() {
    m_window->setCacheSnapshot(snapshotOf("AAb_"));
    m_window->showProblem(QStringLiteral("The disk is full."), QStringLiteral("Show"),
                          QStringLiteral("show"));
    expectNamesIn(*m_window, 20);
    m_window->findChild<Inspector*>()->showGeneration();
    expectNamesIn(*m_window, 30);
    m_window->showChat(2, {reply(ReplyState::Complete, QStringLiteral("42"))}, {}, {});
    expectNamesIn(*m_window, 30);
  }

  void everyDialogHasNamesToo() {
    const auto press = [this](Qt::Key key) { QTest::keyClick(m_window.get(), key, Qt::ControlModifier); };
    press(Qt::Key_L);
    press(Qt::Key_Comma);
    press(Qt::Key_Slash);
    m_window->showReport(QStringLiteral("ended by signal 11"));
    int numDialogs = 0;
    for (QDialog* dialog : m_window->findChildren<QDialog*>()) {
      if (!dialog->isVisible()) continue;
      ++numDialogs;
      QVERIFY(!dialog->windowTitle().isEmpty());
      expectNamesIn(*dialog, 1);
    }
    QCOMPARE(numDialogs, 4);
  }

  void theTabulatorReachesEveryPartAndComesBack() {
    QWidget* const start = QApplication::focusWidget();
    QVERIFY(start != nullptr);
    QSet<QWidget*> reached;
    for (int presses = 0; presses < 400; ++presses) {
      QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
      if (QApplication::focusWidget() == start) break;
      reached.insert(QApplication::focusWidget());
    }
    QCOMPARE(QApplication::focusWidget(), start);
    for (const char* name : {"chatList", "modelButton", "menuButton", "contextRing"}) {
      auto* part = m_window->findChild<QWidget*>(QLatin1String(name));
      QVERIFY2(part != nullptr, name);
      QVERIFY2(reached.contains(part), name);
    }
  }

  // That screen readers hear of it is a matter of platforms that have one; this one here is deaf.
  void aReplyThatEndsInAnotherChatIsTold() {
    const auto& status = *m_window->findChild<StatusLine*>();
    m_window->addMessage(3, reply(ReplyState::Thinking, {}));
    m_window->updateMessage(3, reply(ReplyState::Answering, QStringLiteral("4")));
    QVERIFY(status.news().isEmpty());
    m_window->updateMessage(3, reply(ReplyState::Complete, QStringLiteral("## Sum\n\nIt is **42**.")));
    QVERIFY(status.news().contains(QStringLiteral("Pears")));
    QVERIFY2(status.news().contains(QStringLiteral("It is 42.")), "as it is read, not as it was written");
  }

  void aReplyThatEndsInTheChatThatIsShownIsToldOnce() {
    const auto& status = *m_window->findChild<StatusLine*>();
    m_window->showChat(3, {reply(ReplyState::Answering, QStringLiteral("4"))}, {}, {});
    m_window->updateMessage(3, reply(ReplyState::Answering, QStringLiteral("4")));
    m_window->updateMessage(3, reply(ReplyState::Complete, QStringLiteral("42")));
    const QString told = status.news();
    QVERIFY(told.contains(QStringLiteral("42")));
    m_window->updateMessage(3, reply(ReplyState::Complete, QStringLiteral("43")));
    QCOMPARE(status.news(), told);
  }

  void everyActionStandsInAMenuWithItsKeys() {
    QList<QAction*> inMenus;
    for (const QMenu* menu : m_window->findChildren<QMenu*>()) inMenus << menu->actions();
    for (const QAction* action : m_window->actions()) {
      QVERIFY2(inMenus.contains(action), qPrintable(action->text()));
      QVERIFY2(!action->shortcuts().isEmpty(), qPrintable(action->text()));
    }
    QVERIFY(m_window->actions().size() > 15);
  }
};

QTEST_MAIN(TestAccessibility)
#include "tst_accessibility.moc"
