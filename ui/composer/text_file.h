// Text files that go with a message.
#pragma once

#include <QString>

#include "ui/chat_values.h"

namespace zipage::ui {

constexpr qint64 kMostFileBytes = 1 << 20;
constexpr qint64 kMostFilesBytes = 4 << 20;  // all files of one message
constexpr int kMostFiles = 16;

struct TextFile {
  AttachmentItem item;
  QString problem;  // why it cannot be attached; empty: it can
};

/// Reads a file of UTF-8 text. Refused, in words that name the file: what is no file or cannot be read, is
/// larger than kMostFileBytes, or is no text.
TextFile readTextFile(const QString& path);

}  // namespace zipage::ui
