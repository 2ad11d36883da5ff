#pragma once

#include <QWidget>

#include "ui/memory/memory_model.h"

class QLabel;
class QToolButton;

namespace zipage::ui {

/// Says that what is below is not what is going on now, and leads back; hidden otherwise.
class MomentBar final : public QWidget {
  Q_OBJECT

 public:
  enum class About { Past, TracesOnly };

  explicit MomentBar(MemoryModel& model, About about = About::Past, QWidget* parent = nullptr);

 private:
  void showMoment();

  MemoryModel& m_model;
  About m_about;
  QLabel* m_text;
  QToolButton* m_now;
  QToolButton* m_back;
};

}  // namespace zipage::ui
