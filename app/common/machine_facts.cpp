#include "app/common/machine_facts.h"

#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <system_error>

#include "app/common/model_paths.h"
#include "app/common/process_memory.h"

namespace zipage {

namespace fs = std::filesystem;

namespace {

constexpr const char* kNvidiaVendor = "0x10de";
constexpr const char* kDisplayClass = "0x03";  // the first byte of a PCI class: display controllers

/// Of the small files that the kernel makes up; empty where there is none.
std::string contentOf(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string firstMatch(const std::string& text, const char* pattern) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(pattern)) ? match[1].str() : std::string();
}

std::string systemName(const fs::path& root) {
  return firstMatch(contentOf(root / "etc/os-release"), "(?:^|\n)PRETTY_NAME=\"?([^\"\n]*)");
}

std::string kernelName() {
  struct utsname names {};
  return ::uname(&names) == 0 ? names.release : std::string();
}

/// Of the kernel module: "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  …".
std::string driverVersion(const fs::path& root) {
  return firstMatch(contentOf(root / "proc/driver/nvidia/version"),
                    "Kernel Module[^\n]*?\\s(\\d+(?:\\.\\d+)+)\\s");
}

bool isNvidiaGpu(const fs::path& device) {
  return contentOf(device / "vendor").rfind(kNvidiaVendor, 0) == 0 &&
         contentOf(device / "class").rfind(kDisplayClass, 0) == 0;
}

bool hasNvidiaGpu(const fs::path& root) {
  std::error_code error;
  for (const auto& device : fs::directory_iterator(root / "sys/bus/pci/devices", error)) {
    if (isNvidiaGpu(device.path())) return true;
  }
  return false;
}

DeviceFacts openedDevice(const DeviceOpener& opensDevice, std::string_view name) {
  const auto device = opensDevice(name, DeviceOptions{});
  if (!device) return {std::nullopt, device.error().message};
  return {(*device)->info(), {}};
}

/// `folder`, or the nearest one above it that exists.
fs::path nearestExisting(fs::path folder) {
  std::error_code error;
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

std::int64_t freeBytesAt(const fs::path& folder) {
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) return 0;
  return static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
}

FolderFacts folderFacts(FolderFacts::Purpose purpose, const fs::path& path) {
  FolderFacts facts{.purpose = purpose, .path = path};
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  const fs::path existing = nearestExisting(path);
  facts.exists = fs::exists(status);
  facts.isWritable = fs::is_directory(existing, error) && ::access(existing.c_str(), W_OK | X_OK) == 0;
  facts.isOpenToOthers = facts.exists && (status.permissions() &
                                          (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none;
  facts.freeBytes = freeBytesAt(existing);
  return facts;
}

std::vector<FolderFacts> foldersOf(const AppPaths& paths) {
  using Purpose = FolderFacts::Purpose;
  return {folderFacts(Purpose::Settings, paths.config), folderFacts(Purpose::Data, paths.data),
          folderFacts(Purpose::Cache, paths.cache), folderFacts(Purpose::Logs, paths.state)};
}

ModelFolderFacts modelFolderFacts(const fs::path& folder, bool isChosen, const MachineQuestions& questions) {
  ModelFolderFacts facts{.path = folder, .isChosen = isChosen};
  std::error_code error;
  facts.isReadable = fs::is_directory(folder, error) && ::access(folder.c_str(), R_OK | X_OK) == 0;
  if (!facts.isReadable) return facts;
  for (FoundModel& model : findModels({folder}, questions.isWanted)) {
    if (model.problem.empty())
      ++facts.numModels;
    else
      facts.refused.push_back(std::move(model));
  }
  return facts;
}

std::vector<ModelFolderFacts> modelFoldersOf(const MachineQuestions& questions) {
  std::vector<ModelFolderFacts> folders{modelFolderFacts(huggingFaceCache(), false, questions)};
  for (const fs::path& folder : questions.modelFolders)
    folders.push_back(modelFolderFacts(folder, true, questions));
  return folders;
}

std::string embeddedModelProblem() {
  const auto path = demoModelPath();
  return path ? recogniseModel(*path).problem : path.error().message;
}

}  // namespace

MachineFacts examineMachine(const MachineQuestions& questions) {
  MachineFacts facts;
  facts.system = systemName(questions.systemRoot);
  facts.kernel = kernelName();
  facts.processor = openedDevice(questions.opensDevice, "cpu");
  facts.gpu = openedDevice(questions.opensDevice, "cuda");
  facts.hasNvidiaGpu = hasNvidiaGpu(questions.systemRoot);
  facts.driver = driverVersion(questions.systemRoot);
  facts.totalMemory = totalMemory();
  facts.availableMemory = availableMemory();
  facts.folders = foldersOf(questions.paths);
  facts.embeddedModelProblem = embeddedModelProblem();
  facts.modelFolders = modelFoldersOf(questions);
  facts.databaseFile = questions.paths.databaseFile();
  if (questions.isWanted()) facts.chats = examineChats(facts.databaseFile);
  return facts;
}

}  // namespace zipage
