#include <QAbstractItemModelTester>
#include <QAction>
#include <QComboBox>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QListWidget>
#include <QMainWindow>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

#include "ui/preferences/key_model.h"
#include "ui/preferences/settings_dialog.h"
#include "ui/preferences/storage_model.h"
#include "ui/preferences/storage_page.h"
#include "ui/window/window_actions.h"

using namespace zipage::ui;

class TestSettingsDialog : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QMainWindow> m_window;
  std::unique_ptr<WindowActions> m_actions;
  SettingsDialog* m_dialog = nullptr;
  Preferences m_told;
  int m_numTold = 0;

  QComboBox& choice(const QString& name) const {
    for (QComboBox* box : m_dialog->findChildren<QComboBox*>()) {
      if (box->accessibleName() == name) return *box;
    }
    qFatal("no such choice: %s", qPrintable(name));
  }

  void chooseAction(const QAction* action) const {
    auto* table = m_dialog->findChild<QTreeView*>(QStringLiteral("keyTable"));
    table->setCurrentIndex(table->model()->index(static_cast<int>(m_actions->all.indexOf(action)), 0));
  }

  void typeKeys(const QKeySequence& keys) const {
    auto* edit = m_dialog->findChild<QKeySequenceEdit*>();
    edit->setKeySequence(keys);
    Q_EMIT edit->editingFinished();
  }

  void press(const QString& text) const {
    for (QPushButton* button : m_dialog->findChildren<QPushButton*>()) {
      if (button->text() == text) return button->click();
    }
    qFatal("no such button: %s", qPrintable(text));
  }

  bool says(const QString& words) const {
    for (const QLabel* label : m_dialog->findChildren<QLabel*>()) {
      if (label->text().contains(words)) return true;
    }
    return false;
  }

 private Q_SLOTS:
  void init() {
    m_window = std::make_unique<QMainWindow>();
    m_actions = std::make_unique<WindowActions>(m_window.get());
    m_dialog = new SettingsDialog(*m_actions, m_window.get());
    m_told = {};
    m_numTold = 0;
    // As the window does it: what is chosen applies at once.
    connect(m_dialog, &SettingsDialog::preferencesChanged, this, [this](const Preferences& preferences) {
      m_told = preferences;
      ++m_numTold;
      m_actions->setKeys(preferences.keys);
    });
    m_dialog->setPreferences({});
  }

  void whatIsChosenAppliesAtOnce() {
    QCOMPARE(m_numTold, 0);
    QComboBox& colours = choice(QStringLiteral("Colours"));
    colours.setCurrentIndex(colours.findData(static_cast<int>(ColorScheme::Dark)));
    QCOMPARE(m_numTold, 1);
    QCOMPARE(m_told.scheme, ColorScheme::Dark);
    QComboBox& unload = choice(QStringLiteral("Unload when idle"));
    unload.setCurrentIndex(unload.findData(15));
    QCOMPARE(m_told.unloadMinutes, 15);
    QCOMPARE(m_told.scheme, ColorScheme::Dark);
  }

  void theStorageTellsWhatIsKeptAndWhyItWasOfNoUse() {
    auto* page = m_dialog->findChild<StoragePage*>();
    auto* table = page->findChild<QTreeView*>(QStringLiteral("storageTable"));
    const QAbstractItemModelTester tester(table->model(),
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
    StorageReport report;
    report.numBytes = 3 << 20;
    report.budgetBytes = qint64{8} << 30;
    report.freeBytes = qint64{100} << 30;
    report.damaged = 2;
    report.models = {
        {7,
         QStringLiteral("Large"),
         2 << 20,
         {{11, QStringLiteral("Apples"), 3, 1, 900, 2 << 20, 2, 400, 300, 200, QStringLiteral("Differs.")}}},
        {8,
         QStringLiteral("Small"),
         1 << 20,
         {{12, QStringLiteral("Pears"), 1, 0, 32, 1 << 20, 0, 0, 0, 0, {}}}}};
    m_dialog->setStorageReport(report);
    QVERIFY(says(QStringLiteral("3 MiB of 8.0 GiB")));
    QVERIFY(says(QStringLiteral("2 damaged")));
    const QAbstractItemModel& model = *table->model();
    QCOMPARE(model.rowCount(), 2);
    const QModelIndex large = model.index(0, 0);
    QCOMPARE(model.index(0, StorageModel::Reused).data().toString(), QStringLiteral("75 %"));
    QCOMPARE(model.index(0, StorageModel::Name, large).data().toString(), QStringLiteral("Apples"));
    QCOMPARE(model.index(0, StorageModel::Verdict, large).data().toString(), QStringLiteral("Differs."));
    QVERIFY(model.index(0, 0, large).data(Qt::ToolTipRole).toString().contains(QStringLiteral("200")));
    QCOMPARE(model.index(0, StorageModel::Reused, model.index(1, 0)).data().toString(), QString());
    const QSignalSpy cleared(m_dialog, &SettingsDialog::storageClearRequested);
    table->setCurrentIndex(model.index(0, 0, large));
    press(QStringLiteral("Forget what was read of it"));
    table->setCurrentIndex(model.index(1, 0));
    press(QStringLiteral("Forget what was read of it"));
    press(QStringLiteral("Forget all that was read"));
    QCOMPARE(cleared.size(), 3);
    QCOMPARE(cleared[0], (QVariantList{qint64(7), qint64(11)}));
    QCOMPARE(cleared[1], (QVariantList{qint64(8), kEveryChat}));
    QCOMPARE(cleared[2], (QVariantList{kEveryModel, kEveryChat}));
    m_dialog->setStorageReport({});
    QCOMPARE(model.rowCount(), 0);
  }

  void theBudgetOfTheStorageIsChosen() {
    QComboBox& budget = choice(QStringLiteral("Keep what models have read"));
    QCOMPARE(budget.currentText(), QStringLiteral("8 GiB"));
    budget.setCurrentIndex(budget.findData(0));
    QCOMPARE(m_told.prefixGibibytes, 0);
    Preferences preferences;
    preferences.prefixGibibytes = 3;
    m_dialog->setPreferences(preferences);
    QCOMPARE(budget.currentText(), QStringLiteral("3 GiB"));
  }

  void showingPreferencesTellsNothing() {
    Preferences preferences;
    preferences.zoom = 1.37;
    preferences.unloadMinutes = 7;
    preferences.modelFolders = QStringList{QStringLiteral("/models")};
    m_dialog->setPreferences(preferences);
    QCOMPARE(m_numTold, 0);
    QCOMPARE(choice(QStringLiteral("Size")).currentText(), QStringLiteral("137 %"));
    QCOMPARE(m_dialog->findChild<QListWidget*>(QStringLiteral("modelFolders"))->count(), 1);
  }

  void aFolderIsTakenFromTheList() {
    Preferences preferences;
    preferences.modelFolders = QStringList{QStringLiteral("/a"), QStringLiteral("/b")};
    m_dialog->setPreferences(preferences);
    m_dialog->findChild<QListWidget*>(QStringLiteral("modelFolders"))->setCurrentRow(0);
    press(QStringLiteral("Remove"));
    QCOMPARE(m_told.modelFolders, QStringList{QStringLiteral("/b")});
  }

  void theTableOfKeysKeepsTheRulesOfItemModels() {
    KeyModel model(*m_actions);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    m_actions->setKeys({{QStringLiteral("find"), {QStringLiteral("Ctrl+Y")}}});
    model.noteKeysChanged();
    QCOMPARE(model.rowCount(), static_cast<int>(m_actions->all.size()));
  }

  void anActionGetsOtherKeys() {
    chooseAction(m_actions->find);
    typeKeys(QKeySequence(Qt::CTRL | Qt::Key_J));
    QCOMPARE(m_told.keys.value(QStringLiteral("find")), QStringList{QStringLiteral("Ctrl+J")});
    QCOMPARE(m_actions->find->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_J));
    QVERIFY(m_actions->find->toolTip().contains(
        QKeySequence(Qt::CTRL | Qt::Key_J).toString(QKeySequence::NativeText)));
  }

  void keysThatMeanSomethingAreRefused() {
    chooseAction(m_actions->find);
    typeKeys(QKeySequence(Qt::CTRL | Qt::Key_N));
    QCOMPARE(m_numTold, 0);
    QVERIFY(says(m_actions->newChat->text()));
    for (const QKeySequence& keys :
         {QKeySequence(Qt::Key_Return), QKeySequence(Qt::Key_A), QKeySequence(Qt::SHIFT | Qt::Key_A),
          QKeySequence(QKeySequence::Copy), QKeySequence(Qt::CTRL | Qt::Key_N, QKeyCombination(Qt::Key_X))}) {
      typeKeys(keys);
      QVERIFY2(m_numTold == 0, qPrintable(keys.toString()));
    }
    QCOMPARE(m_actions->find->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_F));
  }

  void keysComeBackUnlessTheyWereGivenAway() {
    chooseAction(m_actions->find);
    typeKeys(QKeySequence(Qt::CTRL | Qt::Key_J));
    chooseAction(m_actions->newChat);
    typeKeys(QKeySequence(Qt::CTRL | Qt::Key_F));
    QCOMPARE(m_actions->newChat->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_F));
    chooseAction(m_actions->find);
    press(QStringLiteral("Reset"));
    QCOMPARE(m_actions->find->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_J));
    QVERIFY(says(m_actions->newChat->text()));
    press(QStringLiteral("Reset all"));
    QCOMPARE(m_actions->find->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_F));
    QCOMPARE(m_actions->newChat->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_N));
  }

  void anActionMayHaveNoKeys() {
    chooseAction(m_actions->quit);
    press(QStringLiteral("No keys"));
    QVERIFY(m_actions->quit->shortcut().isEmpty());
    chooseAction(m_actions->find);
    typeKeys(QKeySequence(Qt::CTRL | Qt::Key_Q));
    QCOMPARE(m_actions->find->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_Q));
  }

  void noTwoActionsComeWithTheSameKeys() {
    for (const QAction* action : m_actions->all) {
      QVERIFY2(!action->shortcuts().isEmpty(), qPrintable(action->text()));
      QVERIFY2(!action->objectName().isEmpty(), qPrintable(action->text()));
      for (const QKeySequence& keys : action->shortcuts())
        QVERIFY2(m_actions->conflictOf(keys, action) == nullptr, qPrintable(keys.toString()));
    }
  }
};

QTEST_MAIN(TestSettingsDialog)
#include "tst_settings_dialog.moc"
