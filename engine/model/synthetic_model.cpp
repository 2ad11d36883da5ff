#include "engine/model/synthetic_model.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "engine/model/gguf_header.h"
#include "engine/model/random_weights.h"

namespace zipage {

namespace {

constexpr std::int32_t kNormalToken = 1;
constexpr std::int32_t kControlToken = 3;
constexpr const char* kTemplate =
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor "
    "%}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/// UTF-8 of one character of the byte alphabet (engine/text/byte_alphabet.h, which is a layer above).
std::string alphabetCharacter(int byte, int& nextStandIn) {
  const bool isVisible = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
  const int code = isVisible ? byte : 0x100 + nextStandIn++;
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  return {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
}

/// Single bytes, one merge (a vocabulary has at least one), fillers, and the marks of a conversation.
std::vector<std::string> standInTokens(int count) {
  std::vector<std::string> tokens;
  int nextStandIn = 0;
  for (int byte = 0; byte < 256; ++byte) tokens.push_back(alphabetCharacter(byte, nextStandIn));
  tokens.emplace_back("th");
  const std::vector<std::string> marks = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
  const auto numFillers = static_cast<std::size_t>(count) - tokens.size() - marks.size();
  for (std::size_t i = 0; i < numFillers; ++i) tokens.push_back("[" + std::to_string(i) + "]");
  tokens.insert(tokens.end(), marks.begin(), marks.end());
  return tokens;
}

void addVocabulary(GgufHeader& header, int count) {
  constexpr int kMarks = 3;
  std::vector<std::int32_t> types(static_cast<std::size_t>(count), kNormalToken);
  std::fill_n(types.rbegin(), kMarks, kControlToken);
  header.add("tokenizer.ggml.model", std::string_view("gpt2"));
  header.add("tokenizer.ggml.pre", std::string_view("qwen2"));
  header.add("tokenizer.ggml.tokens", standInTokens(count));
  header.add("tokenizer.ggml.token_type", types);
  header.add("tokenizer.ggml.merges", std::vector<std::string>{"t h"});
  header.add("tokenizer.ggml.eos_token_id", static_cast<std::uint32_t>(count - 1));
  header.add("tokenizer.chat_template", std::string_view(kTemplate));
}

void addShape(GgufHeader& header, const SyntheticShape& shape) {
  const std::string prefix = std::string(shape.architecture) + ".";
  const auto number = [&](const char* key, int value) {
    header.add(prefix + key, static_cast<std::uint32_t>(value));
  };
  header.add("general.architecture", std::string_view(shape.architecture));
  header.add("general.name", "synthetic " + std::string(shape.name));
  number("block_count", shape.numLayers);
  number("embedding_length", shape.modelDim);
  number("feed_forward_length", shape.feedForwardDim);
  number("attention.head_count", shape.queryHeads);
  number("attention.head_count_kv", shape.kvHeads);
  number("attention.key_length", shape.headDim);
  number("attention.value_length", shape.headDim);
  number("context_length", shape.contextLength);
  header.add(prefix + "attention.layer_norm_rms_epsilon", 1e-6F);
  header.add(prefix + "rope.freq_base", shape.ropeBase);
  if (shape.numExperts == 0) return;
  number("expert_count", shape.numExperts);
  number("expert_used_count", shape.expertsUsed);
  number("expert_feed_forward_length", shape.expertDim);
}

class TensorList {
 public:
  TensorList(GgufHeader& header, const SyntheticSpec& spec) : m_header(header), m_spec(spec) {}

  void add() {
    const SyntheticShape& shape = m_spec.shape;
    matrix("token_embd", -1, {shape.modelDim, shape.vocabularySize});
    for (int layer = 0; layer < shape.numLayers; ++layer) addLayer(layer);
    gain("output_norm", -1, shape.modelDim);
    if (!shape.tiedOutput) matrix("output", -1, {shape.modelDim, shape.vocabularySize});
  }

 private:
  static std::string nameOf(const std::string& role, int layer) {
    return layer < 0 ? role : "blk." + std::to_string(layer) + "." + role;
  }
  void matrix(const std::string& role, int layer, std::vector<std::int64_t> dimensions) {
    m_header.addTensor(nameOf(role, layer) + ".weight", std::move(dimensions),
                       syntheticTypeOf(m_spec, role, layer));
  }
  void gain(const std::string& role, int layer, std::int64_t columns) {
    m_header.addTensor(nameOf(role, layer) + ".weight", {columns}, DataType::F32);
  }
  void bias(const std::string& role, int layer, std::int64_t columns) {
    m_header.addTensor(nameOf(role, layer) + ".bias", {columns}, DataType::F32);
  }

  void addLayer(int layer) {
    const SyntheticShape& s = m_spec.shape;
    const std::string_view architecture = s.architecture;
    const std::int64_t model = s.modelDim;
    const std::int64_t query = std::int64_t{s.queryHeads} * s.headDim;
    const std::int64_t kv = std::int64_t{s.kvHeads} * s.headDim;
    gain("attn_norm", layer, model);
    matrix("attn_q", layer, {model, query});
    matrix("attn_k", layer, {model, kv});
    matrix("attn_v", layer, {model, kv});
    matrix("attn_output", layer, {query, model});
    if (architecture == "qwen2") {
      bias("attn_q", layer, query);
      bias("attn_k", layer, kv);
      bias("attn_v", layer, kv);
    }
    if (architecture.starts_with("qwen3")) {
      gain("attn_q_norm", layer, s.headDim);
      gain("attn_k_norm", layer, s.headDim);
    }
    gain("ffn_norm", layer, model);
    s.numExperts > 0 ? addExperts(layer) : addFeedForward(layer);
  }

  void addFeedForward(int layer) {
    const std::int64_t model = m_spec.shape.modelDim;
    const std::int64_t wide = m_spec.shape.feedForwardDim;
    matrix("ffn_gate", layer, {model, wide});
    matrix("ffn_up", layer, {model, wide});
    matrix("ffn_down", layer, {wide, model});
  }

  void addExperts(int layer) {
    const std::int64_t model = m_spec.shape.modelDim;
    const std::int64_t wide = m_spec.shape.expertDim;
    const std::int64_t experts = m_spec.shape.numExperts;
    matrix("ffn_gate_inp", layer, {model, experts});
    matrix("ffn_gate_exps", layer, {model, wide, experts});
    matrix("ffn_up_exps", layer, {model, wide, experts});
    matrix("ffn_down_exps", layer, {wide, model, experts});
  }

  GgufHeader& m_header;
  const SyntheticSpec& m_spec;
};

GgufHeader describe(const SyntheticSpec& spec) {
  GgufHeader header;
  addShape(header, spec.shape);
  addVocabulary(header, spec.shape.vocabularySize);
  TensorList(header, spec).add();
  return header;
}

/// Gains are 1, biases 0, matrices random.
void fillTensor(const GgufHeader::Tensor& tensor, std::span<std::byte> bytes, std::uint64_t seed) {
  const std::int64_t columns = tensor.dimensions.front();
  if (tensor.dimensions.size() == 1) {
    if (!tensor.name.ends_with(".weight")) return;
    auto* const gains = reinterpret_cast<float*>(bytes.data());
    std::fill_n(gains, columns, 1.0F);
    return;
  }
  std::int64_t rows = 1;
  for (std::size_t i = 1; i < tensor.dimensions.size(); ++i) rows *= tensor.dimensions[i];
  fillRandomWeights(bytes, tensor.type, rows, columns, seed,
                    static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
}

void fillTensors(const GgufHeader& header, std::span<std::byte> file, std::uint64_t seed) {
  std::uint64_t number = 0;
  for (const GgufHeader::Tensor& tensor : header.tensors())
    fillTensor(tensor, file.subspan(tensor.offset, tensor.bytes()), seed + (++number << 32));
}

/// Memory that a file's bytes lie in.
class Mapping {
 public:
  static Result<std::shared_ptr<Mapping>> create(std::size_t bytes, int file = -1) {
    const int flags = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED;
    void* const start = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, file, 0);
    if (start == MAP_FAILED)
      return failure(ErrorCode::OutOfMemory,
                     "no memory for a synthetic model of " + std::to_string(bytes) + " bytes");
    return std::shared_ptr<Mapping>(new Mapping({static_cast<std::byte*>(start), bytes}));
  }
  ~Mapping() { munmap(m_bytes.data(), m_bytes.size()); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::span<std::byte> bytes() const { return m_bytes; }

 private:
  explicit Mapping(std::span<std::byte> bytes) : m_bytes(bytes) {}
  std::span<std::byte> m_bytes;
};

/// Overcommitted memory fails when it is written, with no way back; so what there is is asked first.
Result<void> checkMemory(const SyntheticSpec& spec, std::size_t bytes) {
  const auto available =
      static_cast<std::size_t>(sysconf(_SC_AVPHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const auto all =
      static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  if (bytes < std::max(available, all / 2)) return {};
  return failure(ErrorCode::OutOfMemory,
                 "synthetic " + std::string(spec.shape.name) + " has " + std::to_string(bytes / 1000000) +
                     " MB of weights; this machine has " + std::to_string(all / 1000000) + " MB of memory");
}

void fillFile(GgufHeader& header, const std::string& head, std::span<std::byte> file, std::uint64_t seed) {
  std::memcpy(file.data(), head.data(), head.size());
  fillTensors(header, file, seed);
}

}  // namespace

Result<std::shared_ptr<const GgufFile>> makeSyntheticModel(const SyntheticSpec& spec,
                                                           ModelContents contents) {
  GgufHeader header = describe(spec);
  const std::string head = header.finish();
  if (contents == ModelContents::Weights) {
    if (auto fits = checkMemory(spec, header.fileBytes()); !fits) return tl::unexpected(fits.error());
  }
  auto mapping = Mapping::create(header.fileBytes());
  if (!mapping) return tl::unexpected(mapping.error());
  const std::span<std::byte> bytes = (*mapping)->bytes();
  if (contents == ModelContents::Weights)
    fillFile(header, head, bytes, spec.seed);
  else
    std::memcpy(bytes.data(), head.data(), head.size());
  return GgufFile::parse(bytes, "synthetic:" + std::string(spec.shape.name), std::move(*mapping));
}

Result<std::shared_ptr<const GgufFile>> openGguf(const std::filesystem::path& path, ModelContents contents) {
  if (!isSyntheticName(path.native())) return GgufFile::open(path);
  const auto spec = parseSyntheticName(path.native());
  if (!spec) return tl::unexpected(spec.error());
  return makeSyntheticModel(*spec, contents);
}

Result<void> writeSyntheticModel(const SyntheticSpec& spec, const std::filesystem::path& path) {
  GgufHeader header = describe(spec);
  const std::string head = header.finish();
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  const auto failed = [&] {
    const int error = errno;
    if (file >= 0) {
      close(file);
      unlink(path.c_str());
    }
    return failure(ErrorCode::Io, path.string() + ": " + std::strerror(error));
  };
  if (file < 0) return failed();
  if (const int error = posix_fallocate(file, 0, static_cast<off_t>(header.fileBytes())); error != 0) {
    errno = error;
    return failed();
  }
  const auto mapping = Mapping::create(header.fileBytes(), file);
  if (!mapping) return failed();
  fillFile(header, head, (*mapping)->bytes(), spec.seed);
  close(file);
  return {};
}

}  // namespace zipage
