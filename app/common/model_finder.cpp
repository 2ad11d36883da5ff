#include "app/common/model_finder.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <system_error>

#include "app/common/model_facts.h"
#include "engine/model/synthetic_model.h"

namespace zipage {

namespace fs = std::filesystem;

namespace {

constexpr int kMaxDepth = 12;
constexpr std::string_view kCachedPrefix = "models--";

fs::path environmentFolder(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? fs::path() : fs::path(value);
}

bool isGguf(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return extension == ".gguf";
}

/// "x-00002-of-00003.gguf" and later parts belong to the first; projectors of pictures are no models.
bool isPartOfAnother(const fs::path& path) {
  const std::string stem = path.stem().string();
  const auto of = stem.rfind("-of-");
  if (of != std::string::npos && of >= 6) return stem.substr(of - 5, 5) != "00001";
  return stem.rfind("mmproj", 0) == 0;
}

bool isHuggingFaceFolder(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "config.json", error) &&
         (fs::is_regular_file(folder / "model.safetensors", error) ||
          fs::is_regular_file(folder / "model.safetensors.index.json", error));
}

bool isVocabularyOnly(const fs::path& path) {
  if (!isGguf(path)) return false;
  const auto file = openGguf(path, ModelContents::Shape);
  return file && (*file)->numTensors() == 0;
}

class Search {
 public:
  explicit Search(const std::function<bool()>& isWanted) : m_isWanted(isWanted) {}

  void look(const fs::path& folder, int depth) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (error || depth > kMaxDepth || !m_isWanted() || !m_visited.insert(real).second) return;
    if (isHuggingFaceFolder(folder)) add(folder);
    for (fs::directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end;
         !error && it != end; it.increment(error)) {
      if (!m_isWanted()) return;
      const fs::path path = it->path();
      std::error_code ignored;
      if (path.filename().string().front() == '.') continue;
      if (fs::is_directory(path, ignored))
        look(path, depth + 1);
      else if (isGguf(path) && !isPartOfAnother(path))
        add(path);
    }
  }

  std::vector<FoundModel> take() {
    std::sort(m_found.begin(), m_found.end(),
              [](const FoundModel& a, const FoundModel& b) { return a.path < b.path; });
    return std::move(m_found);
  }

 private:
  /// Snapshots in the cache are links to one file: the model counts once.
  void add(const fs::path& path) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (error || !m_models.insert(real).second) return;
    FoundModel model = recogniseModel(path);
    if (!model.problem.empty() && isVocabularyOnly(path)) return;
    m_found.push_back(std::move(model));
  }

  const std::function<bool()>& m_isWanted;
  std::set<fs::path> m_visited;
  std::set<fs::path> m_models;
  std::vector<FoundModel> m_found;
};

}  // namespace

fs::path huggingFaceCache() {
  if (const fs::path cache = environmentFolder("HF_HUB_CACHE"); !cache.empty()) return cache;
  if (const fs::path home = environmentFolder("HF_HOME"); !home.empty()) return home / "hub";
  const fs::path xdg = environmentFolder("XDG_CACHE_HOME");
  const fs::path caches = xdg.is_absolute() ? xdg : environmentFolder("HOME") / ".cache";
  return caches / "huggingface" / "hub";
}

std::string nameFromPath(const fs::path& path) {
  for (const fs::path& part : path) {
    const std::string folder = part.string();
    if (folder.rfind(kCachedPrefix, 0) != 0) continue;
    std::string name = folder.substr(kCachedPrefix.size());
    if (const auto dashes = name.find("--"); dashes != std::string::npos) name.replace(dashes, 2, "/");
    return isGguf(path) ? name + " · " + path.stem().string() : name;
  }
  const fs::path last = path.has_filename() ? path.filename() : path.parent_path().filename();
  return isGguf(last) ? last.stem().string() : last.string();
}

FoundModel recogniseModel(const fs::path& path) {
  FoundModel model;
  model.path = path;
  model.name = nameFromPath(path);
  auto facts = readModelFacts(path);
  if (!facts) {
    model.problem = facts.error().message;
    return model;
  }
  model.architecture = facts->config.architecture;
  model.weightType = facts->weightType;
  model.weightBytes = facts->weightBytes;
  return model;
}

std::vector<FoundModel> findModels(const std::vector<fs::path>& folders,
                                   const std::function<bool()>& isWanted) {
  Search search(isWanted);
  for (const fs::path& folder : folders) search.look(folder, 0);
  return search.take();
}

}  // namespace zipage
