#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QWheelEvent>

#include "ui/generation/generation_panel.h"

using namespace zipage::ui;

namespace {

GenerationSettings unusualSettings() {
  return {.policy = zipage::MemoryPolicy::Grow,
          .budgetTokens = 777,
          .periodTokens = 33,
          .thinking = false,
          .maxNewTokens = 12345,
          .temperature = 1.25,
          .topP = 0.5,
          .minP = 0.05,
          .topK = 0,
          .repetitionPenalty = 1.1,
          .seed = 123456789012345,
          .systemPrompt = QStringLiteral("Be brief.\nBe right."),
          .stopStrings = QStringList{QStringLiteral("\nUser:"), QStringLiteral("C:\\new")}};
}

void compare(const GenerationSettings& actual, const GenerationSettings& expected) {
  QCOMPARE(actual.policy, expected.policy);
  QCOMPARE(actual.budgetTokens, expected.budgetTokens);
  QCOMPARE(actual.periodTokens, expected.periodTokens);
  QCOMPARE(actual.thinking, expected.thinking);
  QCOMPARE(actual.maxNewTokens, expected.maxNewTokens);
  QCOMPARE(actual.temperature, expected.temperature);
  QCOMPARE(actual.topP, expected.topP);
  QCOMPARE(actual.minP, expected.minP);
  QCOMPARE(actual.topK, expected.topK);
  QCOMPARE(actual.repetitionPenalty, expected.repetitionPenalty);
  QCOMPARE(actual.seed, expected.seed);
  QCOMPARE(actual.systemPrompt, expected.systemPrompt);
  QCOMPARE(actual.stopStrings, expected.stopStrings);
}

}  // namespace

