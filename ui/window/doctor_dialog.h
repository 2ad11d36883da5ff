#pragma once

#include <QDialog>

#include "ui/theme/theme.h"
#include "ui/window/check_item.h"

class QGridLayout;
class QLabel;
class QPushButton;
class QScrollArea;

namespace zipage::ui {

/// What this computer has, where things lie, and what to do where something is amiss.
class DoctorDialog final : public QDialog {
  Q_OBJECT

 public:
  explicit DoctorDialog(QWidget* parent);

  void setTheme(const Theme& theme);

  /// A look is being taken; what is shown stays until it is done.
  void showBusy();
  /// `asText`: the same for a bug report. `verdict`: all of it in a sentence.
  void showReport(const QVector<CheckItem>& report, const QString& verdict, const QString& asText);

 Q_SIGNALS:
  void checkRequested();

 private:
  void showRows();
  void addRow(QGridLayout& grid, const CheckItem& item);

  Theme m_theme;
  QVector<CheckItem> m_report;
  QString m_asText;
  QLabel* m_verdict;
  QScrollArea* m_scroll;
  QPushButton* m_again;
  QPushButton* m_copy;
};

}  // namespace zipage::ui
