// Elements of files as float32, on the host.
#pragma once

#include <vector>

#include "kernels/tensor.h"

namespace zipage {

/// F32, F16 or BF16.
bool isPlainFloat(DataType type);

/// All elements, in order. REQUIRES: isPlainFloat(view.type).
std::vector<float> toFloats(const ConstTensorView& view);

}  // namespace zipage
