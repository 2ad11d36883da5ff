// Result<T>: a value, or the Error that says why there is none.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "engine/base/error.h"

namespace zipage {

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace zipage
