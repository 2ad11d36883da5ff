#include "tests/ui/screenshots/sample_values.h"

namespace zipage::samples {

namespace {

const char* const kReasoning =
    "Tom has 14 apples. Ann has 9 more than Tom, so Ann has 14 + 9 = 23 apples.\n"
    "Together they have 14 + 23. 14 + 20 = 34, and 34 + 3 = 37.\n\n"
    "Let me check it the other way round: 37 - 23 = 14, which is what Tom has. And 23 - 14 = 9, which is how "
    "many more "
    "Ann has. So both conditions hold.\n\nThe answer is 37.";

const char* const kAnswer =
    "They have **37 apples** together.\n\n"
    "1. Ann has 9 more than Tom: `14 + 9 = 23`.\n"
    "2. Together that is `14 + 23 = 37`.\n\n"
    "| who | apples |\n|---|---:|\n| Tom | 14 |\n| Ann | 23 |\n| together | 37 |\n\n"
    "The same as a program:\n\n"
    "```python\ntom = 14\nann = tom + 9\nprint(tom + ann)  # 37\n```\n\n"
    "> Checking backwards: 37 − 23 = 14.\n\n"
    "The answer is $\\boxed{37}$.\n";

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
    "- [x] checked\n- [ ] to do\n\n"
    "```cpp\n#include <cmath>\n\n// The larger root; needs a real one.\n"
    "double root(double a, double b, double c) {\n  const double d = b * b - 4 * a * c;\n"
    "  if (d < 0) throw std::domain_error(\"no real root\");\n  return (-b + std::sqrt(d)) / (2 * "
    "a);\n}\n```\n\n"
    "A broken formula stays as it is: $\\frac{1$.\n\n"
    "The answers are $\\boxed{2}$ and $\\boxed{3}$, in words \\boxed{two and three}.\n";

ui::ChatItem chat(qint64 id, const char* title, int minutesAgo, ui::ChatState state = ui::ChatState::Idle,
                  bool isPinned = false) {
  ui::ChatItem item;
  item.id = id;
  item.title = QString::fromUtf8(title);
  item.updated = QDateTime::currentDateTime().addSecs(-60 * minutesAgo);
  item.state = state;
  item.isPinned = isPinned;
  return item;
}

ui::MessageItem reply(qint64 id) {
  ui::MessageItem item;
  item.id = id;
  item.role = ui::Role::Assistant;
  item.reasoning = QString::fromUtf8(kReasoning);
  item.reasoningMs = 12300;
  item.reasoningTokens = 840;
  item.promptTokens = 46;
  item.firstTokenMs = 380;
  item.generatedTokens = 1012;
  item.decodeMs = 14800;
  item.compressions = 6;
  item.tokensEvicted = 768;
  item.peakPages = 20;
  return item;
}

struct Holder {
  std::uint64_t owner;
  int numPages;
  PageState state;
  int lastFill;
  int budget;
  int compressions;
};

void place(CacheSnapshot& snapshot, const Holder& holder, std::size_t& page) {
  SequenceSnapshot sequence;
  sequence.owner = OwnerId{holder.owner};
  sequence.request = RequestId{holder.owner + 100};
  sequence.pagesHeld = holder.numPages;
  sequence.budgetTokens = holder.budget;
  sequence.compressions = holder.compressions;
  for (int i = 0; i < holder.numPages && page < snapshot.pages.size(); ++i, ++page) {
    PageSnapshot& held = snapshot.pages[page];
    held.state = i < 2 && holder.owner % 2 == 0 ? PageState::Shared : holder.state;
    held.owner = sequence.owner;
    held.request = sequence.request;
    held.holders = held.state == PageState::Shared ? 2 : 1;
    held.tableIndex = i;
    held.tokensLive =
        static_cast<std::uint16_t>(i + 1 == holder.numPages ? holder.lastFill : snapshot.pageTokens);
    sequence.physicalTokens += held.tokensLive;
  }
  sequence.logicalTokens = sequence.physicalTokens + holder.compressions * 128;
  sequence.tokensEvicted = holder.compressions * 128;
  snapshot.pagesHeld += holder.numPages;
  snapshot.tokensLive += sequence.physicalTokens;
  snapshot.sequences.push_back(sequence);
}

}  // namespace

QVector<ui::ChatItem> chats() {
  return {chat(5, "Tom has 14 apples. Ann has 9 more apples than Tom.", 0, ui::ChatState::Answering),
          chat(4, "Where is the ball after the cups swap places?", 2, ui::ChatState::Thinking),
          chat(3, "37 + 58 + 46", 6, ui::ChatState::Waiting),
          chat(2, "Eggs in seven boxes", 47, ui::ChatState::Failed),
          chat(8, "Which of these trains arrives first if the slow one leaves at noon?", 60 * 26,
               ui::ChatState::Interrupted),
          chat(9, "Sorting by hand", 60 * 24 * 4),
          chat(10, "Prime numbers below 100", 60 * 24 * 20, ui::ChatState::Idle, true)};
}

QVector<ui::AttachmentItem> files() {
  return {{QStringLiteral("deliveries-march.csv"), QString(2150, QLatin1Char('x'))},
          {QStringLiteral("notes.md"), QString(412, QLatin1Char('x'))}};
}

QVector<ui::MessageItem> versions() {
  ui::MessageItem asked = question(1, QStringLiteral("How many apples were delivered in March?"));
  asked.attachments = files();
  asked.version = 2;
  asked.numVersions = 2;
  ui::MessageItem answer = finishedReply(2);
  answer.text = QStringLiteral("Fourteen and twenty-three make thirty-seven.\n\n$14 + 23 = \\boxed{37}$");
  answer.version = 3;
  answer.numVersions = 5;
  answer.vote = QStringLiteral("4 of 5 say 37");
  ui::MessageItem stopped = reply(4);
  stopped.state = ui::ReplyState::Stopped;
  stopped.text = QStringLiteral("Ann gives Tom four of hers, so");
  stopped.generatedTokens = 96;
  return {asked, answer, question(3, QStringLiteral("And if Ann gives Tom 4 of hers?")), stopped};
}

QVector<ui::ChatHit> hits() {
  ui::ChatHit title;
  title.chatId = 5;
  title.snippet = QStringLiteral("Tom has 14 apples. Ann has 9 more apples than Tom.");
  title.matches = {QPoint(11, 6)};
  ui::ChatHit text;
  text.chatId = 2;
  text.messageId = 20;
  text.part = ui::ChatHit::Part::Answer;
  text.snippet = QStringLiteral("…in each box there are as many apples as eggs, and…");
  text.matches = {QPoint(32, 6)};
  ui::ChatHit reasoning = text;
  reasoning.chatId = 9;
  reasoning.part = ui::ChatHit::Part::Reasoning;
  reasoning.snippet = QStringLiteral("apples come before pears, so I compare");
  reasoning.matches = {QPoint(0, 6)};
  return {title, text, reasoning};
}

ui::GenerationSettings generation() {
  ui::GenerationSettings settings;
  settings.thinkingTokens = 1024;
  settings.numAnswers = 5;
  return settings;
}

ui::ModelInfo model() {
  ui::ModelInfo info;
  info.state = ui::ModelInfo::State::Ready;
  info.name = QStringLiteral("Zipage Demo");
  info.description = QStringLiteral("25 M parameters · BF16 · 2 threads, AVX-512");
  return info;
}

ui::MessageItem question(qint64 id, const QString& text) {
  ui::MessageItem item;
  item.id = id;
  item.text = text;
  return item;
}

ui::MessageItem finishedReply(qint64 id) {
  ui::MessageItem item = reply(id);
  item.text = QString::fromUtf8(kAnswer);
  return item;
}

ui::MessageItem richReply(qint64 id) {
  ui::MessageItem item = reply(id);
  item.text = QString::fromUtf8(kRichAnswer);
  return item;
}

ui::MessageItem thinkingReply(qint64 id) {
  ui::MessageItem item = reply(id);
  item.state = ui::ReplyState::Thinking;
  item.reasoning = QString::fromUtf8(kReasoning).left(260);
  item.reasoningMs = 8100;
  item.reasoningTokens = 402;
  return item;
}

ui::MessageItem streamingReply(qint64 id) {
  ui::MessageItem item = reply(id);
  item.state = ui::ReplyState::Answering;
  item.text = QString::fromUtf8(kAnswer).left(150);
  return item;
}

ui::MessageItem failedReply(qint64 id) {
  ui::MessageItem item = reply(id);
  item.state = ui::ReplyState::Failed;
  item.error = QStringLiteral(
      "The pool has 512 pages and this question alone needs 731. Choose a bounded memory, or a shorter "
      "question.");
  item.reasoning.clear();
  item.generatedTokens = 0;
  return item;
}

std::shared_ptr<const CacheSnapshot> pool(int numPages) {
  auto snapshot = std::make_shared<CacheSnapshot>();
  snapshot->pageTokens = 32;
  snapshot->bytesPerPage = 196608;
  snapshot->pages.resize(static_cast<std::size_t>(numPages));
  const int unit = numPages / 64;
  std::size_t page = 0;
  place(*snapshot, {5, 5 * unit / 2, PageState::Held, 9, 512, 6}, page);
  page += static_cast<std::size_t>(unit / 2);
  place(*snapshot, {4, 3 * unit, PageState::Compressing, 32, 512, 11}, page);
  place(*snapshot, {3, 6 * unit, PageState::Held, 20, 0, 0}, page);
  page += static_cast<std::size_t>(unit);
  place(*snapshot, {11, 2 * unit, PageState::PrefixOnly, 32, 0, 0}, page);
  place(*snapshot, {12, 3 * unit, PageState::Swapped, 32, 512, 2}, page);
  place(*snapshot, {13, 3 * unit, PageState::Held, 14, 512, 3}, page);
  return snapshot;
}

ui::MemoryFigures figures(const CacheSnapshot& snapshot) {
  ui::MemoryFigures figures;
  figures.pagesHeld = snapshot.pagesHeld;
  figures.pagesTotal = static_cast<int>(snapshot.pages.size());
  figures.tokensLive = snapshot.tokensLive;
  figures.tokensEvicted = 2816;
  figures.compressions = 22;
  figures.pagesReclaimed = 88;
  figures.running = 4;
  figures.waiting = 1;
  figures.tokensPerSecond = 183.4;
  return figures;
}

}  // namespace zipage::samples
