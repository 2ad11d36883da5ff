// Finds models on disk by what they are, without loading them: .gguf files and Hugging Face folders, below
// folders of the user's choice and in the Hugging Face cache.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace zipage {

struct FoundModel {
  std::filesystem::path path;
  std::string name;
  std::string architecture;
  std::string weightType;
  std::size_t weightBytes = 0;
  std::string problem;  // why it cannot be opened; the other fields are then a guess from its path
};

/// The Hugging Face cache of this user: $HF_HUB_CACHE, $HF_HOME/hub, or huggingface/hub below the XDG cache
/// folder. It need not exist.
std::filesystem::path huggingFaceCache();

/// Models at any depth below `folders`, each once, by path. Links are followed, circles are not; hidden
/// folders, and what cannot be read, are passed over. Of a model in several files the first part is found.
/// Vocabularies without weights are no models. `isWanted` is asked before each file.
std::vector<FoundModel> findModels(const std::vector<std::filesystem::path>& folders,
                                   const std::function<bool()>& isWanted);

/// What stands at `path`: a model, or why it is none.
FoundModel recogniseModel(const std::filesystem::path& path);

/// What people call the model at `path`: "org/name" in the Hugging Face cache, else the file or folder name.
std::string nameFromPath(const std::filesystem::path& path);

}  // namespace zipage
