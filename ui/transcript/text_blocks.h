// Cuts a text into blocks that are rendered one by one: paragraphs, lists and tables stay whole, fenced code
// is its own kind, and nothing grows without bound. A text that grows changes its last block only.
#pragma once

#include <QString>
#include <QVector>

namespace zipage::ui {

enum class TextSource { Markdown, Question, Reasoning };

struct TextBlock {
  enum class Kind { Markdown, Plain, Code };
  Kind kind = Kind::Markdown;
  QString text;      // of code: without its fences
  QString language;  // of code
  bool continuesPrevious = false;
  bool operator==(const TextBlock&) const = default;
};

class TextBlocks {
 public:
  explicit TextBlocks(TextSource source) : m_source(source) {}

  /// Returns the first block that is not what it was.
  int setText(const QString& text);
  const QVector<TextBlock>& blocks() const { return m_blocks; }
  const QString& text() const { return m_text; }
  /// Where a block begins in the text, its marks included; behind the last one: the end.
  qsizetype startOf(int block) const {
    return block < m_resumes.size() ? m_resumes[block].offset : m_text.size();
  }

 private:
  struct Fence {
    QChar mark;
    int length = 0;
    QString language;
  };

  /// The state in which a block was begun.
  struct Resume {
    qsizetype offset = 0;
    Fence fence;
    bool isAfterBlank = false;
  };

  void parseFrom(const Resume& resume);
  void takeLine(QStringView line, qsizetype offset);
  void takeCodeLine(QStringView line, qsizetype offset);
  void takeProse(QStringView line, qsizetype offset);
  bool startsNewBlock(QStringView line) const;
  void begin(TextBlock::Kind kind, qsizetype offset, bool continues);
  void appendLine(QStringView line);

  TextSource m_source;
  QString m_text;
  QVector<TextBlock> m_blocks;
  Fence m_fence;  // length 0: not in code
  bool m_isAfterBlank = false;
  bool m_isInList = false;
  bool m_mustBegin = true;
  int m_numLines = 0;         // of the last block
  QVector<Resume> m_resumes;  // [numBlocks]
};

}  // namespace zipage::ui
