// A file, or a folder of files, that holds tensors by name: what weights are loaded from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "kernels/tensor.h"

namespace zipage {

/// A tensor in place. `columns` is the fastest dimension; the others are multiplied into `rows`.
struct SourceTensor {
  int numDimensions = 1;
  std::int64_t columns = 0;
  std::int64_t rows = 1;
  ConstTensorView view;  // null when this program does not know the type
  std::string typeName;  // as people call it
};

/// Whose names the tensors have.
enum class TensorNaming { Gguf, HuggingFace };

class TensorSource {
 public:
  virtual ~TensorSource() = default;

  /// For messages.
  virtual const std::string& name() const = 0;
  virtual TensorNaming naming() const = 0;
  virtual std::optional<SourceTensor> tensor(std::string_view name) const = 0;
  /// Of all tensors, in alphabetical order.
  virtual std::vector<std::string> tensorNames() const = 0;

  /// An error about this source.
  tl::unexpected<Error> invalid(const std::string& what) const {
    return failure(ErrorCode::InvalidFile, name() + ": " + what);
  }
  tl::unexpected<Error> unsupported(const std::string& what) const {
    return failure(ErrorCode::Unsupported, name() + ": " + what);
  }
};

}  // namespace zipage
