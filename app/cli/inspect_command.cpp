// inspect: what a model is, without loading it onto a device: shape, tensors by type, tokenizer, template,
// and the memory that its weights and pages take.
#include <cstdio>
#include <filesystem>
#include <map>

#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/common/model_facts.h"
#include "app/common/model_paths.h"
#include "engine/model/gguf_file.h"
#include "engine/model/model_file.h"
#include "engine/runtime/memory_estimate.h"
#include "engine/text/model_texts.h"
#include "engine/text/tokenizer_loader.h"

namespace zipage {

namespace {

using Json = nlohmann::ordered_json;

struct InspectOptions {
  std::string model = "demo";
  bool json = false;
  PoolOptions pool;
  int budget = CompressionSettings{}.budgetTokens;
  int period = CompressionSettings{}.periodTokens;
};

using TypeTotals = std::map<std::string, TypeTotal>;

Json describeConfig(const ModelConfig& config) {
  return {{"architecture", config.architecture},
          {"name", config.name},
          {"layers", config.numLayers},
          {"model_dim", config.modelDim},
          {"feed_forward_dim", config.feedForwardDim},
          {"query_heads", config.queryHeads},
          {"kv_heads", config.kvHeads},
          {"head_dim", config.headDim},
          {"vocabulary", config.vocabularySize},
          {"context_length", config.contextLength},
          {"rope_base", config.ropeBase},
          {"tied_output", config.tiedOutput}};
}

Json describeTensors(const TypeTotals& totals) {
  Json types = Json::object();
  for (const auto& [type, total] : totals) types[type] = {{"count", total.count}, {"bytes", total.bytes}};
  return types;
}

Result<Json> describeMemory(const ModelConfig& config, const TypeTotals& totals,
                            const InspectOptions& options) {
  const auto estimate = estimateMemory(config, options.pool, DataType::F32);
  if (!estimate) return tl::unexpected(estimate.error());
  std::size_t weights = 0;
  for (const auto& [type, total] : totals) weights += total.bytes;
  const int chatTokens = options.budget + options.period;
  return Json{{"weights_bytes", weights},
              {"kv_bytes_per_token", estimate->bytesPerToken},
              {"chat_tokens", chatTokens},
              {"chat_bytes", estimate->bytesOfChat(chatTokens, options.pool.pageTokens)},
              {"pool_tokens", options.pool.poolTokens},
              {"pool_bytes", estimate->poolBytes},
              {"workspace_bytes", estimate->workspaceBytes},
              {"total_bytes", weights + estimate->poolBytes + estimate->workspaceBytes}};
}

Json describeTokenizer(const Tokenizer& tokenizer) {
  Json ends = Json::array();
  for (const TokenId token : tokenizer.endTokens())
    ends.push_back({{"id", token}, {"text", tokenizer.pieceBytes(token, true)}});
  return {{"tokens", tokenizer.vocabularySize()},
          {"begin_of_text", tokenizer.beginOfText()},
          {"adds_begin_of_text", tokenizer.addsBeginOfText()},
          {"end_tokens", ends}};
}

Result<ModelTexts> textsOf(const std::filesystem::path& path, const TensorSource& tensors) {
  const auto* gguf = dynamic_cast<const GgufFile*>(&tensors);
  return gguf != nullptr ? readModelTexts(*gguf) : readModelTexts(path);
}

Json describeTemplate(const ModelTexts& texts) {
  const SamplingDefaults& defaults = texts.samplingDefaults;
  Json sampling = Json::object();
  if (defaults.temperature) sampling["temperature"] = *defaults.temperature;
  if (defaults.topP) sampling["top_p"] = *defaults.topP;
  if (defaults.topK) sampling["top_k"] = *defaults.topK;
  if (defaults.minP) sampling["min_p"] = *defaults.minP;
  if (defaults.repetitionPenalty) sampling["repetition_penalty"] = *defaults.repetitionPenalty;
  return {{"characters", texts.chatTemplate.size()}, {"sampling_defaults", sampling}};
}

/// A file that holds only a vocabulary has no shape and no tensors.
Result<Json> describeVocabulary(const std::filesystem::path& path) {
  const auto tokenizer = loadTokenizer(path);
  if (!tokenizer) return tl::unexpected(tokenizer.error());
  return Json{{"vocabulary_only", true}, {"tokenizer", describeTokenizer(**tokenizer)}};
}

bool hasNoTensors(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return false;
  const auto file = openGguf(path, ModelContents::Shape);
  return file && (*file)->numTensors() == 0;
}

Result<Json> describe(const std::filesystem::path& path, const InspectOptions& options) {
  if (hasNoTensors(path)) return describeVocabulary(path);
  const auto model = openModelFile(path, ModelContents::Shape);
  if (!model) return tl::unexpected(model.error());
  const TypeTotals totals = tensorTotals(*model->tensors);
  const auto texts = textsOf(path, *model->tensors);
  if (!texts) return tl::unexpected(texts.error());
  Json all = {{"config", describeConfig(model->config)}, {"tensors", describeTensors(totals)}};
  // Weights alone are worth describing too.
  if (const auto tokenizer = loadTokenizer(path))
    all["tokenizer"] = describeTokenizer(**tokenizer);
  else
    all["tokenizer"] = {{"error", tokenizer.error().message}};
  all["template"] = describeTemplate(*texts);
  const auto memory = describeMemory(model->config, totals, options);
  if (!memory) return tl::unexpected(memory.error());
  all["memory"] = *memory;
  return all;
}

std::string plain(const Json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void printPlainly(const Json& all) {
  for (const auto& [section, content] : all.items()) {
    if (!content.is_object()) {
      std::printf("%s: %s\n", section.c_str(), plain(content).c_str());
      continue;
    }
    std::printf("%s\n", section.c_str());
    for (const auto& [key, value] : content.items())
      std::printf("  %-20s %s\n", key.c_str(), plain(value).c_str());
  }
}

int inspect(InspectOptions options) {
  options.pool.maxQuerySlots = options.pool.maxSequences;
  const auto path = resolveModel(options.model);
  if (!path) return complain(path.error());
  const auto all = describe(*path, options);
  if (!all) return complain(all.error());
  if (options.json)
    std::printf("%s\n", plain(*all).c_str());
  else
    printPlainly(*all);
  return kSucceeded;
}

}  // namespace

void addInspectCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command = program.add_subcommand("inspect", "Say what a model is, without loading it");
  command->add_option("--model", options->model, "A .gguf file, a Hugging Face folder, or \"demo\"")
      ->capture_default_str();
  command->add_option("--pool-tokens", options->pool.poolTokens, "Tokens the page pool holds")
      ->capture_default_str();
  command->add_option("--page-tokens", options->pool.pageTokens, "Tokens in a page: 16 to 256")
      ->capture_default_str();
  command->add_option("--concurrency", options->pool.maxSequences, "Chats at a time")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command->add_option("--budget", options->budget, "Tokens a chat keeps")
      ->check(CLI::Range(1, 1 << 28))
      ->capture_default_str();
  command->add_option("--period", options->period, "Tokens between compressions")
      ->check(CLI::Range(1, 1 << 28))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object");
  command->callback([options, &action] { action = [options] { return inspect(*options); }; });
}

}  // namespace zipage
