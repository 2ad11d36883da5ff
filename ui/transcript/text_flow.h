#pragma once

#include <QRectF>
#include <compare>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ui/text_shades.h"
#include "ui/transcript/block_document.h"
#include "ui/transcript/text_blocks.h"

class QPainter;

namespace zipage::ui {

/// A place between two characters of a text.
struct TextSpot {
  int block = 0;
  int position = 0;
  auto operator<=>(const TextSpot&) const = default;
};

struct TextRange {
  TextSpot from;
  TextSpot to;
  bool isEmpty() const { return from >= to; }
};

/// One text as a column of rendered blocks. Blocks are rendered when they come into view; until then their
/// height is a guess. Coordinates are those of the column.
class TextFlow {
 public:
  /// Without `texts` formulas are shown as source and code has one colour.
  explicit TextFlow(TextSource source, RichTexts* texts = nullptr) : m_blocks(source), m_texts(texts) {}

  void setText(const QString& text);
  void setLook(const TextLook& look, double width);
  bool isEmpty() const { return m_pieces.empty(); }
  double height() const;
  /// Renders what lies between two heights; true when the height of something changed.
  bool measure(double top, double bottom);
  /// Shows formulas and colours that have come since a block was rendered; those blocks are to be measured
  /// again.
  void takeArrivals();
  /// Forgets rendered blocks, but not their heights.
  void release();

  void paint(QPainter& painter, const QRectF& exposed, const TextRange& selection);
  int blockAt(double y) const;
  double topOf(int block) const;
  /// The first block at this height or below whose height is known; -1: none before `bottom`.
  int measuredBlockFrom(double y, double bottom) const;
  TextSpot spotAt(const QPointF& point);
  QString linkAt(const QPointF& point);
  /// The first block of the code whose copy button is here; -1: none.
  int copyButtonAt(const QPointF& point) const;
  int codeBlockAt(const QPointF& point) const;
  QString codeFrom(int block) const;
  TextRange everything();
  TextRange wordAt(const TextSpot& spot);
  /// As it is shown; formulas in TeX.
  QString textOf(const TextRange& range);
  /// As it was written: blocks that are whole in it to the letter, parts of others with their marks.
  QString sourceOf(const TextRange& range);
  /// The first place with these words after `from`, or the last one before it; without `from`, in the whole
  /// text.
  TextRange find(const QString& words, const std::optional<TextSpot>& from, bool backward);
  /// Where the line of this place begins, below the top of its block.
  double lineTop(const TextSpot& spot);
  const QString& source() const { return m_blocks.text(); }

  /// How well the model still sees the words, by their place in source(); null: no shades.
  void setShades(std::shared_ptr<const TextShades> shades);
  /// Where what is shown stands in source(); the range lies in one block. Empty: nowhere.
  std::pair<int, int> writtenRange(const TextRange& shown);
  /// What is shown of this place of source() or of the next that is shown.
  std::optional<TextSpot> shownSpot(int written);
  const QVector<TextBlock>& blocks() const { return m_blocks.blocks(); }
  int numRendered() const { return m_numRendered; }

 private:
  struct Piece {
    std::unique_ptr<BlockDocument> document;
    double top = 0.0;
    double height = 0.0;
    bool isMeasured = false;
    bool hasAllColors = true;
    std::vector<int> places;  // of what is shown, in the source; empty: not looked for yet
    std::vector<TextShade> shades;
    std::shared_ptr<const TextShades> shadedBy;
  };

  /// Code is coloured in stretches of some blocks; this one and its place among them.
  struct CodeStretch {
    CodeKey key;
    int offset = 0;
  };

  /// What of one block lies in a range.
  struct Part {
    int from = 0;
    int to = 0;
    bool isWhole = false;
  };
  Part partOf(const TextRange& range, int block);
  QString join(const TextRange& range, const std::function<QString(int, const Part&)>& textOfPart);
  QString sourceOfBlock(int block) const;
  bool holdsWholeCode(const TextRange& range, int block);

  bool isCode(int block) const { return blocks()[block].kind == TextBlock::Kind::Code; }
  bool startsCode(int block) const { return isCode(block) && !blocks()[block].continuesPrevious; }
  bool endsCode(int block) const;
  double gapAbove(int block) const;
  QPointF contentOrigin(int block) const;
  double contentWidth(int block) const;
  double estimatedHeight(int block) const;
  BlockDocument& documentOf(int block);
  static void forgetDocument(Piece& piece);
  const std::vector<int>& placesOf(int block);
  const std::vector<TextShade>& shadesOf(int block);
  CodeStretch stretchOf(int block) const;
  void colorCode(int block);
  void measurePiece(int block);
  void place(int firstChanged);
  QRectF pieceRect(int block) const;
  QRectF copyButtonRect(int block) const;
  void paintCodeSurface(QPainter& painter, int block) const;

  TextBlocks m_blocks;
  RichTexts* m_texts;
  std::vector<Piece> m_pieces;
  std::shared_ptr<const TextShades> m_shades;
  TextLook m_look;
  double m_width = 0.0;
  int m_numRendered = 0;
};

}  // namespace zipage::ui
