#pragma once

#include <QToolButton>

#include "ui/chats/chat_filter_model.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// Chooses which chats are listed.
class FilterButton final : public QToolButton {
  Q_OBJECT

 public:
  explicit FilterButton(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  /// The models that chats can be asked for.
  void setModels(const QStringList& models);

 Q_SIGNALS:
  /// What can be chosen is about to be shown.
  void aboutToChoose();
  void filterChosen(const zipage::ui::ChatFilter& filter);

 private:
  void fillMenu();
  void addSwitch(const QString& text, bool ChatFilter::*part);
  template <typename Value>
  void addChoice(QMenu* menu, const QString& text, Value ChatFilter::*part, const Value& value);
  void choose();

  ChatFilter m_filter;
  QStringList m_models;
  Theme m_theme;
};

}  // namespace zipage::ui
