#include "engine/model/synthetic_spec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace zipage {

namespace {

constexpr std::string_view kPrefix = "synthetic:";

// From the published configurations; the last one is as small as its types allow.
constexpr std::array<SyntheticShape, 11> kShapes = {{
    {"qwen3-0.6b", "qwen3", 28, 1024, 3072, 16, 8, 128, 151936, 40960, 1e6F, true},
    {"qwen3-1.7b", "qwen3", 28, 2048, 6144, 16, 8, 128, 151936, 40960, 1e6F, true},
    {"qwen3-4b", "qwen3", 36, 2560, 9728, 32, 8, 128, 151936, 40960, 1e6F, true},
    {"qwen3-8b", "qwen3", 36, 4096, 12288, 32, 8, 128, 151936, 40960, 1e6F, false},
    {"qwen3-14b", "qwen3", 40, 5120, 17408, 40, 8, 128, 151936, 40960, 1e6F, false},
    {"qwen3-30b-a3b", "qwen3moe", 48, 2048, 6144, 32, 4, 128, 151936, 40960, 1e6F, false, 128, 8, 768},
    {"qwen2-1.5b", "qwen2", 28, 1536, 8960, 12, 2, 128, 151936, 131072, 1e6F, true},
    {"qwen2-7b", "qwen2", 28, 3584, 18944, 28, 4, 128, 152064, 131072, 1e6F, false},
    {"llama3-8b", "llama", 32, 4096, 14336, 32, 8, 128, 128256, 8192, 5e5F, false},
    {"tiny", "qwen3", 2, 256, 512, 4, 2, 64, 1024, 4096, 1e4F, true},
    {"tiny-moe", "qwen3moe", 2, 256, 512, 4, 2, 64, 1024, 4096, 1e4F, false, 8, 2, 256},
}};

constexpr std::array<std::pair<std::string_view, SyntheticType>, 3> kTypes = {{
    {"bf16", SyntheticType::BF16},
    {"q8_0", SyntheticType::Q8_0},
    {"q4_k_m", SyntheticType::Q4_K_M},
}};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(':', start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

tl::unexpected<Error> unknown(std::string_view what, std::string_view given, const std::string& known) {
  return failure(ErrorCode::InvalidArgument, "no synthetic " + std::string(what) + " \"" +
                                                 std::string(given.substr(0, 100)) + "\"; there are " +
                                                 known);
}

template <typename Table, typename NameOf>
std::string namesOf(const Table& table, NameOf nameOf) {
  std::string names;
  for (const auto& entry : table) names += (names.empty() ? "" : ", ") + std::string(nameOf(entry));
  return names;
}

/// Where a quantised model feels errors most: the first and last eighth of the layers, and every third
/// between.
bool isSensitive(int layer, int numLayers) {
  const int eighth = numLayers / 8;
  return layer < eighth || layer >= 7 * numLayers / 8 || (layer - eighth) % 3 == 2;
}

DataType mixtureType(const SyntheticShape& shape, std::string_view role, int layer) {
  const bool isHead = role == "output" || (role == "token_embd" && shape.tiedOutput);
  const bool isTender = role == "attn_v" || role == "ffn_down" || role == "ffn_down_exps";
  return isHead || (isTender && isSensitive(layer, shape.numLayers)) ? DataType::Q6_K : DataType::Q4_K;
}

}  // namespace

bool isSyntheticName(std::string_view name) { return name.starts_with(kPrefix); }

Result<SyntheticSpec> parseSyntheticName(std::string_view name) {
  const std::vector<std::string_view> parts = split(name.substr(std::min(kPrefix.size(), name.size())));
  SyntheticSpec spec;
  const auto* const shape =
      std::ranges::find_if(kShapes, [&](const SyntheticShape& known) { return known.name == parts[0]; });
  if (shape == kShapes.end())
    return unknown("shape", parts[0], namesOf(kShapes, [](const auto& known) { return known.name; }));
  spec.shape = *shape;
  if (parts.size() > 1) {
    const auto* const type =
        std::ranges::find(kTypes, parts[1], &std::pair<std::string_view, SyntheticType>::first);
    if (type == kTypes.end())
      return unknown("type", parts[1], namesOf(kTypes, [](const auto& known) { return known.first; }));
    spec.type = type->second;
  }
  if (parts.size() > 2) {
    const char* const end = parts[2].data() + parts[2].size();
    const auto [stopped, error] = std::from_chars(parts[2].data(), end, spec.seed);
    if (error != std::errc() || stopped != end) return unknown("seed", parts[2], "whole numbers");
  }
  if (parts.size() > 3) return unknown("option", parts[3], "a shape, a type and a seed");
  return spec;
}

DataType syntheticTypeOf(const SyntheticSpec& spec, std::string_view role, int layer) {
  if (role == "ffn_gate_inp") return DataType::F32;
  switch (spec.type) {
    case SyntheticType::BF16:
      return DataType::BF16;
    case SyntheticType::Q8_0:
      return DataType::Q8_0;
    case SyntheticType::Q4_K_M:
      return mixtureType(spec.shape, role, layer);
  }
  return DataType::BF16;
}

}  // namespace zipage
