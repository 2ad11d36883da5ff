#include "ui/window/report_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

namespace zipage::ui {

namespace {

constexpr QSize kReportSize(720, 520);

}  // namespace

ReportDialog::ReportDialog(const QString& report, QWidget* parent) : QDialog(parent), m_report(report) {
  setObjectName(QStringLiteral("reportDialog"));
  setAttribute(Qt::WA_DeleteOnClose);
  setAttribute(Qt::WA_WindowPropagation);
  setWindowTitle(tr("Report of the last run"));
  auto* hint =
      new QLabel(tr("Zipage did not end properly the last time. This is all that is known of it. It holds no "
                    "messages and is sent "
                    "nowhere: save or copy it to add it to a bug report of yours."));
  hint->setWordWrap(true);
  auto* text = new QPlainTextEdit(report);
  text->setObjectName(QStringLiteral("report"));
  text->setAccessibleName(tr("Report"));
  text->setReadOnly(true);
  text->setTabChangesFocus(true);
  text->setLineWrapMode(QPlainTextEdit::NoWrap);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  QPushButton* copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
  QPushButton* saveAs = buttons->addButton(tr("Save…"), QDialogButtonBox::ActionRole);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(16);
  layout->addWidget(hint);
  layout->addWidget(text, 1);
  layout->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
  connect(copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_report); });
  connect(saveAs, &QPushButton::clicked, this, [this] {
    auto* dialog = new QFileDialog(this, tr("Save the report"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(QStringLiteral("zipage-report.txt"));
    connect(dialog, &QFileDialog::fileSelected, this, &ReportDialog::save);
    dialog->open();
  });
  resize(kReportSize);
}

void ReportDialog::save(const QString& path) {
  QSaveFile file(path);
  const bool isSaved = file.open(QIODevice::WriteOnly | QIODevice::Text) &&
                       file.write(m_report.toUtf8()) >= 0 && file.commit();
  if (isSaved) return;
  auto* problem = new QLabel(tr("%1 could not be written: %2").arg(path, file.errorString()));
  problem->setWordWrap(true);
  problem->setProperty("tone", "danger");
  layout()->addWidget(problem);
}

}  // namespace zipage::ui