class TestGenerationPanel : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    qRegisterMetaType<GenerationSettings>();
    qRegisterMetaType<Preset>();
  }

  void showsEverySettingUnchanged() {
    GenerationPanel panel;
    compare(panel.settings(), {});
    panel.setSettings(unusualSettings());
    compare(panel.settings(), unusualSettings());
  }

  void fillingInTellsNothing() {
    GenerationPanel panel;
    QSignalSpy changed(&panel, &GenerationPanel::settingsChanged);
    panel.setSettings(unusualSettings());
    panel.flush();
    QCOMPARE(changed.count(), 0);
  }

  void anEditIsToldOnceItRests() {
    GenerationPanel panel;
    QSignalSpy changed(&panel, &GenerationPanel::settingsChanged);
    panel.findChild<QCheckBox*>()->toggle();
    panel.findChild<QPlainTextEdit*>(QStringLiteral("systemPrompt"))
        ->setPlainText(QStringLiteral("Be brief."));
    QCOMPARE(changed.count(), 0);
    QTRY_COMPARE(changed.count(), 1);
    QCOMPARE(changed[0][0].value<GenerationSettings>().systemPrompt, QStringLiteral("Be brief."));
  }

  void anEditIsToldBeforeAnotherChatIsShown() {
    GenerationPanel panel;
    QSignalSpy changed(&panel, &GenerationPanel::settingsChanged);
    panel.findChild<QCheckBox*>()->toggle();
    panel.flush();
    QCOMPARE(changed.count(), 1);
    panel.flush();
    QCOMPARE(changed.count(), 1);
  }

  void fullMemoryHasNoBudget() {
    GenerationPanel panel;
    const auto* meaning = panel.findChild<QLabel*>(QStringLiteral("policyMeaning"));
    const QString automatic = meaning->text();
    GenerationSettings settings;
    settings.policy = zipage::MemoryPolicy::Full;
    panel.setSettings(settings);
    QVERIFY(meaning->text() != automatic);
    for (const QSpinBox* field : panel.findChildren<QSpinBox*>()) {
      const bool isOfBudget =
          field->value() == settings.budgetTokens || field->value() == settings.periodTokens;
      if (isOfBudget) QVERIFY(!field->isEnabled());
    }
  }

  void everyPolicyCanBeChosenAndSaysWhatItMeans() {
    GenerationPanel panel;
    QStringList meanings;
    QVector<int> chosen;
    for (QRadioButton* button : panel.findChildren<QRadioButton*>()) {
      button->click();
      chosen << static_cast<int>(panel.settings().policy);
      meanings << panel.findChild<QLabel*>(QStringLiteral("policyMeaning"))->text();
    }
    QCOMPARE(chosen.size(), 4);
    QCOMPARE(QSet<int>(chosen.begin(), chosen.end()).size(), 4);
    QCOMPARE(meanings.removeDuplicates(), 0);
  }

  void theWheelScrollsPastAField() {
    GenerationPanel panel;
    panel.show();
    auto* field = panel.findChild<QSpinBox*>();
    const int before = field->value();
    QWheelEvent wheel({5, 5}, field->mapToGlobal(QPointF(5, 5)), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(field, &wheel);
    QCOMPARE(field->value(), before);
    QVERIFY(!wheel.isAccepted());
  }

  void stopStringsStandOneALine() {
    GenerationPanel panel;
    panel.findChild<QPlainTextEdit*>(QStringLiteral("stopStrings"))
        ->setPlainText(QStringLiteral("\\nUser:\n\nEND\nC:\\\\temp"));
    QCOMPARE(panel.settings().stopStrings,
             (QStringList{QStringLiteral("\nUser:"), QStringLiteral("END"), QStringLiteral("C:\\temp")}));
  }

  void whatTheModelSaysIsSeenAndComesBackByAClick() {
    GenerationPanel panel;
    GenerationSettings model;
    model.temperature = 0.7;
    model.topK = 0;
    model.minP = 0.05;
    panel.setModelDefaults(model);
    const auto* says = panel.findChild<QLabel*>(QStringLiteral("modelSays"));
    auto* reset = panel.findChild<QPushButton*>(QStringLiteral("modelDefaults"));
    QVERIFY(says->text().contains(QStringLiteral("0.7")));
    QVERIFY(!reset->isHidden());
    GenerationSettings mine = unusualSettings();
    panel.setSettings(mine);
    QSignalSpy changed(&panel, &GenerationPanel::settingsChanged);
    reset->click();
    panel.flush();
    QCOMPARE(changed.count(), 1);
    mine.temperature = model.temperature;
    mine.topK = model.topK;
    mine.topP = model.topP;
    mine.minP = model.minP;
    mine.repetitionPenalty = model.repetitionPenalty;
    compare(panel.settings(), mine);  // seed, prompt and memory are the chat's own
    QVERIFY(reset->isHidden());
  }

  void aPresetIsAppliedSavedAndDeletedByName() {
    GenerationPanel panel;
    panel.setPresets({{QStringLiteral("Unusual"), unusualSettings()}});
    auto* presets = panel.findChild<QComboBox*>(QStringLiteral("presets"));
    auto* remove = panel.findChild<QPushButton*>(QStringLiteral("deletePreset"));
    QCOMPARE(presets->currentIndex(), -1);
    QVERIFY(!remove->isEnabled());
    QSignalSpy changed(&panel, &GenerationPanel::settingsChanged);
    presets->setCurrentIndex(0);
    Q_EMIT presets->activated(0);
    QCOMPARE(changed.count(), 1);
    compare(panel.settings(), unusualSettings());
    QSignalSpy removed(&panel, &GenerationPanel::presetDeleteRequested);
    remove->click();
    QCOMPARE(removed[0][0].toString(), QStringLiteral("Unusual"));

    panel.findChild<QCheckBox*>()->toggle();
    QCOMPARE(presets->currentIndex(), -1);  // these are no longer the preset's
    QSignalSpy saved(&panel, &GenerationPanel::presetSaved);
    panel.findChild<QPushButton*>(QStringLiteral("savePreset"))->click();
    auto* name = panel.findChild<QLineEdit*>(QStringLiteral("presetName"));
    name->setText(QStringLiteral("  Mine  "));
    Q_EMIT name->returnPressed();
    QCOMPARE(saved.count(), 1);
    QCOMPARE(saved[0][0].value<Preset>().name, QStringLiteral("Mine"));
  }

  void aSeedIsANumberOrNothing() {
    GenerationPanel panel;
    auto* seed = panel.findChildren<QLineEdit*>().last();
    for (QLineEdit* field : panel.findChildren<QLineEdit*>()) {
      if (!field->placeholderText().isEmpty()) seed = field;
    }
    seed->clear();
    QTest::keyClicks(seed, QStringLiteral("12a-34"));
    QCOMPARE(panel.settings().seed, 1234);
    seed->clear();
    QCOMPARE(panel.settings().seed, -1);
  }
};

QTEST_MAIN(TestGenerationPanel)
#include "tst_generation_panel.moc"
