#include "ui/window/doctor_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/theme/icons.h"

namespace zipage::ui {

namespace {

constexpr QSize kDoctorSize(760, 560);
constexpr int kDoctorSide = 16;
constexpr int kTopicWidth = 120;
constexpr int kLeastTextWidth = 400;

QString iconName(CheckItem::Rank rank) {
  switch (rank) {
    case CheckItem::Rank::Fine:
      return QStringLiteral("circle-check");
    case CheckItem::Rank::Hint:
      return QStringLiteral("info");
    case CheckItem::Rank::Problem:
      return QStringLiteral("circle-alert");
  }
  return {};
}

QString rankText(CheckItem::Rank rank) {
  switch (rank) {
    case CheckItem::Rank::Fine:
      return DoctorDialog::tr("In order");
    case CheckItem::Rank::Hint:
      return DoctorDialog::tr("Could be better");
    case CheckItem::Rank::Problem:
      return DoctorDialog::tr("Problem");
  }
  return {};
}

QColor colorOf(CheckItem::Rank rank, const Theme& theme) {
  return rank == CheckItem::Rank::Problem ? theme.danger
         : rank == CheckItem::Rank::Hint  ? theme.warning
                                          : theme.mutedText;
}

/// Paths and messages, which are shown as they are and can be copied.
QLabel* textLabel(const QString& text, const char* tone = nullptr) {
  auto* label = new QLabel(text);
  label->setWordWrap(true);
  label->setTextFormat(Qt::PlainText);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);
  if (tone != nullptr) label->setProperty("tone", tone);
  return label;
}

QLabel* rankLabel(CheckItem::Rank rank, const Theme& theme) {
  auto* label = new QLabel;
  label->setPixmap(lineIcon(iconName(rank), colorOf(rank, theme)).pixmap(kSmallIcon, kSmallIcon));
  label->setAccessibleName(rankText(rank));
  label->setToolTip(rankText(rank));
  return label;
}

}  // namespace

DoctorDialog::DoctorDialog(QWidget* parent)
    : QDialog(parent),
      m_verdict(new QLabel),
      m_scroll(new QScrollArea),
      m_again(new QPushButton(tr("Check again"))),
      m_copy(new QPushButton(tr("Copy"))) {
  setObjectName(QStringLiteral("doctorDialog"));
  setAttribute(Qt::WA_WindowPropagation);
  setWindowTitle(tr("Check this computer"));
  m_verdict->setObjectName(QStringLiteral("verdict"));
  m_verdict->setProperty("tone", "heading");
  m_verdict->setWordWrap(true);
  m_scroll->setWidgetResizable(true);
  m_scroll->setFrameShape(QFrame::NoFrame);
  m_scroll->setAccessibleName(tr("Findings"));
  m_copy->setToolTip(tr("As text, for a bug report. It names folders of yours and no message."));
  m_copy->setEnabled(false);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  buttons->addButton(m_again, QDialogButtonBox::ActionRole);
  buttons->addButton(m_copy, QDialogButtonBox::ActionRole);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kDoctorSide, kDoctorSide, kDoctorSide, kDoctorSide);
  layout->setSpacing(kDoctorSide);
  layout->addWidget(m_verdict);
  layout->addWidget(m_scroll, 1);
  layout->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
  connect(m_again, &QPushButton::clicked, this, &DoctorDialog::checkRequested);
  connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_asText); });
  resize(kDoctorSize);
  showBusy();
}

void DoctorDialog::showBusy() {
  m_verdict->setText(tr("Looking…"));
  m_again->setEnabled(false);
}

void DoctorDialog::showReport(const QVector<CheckItem>& report, const QString& verdict,
                              const QString& asText) {
  m_report = report;
  m_asText = asText;
  m_verdict->setText(verdict);
  m_again->setEnabled(true);
  m_copy->setEnabled(true);
  showRows();
}

void DoctorDialog::setTheme(const Theme& theme) {
  m_theme = theme;
  showRows();
}

void DoctorDialog::showRows() {
  auto* content = new QWidget;
  auto* grid = new QGridLayout(content);
  grid->setContentsMargins(0, 0, kDoctorSide, 0);
  grid->setHorizontalSpacing(8);
  grid->setVerticalSpacing(12);
  grid->setColumnMinimumWidth(1, kTopicWidth);
  grid->setColumnMinimumWidth(2, kLeastTextWidth);  // else its height is reckoned for a sliver
  grid->setColumnStretch(2, 1);
  for (const CheckItem& item : m_report) addRow(*grid, item);
  grid->setRowStretch(grid->rowCount(), 1);
  m_scroll->setWidget(content);  // deletes the one before
}

void DoctorDialog::addRow(QGridLayout& grid, const CheckItem& item) {
  const int row = grid.rowCount();
  auto* texts = new QVBoxLayout;
  texts->setSpacing(2);
  texts->addWidget(textLabel(item.text));
  if (!item.remedy.isEmpty())
    texts->addWidget(textLabel(item.remedy, item.rank == CheckItem::Rank::Problem ? "danger" : "warning"));
  grid.addWidget(rankLabel(item.rank, m_theme), row, 0, Qt::AlignTop);
  grid.addWidget(textLabel(item.topic, "heading"), row, 1, Qt::AlignTop);
  grid.addLayout(texts, row, 2);
}

}  // namespace zipage::ui
