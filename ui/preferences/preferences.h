// What a person chose for the whole program, as plain values.
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

#include "ui/theme/theme.h"

namespace zipage::ui {

inline constexpr double kSmallestZoom = 0.7;
inline constexpr double kLargestZoom = 2.0;

struct Preferences {
  ColorScheme scheme = ColorScheme::System;
  double zoom = 1.0;
  int unloadMinutes = 0;     // without a reply until the model is unloaded; 0: never
  int prefixGibibytes = 8;   // of the disk for prefixes; 0: none are kept
  QStringList modelFolders;  // to look for models in
  bool serves = false;       // this model to other programs
  int serverPort = 7979;
  bool serverNeedsKey = false;
  bool serverIsOpen = false;         // to other machines; then a key is needed, whatever serverNeedsKey says
  QHash<QString, QStringList> keys;  // other keys than an action came with, by its id

  bool operator==(const Preferences&) const = default;
};

}  // namespace zipage::ui
