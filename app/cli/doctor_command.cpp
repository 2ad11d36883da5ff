// doctor: what this machine has, where things lie, whether the model opens, and the one thing to do where it
// does not.
#include <unistd.h>

#include <filesystem>

#include "app/cli/command.h"
#include "app/cli/model_options.h"
#include "app/common/app_paths.h"
#include "app/common/process_memory.h"
#include "kernels/device_registry.h"

namespace zipage {

namespace {

namespace fs = std::filesystem;

void printLine(const char* name, const std::string& text) { std::printf("%-10s %s\n", name, text.c_str()); }

std::string gibibytes(std::int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GiB", static_cast<double>(bytes) / (1024.0 * 1024.0 * 1024.0));
  return text;
}

/// Whether the folder, or the nearest one above it that exists, can be written.
bool canWrite(fs::path folder) {
  std::error_code error;
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  return access(folder.c_str(), W_OK) == 0;
}

int printFolders() {
  const AppPaths paths = appPaths();
  int problems = 0;
  for (const auto& [name, folder] : {std::pair{"settings", paths.config},
                                     {"data", paths.data},
                                     {"cache", paths.cache},
                                     {"logs", paths.state}}) {
    std::error_code error;
    const bool writable = canWrite(folder);
    if (!writable) ++problems;
    printLine(name,
              folder.string() + (!writable ? " (cannot be written: change its owner, or set ZIPAGE_HOME)"
                                 : fs::exists(folder, error) ? ""
                                                             : " (made when needed)"));
  }
  return problems;
}

int printModel(const ModelOptions& options) {
  const auto chosen = sessionOptionsFrom(options, 1);
  const auto session = chosen ? ModelSession::open(*chosen) : tl::unexpected(chosen.error());
  if (!session) {
    printLine("model", "does not open: " + session.error().message);
    return 1;
  }
  const DeviceInfo& device = (*session)->device().info();
  printLine("device", device.name + ", " + device.description + ", for --device " + options.device);
  printLine("model", describeModel((*session)->model()) + " in " + (*session)->model().path.string());
  printLine("", std::string("chat template: ") +
                    ((*session)->model().chatTemplate.empty() ? "none, ChatML instead" : "its own") +
                    "; page pool of " + std::to_string((*session)->limits().numPages) + " pages of " +
                    std::to_string((*session)->limits().pageTokens) + " tokens");
  return 0;
}

/// The GPU, or what it lacks; a machine without one is in order.
void printGpu() {
  const auto gpu = openDevice("cuda");
  printLine("GPU", gpu ? (*gpu)->info().description : "not used: " + gpu.error().message);
}

void printProcessor() {
  const auto processor = openDevice("cpu");
  printLine("CPU", processor ? (*processor)->info().description : processor.error().message);
}

int examine(const ModelOptions& options) {
  printProcessor();
  printGpu();
  printLine("memory", gibibytes(totalMemory()) + ", " + gibibytes(availableMemory()) + " available");
  const int problems = printFolders() + printModel(options);
  std::printf("%s\n", problems == 0 ? "Everything is in order." : "See above for what to do.");
  return problems == 0 ? kSucceeded : kFailed;
}

}  // namespace

void addDoctorCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<ModelOptions>();
  CLI::App* command = program.add_subcommand("doctor", "Say what this machine has and what is missing");
  addModelOptions(*command, *options);
  command->callback([options, &action] { action = [options] { return examine(*options); }; });
}

}  // namespace zipage
