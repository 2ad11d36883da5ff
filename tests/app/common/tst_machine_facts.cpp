// What is found out about a machine: made-up ones, so that each case can be had anywhere.
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>

#include "app/common/machine_facts.h"

using namespace zipage;
namespace fs = std::filesystem;

class TestMachineFacts : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> m_folder;

  fs::path below(const std::string& name) const { return fs::path(m_folder->path().toStdString()) / name; }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(below(name).parent_path());
    std::ofstream(below(name)) << text;
  }

  MachineQuestions questions() const {
    MachineQuestions asked{.paths = {below("config"), below("data"), below("cache"), below("state")}};
    asked.systemRoot = below("root");
    asked.opensDevice = [](std::string_view name, const DeviceOptions& options) {
      if (name == "cpu") return openDevice(name, options);
      return DeviceResult<std::unique_ptr<Device>>(
          tl::unexpected(DeviceError{"the GPU is asleep; wake it", false}));
    };
    return asked;
  }

  void addPciDevice(const std::string& slot, const std::string& vendor, const std::string& kind) const {
    write("root/sys/bus/pci/devices/" + slot + "/vendor", vendor + "\n");
    write("root/sys/bus/pci/devices/" + slot + "/class", kind + "\n");
  }

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<QTemporaryDir>();
    qputenv("HF_HUB_CACHE", m_folder->filePath("hub").toUtf8());
  }

  void anEmptyMachineIsDescribedWithoutMakingAnything() {
    const MachineFacts facts = examineMachine(questions());
    QVERIFY(facts.system.empty());
    QVERIFY(!facts.kernel.empty());
    QVERIFY(!facts.hasNvidiaGpu);
    QVERIFY(facts.driver.empty());
    QVERIFY(facts.processor.info.has_value());
    QCOMPARE(facts.gpu.whyNot, std::string("the GPU is asleep; wake it"));
    QVERIFY(facts.chats.state == DatabaseHealth::State::Absent);
    for (const FolderFacts& folder : facts.folders)
      QVERIFY(!folder.exists && folder.isWritable && folder.freeBytes > 0);
    QVERIFY(fs::is_empty(m_folder->path().toStdString()));
  }

  void theSystemSaysItsName() {
    write("root/etc/os-release",
          "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n");
    QCOMPARE(examineMachine(questions()).system, std::string("Debian GNU/Linux 12 (bookworm)"));
    write("root/etc/os-release", "PRETTY_NAME=Plain\n");
    QCOMPARE(examineMachine(questions()).system, std::string("Plain"));
  }

  void theDriverIsFoundInWhatTheKernelTells_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("version");
    QTest::newRow("closed")
        << "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\n"
           "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n"
        << "535.183.01";
    QTest::newRow("open")
        << "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build\n"
        << "580.95.05";
    QTest::newRow("none") << ""
                          << "";
    QTest::newRow("something else") << "GCC version:  gcc version 12.2.0\n"
                                    << "";
  }
  void theDriverIsFoundInWhatTheKernelTells() {
    QFETCH(QString, text);
    QFETCH(QString, version);
    write("root/proc/driver/nvidia/version", text.toStdString());
    QCOMPARE(QString::fromStdString(examineMachine(questions()).driver), version);
  }

  void onlyAnNvidiaDisplayIsAnNvidiaGpu() {
    addPciDevice("0000:00:01.0", "0x8086", "0x030000");
    addPciDevice("0000:00:02.0", "0x10de", "0x040300");  // its sound
    QVERIFY(!examineMachine(questions()).hasNvidiaGpu);
    addPciDevice("0000:00:03.0", "0x10de", "0x030200");
    QVERIFY(examineMachine(questions()).hasNvidiaGpu);
  }

  void foldersThatOthersMayReadAreSeen() {
    fs::create_directories(below("data"));
    fs::permissions(below("data"), fs::perms::owner_all | fs::perms::others_read);
    fs::create_directories(below("cache"));
    fs::permissions(below("cache"), fs::perms::owner_all);
    write("state", "a file where a folder should be");
    const MachineFacts facts = examineMachine(questions());
    QVERIFY(facts.folders[1].exists && facts.folders[1].isOpenToOthers);
    QVERIFY(facts.folders[2].exists && !facts.folders[2].isOpenToOthers);
    QVERIFY(!facts.folders[3].isWritable);
  }

  void modelsAreCountedAndRefusedOnesNamed() {
    const fs::path demo = ZIPAGE_SOURCE_DIR "/resources/model/zipage-demo.gguf";
    fs::create_directories(below("models"));
    fs::create_symlink(demo, below("models/good.gguf"));
    write("models/bad.gguf", "GGUF and nothing more");
    MachineQuestions asked = questions();
    asked.modelFolders = {below("models"), below("gone")};
    const MachineFacts facts = examineMachine(asked);
    QCOMPARE(facts.modelFolders.size(), std::size_t(3));
    QVERIFY(!facts.modelFolders[0].isChosen && !facts.modelFolders[0].isReadable);
    QCOMPARE(facts.modelFolders[1].numModels, 1);
    QCOMPARE(facts.modelFolders[1].refused.size(), std::size_t(1));
    QVERIFY(facts.modelFolders[1].refused[0].path.filename() == "bad.gguf");
    QVERIFY(facts.modelFolders[2].isChosen && !facts.modelFolders[2].isReadable);
  }

  void theEmbeddedModelIsLookedAt() {
    QCOMPARE(examineMachine(questions()).embeddedModelProblem, std::string());
    write("resources/zipage-demo.gguf", "GGUF and nothing more");
    qputenv("ZIPAGE_RESOURCES", m_folder->filePath("resources").toUtf8());
    QVERIFY(!examineMachine(questions()).embeddedModelProblem.empty());
    qunsetenv("ZIPAGE_RESOURCES");
  }
};

QTEST_GUILESS_MAIN(TestMachineFacts)
#include "tst_machine_facts.moc"
