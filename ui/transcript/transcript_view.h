#pragma once

#include <QAbstractScrollArea>
#include <QSet>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "ui/transcript/message_layout.h"
#include "ui/transcript/transcript_model.h"
#include "ui/transcript/transcript_selection.h"

namespace zipage::ui {

/// The messages of a chat in one column. Only what is in view is rendered; what changed is rendered again at
/// most once a frame.
class TranscriptView final : public QAbstractScrollArea {
  Q_OBJECT

 public:
  explicit TranscriptView(TranscriptModel& model, QWidget* parent = nullptr);
  ~TranscriptView() override;

  void setTheme(const Theme& theme);
  void setZoom(double zoom);
  double zoom() const { return m_look.zoom; }

  /// Shows what changed without waiting for the next frame.
  void renderNow();

  bool isFollowing() const { return m_isFollowing; }
  void followTail();
  void setThinkingOpen(int row, bool open);
  bool isThinkingOpen(int row) const;
  void toggleLastThinking();

  /// Selects the next place with these words and scrolls to it; `fromHere` lets the selected one count.
  /// False: none.
  bool findWords(const QString& words, bool backward, bool fromHere = false);

  bool hasSelection() const { return !m_selection.isEmpty(); }
  /// As it was written: Markdown and TeX.
  QString selectedText();
  /// As it is shown, without marks.
  QString selectedWords();
  void selectAll();
  void copySelection();

  /// Shows another branch of the same chat; the first message that changes stays where it is to the eye.
  void showBranch(const QVector<MessageItem>& messages);
  /// Selects these words in a message and scrolls to them, or to its beginning where they are not.
  void showWords(qint64 messageId, const QString& words);
  /// How well the model still sees the words; none: all alike. While `choosesWords`, a click on a word
  /// chooses it.
  void setShades(const ChatShades& shades, bool choosesWords);
  /// Whether something of this chat is kept from eviction, so that it can be let go.
  void setKeepsSomething(bool keeps) { m_keepsSomething = keeps; }
  /// Scrolls to a place of a message as it was written, where it is not in view.
  void showPlace(qint64 messageId, MessagePart part, int place);
  /// What is selected of one message, as it was written; empty: nothing, or more than one message's text.
  struct WrittenRange {
    qint64 messageId = 0;
    bool isReasoning = false;
    int from = 0;
    int to = 0;
  };
  std::optional<WrittenRange> selectedRange();
  /// The lowest message in view that has other versions, or the last one that has any; 0: none.
  qint64 messageWithVersions() const;

  /// Whether all formulas and colours that were asked for are there.
  bool isTypeset() const { return m_texts.isIdle() && !m_hasArrivals; }

  int numMessages() const { return static_cast<int>(m_layouts.size()); }
  MessageLayout& layoutOf(int row) { return *m_layouts[static_cast<std::size_t>(row)]; }
  QRect messageRect(int row) const;  // in the viewport

 Q_SIGNALS:
  void followingChanged(bool isFollowing);
  void linkHovered(const QString& url);  // empty: none any more
  void linkActivated(const QString& url);
  void copied();
  void commanded(qint64 messageId, zipage::ui::MessageCommand command);
  void editRequested(qint64 messageId);
  void fileActivated(const zipage::ui::AttachmentItem& file);
  void zoomStepped(int steps);
  /// A stretch of a message as it was written.
  void keepRequested();                       // what is selected, from eviction
  void letGoRequested();                      // of all that was kept so
  void evictionsRequested(qint64 messageId);  // to see what went while this reply was written
  void wordChosen(qint64 messageId, bool isReasoning, int from, int to);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;
  void changeEvent(QEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  struct Anchor {
    int row = 0;
    MessageLayout::Anchor place;
  };

  void takeArrivals();
  void reset();
  void insertRows(int first, int last);
  void removeRows(int first, int last);
  void markChanged(int first, int last);
  void announce(int row);  // a finished reply, to a screen reader

  void applyLook();
  void layOut();
  void place();
  bool measureVisible();
  void applyScrollRange();
  void keepAnchor();
  void releaseFarAway();
  void setFollowing(bool isFollowing);
  bool isAtTail() const;

  double columnWidth() const;
  double columnLeft() const;
  double contentHeight() const;
  double topOf(int row) const { return m_tops[static_cast<std::size_t>(row)]; }
  int rowAt(double y) const;

  int rowUnder(const QPoint& position) const;
  QPointF inMessage(int row, const QPoint& position) const;
  MessageHit hitAt(const QPoint& position, int& row);
  TranscriptSelection::Point pointAt(const QPoint& position);
  void pointTo(const QPoint& position);
  void setPointerRow(int row, const QPoint& position);
  void pressButton(int row, MessageButton button, const QPoint& position);
  void showTip(const MessageHit& hit, const QPoint& position);
  void showMenu(int row, const MessageHit& hit, const QPoint& globalPosition);
  bool showFoundIn(int row, MessagePart part, const QString& words, bool backward,
                   const std::optional<TextSpot>& from);
  void reveal(int row, MessagePart part, const TextSpot& spot);
  QString joinSelected(QString (TextFlow::*textOf)(const TextRange&));
  void extendSelection(const QPoint& position);
  void chooseWord(const QPoint& position);
  void autoScroll();
  void copyText(const QString& text);

  TranscriptModel& m_model;
  RichTexts m_texts;
  bool m_hasArrivals = false;
  std::vector<std::unique_ptr<MessageLayout>> m_layouts;
  std::vector<double> m_tops;
  MessageLook m_look;
  Anchor m_anchor;
  bool m_isFollowing = true;
  bool m_isAdjusting = false;
  bool m_holdsPlace = false;  // rows come and go without moving the reader
  QSet<int> m_changedRows;
  QSet<int> m_renderedRows;
  QTimer m_frame;

  ChatShades m_shades;
  bool m_choosesWords = false;
  bool m_keepsSomething = false;
  TranscriptSelection m_selection;
  bool m_isSelecting = false;
  QPoint m_pressedAt;
  QString m_pressedLink;
  QString m_hoveredLink;
  int m_pointerRow = -1;
  QTimer m_autoScroll;
};

}  // namespace zipage::ui
