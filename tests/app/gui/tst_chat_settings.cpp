#include <QTest>

#include "app/gui/chat_settings.h"

using namespace zipage;

class TestChatSettings : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyPolicyComesBack() {
    for (const auto policy :
         {MemoryPolicy::Full, MemoryPolicy::Budget, MemoryPolicy::Auto, MemoryPolicy::Grow}) {
      ui::GenerationSettings settings;
      settings.policy = policy;
      QCOMPARE(settingsFromJson(settingsToJson(settings), {}).policy, policy);
    }
  }

  void everySettingComesBack() {
    ui::GenerationSettings settings;
    settings.budgetTokens = 777;
    settings.thinking = false;
    settings.temperature = 1.25;
    settings.seed = 123456789012345;
    settings.systemPrompt = "Be brief.\nBe right.";
    settings.stopStrings = QStringList{"\nUser:", "END"};
    QVERIFY(settingsFromJson(settingsToJson(settings), {}) == settings);
  }

  void chatsThatOnlySayWhetherTheyAreBoundedStayAsTheyWere() {
    QCOMPARE(settingsFromJson(R"({"bounded":true})", {}).policy, MemoryPolicy::Budget);
    QCOMPARE(settingsFromJson(R"({"bounded":false})", {}).policy, MemoryPolicy::Full);
  }

  void whatNobodyKnowsIsTheDefault() {
    ui::GenerationSettings defaults;
    defaults.policy = MemoryPolicy::Grow;
    for (const char* json : {"", "{}", "[]", R"({"policy":"magic"})", R"({"policy":7,"bounded":"yes"})"}) {
      QCOMPARE(settingsFromJson(json, defaults).policy, MemoryPolicy::Grow);
    }
  }
};

QTEST_GUILESS_MAIN(TestChatSettings)
#include "tst_chat_settings.moc"
