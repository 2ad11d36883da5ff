#pragma once

#include <QWidget>

#include "ui/chat_values.h"
#include "ui/theme/theme.h"

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace zipage::ui {

/// What a chat without messages says: what to do next, with questions to try.
class EmptyState final : public QWidget {
  Q_OBJECT

 public:
  explicit EmptyState(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setModel(const ModelInfo& model);
  void setSampleQuestions(const QStringList& questions);

 Q_SIGNALS:
  void modelsRequested();
  void questionChosen(const QString& question);

 private:
  Theme m_theme;
  QLabel* m_title;
  QLabel* m_hint;
  QWidget* m_samples;
  QVBoxLayout* m_sampleLayout;
  QLabel* m_models;
  QPushButton* m_choose;
};

QStringList defaultSampleQuestions();

}  // namespace zipage::ui
