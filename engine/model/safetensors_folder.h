// The weights of a Hugging Face folder: one .safetensors file, or several with an index, mapped and read in
// place. Opening checks every header: length, types, shapes, and that tensors lie inside their file and do
// not overlap. Const and safe to share between threads.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/mapped_file.h"
#include "engine/model/tensor_source.h"

namespace zipage {

class SafetensorsFolder final : public TensorSource {
 public:
  /// `folder` holds model.safetensors, or model.safetensors.index.json and the files it names. Every error
  /// names the file and what is wrong.
  static Result<std::shared_ptr<const SafetensorsFolder>> open(const std::filesystem::path& folder);
  /// One file's bytes, which outlive the result; `name` stands for the path in errors.
  static Result<std::shared_ptr<const SafetensorsFolder>> parse(std::span<const std::byte> bytes,
                                                                std::string name);

  const std::string& name() const override { return m_name; }
  TensorNaming naming() const override { return TensorNaming::HuggingFace; }
  std::optional<SourceTensor> tensor(std::string_view name) const override;
  std::vector<std::string> tensorNames() const override;
  const std::map<std::string, SourceTensor, std::less<>>& tensors() const { return m_tensors; }

 private:
  Result<void> addFile(const std::filesystem::path& path);
  Result<void> addTensors(std::span<const std::byte> bytes, const std::string& file);
  Result<std::vector<std::filesystem::path>> listFiles(const std::filesystem::path& folder) const;

  std::string m_name;
  std::vector<std::shared_ptr<const MappedFile>> m_files;
  std::map<std::string, SourceTensor, std::less<>> m_tensors;
};

}  // namespace zipage
