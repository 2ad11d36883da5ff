#include "ui/transcript/text_flow.h"

#include <QAbstractTextDocumentLayout>
#include <QCoreApplication>
#include <QPainter>
#include <QTextBlock>
#include <QTextCursor>
#include <algorithm>
#include <cmath>

#include "ui/theme/fonts.h"
#include "ui/transcript/markdown_source.h"

namespace zipage::ui {

namespace {

constexpr double kCodePadding = 12.0;
constexpr double kCodeHeader = 32.0;
constexpr double kCodeRadius = 8.0;
/// Blocks of code that are coloured together: long enough for comments over many lines, short enough to be
/// quick.
constexpr int kBlocksInStretch = 2;

}  // namespace

bool TextFlow::endsCode(int block) const {
  const bool isLast = block + 1 == static_cast<int>(blocks().size());
  return isCode(block) && (isLast || !isCode(block + 1) || !blocks()[block + 1].continuesPrevious);
}

double TextFlow::gapAbove(int block) const {
  return block == 0 || blocks()[block].continuesPrevious ? 0.0 : m_look.gap;
}

QPointF TextFlow::contentOrigin(int block) const {
  const double top = m_pieces[static_cast<std::size_t>(block)].top;
  if (!isCode(block)) return {0.0, top};
  return {kCodePadding, top + (startsCode(block) ? kCodeHeader : 0.0)};
}

double TextFlow::contentWidth(int block) const {
  return m_width - (isCode(block) ? 2.0 * kCodePadding : 0.0);
}

double TextFlow::estimatedHeight(int block) const {
  const TextBlock& text = blocks()[block];
  const double characterWidth = (isCode(block) ? 0.6 : 0.52) * m_look.font.pixelSize();
  const double perLine = std::max(8.0, contentWidth(block) / characterWidth);
  const double lines = std::ceil(static_cast<double>(text.text.size()) / perLine) +
                       (isCode(block) ? static_cast<double>(text.text.count(u'\n')) : 0.0);
  const double frame = (startsCode(block) ? kCodeHeader : 0.0) + (endsCode(block) ? kCodePadding : 0.0);
  return std::max(1.0, lines) * m_look.lineHeight + frame;
}

void TextFlow::setText(const QString& text) {
  const int first = m_blocks.setText(text);
  if (first == static_cast<int>(blocks().size()) && m_pieces.size() == static_cast<std::size_t>(first))
    return;
  m_pieces.resize(static_cast<std::size_t>(blocks().size()));
  for (int block = first; block < static_cast<int>(m_pieces.size()); ++block) {
    Piece& piece = m_pieces[static_cast<std::size_t>(block)];
    piece = Piece{};
    piece.height = estimatedHeight(block);
  }
  // The block before may have been the last of its code.
  if (first > 0 && isCode(first - 1)) m_pieces[static_cast<std::size_t>(first - 1)].isMeasured = false;
  place(std::max(0, first - 1));
}

void TextFlow::setLook(const TextLook& look, double width) {
  if (look == m_look && width == m_width) return;
  const bool onlyColors = width == m_width && look.font == m_look.font && look.mono == m_look.mono;
  m_look = look;
  m_width = width;
  for (int block = 0; block < static_cast<int>(m_pieces.size()); ++block) {
    Piece& piece = m_pieces[static_cast<std::size_t>(block)];
    forgetDocument(piece);
    if (onlyColors) continue;
    piece.isMeasured = false;
    piece.height = estimatedHeight(block);
  }
  place(0);
}

void TextFlow::place(int firstChanged) {
  for (int block = firstChanged; block < static_cast<int>(m_pieces.size()); ++block) {
    Piece& piece = m_pieces[static_cast<std::size_t>(block)];
    piece.top = gapAbove(block);
    if (block > 0) {
      const Piece& above = m_pieces[static_cast<std::size_t>(block - 1)];
      piece.top += above.top + above.height;
    }
  }
}

double TextFlow::height() const {
  return m_pieces.empty() ? 0.0 : m_pieces.back().top + m_pieces.back().height;
}

void TextFlow::forgetDocument(Piece& piece) {
  piece.document.reset();
  piece.places.clear();
  piece.shades.clear();
  piece.shadedBy = nullptr;
}

BlockDocument& TextFlow::documentOf(int block) {
  Piece& piece = m_pieces[static_cast<std::size_t>(block)];
  if (piece.document == nullptr) {
    TextLook look = m_look;
    if (isCode(block)) look.text = m_look.onSurface;
    piece.document = std::make_unique<BlockDocument>(blocks()[block], look, contentWidth(block), m_texts);
    if (isCode(block)) colorCode(block);
    ++m_numRendered;
  }
  return *piece.document;
}

TextFlow::CodeStretch TextFlow::stretchOf(int block) const {
  int start = block;
  while (!startsCode(start)) --start;
  const int first = block - (block - start) % kBlocksInStretch;
  CodeStretch stretch{{QString(), blocks()[block].language}, 0};
  for (int i = first; i < first + kBlocksInStretch && (i == first || !endsCode(i - 1)); ++i) {
    if (i > first) stretch.key.code += u'\n';
    if (i == block) stretch.offset = static_cast<int>(stretch.key.code.size());
    stretch.key.code += blocks()[i].text;
  }
  return stretch;
}

void TextFlow::colorCode(int block) {
  Piece& piece = m_pieces[static_cast<std::size_t>(block)];
  if (m_texts == nullptr || blocks()[block].language.isEmpty()) return;
  const CodeStretch stretch = stretchOf(block);
  const RichTexts::Colors colors = m_texts->colors(stretch.key);
  piece.hasAllColors = colors.isFinal;
  piece.document->setColors(colors.spans, stretch.offset);
}

void TextFlow::takeArrivals() {
  for (int block = 0; block < static_cast<int>(m_pieces.size()); ++block) {
    Piece& piece = m_pieces[static_cast<std::size_t>(block)];
    if (piece.document == nullptr) continue;
    if (!piece.hasAllColors) colorCode(block);
    const auto& missing = piece.document->missing();
    const auto isThere = [this](const FormulaKey& key) { return m_texts->formula(key) != nullptr; };
    if (std::any_of(missing.begin(), missing.end(), isThere)) forgetDocument(piece);
  }
}

void TextFlow::measurePiece(int block) {
  Piece& piece = m_pieces[static_cast<std::size_t>(block)];
  piece.height = std::ceil(documentOf(block).size().height());
  if (startsCode(block)) piece.height += kCodeHeader;
  if (endsCode(block)) piece.height += kCodePadding;
  piece.isMeasured = true;
}

int TextFlow::blockAt(double y) const {
  const auto below = std::upper_bound(m_pieces.begin(), m_pieces.end(), y,
                                      [](double value, const Piece& piece) { return value < piece.top; });
  return std::max(0, static_cast<int>(below - m_pieces.begin()) - 1);
}

double TextFlow::topOf(int block) const {
  const int last = static_cast<int>(m_pieces.size()) - 1;
  return last < 0 ? 0.0 : m_pieces[static_cast<std::size_t>(std::min(block, last))].top;
}

int TextFlow::measuredBlockFrom(double y, double bottom) const {
  for (int block = blockAt(y); block < static_cast<int>(m_pieces.size()); ++block) {
    const Piece& piece = m_pieces[static_cast<std::size_t>(block)];
    if (piece.top > bottom) return -1;
    if (piece.isMeasured && piece.top + piece.height >= y) return block;
  }
  return -1;
}

bool TextFlow::measure(double top, double bottom) {
  bool isChanged = false;
  if (m_pieces.empty()) return false;
  for (int block = blockAt(top); block < static_cast<int>(m_pieces.size()); ++block) {
    Piece& piece = m_pieces[static_cast<std::size_t>(block)];
    if (piece.top > bottom) break;
    if (piece.isMeasured && piece.document != nullptr) continue;
    const double before = piece.height;
    measurePiece(block);
    if (piece.height == before) continue;
    isChanged = true;
    place(block + 1);
  }
  return isChanged;
}

void TextFlow::release() {
  for (Piece& piece : m_pieces) forgetDocument(piece);
}

QRectF TextFlow::pieceRect(int block) const {
  const Piece& piece = m_pieces[static_cast<std::size_t>(block)];
  return {0.0, piece.top, m_width, piece.height};
}

QRectF TextFlow::copyButtonRect(int block) const {
  const QRectF rect = pieceRect(block);
  return {rect.right() - 72.0, rect.top() + 2.0, 68.0, kCodeHeader - 4.0};
}

void TextFlow::paintCodeSurface(QPainter& painter, int block) const {
  painter.save();
  QRectF rect = pieceRect(block);
  painter.setClipRect(rect, Qt::IntersectClip);
  if (!startsCode(block)) rect.setTop(rect.top() - kCodeRadius);
  if (!endsCode(block)) rect.setBottom(rect.bottom() + kCodeRadius);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(m_look.surface);
  painter.drawRoundedRect(rect, kCodeRadius, kCodeRadius);
  if (startsCode(block)) {
    painter.setFont(smallFont(m_look.font));
    painter.setPen(m_look.muted);
    const QRectF header(kCodePadding, rect.top(), m_width - 2.0 * kCodePadding, kCodeHeader);
    painter.drawText(header, Qt::AlignVCenter | Qt::AlignLeft, blocks()[block].language);
    painter.drawText(header, Qt::AlignVCenter | Qt::AlignRight,
                     QCoreApplication::translate("TextFlow", "Copy"));
  }
  painter.restore();
}

void TextFlow::paint(QPainter& painter, const QRectF& exposed, const TextRange& selection) {
  if (m_pieces.empty()) return;
  for (int block = blockAt(exposed.top()); block < static_cast<int>(m_pieces.size()); ++block) {
    if (m_pieces[static_cast<std::size_t>(block)].top > exposed.bottom()) break;
    if (isCode(block)) paintCodeSurface(painter, block);
    BlockDocument& document = documentOf(block);
    const int last = document.characterCount() - 1;
    const int from = block < selection.from.block   ? last
                     : block > selection.from.block ? 0
                                                    : selection.from.position;
    const int to = block < selection.to.block ? last : block > selection.to.block ? 0 : selection.to.position;
    const QPointF origin = contentOrigin(block);
    painter.translate(origin);
    document.paint(painter, exposed.translated(-origin), std::min(from, last), std::min(to, last),
                   shadesOf(block));
    painter.translate(-origin);
  }
}

TextSpot TextFlow::spotAt(const QPointF& point) {
  if (m_pieces.empty()) return {};
  const int block = blockAt(point.y());
  const int position =
      documentOf(block).documentLayout()->hitTest(point - contentOrigin(block), Qt::FuzzyHit);
  return {block, std::max(0, position)};
}

QString TextFlow::linkAt(const QPointF& point) {
  if (m_pieces.empty()) return {};
  const int block = blockAt(point.y());
  return documentOf(block).documentLayout()->anchorAt(point - contentOrigin(block));
}

int TextFlow::copyButtonAt(const QPointF& point) const {
  if (m_pieces.empty()) return -1;
  const int block = blockAt(point.y());
  return startsCode(block) && copyButtonRect(block).contains(point) ? block : -1;
}

int TextFlow::codeBlockAt(const QPointF& point) const {
  if (m_pieces.empty()) return -1;
  int block = blockAt(point.y());
  if (!pieceRect(block).contains(point) || !isCode(block)) return -1;
  while (block > 0 && !startsCode(block)) --block;
  return block;
}

QString TextFlow::codeFrom(int block) const {
  QString code = blocks()[block].text;
  while (!endsCode(block)) code += QLatin1Char('\n') + blocks()[++block].text;
  return code;
}

TextRange TextFlow::everything() {
  if (m_pieces.empty()) return {};
  const int last = static_cast<int>(m_pieces.size()) - 1;
  return {{0, 0}, {last, documentOf(last).characterCount() - 1}};
}

TextRange TextFlow::wordAt(const TextSpot& spot) {
  if (spot.block >= static_cast<int>(m_pieces.size())) return {spot, spot};
  QTextCursor cursor(&documentOf(spot.block));
  cursor.setPosition(std::min(spot.position, documentOf(spot.block).characterCount() - 1));
  cursor.select(QTextCursor::WordUnderCursor);
  return {{spot.block, cursor.selectionStart()}, {spot.block, cursor.selectionEnd()}};
}

TextFlow::Part TextFlow::partOf(const TextRange& range, int block) {
  const int end = documentOf(block).characterCount() - 1;
  Part part;
  part.from = block == range.from.block ? std::min(range.from.position, end) : 0;
  part.to = block == range.to.block ? std::min(range.to.position, end) : end;
  part.isWhole = part.from == 0 && part.to == end;
  return part;
}

QString TextFlow::join(const TextRange& range, const std::function<QString(int, const Part&)>& textOfPart) {
  QString result;
  const int last = std::min(range.to.block, static_cast<int>(m_pieces.size()) - 1);
  for (int block = range.from.block; block <= last && !range.isEmpty(); ++block) {
    if (block > range.from.block)
      result += blocks()[block].continuesPrevious ? QStringLiteral("\n") : QStringLiteral("\n\n");
    result += textOfPart(block, partOf(range, block));
  }
  return result;
}

QString TextFlow::textOf(const TextRange& range) {
  return join(range, [this](int block, const Part& part) {
    return wordsBetween(documentOf(block), part.from, part.to);
  });
}

bool TextFlow::holdsWholeCode(const TextRange& range, int block) {
  int first = block, last = block;
  while (!startsCode(first)) --first;
  while (!endsCode(last)) ++last;
  if (range.from.block > first || range.to.block < last) return false;
  return partOf(range, first).from == 0 && partOf(range, last).isWhole;
}

QString TextFlow::sourceOfBlock(int block) const {
  QStringView text(blocks()[block].text);
  while (text.endsWith(u'\n')) text.chop(1);
  return text.toString();
}

QString TextFlow::sourceOf(const TextRange& range) {
  return join(range, [&](int block, const Part& part) -> QString {
    const TextBlock& text = blocks()[block];
    if (!isCode(block))
      return part.isWhole ? sourceOfBlock(block) : markdownBetween(documentOf(block), part.from, part.to);
    if (!holdsWholeCode(range, block)) return wordsBetween(documentOf(block), part.from, part.to);
    const QString fence =
        text.text.contains(QStringLiteral("```")) ? QStringLiteral("````") : QStringLiteral("```");
    return (startsCode(block) ? fence + text.language + u'\n' : QString()) + text.text +
           (endsCode(block) ? u'\n' + fence : QString());
  });
}

}  // namespace zipage::ui
