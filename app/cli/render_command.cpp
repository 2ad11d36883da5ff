// render: a chat template with the variables of a JSON file, exactly as the model's prompt would be.
#include <cstdio>
#include <filesystem>

#include "app/cli/command.h"

#include "app/common/model_paths.h"
#include "app/templates/chat_template.h"
#include "engine/base/json_file.h"
#include "engine/model/synthetic_model.h"
#include "engine/text/model_texts.h"

namespace zipage {

namespace {

struct RenderOptions {
  std::string model = "demo";
  std::string templateFile;
  std::string contextFile;
};

Result<std::string> templateOfModel(const std::string& model) {
  const auto path = resolveModel(model);
  if (!path) return tl::unexpected(path.error());
  std::error_code error;
  Result<ModelTexts> texts;
  if (std::filesystem::is_directory(*path, error)) {
    texts = readModelTexts(*path);
  } else {
    const auto file = openGguf(*path, ModelContents::Shape);
    if (!file) return tl::unexpected(file.error());
    texts = readModelTexts(**file);
  }
  if (!texts) return tl::unexpected(texts.error());
  if (texts->chatTemplate.empty())
    return failure(ErrorCode::InvalidFile, path->string() + ": has no chat template");
  return texts->chatTemplate;
}

Result<TemplateContext> readContext(const std::string& name) {
  const auto text = readSmallFile(name);
  if (!text) return tl::unexpected(text.error());
  auto context = TemplateContext::parse(*text, nullptr, false);
  if (context.is_discarded()) return failure(ErrorCode::InvalidFile, name + ": is not valid JSON");
  if (!context.is_object())
    return failure(ErrorCode::InvalidFile, name + ": must be an object with the template's variables");
  return context;
}

int render(const RenderOptions& options) {
  const auto context = readContext(options.contextFile);
  if (!context) return complain(context.error());
  const auto source =
      options.templateFile.empty() ? templateOfModel(options.model) : readSmallFile(options.templateFile);
  if (!source) return complain(source.error());
  const auto parsed = ChatTemplate::parse(*source);
  if (!parsed) return complain(parsed.error());
  const auto text = (*parsed)->render(*context);
  if (!text) {
    const bool isOwnWords = text.error().code == ErrorCode::Unsupported;
    return complain(text.error(), isOwnWords ? kTemplateRaised : kBadInput);
  }
  std::fwrite(text->data(), 1, text->size(), stdout);
  return kSucceeded;
}

}  // namespace

void addRenderCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<RenderOptions>();
  CLI::App* command =
      program.add_subcommand("render", "Print what a chat template makes of its variables, and nothing else");
  auto* model =
      command->add_option("--model", options->model, "A .gguf file, a Hugging Face folder, or \"demo\"")
          ->capture_default_str();
  command->add_option("--template", options->templateFile, "A file with the Jinja source")->excludes(model);
  command
      ->add_option("--context", options->contextFile, "A JSON object with the variables: messages, tools, …")
      ->required();
  command->footer("Exit code 3: the template raised an exception, whose text is on standard error.");
  command->callback([options, &action] { action = [options] { return render(*options); }; });
}

}  // namespace zipage
