// One line of what a look at this machine has found, for people.
#pragma once

#include <QString>
#include <QVector>

namespace zipage::ui {

struct CheckItem {
  enum class Rank { Fine, Hint, Problem };  // Hint: all works, but something would make it better
  Rank rank = Rank::Fine;
  QString topic;   // "GPU"
  QString text;    // what is the case
  QString remedy;  // the one thing to do; empty: nothing
};

}  // namespace zipage::ui
