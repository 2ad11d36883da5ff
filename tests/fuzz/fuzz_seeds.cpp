// Writes small good files for the fuzzers to start from, a folder for each:  fuzz_seeds FOLDER
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "engine/text/byte_alphabet.h"
#include "engine/text/sentencepiece_proto.h"
#include "engine/text/vocabulary.h"
#include "engine/trace/trace_file.h"
#include "tests/support/compression_records.h"
#include "tests/support/small_vocabulary.h"
#include "tests/support/tiny_qwen.h"

using namespace zipage;
using namespace zipage::test;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

void writeGguf(const fs::path& folder) {
  TinyQwen shape;
  shape.layers = 1;
  shape.model = 4;
  shape.feedForward = 3;
  shape.queryHeads = 2;
  shape.head = 2;
  shape.vocabulary = 5;
  write(folder / "model.gguf", tinyQwenFile(shape).bytes());

  GgufWriter vocabulary;
  write(folder / "vocabulary.gguf", SmallVocabulary().writeTo(vocabulary).bytes());
}

void writeSafetensors(const fs::path& folder) {
  const std::string header =
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
      "\"b\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[16,24]},\"__metadata__\":{\"format\":\"pt\"}"
      "}";
  std::string bytes;
  GgufWriter::append<std::uint64_t>(bytes, header.size());
  write(folder / "two.safetensors", bytes + header + std::string(24, '\x3F'));
}

nlohmann::json byteLevel() {
  nlohmann::json vocabulary = nlohmann::json::object();
  for (int byte = 0; byte < 256; ++byte) vocabulary[characterOfByte(static_cast<std::uint8_t>(byte))] = byte;
  vocabulary["he"] = 256;
  return {{"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", {"h e"}}}},
          {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}},
          {"added_tokens", {{{"id", 257}, {"content", "<|im_end|>"}, {"special", true}}}}};
}

void writeJson(const fs::path& folder) {
  write(folder / "byte_level.json", byteLevel().dump());
  const nlohmann::json config = {
      {"model_type", "qwen3_moe"},  {"num_hidden_layers", 2},
      {"hidden_size", 8},           {"intermediate_size", 8},
      {"num_attention_heads", 2},   {"vocab_size", 16},
      {"num_experts", 4},           {"num_experts_per_tok", 2},
      {"moe_intermediate_size", 4}, {"rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}}}};
  write(folder / "config.json", config.dump());
}

void writeProto(const fs::path& folder) {
  GgufWriter writer;
  const std::string bytes = SmallVocabulary().writeTo(writer).bytes();
  const auto file = GgufFile::parse(bytesOf(bytes), "seed");
  write(folder / "small.model", serializeModelProto(*readVocabulary(**file, true)));
}

/// A request that was compressed once.
void writeTrace(const fs::path& folder) {
  MemoryHistory history;
  TokenTexts texts;
  for (const char* token : {"Tom", " has", " apples", "."}) texts.add(token);
  history.begin(RequestId{1}, OwnerId{1}, texts);
  history.add(RequestStarted{RequestId{1}, 4, 0}, Duration(1000));
  SequenceCompressed event;
  event.request = RequestId{1};
  event.tokensEvicted = 100;
  event.record = recordOf({"s-+r", "s+-r"});
  history.add(event, Duration(5000));
  MemorySample sample;
  sample.at = Duration(6000);
  sample.pagesHeld = 1;
  history.add(sample);
  auto snapshot = std::make_shared<CacheSnapshot>();
  snapshot->pageTokens = 4;
  snapshot->pages.resize(3);
  snapshot->pages[0] = {PageState::Held, OwnerId{1}, RequestId{1}, 3, 1, 0, 0};
  snapshot->holders = {{RequestId{1}, OwnerId{1}, 0}};
  SequenceSnapshot sequence;
  sequence.request = RequestId{1};
  sequence.physicalTokens = 3;
  sequence.compressions = 1;
  snapshot->sequences.push_back(sequence);
  history.add(snapshot, Duration(6000));
  write(folder / "small.ziptrace",
        serializeTrace(history.parts(), {"model", "program", 1, {{OwnerId{1}, "Apples"}}}));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const fs::path folder = arguments[1];
  writeGguf(folder / "gguf");
  writeSafetensors(folder / "safetensors");
  writeJson(folder / "tokenizer_json");
  writeProto(folder / "model_proto");
  writeTrace(folder / "trace");
  return 0;
}
