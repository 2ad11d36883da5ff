#include "ui/composer/file_chips.h"
#include "ui/theme/byte_text.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "ui/composer/text_file.h"
#include "ui/theme/icons.h"

namespace zipage::ui {

namespace {

constexpr int kChipHeight = 32;
constexpr int kGap = 8;
constexpr int kNameWidth = 200;

}  // namespace

FileChips::FileChips(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("fileChips"));
  setAccessibleName(tr("Attached files"));
  hide();
}

void FileChips::setTheme(const Theme& theme) {
  m_theme = theme;
  setFiles(QVector<AttachmentItem>(m_files));
}

void FileChips::setFiles(const QVector<AttachmentItem>& files) {
  for (QWidget* chip : std::as_const(m_chips)) chip->deleteLater();
  m_chips.clear();
  m_files = files;
  for (int index = 0; index < m_files.size(); ++index) m_chips.append(makeChip(index));
  setVisible(!m_files.isEmpty());
  arrange();
}

QWidget* FileChips::makeChip(int index) {
  const AttachmentItem& file = m_files[index];
  auto* chip = new QFrame(this);
  chip->setObjectName(QStringLiteral("fileChip"));
  auto* row = new QHBoxLayout(chip);
  row->setContentsMargins(8, 0, 2, 0);
  row->setSpacing(6);
  auto* icon = new QLabel;
  icon->setPixmap(lineIcon(QStringLiteral("file-text"), m_theme.mutedText).pixmap(kSmallIcon, kSmallIcon));
  auto* name = new QLabel(fontMetrics().elidedText(file.name, Qt::ElideMiddle, kNameWidth));
  name->setTextFormat(Qt::PlainText);
  auto* size = new QLabel(bytesText(file.text.toUtf8().size()));
  size->setProperty("tone", "muted");
  auto* remove = new QToolButton;
  remove->setObjectName(QStringLiteral("removeFile"));
  remove->setIcon(lineIcon(QStringLiteral("x"), m_theme.text));
  remove->setIconSize({kSmallIcon, kSmallIcon});
  remove->setAccessibleName(tr("Remove %1").arg(file.name));
  remove->setToolTip(tr("Remove"));
  connect(remove, &QToolButton::clicked, this, [this, index] { Q_EMIT removeRequested(index); });
  row->addWidget(icon);
  row->addWidget(name);
  row->addWidget(size);
  row->addWidget(remove);
  chip->show();
  return chip;
}

void FileChips::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
}

void FileChips::arrange() {
  int x = 0;
  int y = 0;
  for (QWidget* chip : std::as_const(m_chips)) {
    const int chipWidth = std::min(chip->sizeHint().width(), std::max(width(), 80));
    if (x > 0 && x + chipWidth > width()) {
      x = 0;
      y += kChipHeight + kGap;
    }
    chip->setGeometry(x, y, chipWidth, kChipHeight);
    x += chipWidth + kGap;
  }
  setFixedHeight(m_chips.isEmpty() ? 0 : y + kChipHeight);
}

}  // namespace zipage::ui
