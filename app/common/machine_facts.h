// What this machine offers and where the program's things lie, found out by looking: nothing is created,
// loaded or repaired. What is to be made of it says app/doctor.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/common/app_paths.h"
#include "app/common/model_finder.h"
#include "app/common/model_session.h"
#include "engine/store/database_health.h"

namespace zipage {

struct DeviceFacts {
  std::optional<DeviceInfo> info;  // none: it cannot be used
  std::string whyNot;              // and what to do
};

struct FolderFacts {
  enum class Purpose : std::uint8_t { Settings, Data, Cache, Logs };
  Purpose purpose = Purpose::Settings;
  std::filesystem::path path;
  bool exists = false;
  bool isWritable = false;      // it, or the nearest folder above it that exists
  bool isOpenToOthers = false;  // other users may look inside
  std::int64_t freeBytes = 0;   // on its disk, for this user; 0: not known
};

struct ModelFolderFacts {
  std::filesystem::path path;
  bool isChosen = false;  // by the user; else it need not exist
  bool isReadable = false;
  int numModels = 0;                     // that open
  std::vector<FoundModel> refused = {};  // and those that do not
};

struct MachineFacts {
  std::string system;  // "Debian GNU/Linux 12 (bookworm)"
  std::string kernel;  // "6.1.0-18-amd64"
  DeviceFacts processor;
  DeviceFacts gpu;
  bool hasNvidiaGpu = false;  // on the PCI bus, whatever the driver says
  std::string driver;         // NVIDIA's, "580.95.05"; empty: none is loaded
  std::int64_t totalMemory = 0;
  std::int64_t availableMemory = 0;
  std::vector<FolderFacts> folders;
  std::vector<ModelFolderFacts> modelFolders;
  std::string embeddedModelProblem;  // empty: it is there and whole
  std::filesystem::path databaseFile;
  DatabaseHealth chats;
};

struct MachineQuestions {
  AppPaths paths = {};
  std::vector<std::filesystem::path> modelFolders = {};  // of the user's choice
  DeviceOpener opensDevice = openDevice;
  std::filesystem::path systemRoot = "/";                // where proc, sys and etc are
  std::function<bool()> isWanted = [] { return true; };  // asked now and then; no: the rest is left out
};

/// Takes as long as the disks and the GPU's driver do.
MachineFacts examineMachine(const MachineQuestions& questions);

}  // namespace zipage
