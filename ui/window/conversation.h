#pragma once

#include <QHash>
#include <QWidget>

#include "ui/chat_values.h"
#include "ui/theme/theme.h"
#include "ui/transcript/transcript_model.h"

class QLabel;
class QStackedWidget;
class QToolButton;

namespace zipage::ui {

class Composer;
class EmptyState;
class FindBar;
class MessageBar;
class TranscriptView;

/// The middle: news, the messages or what to do without any, and where to write.
class Conversation final : public QWidget {
  Q_OBJECT

 public:
  explicit Conversation(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setZoom(double zoom);
  TranscriptModel& messages() { return m_messages; }
  TranscriptView& transcript() { return *m_transcript; }
  Composer& composer() { return *m_composer; }
  EmptyState& emptyState() { return *m_empty; }
  FindBar& findBar() { return *m_find; }
  MessageBar& notice() { return *m_notice; }
  MessageBar& problem() { return *m_problem; }

  /// Puts the last question into the composer, to be sent as another version.
  void editLast();
  /// Of the message with versions that is nearest to the reader.
  void stepVersion(MessageCommand command);

 Q_SIGNALS:
  void messageCommanded(qint64 messageId, zipage::ui::MessageCommand command);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QLayout* rowFor(QWidget* bar);
  void makeJumpButton();
  void connectFindBar();
  void placeOverlays();
  void showMessages();
  void showLink(const QString& url);
  void openLink(const QString& url);
  void edit(qint64 messageId);
  void showFile(const AttachmentItem& file);

  TranscriptModel m_messages;
  TranscriptView* m_transcript;
  EmptyState* m_empty;
  QStackedWidget* m_stack;
  FindBar* m_find;
  MessageBar* m_problem;
  MessageBar* m_notice;
  Composer* m_composer;
  QHash<QObject*, QLayout*> m_barRows;
  QToolButton* m_jump;
  QLabel* m_link;
};

}  // namespace zipage::ui
