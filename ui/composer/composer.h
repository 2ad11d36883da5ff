#pragma once

#include <QTimer>
#include <QWidget>
#include <optional>

#include "ui/chat_values.h"
#include "ui/theme/theme.h"

class QFrame;
class QLabel;
class QPushButton;
class QToolButton;

namespace zipage::ui {

class FileChips;
class MessageEdit;
class ReplyOptions;

/// Another version of a message that is being written.
struct BegunEdit {
  qint64 messageId = 0;
  QString text;
  QVector<AttachmentItem> files;
  bool standsAlone = false;  // no draft waits behind it
};

/// Where a message is written and sent, an earlier one edited, and a reply stopped.
class Composer final : public QWidget {
  Q_OBJECT

 public:
  explicit Composer(QWidget* parent = nullptr);
  ~Composer() override;

  void setTheme(const Theme& theme);
  void setZoom(double zoom);
  QString text() const;
  const QVector<AttachmentItem>& files() const;
  /// Reports no draft. What was being edited is given up.
  void setDraft(const QString& text, const QVector<AttachmentItem>& files = {});
  /// Writes another version of a message; the draft comes back afterwards.
  void beginEdit(qint64 messageId, const QString& text, const QVector<AttachmentItem>& files);
  bool isEditing() const { return m_editedMessage != 0; }
  std::optional<BegunEdit> begunEdit() const;

  void attachFiles(const QStringList& paths);
  void chooseFiles();
  void setGenerating(bool generating, bool isThinking = false);
  bool isGenerating() const { return m_isGenerating; }
  void setTokenCount(int numTokens);  // of the text and its files; −1: not known
  ReplyOptions& options() { return *m_options; }
  void takeFocus();
  /// Gives up an edit, or else asks to stop if there is something to stop.
  void escape();
  /// Reports a draft that was not reported yet.
  void flushDraft();

 Q_SIGNALS:
  void sendRequested(const QString& text, const QVector<zipage::ui::AttachmentItem>& files);
  void resendRequested(qint64 messageId, const QString& text,
                       const QVector<zipage::ui::AttachmentItem>& files);
  void stopRequested();
  void answerNowRequested();
  void editLastRequested();
  void draftChanged(const QString& text, const QVector<zipage::ui::AttachmentItem>& files);
  void tokenCountRequested(const QString& text);
  void problemFound(const QString& text);

 private:
  QLayout* makeEditBar();
  QLayout* makeTools();
  void onEdited();
  void setFiles(const QVector<AttachmentItem>& files);
  void pressButton();
  void send();
  void endEdit();
  void requestTokenCount();
  void showButton();
  void setActive(bool isActive);

  QFrame* m_frame;
  QWidget* m_editBar;
  FileChips* m_chips;
  MessageEdit* m_edit;
  QToolButton* m_attach;
  ReplyOptions* m_options;
  QLabel* m_count;
  QPushButton* m_answerNow;
  QToolButton* m_button;
  QTimer m_draftTimer;
  QTimer m_countTimer;
  Theme m_theme;
  bool m_isGenerating = false;
  qint64 m_editedMessage = 0;
  QString m_draftText;  // while an edit is in its place
  QVector<AttachmentItem> m_draftFiles;
};

}  // namespace zipage::ui
