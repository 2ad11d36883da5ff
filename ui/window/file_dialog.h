#pragma once

#include <QDialog>

#include "ui/chat_values.h"

namespace zipage::ui {

/// The text of an attached file, to read and to copy from.
class FileDialog final : public QDialog {
  Q_OBJECT

 public:
  FileDialog(const AttachmentItem& file, QWidget* parent);
};

}  // namespace zipage::ui
