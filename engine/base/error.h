// Expected failures: a code that decides what the program does, and a message that people read.
#pragma once

#include <string>
#include <string_view>

namespace zipage {

enum class ErrorCode {
  InvalidArgument,  // a setting or request that cannot be served as it stands
  NotFound,
  InvalidFile,   // a file that is damaged, foreign or lies about itself
  Unsupported,   // a well-formed thing this program does not know
  OutOfMemory,   // no device or host memory for it
  PoolTooSmall,  // the request needs more pages than the pool has
  Io,            // the operating system refused a read or write
  Database,
  Device,  // the device is lost
  Cancelled,
};

struct Error {
  ErrorCode code = ErrorCode::InvalidArgument;
  std::string message;
};

}  // namespace zipage
