// The rows of a statement as values.
#pragma once

#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/store/database.h"

namespace zipage {

/// Every row of `statement` through `read`, which returns a Result.
template <typename Value, typename Read>
Result<std::vector<Value>> readAll(Statement statement, Read read) {
  std::vector<Value> values;
  Result<bool> more = statement.step();
  for (; more && *more; more = statement.step()) {
    Result<Value> value = read(statement);
    if (!value) return tl::unexpected(value.error());
    values.push_back(std::move(*value));
  }
  if (!more) return tl::unexpected(more.error());
  return values;
}

}  // namespace zipage
