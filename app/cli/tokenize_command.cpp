// tokenize and detokenize: text to token ids and back, by the tokenizer of a model. No weights are read, so a
// file that holds only a vocabulary is enough.
#include <cstdio>

#include "app/cli/command.h"

#include "app/common/model_paths.h"
#include "engine/base/json_file.h"
#include "engine/text/tokenizer_loader.h"

namespace zipage {

namespace {

struct TokenizeOptions {
  std::string model = "demo";
  std::string text;
  std::string file;
  std::string separator;
  bool addBegin = false;
  bool special = false;
};

struct DetokenizeOptions {
  std::string model = "demo";
  std::vector<TokenId> tokens;
};

Result<std::shared_ptr<const Tokenizer>> openTokenizer(const std::string& model) {
  const auto path = resolveModel(model);
  if (!path) return tl::unexpected(path.error());
  return loadTokenizer(*path);
}

/// Shells make it hard to give a line break: \n, \t and \\ stand for what they stand for in C.
std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char next = text[at] == '\\' && at + 1 < text.size() ? text[at + 1] : '\0';
    const char meant = next == 'n' ? '\n' : next == 't' ? '\t' : next == '\\' ? '\\' : '\0';
    out.push_back(meant != '\0' ? meant : text[at]);
    if (meant != '\0') ++at;
  }
  return out;
}

/// The texts between the separators; the last one only if there is something in it.
std::vector<std::string_view> textsOf(std::string_view content, const std::string& separator) {
  if (separator.empty()) return {content};
  std::vector<std::string_view> texts;
  for (std::size_t end; (end = content.find(separator)) != std::string_view::npos;) {
    texts.push_back(content.substr(0, end));
    content.remove_prefix(end + separator.size());
  }
  if (!content.empty()) texts.push_back(content);
  return texts;
}

void printTokens(const std::vector<TokenId>& tokens) {
  std::string line;
  for (const TokenId token : tokens) line += (line.empty() ? "" : " ") + std::to_string(token);
  std::printf("%s\n", line.c_str());
}

int tokenize(const TokenizeOptions& options) {
  std::string content = options.text;
  if (!options.file.empty()) {
    auto read = readSmallFile(options.file);
    if (!read) return complain(read.error());
    content = std::move(*read);
  }
  const auto tokenizer = openTokenizer(options.model);
  if (!tokenizer) return complain(tokenizer.error());
  const TokenId begin = (*tokenizer)->beginOfText();
  if (options.addBegin && begin < 0)
    return complain("--add-bos: this vocabulary has no token that begins a text");
  for (const std::string_view text : textsOf(content, unescaped(options.separator))) {
    auto tokens = options.special ? (*tokenizer)->encodeWithControlTokens(text) : (*tokenizer)->encode(text);
    if (options.addBegin) tokens.insert(tokens.begin(), begin);
    printTokens(tokens);
  }
  return kSucceeded;
}

int detokenize(const DetokenizeOptions& options) {
  const auto tokenizer = openTokenizer(options.model);
  if (!tokenizer) return complain(tokenizer.error());
  for (const TokenId token : options.tokens) {
    if (token < 0 || token >= (*tokenizer)->vocabularySize()) {
      return complain("there is no token " + std::to_string(token) + ": the vocabulary has 0 to " +
                      std::to_string((*tokenizer)->vocabularySize() - 1));
    }
  }
  std::string text = (*tokenizer)->decode(options.tokens, true);
  if ((*tokenizer)->addsSpacePrefix() && text.starts_with(' ')) text.erase(0, 1);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return kSucceeded;
}

constexpr const char* kModelHelp =
    "A .gguf file (a vocabulary is enough), a Hugging Face folder, or \"demo\"";

}  // namespace

void addTokenizeCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<TokenizeOptions>();
  CLI::App* command = program.add_subcommand("tokenize", "Print the token ids of a text, a line per text");
  command->add_option("--model", options->model, kModelHelp)->capture_default_str();
  auto* source = command->add_option_group("text");
  source->add_option("--text", options->text, "The text");
  auto* file = source->add_option("--file", options->file, "A file with the text");
  source->require_option(1);
  command->add_option("--separator", options->separator, "Cuts the file into texts; \\n is a line break")
      ->needs(file);
  command->add_flag("--add-bos", options->addBegin, "Put the token in front that begins a text");
  command->add_flag("--special", options->special,
                    "Take <|im_end|> and its like for the tokens of that name");
  command->callback([options, &action] { action = [options] { return tokenize(*options); }; });
}

void addDetokenizeCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<DetokenizeOptions>();
  CLI::App* command = program.add_subcommand(
      "detokenize", "Print the text of token ids, control tokens by name, and nothing else");
  command->add_option("--model", options->model, kModelHelp)->capture_default_str();
  command->add_option("ids", options->tokens, "Token ids")->required();
  command->callback([options, &action] { action = [options] { return detokenize(*options); }; });
}

}  // namespace zipage
