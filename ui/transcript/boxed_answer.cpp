#include "ui/transcript/boxed_answer.h"

#include <QTextBlock>
#include <QTextCursor>

namespace zipage::ui {

namespace {

const QString kMark = QStringLiteral("\\boxed{");

struct Box {
  int from = -1;  // with the marks around it
  int to = -1;
  QString content;
};

// The place after the brace that closes the one before `from`; -1: it stays open, as while the text still
// grows.
int afterClosingBrace(const QString& text, int from) {
  int depth = 1;
  for (int i = from; i < text.size(); ++i) {
    if (text[i] == u'{') ++depth;
    if (text[i] == u'}' && --depth == 0) return i + 1;
  }
  return -1;
}

void takeDollars(const QString& text, Box& box) {
  while (box.from > 0 && box.to < text.size() && text[box.from - 1] == u'$' && text[box.to] == u'$') {
    --box.from;
    ++box.to;
  }
}

Box lastBoxIn(const QString& text, int before) {
  Box box;
  for (int at = text.lastIndexOf(kMark, before); at >= 0;
       at = at > 0 ? text.lastIndexOf(kMark, at - 1) : -1) {
    const int inside = at + static_cast<int>(kMark.size());
    const int end = afterClosingBrace(text, inside);
    if (end < 0) continue;
    box = {at, end, text.mid(inside, end - 1 - inside).trimmed()};
    takeDollars(text, box);
    return box;
  }
  return box;
}

void showBox(const QTextBlock& block, const Box& box, const TextLook& look) {
  QTextCursor cursor(block);
  cursor.setPosition(block.position() + box.from + 1);
  QTextCharFormat format = cursor.charFormat();
  if (format.fontFixedPitch()) return;
  format.setFontWeight(QFont::Bold);
  format.setBackground(look.surface);
  cursor.setPosition(block.position() + box.from);
  cursor.setPosition(block.position() + box.to, QTextCursor::KeepAnchor);
  const QChar space(QChar::Nbsp);
  cursor.insertText(space + box.content + space, format);
}

}  // namespace

void showBoxedAnswers(QTextDocument& document, const TextLook& look) {
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
    const bool isCode = block.blockFormat().hasProperty(QTextFormat::BlockCodeFence);
    if (isCode || !block.text().contains(kMark)) continue;
    // From the end, so that places before stay where they are.
    for (Box box = lastBoxIn(block.text(), -1); box.from >= 0;
         box = box.from > 0 ? lastBoxIn(block.text(), box.from - 1) : Box{}) {
      showBox(block, box, look);
    }
  }
}

}  // namespace zipage::ui
