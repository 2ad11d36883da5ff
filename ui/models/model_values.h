// What the model picker shows and asks for, as plain values.
#pragma once

#include <QMetaType>
#include <QString>
#include <QStringList>

namespace zipage::ui {

/// How a model is loaded.
struct LoadChoice {
  QString device = QStringLiteral("auto");  // "auto" or one of LoadOffer::devices
  QString kvType = QStringLiteral("auto");  // of keys and values in pages; "auto": as the device likes it
  int poolTokens = 16384;                   // that all chats share

  bool operator==(const LoadChoice&) const = default;
};

/// What there is to choose from on this machine.
struct LoadOffer {
  QStringList devices{QStringLiteral("cpu")};
  QStringList deviceNames{QStringLiteral("CPU")};  // for people, in the same order
  QStringList kvTypes;
};

struct ModelEntry {
  enum class Origin { Embedded, Recent, Found };
  Origin origin = Origin::Found;
  QString path;  // empty: the embedded model
  QString name;
  QString detail;         // "qwen3 · Q8_0 · 610 MiB"
  QString problem;        // why it cannot be opened
  bool isRemote = false;  // it runs elsewhere: nothing is loaded here
};

/// What a model will take, and what there is.
struct LoadEstimate {
  qint64 weightBytes = 0;
  qint64 kvBytes = 0;
  qint64 workspaceBytes = 0;
  qint64 availableBytes = 0;  // on the device, now; 0: not known
  QString memoryName;         // "memory of this computer"
  QString problem;            // why there is no estimate

  qint64 neededBytes() const { return weightBytes + kvBytes + workspaceBytes; }
};

}  // namespace zipage::ui

Q_DECLARE_METATYPE(zipage::ui::LoadChoice)
