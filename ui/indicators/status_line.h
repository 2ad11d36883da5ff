#pragma once

#include <QStatusBar>

#include "ui/chat_values.h"
#include "ui/memory_figures.h"

class QLabel;

namespace zipage::ui {

/// The line at the bottom: the latest news, and where the model runs, what it holds, who waits.
class StatusLine final : public QStatusBar {
  Q_OBJECT

 public:
  explicit StatusLine(QWidget* parent = nullptr);

  void setModel(const ModelInfo& model);
  void setFigures(const MemoryFigures& figures);
  /// Where other programs find the model; empty: the server is off.
  void setServer(const QString& address);
  void showNews(const QString& news);
  /// Shown, and spoken by a screen reader.
  void announce(const QString& news);
  QString news() const;

 protected:
  void changeEvent(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QLabel* addField(const QString& name, const QString& meaning);
  static void put(QLabel& field, const QString& text);
  void elideNews();

  QLabel* m_news;
  QString m_told;  // the news in full
  QLabel* m_server = nullptr;
  QLabel* m_device = nullptr;
  QLabel* m_requests = nullptr;
  QLabel* m_pool = nullptr;
  QLabel* m_process = nullptr;
};

}  // namespace zipage::ui
