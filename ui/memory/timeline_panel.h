#pragma once

#include <QWidget>

#include "ui/memory/memory_model.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

class QLabel;
class QToolButton;
class QTreeView;

namespace zipage::ui {

class EventModel;
class Timeline;

/// The timeline with its buttons, and below it what happened.
class TimelinePanel final : public QWidget {
  Q_OBJECT

 public:
  TimelinePanel(MemoryModel& model, OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);

 private:
  void makeBar();
  void makeList();
  void showMoment();
  void chooseEvent(int row);
  void showMenu(const QPoint& globalPosition);

  MemoryModel& m_model;
  Timeline* m_timeline;
  EventModel* m_events;
  QTreeView* m_list;
  QLabel* m_moment;
  QToolButton* m_previous;
  QToolButton* m_next;
  QToolButton* m_now;
  bool m_isFollowing = false;  // the list goes where the cursor is
};

}  // namespace zipage::ui
