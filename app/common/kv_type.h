// How pages store keys and values, by the names that people choose.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "kernels/device.h"

namespace zipage {

/// "auto" first, then every type there is, whatever a device can do.
std::vector<std::string> kvTypeNames();

/// Nothing for "auto". An unknown name is an error that lists the names.
Result<std::optional<DataType>> kvTypeFromName(std::string_view name);

/// The type that is wanted, or the device's own; Unsupported, with what there is, where the device lacks it.
Result<DataType> kvTypeOn(const DeviceInfo& device, std::optional<DataType> wanted);

}  // namespace zipage
