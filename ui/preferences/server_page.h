#pragma once

#include <QWidget>

#include "ui/preferences/preferences.h"
#include "ui/preferences/server_values.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace zipage::ui {

/// The switch that serves the open model to other programs: where, to whom, with which key, and a line that
/// tries it.
class ServerPage final : public QWidget {
  Q_OBJECT

 public:
  explicit ServerPage(QWidget* parent = nullptr);

  void setPreferences(const Preferences& preferences);  // reports nothing
  void setInfo(const ServerInfo& info);

 Q_SIGNALS:
  /// The fields about the server count, of the others nothing is known here.
  void chosen(const zipage::ui::Preferences& preferences);
  void keyRenewRequested();

 private:
  QLayout* makeAddressRow();
  QLayout* makeKeyRow();
  void choose();
  void showInfo();

  QCheckBox* m_serves;
  QSpinBox* m_port;
  QCheckBox* m_isOpen;
  QCheckBox* m_needsKey;
  QLabel* m_state;
  QLineEdit* m_address;
  QPushButton* m_copyAddress;
  QLineEdit* m_key;
  QPushButton* m_copyKey;
  QPushButton* m_renewKey;
  QPlainTextEdit* m_example;
  ServerInfo m_info;
  Preferences m_preferences;
  bool m_isShowing = false;
};

}  // namespace zipage::ui
