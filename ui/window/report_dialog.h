#pragma once

#include <QDialog>

namespace zipage::ui {

/// What is known of a run that did not end properly: to read, copy or save. It goes nowhere by itself.
class ReportDialog final : public QDialog {
  Q_OBJECT

 public:
  ReportDialog(const QString& report, QWidget* parent);

 private:
  void save(const QString& path);

  QString m_report;
};

}  // namespace zipage::ui
