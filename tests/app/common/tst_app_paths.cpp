// Where files go: the XDG base directories, one variable that overrides them all, folders for this user only.
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>

#include "app/common/app_paths.h"
#include "app/common/model_paths.h"

using namespace zipage;
namespace fs = std::filesystem;

class TestAppPaths : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    for (const char* name : {"ZIPAGE_HOME", "ZIPAGE_RESOURCES", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
                             "XDG_CACHE_HOME", "XDG_STATE_HOME"}) {
      qunsetenv(name);
    }
    qputenv("HOME", "/home/somebody");
  }

  void withoutVariablesTheFoldersLieBelowHome() {
    const AppPaths paths = appPaths();
    QCOMPARE(paths.config, fs::path("/home/somebody/.config/zipage"));
    QCOMPARE(paths.data, fs::path("/home/somebody/.local/share/zipage"));
    QCOMPARE(paths.cache, fs::path("/home/somebody/.cache/zipage"));
    QCOMPARE(paths.state, fs::path("/home/somebody/.local/state/zipage"));
    QCOMPARE(paths.databaseFile(), fs::path("/home/somebody/.local/share/zipage/zipage.db"));
  }

  void xdgVariablesCountWhenTheyAreAbsolute() {
    qputenv("XDG_DATA_HOME", "/data");
    qputenv("XDG_CACHE_HOME", "relative");
    QCOMPARE(appPaths().data, fs::path("/data/zipage"));
    QCOMPARE(appPaths().cache, fs::path("/home/somebody/.cache/zipage"));
  }

  void zipageHomeOverridesAllFour() {
    qputenv("XDG_DATA_HOME", "/data");
    qputenv("ZIPAGE_HOME", "/z");
    const AppPaths paths = appPaths();
    for (const fs::path& folder : {paths.config, paths.data, paths.cache, paths.state}) {
      QCOMPARE(folder.parent_path(), fs::path("/z"));
    }
  }

  void createdFoldersAreForThisUserOnly() {
    const QTemporaryDir home;
    qputenv("ZIPAGE_HOME", home.path().toUtf8());
    QVERIFY(createFolders(appPaths()));
    QCOMPARE(fs::status(appPaths().data).permissions() & fs::perms::all, fs::perms::owner_all);
    QVERIFY(createFolders(appPaths()));
  }

  void aFolderThatCannotBeMadeIsNamed() {
    const QTemporaryDir home;
    QFile file(home.filePath("file"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    qputenv("ZIPAGE_HOME", file.fileName().toUtf8());
    const auto created = createFolders(appPaths());
    QVERIFY(!created);
    QCOMPARE(created.error().code, ErrorCode::Io);
    QVERIFY(created.error().message.find(file.fileName().toStdString()) != std::string::npos);
  }

  void theBuiltInModelIsLookedForInTheResourcesFirst() {
    const QTemporaryDir resources;
    QFile model(resources.filePath("zipage-demo.gguf"));
    QVERIFY(model.open(QIODevice::WriteOnly));
    qputenv("ZIPAGE_RESOURCES", resources.path().toUtf8());
    const auto found = resolveModel("demo");
    QVERIFY(found);
    QCOMPARE(found->string(), model.fileName().toStdString());
  }

  void aModelThatIsNotThereIsNamed() {
    const auto found = resolveModel("/nowhere/model.gguf");
    QVERIFY(!found);
    QCOMPARE(found.error().code, ErrorCode::NotFound);
    QVERIFY(found.error().message.find("/nowhere/model.gguf") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestAppPaths)
#include "tst_app_paths.moc"
