#include "tests/app/screenshots/stored_chats.h"

#include <QDateTime>

#include "engine/store/session_store.h"

namespace zipage::tour {

namespace {

const char* const kRichAnswer =
    "The roots of $ax^2 + bx + c = 0$ with $a \\neq 0$ are\n\n"
    "$$x_{1,2} = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$\n\n"
    "so for \\(a = 1\\), \\(b = -5\\) and \\(c = 6\\), which cost from $5 to $10 a lesson:\n\n"
    "1. The discriminant is $\\Delta = b^2 - 4ac = 1$.\n"
    "2. Its root gives\n   \\[ x = \\frac{5 \\pm 1}{2} \\]\n   by the formula above.\n"
    "   - that is $x_1 = 2$\n   - and $x_2 = 3$\n\n"
    "| term | value | note |\n|:---|---:|:---:|\n| $\\sqrt{\\Delta}$ | 1 | exact |\n"
    "| $|x_1 - x_2|$ | 1 | *distance* |\n\n"
    "> A matrix fits too: $A = \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}$, and a "
    "[link](https://example.org).\n\n"
    "```cpp\n#include <cmath>\n\n// The larger root; needs a real one.\n"
    "double root(double a, double b, double c) {\n  const double d = b * b - 4 * a * c;\n"
    "  if (d < 0) throw std::domain_error(\"no real root\");\n  return (-b + std::sqrt(d)) / (2 * "
    "a);\n}\n```\n\n"
    "The answers are $\\boxed{2}$ and $\\boxed{3}$.\n";

struct StoredChat {
  const char* title;
  const char* question;
  const char* reasoning;
  const char* answer;
  int minutesAgo;
};

constexpr StoredChat kChats[] = {
    {"Prime numbers up to 50", "Which numbers up to 50 are prime?", "I sieve: 2, 3, 5, 7 are enough.",
     "2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43 and 47.", 60 * 24 * 9},
    {"A walk through seven bridges", "Can one cross every bridge of Königsberg once?",
     "Each piece of land has an odd number of bridges.", "No: that would need at most two odd ones.",
     60 * 26},
    {kRichTitle, "How do I find the roots of x² − 5x + 6?", "The quadratic formula gives both.", kRichAnswer,
     45},
};

MessageRecord message(std::uint64_t id, const ChatRecord& chat, MessageRole role, const char* text) {
  MessageRecord made;
  made.id = MessageId{id};
  made.chat = chat.id;
  made.role = role;
  made.text = text;
  made.createdMs = chat.createdMs;
  return made;
}

}  // namespace

bool writeStoredChats(const std::filesystem::path& file) {
  const auto store = SessionStore::open(file);
  if (!store) return false;
  std::uint64_t id = 1;
  for (const StoredChat& stored : kChats) {
    ChatRecord chat;
    chat.id = ChatId{id++};
    chat.title = stored.title;
    chat.createdMs = chat.updatedMs = QDateTime::currentMSecsSinceEpoch() - qint64{stored.minutesAgo} * 60000;
    MessageRecord question = message(id++, chat, MessageRole::User, stored.question);
    MessageRecord answer = message(id++, chat, MessageRole::Assistant, stored.answer);
    answer.parent = question.id;
    answer.reasoning = stored.reasoning;
    answer.figures.reasoningMs = 4200;
    answer.figures.reasoningTokens = 212;
    if (!(*store)->saveChat(chat) || !(*store)->saveMessage(question) || !(*store)->saveMessage(answer))
      return false;
  }
  return true;
}

}  // namespace zipage::tour
