#pragma once

#include <QDialog>
#include <QStringList>

class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace zipage::ui {

/// Using an engine that runs elsewhere: its address, a key where it wants one, and which of its models.
class RemoteDialog final : public QDialog {
  Q_OBJECT

 public:
  explicit RemoteDialog(QWidget* parent = nullptr);

  /// The answer to modelsRequested(); `problem`: why there is none.
  void setModels(const QStringList& models, const QString& problem);
  bool isAsking() const { return m_isAsking; }

 Q_SIGNALS:
  void modelsRequested(const QString& address, const QString& key);
  void chosen(const QString& address, const QString& key, const QString& model);

 private:
  void ask();
  void use();
  void forget();
  void showState();

  QLineEdit* m_address;
  QLineEdit* m_key;
  QPushButton* m_ask;
  QLabel* m_state;
  QListWidget* m_models;
  QPushButton* m_use;
  QString m_problem;
  bool m_isAsking = false;
};

}  // namespace zipage::ui
