#pragma once

#include <QDialog>

#include "ui/memory/comparison.h"
#include "ui/theme/theme.h"

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QStandardItemModel;
class QTreeView;

namespace zipage::ui {

/// One question under two memory policies at once, side by side: both texts with the first token that differs
/// marked, what they cost, and what came of it in sentences.
class CompareDialog final : public QDialog {
  Q_OBJECT

 public:
  explicit CompareDialog(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  /// The question that is offered, and the settings both begin with.
  void setQuestion(const QString& question, const GenerationSettings& settings);
  void setComparison(const Comparison& comparison);
  const Comparison& comparison() const { return m_comparison; }

 Q_SIGNALS:
  void compareRequested(const zipage::ui::ComparisonPlan& plan);
  void stopRequested();

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  /// One of the two.
  struct Side {
    QComboBox* policy;
    QSpinBox* budget;
    QSpinBox* period;
    QPlainTextEdit* text;
  };

  Side makeSide(const QString& name);
  QLayout* layoutOf(const Side& side);
  GenerationSettings settingsOf(const Side& side) const;
  void setSide(const Side& side, MemoryPolicy policy);
  void showDifference();
  void showReply(const Side& side, const ComparedReply& reply);
  void compare();
  void showState();
  void copy();

  QPlainTextEdit* m_question;
  Side m_first;
  Side m_second;
  QLabel* m_verdict;
  QStandardItemModel* m_figures;
  QTreeView* m_table;
  QPushButton* m_compare;
  QPushButton* m_copy;
  GenerationSettings m_settings;
  ComparisonPlan m_plan;
  Comparison m_comparison;
  QColor m_muted;
  QColor m_mark;
};

}  // namespace zipage::ui
