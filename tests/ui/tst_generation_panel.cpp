#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
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
          .systemPrompt = QStringLiteral("Be brief.\nBe right.")};
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
}

}  // namespace

class TestGenerationPanel : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { qRegisterMetaType<GenerationSettings>(); }

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
    panel.findChild<QPlainTextEdit*>()->setPlainText(QStringLiteral("Be brief."));
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
