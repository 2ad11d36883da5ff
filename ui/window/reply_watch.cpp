#include "ui/window/reply_watch.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QTextDocument>

#include "ui/transcript/formula_spans.h"
#include "ui/transcript/transcript_model.h"

namespace zipage::ui {

namespace {

constexpr qsizetype kSpokenLength = 120;
constexpr qsizetype kReadLength = 600;  // of the Markdown, in which marks and links take room

struct ReplyWords {
  Q_DECLARE_TR_FUNCTIONS(ReplyWords)
};

QString sentence(ReplyState state) {
  switch (state) {
    case ReplyState::Stopped:
      return ReplyWords::tr("Reply stopped in “%1”");
    case ReplyState::Failed:
      return ReplyWords::tr("Reply failed in “%1”");
    default:
      return ReplyWords::tr("Reply finished in “%1”");
  }
}

/// Formulas without their delimiters, and what is boxed without its box.
QString withoutDelimiters(const QString& markdown) {
  static const QRegularExpression box(QStringLiteral("\\\\boxed\\{([^{}]*)\\}"));
  QString text;
  qsizetype at = 0;
  for (const FormulaSpan& formula : formulasIn(markdown)) {
    text +=
        markdown.mid(at, formula.from - at) + QString(formula.key.source).replace(box, QStringLiteral("\\1"));
    at = formula.from + formula.length;
  }
  return text + markdown.mid(at);
}

/// As it is read, not as it was written.
QString plainText(const QString& markdown) {
  QTextDocument document;
  document.setMarkdown(
      withoutDelimiters(markdown.left(kReadLength)),
      QTextDocument::MarkdownFeatures(QTextDocument::MarkdownDialectGitHub) | QTextDocument::MarkdownNoHTML);
  return document.toPlainText();
}

QString beginning(const QString& text) {
  const QString line = text.simplified();
  return line.size() <= kSpokenLength ? line : line.left(kSpokenLength - 1).trimmed() + QChar(0x2026);
}

}  // namespace

std::optional<QString> ReplyWatch::note(const QString& chatTitle, const MessageItem& message) {
  if (message.role == Role::User) return std::nullopt;
  if (isRunning(message.state)) {
    m_running.insert(message.id);
    return std::nullopt;
  }
  if (!m_running.remove(message.id)) return std::nullopt;
  const QString said =
      beginning(message.state == ReplyState::Failed ? message.error : plainText(message.text));
  const QString ended = sentence(message.state).arg(chatTitle.simplified());
  return said.isEmpty() ? ended + QLatin1Char('.') : ended + QStringLiteral(": ") + said;
}

}  // namespace zipage::ui
