#include "app/common/model_paths.h"

#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "engine/model/synthetic_spec.h"

namespace zipage {

namespace fs = std::filesystem;

namespace {

constexpr const char* kDemoFile = "zipage-demo.gguf";

std::vector<fs::path> demoCandidates() {
  std::vector<fs::path> places;
  if (const char* folder = std::getenv("ZIPAGE_RESOURCES")) places.push_back(fs::path(folder) / kDemoFile);
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) places.push_back(program.parent_path().parent_path() / "share" / "zipage" / kDemoFile);
  places.emplace_back(ZIPAGE_BUILD_DEMO_MODEL);
  return places;
}

}  // namespace

Result<fs::path> demoModelPath() {
  std::string looked;
  for (const fs::path& place : demoCandidates()) {
    std::error_code error;
    if (fs::is_regular_file(place, error)) return place;
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  return failure(ErrorCode::NotFound, "the built-in model is missing; looked at " + looked);
}

Result<fs::path> resolveModel(std::string_view nameOrPath) {
  if (nameOrPath == kDemoModelName) return demoModelPath();
  if (nameOrPath.empty()) return failure(ErrorCode::InvalidArgument, "no model was named");
  const fs::path path(nameOrPath);
  if (isSyntheticName(nameOrPath)) return path;
  std::error_code error;
  if (!fs::exists(path, error)) return failure(ErrorCode::NotFound, "no such model: " + path.string());
  return path;
}

}  // namespace zipage
