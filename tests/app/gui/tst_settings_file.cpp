#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "app/gui/settings_file.h"

using namespace zipage;

class TestSettingsFile : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_path = m_folder->filePath("settings.ini");
  }

  void preferencesComeBackAsTheyWere() {
    ui::Preferences preferences;
    preferences.scheme = ui::ColorScheme::Dark;
    preferences.zoom = 1.25;
    preferences.unloadMinutes = 30;
    preferences.modelFolders = QStringList{"/models", "/more, with a comma"};
    preferences.keys = {{"find", {"Ctrl+J"}}, {"quit", {}}, {"zoomIn", {"Ctrl++", "Ctrl+="}}};
    SettingsFile(m_path).savePreferences(preferences);
    QCOMPARE(SettingsFile(m_path).preferences(), preferences);
  }

  void atAFirstStartEverythingIsAsItComes() {
    const SettingsFile file(m_path);
    QCOMPARE(file.preferences(), ui::Preferences());
    QVERIFY(file.presets().isEmpty() && file.recentModels().isEmpty() && file.lastModel().isEmpty());
    QVERIFY(file.problem().isEmpty());
  }

  void presetsComeBackByName() {
    ui::GenerationSettings terse;
    terse.systemPrompt = "Be brief.\nBe right.";
    terse.stopStrings = QStringList{"\nUser:", "=,;"};
    terse.temperature = 0.25;
    SettingsFile(m_path).savePresets({{"Terse, greedy / =x", terse}, {"Ümläut", {}}});
    const auto presets = SettingsFile(m_path).presets();
    QCOMPARE(presets.size(), 2);
    QCOMPARE(presets[0].name, QString("Terse, greedy / =x"));
    QVERIFY(presets[0].settings == terse);
    QCOMPARE(presets[1].name, QString("Ümläut"));
  }

  void modelsAreRememberedLatestFirstWithHowTheyWereLoaded() {
    const ui::LoadChoice choice{"cpu", "f16", 4096};
    {
      SettingsFile file(m_path);
      for (int i = 0; i < 15; ++i) file.noteModel(QString("/models/%1.gguf").arg(i), {});
      file.noteModel("/models/7.gguf", choice);
    }
    const SettingsFile file(m_path);
    QCOMPARE(file.lastModel(), QString("/models/7.gguf"));
    QCOMPARE(file.recentModels().size(), 10);
    QCOMPARE(file.recentModels().constFirst(), QString("/models/7.gguf"));
    QCOMPARE(file.recentModels().count("/models/7.gguf"), 1);
    QVERIFY(file.loadChoices().value("/models/7.gguf") == choice);
  }

  void theEmbeddedModelIsLastButNotRecent() {
    SettingsFile file(m_path);
    file.noteModel("/models/a.gguf", {});
    file.noteModel({}, {"cpu", "auto", 2048});
    QVERIFY(file.lastModel().isEmpty());
    QCOMPARE(file.recentModels(), QStringList{"/models/a.gguf"});
    QCOMPARE(file.loadChoices().value(QString()).poolTokens, 2048);
  }

  void absurdValuesAreBroughtIntoTheirRange() {
    QFile file(m_path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[window]\nscheme=99\nzoomPercent=-5\nkeys=7\n[models]\nunloadMinutes=soon\n");
    file.close();
    const ui::Preferences preferences = SettingsFile(m_path).preferences();
    QCOMPARE(preferences.scheme, ui::ColorScheme::Dark);
    QCOMPARE(preferences.unloadMinutes, 0);
    QVERIFY(preferences.zoom > 0 && preferences.keys.isEmpty());
  }

  void aFileThatCannotBeReadIsKeptAside() {
    QFile file(m_path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[window\nno = settings\n\0\1\2", 24);
    file.close();
    const SettingsFile settings(m_path);
    QVERIFY(!settings.problem().isEmpty());
    QVERIFY(QFile::exists(m_path + ".broken"));
    QCOMPARE(settings.preferences(), ui::Preferences());
  }

 private:
  std::unique_ptr<QTemporaryDir> m_folder;
  QString m_path;
};

QTEST_GUILESS_MAIN(TestSettingsFile)
#include "tst_settings_file.moc"
