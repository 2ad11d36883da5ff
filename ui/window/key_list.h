#pragma once

#include <QDialog>

class QAction;

namespace zipage::ui {

/// The keys of the window, as a list.
class KeyList final : public QDialog {
  Q_OBJECT

 public:
  KeyList(const QVector<QAction*>& actions, QWidget* parent);
};

}  // namespace zipage::ui
