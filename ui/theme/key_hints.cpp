#include "ui/theme/key_hints.h"

#include <QHash>
#include <QVariant>
#include <QWidget>

namespace zipage::ui {

namespace {

constexpr const char* kExplanation = "explanation";
constexpr const char* kExplainedAction = "explainedAction";

/// There is one window, and everybody in it means the same actions. GUI thread.
QHash<QString, QString>& keysByAction() {
  static QHash<QString, QString> keys;
  return keys;
}

}  // namespace

void setKeyHint(const QString& actionId, const QString& keys) { keysByAction().insert(actionId, keys); }

QString withKeyHint(const QString& text, const char* actionId) {
  const QString keys = keysByAction().value(QLatin1String(actionId));
  return keys.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, keys);
}

void explain(QWidget& widget, const QString& text, const char* actionId) {
  widget.setProperty(kExplanation, text);
  widget.setProperty(kExplainedAction, QByteArray(actionId));
  widget.setToolTip(withKeyHint(text, actionId));
}

void explainAgain(QWidget& window) {
  for (QWidget* widget : window.findChildren<QWidget*>()) {
    const QByteArray action = widget->property(kExplainedAction).toByteArray();
    if (!action.isEmpty()) explain(*widget, widget->property(kExplanation).toString(), action.constData());
  }
}

}  // namespace zipage::ui
