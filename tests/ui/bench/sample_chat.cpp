#include "tests/ui/bench/sample_chat.h"

namespace zipage::samples {

namespace {

constexpr int kCharactersPerToken = 4;
constexpr int kTokensPerReply = 2000;

const char* const kParts[] = {
    "Let us look at step %1 more closely. If $x_{%1} = \\frac{%1 + 1}{%1}$ and \\(y_{%1} = \\sqrt{%1 + "
    "2}\\), then their "
    "product stays **bounded**, as the *next* line shows, and the price of $5 to $10 does not matter "
    "here.\n\n",
    "$$\\sum_{k=1}^{%1} k^2 = \\frac{%1 (%1 + 1)(2 \\cdot %1 + 1)}{6}$$\n\n",
    "1. Take $a_{%1} = %1$ and go on.\n2. Multiply by `factor`, which is `%1`.\n   - Is it even?\n   - Or $b "
    "\\equiv %1 "
    "\\pmod 7$?\n3. Add what is left.\n\n",
    "| step | value | note |\n|:-----|------:|:----:|\n| %1 | $%1^2$ | square |\n| next | %1 | plain |\n\n",
    "```python\ndef step_%1(values):\n    \"\"\"Sums what is left after step %1.\"\"\"\n    total = 0\n    "
    "for value in "
    "values:\n        if value % 2 == 0:  # even\n            total += value * %1\n    return total\n```\n\n",
    "> A remark on %1: the bound is *not* tight, see [the notes](https://example.org/%1).\n\n",
    "```cpp\ntemplate <class T>\nstd::vector<T> step%1(const std::vector<T>& values) {\n  std::vector<T> "
    "kept;  // even "
    "ones\n  for (const T& value : values) {\n    if (value % 2 == 0) kept.push_back(value * %1);\n  }\n  "
    "return "
    "kept;\n}\n```\n\n",
    "\\[ A_{%1} = \\begin{pmatrix} %1 & 2 \\\\ 3 & %1 \\end{pmatrix}, \\qquad \\det A_{%1} = %1^2 - 6 "
    "\\]\n\n",
};

}  // namespace

QString longReply(int number, int numTokens) {
  QString text;
  for (int part = 0; text.size() < numTokens * kCharactersPerToken; ++part) {
    const auto* source = kParts[part % static_cast<int>(std::size(kParts))];
    text += QString::fromUtf8(source).replace(QStringLiteral("%1"), QString::number(1000 * number + part));
  }
  return text + QStringLiteral("The answer is $\\boxed{%1}$.\n").arg(number);
}

QVector<ui::MessageItem> longChat(int numTokens) {
  QVector<ui::MessageItem> messages;
  for (int number = 0; number * kTokensPerReply < numTokens; ++number) {
    ui::MessageItem question;
    question.id = 2 * number + 1;
    question.text = QStringLiteral("And what about step %1?").arg(number);
    ui::MessageItem reply;
    reply.id = 2 * number + 2;
    reply.role = ui::Role::Assistant;
    reply.text = longReply(number, kTokensPerReply);
    messages << question << reply;
  }
  return messages;
}

}  // namespace zipage::samples
