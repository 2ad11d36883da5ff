#pragma once

#include <QWidget>

#include "ui/chat_values.h"
#include "ui/theme/theme.h"

class QToolButton;

namespace zipage::ui {

/// How long the next reply may think, and how many answers there are to be.
class ReplyOptions final : public QWidget {
  Q_OBJECT

 public:
  explicit ReplyOptions(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setSettings(const GenerationSettings& settings);
  /// Sets what is chosen here and leaves the rest.
  void applyTo(GenerationSettings& settings) const;

 Q_SIGNALS:
  void chosen();

 private:
  void makeThinking();
  void makeAnswers();
  void chooseThinking(bool thinks, int mostTokens);
  void chooseAnswers(int numAnswers);
  void showChoices();

  QToolButton* m_thinking;
  QToolButton* m_answers;
  bool m_thinks = true;
  int m_thinkingTokens = 0;
  int m_numAnswers = 1;
};

}  // namespace zipage::ui
