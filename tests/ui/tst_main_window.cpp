#include <QDockWidget>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "tests/ui/snapshots.h"
#include "ui/chats/chat_list_model.h"
#include "ui/composer/composer.h"
#include "ui/composer/message_edit.h"
#include "ui/generation/generation_panel.h"
#include "ui/indicators/context_ring.h"
#include "ui/main_window.h"
#include "ui/memory/page_map.h"
#include "ui/models/model_picker.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/inspector.h"
#include "ui/window/message_bar.h"

using namespace zipage;
using namespace zipage::ui;

class TestMainWindow : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<MainWindow> m_window;

  template <typename Widget>
  Widget& part(const char* name = nullptr) const {
    auto* found = name ? m_window->findChild<Widget*>(QLatin1String(name)) : m_window->findChild<Widget*>();
    if (found == nullptr) qFatal("no such widget: %s", name ? name : Widget::staticMetaObject.className());
    return *found;
  }

  MessageEdit& edit() const { return part<MessageEdit>(); }
  TranscriptView& transcript() const { return part<TranscriptView>(); }

  static ChatItem chat(qint64 id, const QString& title) {
    ChatItem item;
    item.id = id;
    item.title = title;
    item.updated = QDateTime(QDate(2026, 3, 4), QTime(12, 0)).addSecs(id);
    return item;
  }

  static MessageItem message(qint64 id, Role role, ReplyState state, const QString& text) {
    MessageItem item;
    item.id = id;
    item.role = role;
    item.state = state;
    item.text = text;
    return item;
  }

  void showApples() {
    m_window->showChat(2, {message(1, Role::User, ReplyState::Complete, QStringLiteral("Apples?"))}, {}, {});
  }

  void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QTest::keyClick(m_window.get(), key, modifiers);
  }
  /// As a file manager does it.
  void drop(const QMimeData& data) {
    QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_window.get(), &event);
  }
  /// What a change of the system's colours comes to in a program that runs.
  void setSystemColour(const QColor& colour) {
    QGuiApplication::setPalette(QPalette(colour));
    QEvent event(QEvent::ApplicationPaletteChange);
    QCoreApplication::sendEvent(m_window.get(), &event);
  }

 private Q_SLOTS:
  void initTestCase() {
    qRegisterMetaType<GenerationSettings>();
    qRegisterMetaType<qint64>();
  }

  void init() {
    m_window = std::make_unique<MainWindow>();
    m_window->setModel({ModelInfo::State::Ready, QStringLiteral("Zip 25M"), {}, QStringLiteral("25 M"), {}});
    m_window->setChats({chat(3, QStringLiteral("Pears")), chat(2, QStringLiteral("Apples"))});
    m_window->showChat(0, {}, {}, {});
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
  }

  void aQuestionIsSentIntoANewChat() {
    QSignalSpy sent(m_window.get(), &MainWindow::sendRequested);
    QTest::keyClicks(&edit(), QStringLiteral("What is 2 + 2?"));
    QTest::keyClick(&edit(), Qt::Key_Return);
    QCOMPARE(sent.count(), 1);
    QCOMPARE(sent[0][0].toLongLong(), 0);
    QCOMPARE(sent[0][1].toString(), QStringLiteral("What is 2 + 2?"));
  }

  void aQuestionIsSentIntoTheChatThatIsShown() {
    QSignalSpy sent(m_window.get(), &MainWindow::sendRequested);
    showApples();
    QTest::keyClicks(&edit(), QStringLiteral("And pears?"));
    QTest::keyClick(&edit(), Qt::Key_Return);
    QCOMPARE(sent[0][0].toLongLong(), 2);
  }

  void sampleQuestionsAreSentByAClick() {
    QSignalSpy sent(m_window.get(), &MainWindow::sendRequested);
    m_window->setSampleQuestions({QStringLiteral("What is 1 & 1?")});
    for (QAbstractButton* button : m_window->findChildren<QAbstractButton*>()) {
      const bool isSample =
          (button->text() + button->accessibleName()).contains(QStringLiteral("What is 1 &"));
      if (isSample) QTest::mouseClick(button, Qt::LeftButton);
    }
    QCOMPARE(sent.count(), 1);
    QCOMPARE(sent[0][1].toString(), QStringLiteral("What is 1 & 1?"));
  }

  void repliesOfOtherChatsAreNotShown() {
    showApples();
    m_window->addMessage(3, message(9, Role::User, ReplyState::Complete, QStringLiteral("Pears?")));
    m_window->appendToMessage(3, 1, {}, QStringLiteral("wrong"));
    m_window->updateMessage(3, message(1, Role::User, ReplyState::Complete, QStringLiteral("wrong")));
    QCOMPARE(transcript().numMessages(), 1);
    QTest::qWait(50);
    QCOMPARE(transcript().layoutOf(0).message().text, QStringLiteral("Apples?"));
  }

  void escapeStopsTheReplyThatIsGenerated() {
    QSignalSpy stopped(m_window.get(), &MainWindow::stopRequested);
    showApples();
    press(Qt::Key_Escape);
    QCOMPARE(stopped.count(), 0);
    m_window->addMessage(2, message(5, Role::Assistant, ReplyState::Thinking, {}));
    press(Qt::Key_Escape);
    QCOMPARE(stopped.count(), 1);
    QCOMPARE(stopped[0][0].toLongLong(), 2);
    m_window->updateMessage(2, message(5, Role::Assistant, ReplyState::Stopped, {}));
    press(Qt::Key_Escape);
    QCOMPARE(stopped.count(), 1);
  }

  void keysChangeBetweenChats() {
    QSignalSpy chosen(m_window.get(), &MainWindow::chatSelected);
    QSignalSpy created(m_window.get(), &MainWindow::newChatRequested);
    m_window->showChat(3, {}, {}, {});
    press(Qt::Key_PageDown, Qt::ControlModifier);
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen[0][0].toLongLong(), 2);
    press(Qt::Key_N, Qt::ControlModifier);
    QCOMPARE(created.count(), 1);
  }

  void showingAChatIsNotChoosingIt() {
    QSignalSpy chosen(m_window.get(), &MainWindow::chatSelected);
    m_window->showChat(3, {}, {}, {});
    m_window->updateChat(chat(3, QStringLiteral("More pears")));
    m_window->removeChat(2);
    QCOMPARE(chosen.count(), 0);
    QCOMPARE(m_window->currentChat(), 3);
  }

  void aClickChoosesAChat() {
    QSignalSpy chosen(m_window.get(), &MainWindow::chatSelected);
    auto& list = part<QListView>("chatList");
    QTest::mouseClick(list.viewport(), Qt::LeftButton, {},
                      list.visualRect(list.model()->index(1, 0)).center());
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen[0][0].toLongLong(), 2);
  }

  void renamingIsTold() {
    QSignalSpy renamed(m_window.get(), &MainWindow::chatRenamed);
    auto* model = m_window->findChild<ChatListModel*>();
    QVERIFY(model != nullptr);
    model->setData(model->index(0), QStringLiteral("Fruit"), Qt::EditRole);
    QCOMPARE(renamed.count(), 1);
    QCOMPARE(renamed[0][0].toLongLong(), 3);
    QCOMPARE(renamed[0][1].toString(), QStringLiteral("Fruit"));
  }

  void onlyWebAndMailLinksAreOpened_data() {
    QTest::addColumn<QString>("link");
    for (const char* link : {"file:///etc/passwd", "javascript:alert(1)", "smb://host/share", "/etc/passwd",
                             "FILE:///etc/passwd", "data:text/html,hello", ""}) {
      QTest::newRow(link) << link;
    }
  }

  void onlyWebAndMailLinksAreOpened() {
    QFETCH(QString, link);
    showApples();
    auto& notice = part<MessageBar>("noticeBar");
    Q_EMIT transcript().linkActivated(link);
    QVERIFY(notice.isVisible());
    QVERIFY2(notice.text().startsWith(QStringLiteral("Only web and mail links")), qPrintable(notice.text()));
    QVERIFY(notice.text().contains(link));
  }

  void aSearchNeverChangesTheChatByItself() {
    showApples();
    QSignalSpy selected(m_window.get(), &MainWindow::chatSelected);
    QSignalSpy asked(m_window.get(), &MainWindow::searchRequested);
    auto& search = part<QLineEdit>("chatSearch");
    search.setText(QStringLiteral("pears"));
    QTRY_COMPARE(asked.count(), 1);
    ChatHit hit;
    hit.chatId = 3;
    hit.snippet = QStringLiteral("Pears");
    hit.matches = {QPoint(0, 5)};
    m_window->setSearchHits(QStringLiteral("something else"), {});
    QCOMPARE(part<QListView>("chatList").model()->rowCount(), 2);
    m_window->setSearchHits(QStringLiteral("pears"), {hit});
    QCOMPARE(part<QListView>("chatList").model()->rowCount(), 1);
    search.clear();
    QTRY_COMPARE(part<QListView>("chatList").model()->rowCount(), 2);
    QCOMPARE(selected.count(), 0);
    QCOMPARE(m_window->currentChat(), 2);
  }

  void whatIsChosenBesideTheComposerOutlivesTheSettingsPanel() {
    showApples();
    QSignalSpy changed(m_window.get(), &MainWindow::settingsChanged);
    GenerationSettings settings;
    settings.thinkingTokens = 256;
    settings.numAnswers = 3;
    m_window->showChat(2, {}, settings, {});
    part<QSpinBox>().stepBy(1);
    m_window->flush();
    QCOMPARE(changed.count(), 1);
    QCOMPARE(changed[0][1].value<GenerationSettings>().thinkingTokens, 256);
    QCOMPARE(changed[0][1].value<GenerationSettings>().numAnswers, 3);
  }

  void draftsAreKeptWhenTheChatChanges() {
    QSignalSpy drafts(m_window.get(), &MainWindow::draftChanged);
    showApples();
    QTest::keyClicks(&edit(), QStringLiteral("half a quest"));
    press(Qt::Key_PageUp, Qt::ControlModifier);
    QCOMPARE(drafts.count(), 1);
    QCOMPARE(drafts[0][0].toLongLong(), 2);
    QCOMPARE(drafts[0][1].toString(), QStringLiteral("half a quest"));
    m_window->showChat(3, {}, {}, QStringLiteral("other draft"));
    QCOMPARE(edit().toPlainText(), QStringLiteral("other draft"));
  }

  void aDraftComesBackWhereItWasWritten() {
    showApples();
    m_window->restoreDraft(3, QStringLiteral("not here"));
    QVERIFY(edit().toPlainText().isEmpty());
    m_window->restoreDraft(2, QStringLiteral("here"));
    QCOMPARE(edit().toPlainText(), QStringLiteral("here"));
  }

  void theInspectorFoldsAndTells() {
    QSignalSpy shown(m_window.get(), &MainWindow::memoryWatched);
    press(Qt::Key_I, Qt::ControlModifier);
    QVERIFY(!part<PageMap>().isVisible());
    press(Qt::Key_I, Qt::ControlModifier);
    QVERIFY(part<PageMap>().isVisible());
    QCOMPARE(shown.count(), 2);
    QCOMPARE(shown[0][0].toBool(), false);
    QCOMPARE(shown[1][0].toBool(), true);
  }

  void theInspectorGoesFirstInANarrowWindow() {
    m_window->resize(900, 600);
    QTRY_VERIFY(!part<PageMap>().isVisible());
    QVERIFY(part<QListView>("chatList").isVisible());
    m_window->resize(1280, 800);
    QTRY_VERIFY(part<PageMap>().isVisible());
  }

  void whatIsAskedForHasRoomInASmallWindow() {
    m_window->resize(700, 600);
    QTRY_VERIFY(!part<PageMap>().isVisible());
    press(Qt::Key_I, Qt::ControlModifier);
    QTRY_VERIFY(part<PageMap>().isVisible());
    QVERIFY(!part<QListView>("chatList").isVisible());
    const auto right = [&](const QWidget& widget) {
      return widget.mapTo(m_window.get(), QPoint(widget.width(), 0)).x();
    };
    QTRY_VERIFY(right(part<Composer>()) <= part<PageMap>().mapTo(m_window.get(), QPoint()).x());
    QVERIFY(right(part<PageMap>()) <= m_window->width());
    m_window->findChild<QAction*>(QStringLiteral("showChats"))->trigger();
    QTRY_VERIFY(part<QListView>("chatList").isVisible());
    QVERIFY(!part<PageMap>().isVisible());
  }

  void whoAsksForTheAnswerGoesOnWriting() {
    auto& composer = part<Composer>();
    auto& answerNow = part<QPushButton>("answerNowButton");
    composer.setGenerating(true, true);
    QTRY_VERIFY(answerNow.isVisible());
    edit().setFocus();
    QTest::mouseClick(&answerNow, Qt::LeftButton);
    QVERIFY(edit().hasFocus());
    answerNow.setFocus(Qt::TabFocusReason);
    composer.setGenerating(true, false);
    QVERIFY(!answerNow.isVisible());
    QVERIFY(edit().hasFocus());
    composer.setGenerating(false, false);
  }

  void allKeysCanBeReadWhateverTheSize() {
    for (const double zoom : {1.0, 1.5}) {
      Preferences preferences;
      preferences.zoom = zoom;
      m_window->setPreferences(preferences);
      m_window->findChild<QAction*>(QStringLiteral("showKeys"))->trigger();
      auto& keys = part<QDialog>("keyList");
      QTRY_VERIFY(keys.isVisible());
      for (const QLabel* label : keys.findChildren<QLabel*>()) {
        QTRY_VERIFY2(
            label->width() >= label->sizeHint().width() && label->height() >= label->sizeHint().height(),
            qPrintable(label->text()));
      }
      delete &keys;
    }
    m_window->setPreferences({});
  }

  void newsLieOverTheMessagesAndMoveNothing() {
    const QRect before = transcript().geometry();
    auto& notice = part<MessageBar>("noticeBar");
    m_window->showNotice(
        QStringLiteral("Something that is worth a line or two of news, and more than one line of it "
                       "in any window that is not as wide as a street."));
    QTRY_VERIFY(notice.isVisible());
    QCOMPARE(transcript().geometry(), before);
    QTRY_VERIFY(notice.geometry().bottom() <= part<Composer>().geometry().top());
    QVERIFY(notice.height() >= notice.heightForWidth(notice.width()));
    m_window->findChild<QAction*>(QStringLiteral("undoDelete"))->trigger();
    QVERIFY(!notice.isVisible());
  }

  void aRenamedChatIsInTheTitle() {
    m_window->showChat(2, {}, {}, {});
    QVERIFY(m_window->windowTitle().startsWith(QStringLiteral("Apples")));
    m_window->updateChat(chat(2, QStringLiteral("Plums")));
    QVERIFY(m_window->windowTitle().startsWith(QStringLiteral("Plums")));
    m_window->updateChat(chat(3, QStringLiteral("Figs")));
    QVERIFY(m_window->windowTitle().startsWith(QStringLiteral("Plums")));
  }

  void aDockFloatsAndThenHasATitleOfItsOwn() {
    auto& dock = part<QDockWidget>("memoryDock");
    QVERIFY(!dock.titleBarWidget()->findChild<QLabel*>()->isVisible());
    dock.setFloating(true);
    QTRY_VERIFY(dock.titleBarWidget()->findChild<QLabel*>()->isVisible());
    dock.close();
    QVERIFY(m_window->findChild<QDockWidget*>(QStringLiteral("generationDock"))->isVisible());
    dock.show();
    dock.setFloating(false);
    QTRY_VERIFY(!dock.titleBarWidget()->findChild<QLabel*>()->isVisible());
  }

  void withoutEvictionsTheWayToABoundedMemoryIsShown() {
    m_window->findChild<Inspector*>()->showEvictions();
    auto& toSettings = part<QPushButton>("memorySettingsButton");
    QTRY_VERIFY(!toSettings.visibleRegion().isEmpty());
    QTRY_VERIFY(part<GenerationPanel>().visibleRegion().isEmpty());
    toSettings.click();
    QTRY_VERIFY(!part<GenerationPanel>().visibleRegion().isEmpty());
  }

  void memoryBehindAnotherTabIsNotWatched() {
    QSignalSpy watched(m_window.get(), &MainWindow::memoryWatched);
    m_window->findChild<Inspector*>()->showGeneration();
    QTRY_COMPARE(watched.count(), 1);
    QCOMPARE(watched[0][0].toBool(), false);
    m_window->findChild<Inspector*>()->showMemory();
    QTRY_COMPARE(watched.count(), 2);
    QCOMPARE(watched[1][0].toBool(), true);
  }

  void theSidebarFolds() {
    press(Qt::Key_B, Qt::ControlModifier);
    QVERIFY(!part<QListView>("chatList").isVisible());
    press(Qt::Key_B, Qt::ControlModifier);
    QVERIFY(part<QListView>("chatList").isVisible());
  }

  void snapshotsReachTheMap() {
    m_window->setCacheSnapshot(snapshotOf("AAB_"));
    QCOMPARE(part<PageMap>().grid().numTiles, 4);
    QVERIFY(part<PageMap>().describe(0).startsWith(QStringLiteral("Page 0")));
  }

  void aPageIsCalledByTheTitleOfItsChat() {
    m_window->setCacheSnapshot(snapshotOf("B"));
    QVERIFY(part<PageMap>().describe(0).contains(QStringLiteral("Apples")));
  }

  void problemsStayAndNoticesHaveActions() {
    QSignalSpy undone(m_window.get(), &MainWindow::noticeActionRequested);
    m_window->showProblem(QStringLiteral("Saving failed: <b>disk full</b>"));
    m_window->showNotice(QStringLiteral("“Apples” was deleted."), QStringLiteral("Undo"),
                         QStringLiteral("restore-2"));
    QVERIFY(part<MessageBar>("problemBar").isVisible());
    auto& notice = part<MessageBar>("noticeBar");
    QVERIFY(notice.isVisible());
    QTest::mouseClick(notice.findChild<QPushButton*>(), Qt::LeftButton);
    QCOMPARE(undone.count(), 1);
    QCOMPARE(undone[0][0].toString(), QStringLiteral("restore-2"));
    QVERIFY(!notice.isVisible());
    QVERIFY(part<MessageBar>("problemBar").isVisible());
  }

  void aModelThatFailsSaysWhyUntilAnotherIsReady() {
    m_window->setModel(
        {ModelInfo::State::Failed, QStringLiteral("x.gguf"), {}, {}, QStringLiteral("no tensors")});
    auto& problem = part<MessageBar>("problemBar");
    QVERIFY(problem.isVisible());
    QVERIFY(problem.text().contains(QStringLiteral("no tensors")));
    m_window->setModel({ModelInfo::State::Ready, QStringLiteral("y.gguf"), {}, {}, {}});
    QVERIFY(!problem.isVisible());
  }

  void whatFailsToOpenTakesTheModelAtWorkFromNobody() {
    m_window->setModel(
        {ModelInfo::State::Failed, QStringLiteral("x.gguf"), {}, {}, QStringLiteral("no tensors")});
    QVERIFY(part<QToolButton>("modelButton").text().contains(QStringLiteral("Zip 25M")));
  }

  void theRingFollowsTheChatThatIsShown() {
    auto& ring = part<ContextRing>();
    m_window->setCacheSnapshot(snapshotOf("BB__"));
    m_window->showChat(3, {}, {}, {});
    QCOMPARE(ring.use().pagesHeld, 0);
    m_window->showChat(2, {}, {}, {});
    QCOMPARE(ring.use().pagesHeld, 2);
  }

  void theStatusLineSaysWhatIsHeldAndWhoWaits() {
    MemoryFigures figures;
    figures.pagesHeld = 12;
    figures.pagesTotal = 512;
    figures.bytesPerPage = 1 << 20;
    figures.processBytes = 300LL << 20;
    figures.running = 2;
    figures.waiting = 1;
    m_window->setFigures(figures);
    const auto text = [this](const char* name) { return part<QLabel>(name).text(); };
    QVERIFY(text("pool").contains(QStringLiteral("12 of 512")));
    QVERIFY(text("pool").contains(QStringLiteral("12 MiB")));
    QVERIFY(text("process").contains(QStringLiteral("300 MiB")));
    QVERIFY(text("requests").contains(QStringLiteral("2 running, 1 waiting")));
  }

  void theWholeWindowGrowsAndComesBack() {
    QSignalSpy chosen(m_window.get(), &MainWindow::preferencesChanged);
    const int text = QFontInfo(part<QListView>("chatList").font()).pixelSize();
    const int button = part<QToolButton>("sendButton").width();
    for (int i = 0; i < 5; ++i) press(Qt::Key_Plus, Qt::ControlModifier);
    QCOMPARE(chosen.count(), 5);
    QCOMPARE(transcript().zoom(), 1.5);
    QCOMPARE(QFontInfo(part<QListView>("chatList").font()).pixelSize(), qRound(text * 1.5));
    QCOMPARE(part<QToolButton>("sendButton").width(), qRound(button * 1.5));
    press(Qt::Key_0, Qt::ControlModifier);
    QCOMPARE(QFontInfo(part<QListView>("chatList").font()).pixelSize(), text);
    QCOMPARE(part<QToolButton>("sendButton").width(), button);
  }

  void coloursFollowTheSystemWhileItChanges() {
    Preferences preferences;
    m_window->setPreferences(preferences);
    const QPalette before = QGuiApplication::palette();
    const auto isDark = [this] { return m_window->palette().color(QPalette::Window).lightness() < 128; };
    setSystemColour(QColor(20, 20, 20));
    QTRY_VERIFY(isDark());
    setSystemColour(QColor(240, 240, 240));
    QTRY_VERIFY(!isDark());
    preferences.scheme = ColorScheme::Dark;
    m_window->setPreferences(preferences);
    QVERIFY(isDark());
    QGuiApplication::setPalette(before);
  }

  void keysOfTheUsersChoiceWork() {
    QSignalSpy created(m_window.get(), &MainWindow::newChatRequested);
    Preferences preferences;
    preferences.keys = {{QStringLiteral("newChat"), {QStringLiteral("Ctrl+J")}}};
    m_window->setPreferences(preferences);
    press(Qt::Key_N, Qt::ControlModifier);
    QCOMPARE(created.count(), 0);
    press(Qt::Key_J, Qt::ControlModifier);
    QCOMPARE(created.count(), 1);
    QVERIFY(part<QToolButton>("newChatButton").toolTip().contains(QStringLiteral("Ctrl+J")));
    preferences.keys = {{QStringLiteral("newChat"), {}}};
    m_window->setPreferences(preferences);
    QCOMPARE(part<QToolButton>("newChatButton").toolTip(), QStringLiteral("New chat"));
    m_window->setPreferences({});
    QVERIFY(part<QToolButton>("newChatButton").toolTip().contains(QStringLiteral("Ctrl+N")));
  }

  void theLayoutComesBack() {
    m_window->resize(760, 620);
    press(Qt::Key_B, Qt::ControlModifier);
    const QByteArray layout = m_window->saveLayout();
    MainWindow other;
    other.restoreLayout(layout);
    other.show();
    QCOMPARE(other.size(), QSize(760, 620));
    QVERIFY(!other.findChild<QListView*>(QStringLiteral("chatList"))->isVisible());
    other.restoreLayout("nonsense");
    QCOMPARE(other.size(), QSize(760, 620));
  }

  void thePickerOpensByKeyAndByClick() {
    press(Qt::Key_L, Qt::ControlModifier);
    QTRY_VERIFY(m_window->modelPicker().isVisible());
    m_window->modelPicker().close();
    part<QToolButton>("modelButton").click();
    QVERIFY(m_window->modelPicker().isVisible());
  }

  void aHuggingFaceFolderIsTakenToo() {
    QTemporaryDir folder;
    QFile config(folder.filePath(QStringLiteral("config.json")));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.close();
    QSignalSpy opened(m_window.get(), &MainWindow::modelFileChosen);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(folder.path())});
    drop(data);
    QCOMPARE(opened.count(), 1);
  }

  void aDroppedModelFileIsOpened() {
    QSignalSpy opened(m_window.get(), &MainWindow::modelFileChosen);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(QStringLiteral("/models/some model.GGUF"))});
    drop(data);
    QCOMPARE(opened.count(), 1);
    QCOMPARE(opened[0][0].toString(), QStringLiteral("/models/some model.GGUF"));
  }

  void otherFilesGoWithTheMessage() {
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("notes.txt")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("some notes");
    file.close();
    QSignalSpy opened(m_window.get(), &MainWindow::modelFileChosen);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file.fileName())});
    drop(data);
    QCOMPARE(opened.count(), 0);
    QCOMPARE(part<Composer>().files().size(), 1);
    QCOMPARE(part<Composer>().files().constFirst().text, QStringLiteral("some notes"));
  }
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
