#include "ui/window/file_dialog.h"

#include <QPlainTextEdit>
#include <QVBoxLayout>

#include "ui/theme/fonts.h"

namespace zipage::ui {

FileDialog::FileDialog(const AttachmentItem& file, QWidget* parent) : QDialog(parent) {
  constexpr int kFontPixels = 13;
  setWindowTitle(file.name);
  auto* text = new QPlainTextEdit(file.text);
  text->setReadOnly(true);
  text->setFont(monospaceFont(kFontPixels));
  text->setAccessibleName(file.name);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->addWidget(text);
  resize(720, 560);
}

}  // namespace zipage::ui
