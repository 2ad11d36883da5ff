#include "app/common/chat_markdown.h"

#include <algorithm>
#include <string_view>

namespace zipage {

namespace {

std::string oneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void addFile(std::string& document, const Attachment& file) {
  const std::string fence = fenceFor(file.text);
  const bool endsLine = file.text.empty() || file.text.back() == '\n';
  document += "**" + oneLine(file.name) + "**\n\n" + fence + "\n" + file.text + (endsLine ? "" : "\n") +
              fence + "\n\n";
}

void addMessage(std::string& document, const MessageRecord& message) {
  const bool isQuestion = message.role == MessageRole::User;
  document += isQuestion ? "## Question\n\n" : "## Answer\n\n";
  for (const Attachment& file : message.attachments) addFile(document, file);
  if (!message.reasoning.empty()) {
    const std::string fence = fenceFor(message.reasoning);
    document += "<details><summary>Reasoning</summary>\n\n" + fence + "text\n" + message.reasoning + "\n" +
                fence + "\n\n</details>\n\n";
  }
  document += message.text + "\n\n";
  if (!message.error.empty()) document += "*" + oneLine(message.error) + "*\n\n";
}

}  // namespace

std::string fenceFor(std::string_view text) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

std::string chatToMarkdown(const ChatRecord& chat, const std::vector<const MessageRecord*>& branch) {
  std::string document = "# " + oneLine(chat.title) + "\n\n";
  for (const MessageRecord* message : branch) addMessage(document, *message);
  return document;
}

}  // namespace zipage
