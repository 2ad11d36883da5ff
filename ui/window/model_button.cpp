#include "ui/window/model_button.h"

#include "ui/theme/icons.h"

namespace zipage::ui {

namespace {

constexpr int kMaxNameLength = 48;

QString withoutMnemonic(const QString& text) {
  return QString(text).replace(QLatin1Char('&'), QStringLiteral("&&"));
}

}  // namespace

ModelButton::ModelButton(QWidget* parent) : QToolButton(parent) {
  setObjectName(QStringLiteral("modelButton"));
  setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  setIconSize({kSmallIcon, kSmallIcon});
  setLayoutDirection(Qt::RightToLeft);  // the arrow behind the name
  showState();
}

void ModelButton::setTheme(const Theme& theme) {
  m_theme = theme;
  showState();
}

void ModelButton::setModel(const ModelInfo& model) {
  m_model = model;
  showState();
}

QString ModelButton::stateText() const {
  switch (m_model.state) {
    case ModelInfo::State::None:
      return tr("No model is open");
    case ModelInfo::State::Loading:
      return tr("Loading %1…").arg(m_model.name);
    case ModelInfo::State::Asleep:
      return tr("%1 is unloaded until the next question").arg(m_model.name);
    case ModelInfo::State::Ready:
      return m_model.description.isEmpty() ? m_model.name : m_model.description;
    case ModelInfo::State::Failed:
      return m_model.problem;
  }
  return {};
}

void ModelButton::showState() {
  using State = ModelInfo::State;
  const QString name = m_model.name.size() <= kMaxNameLength
                           ? m_model.name
                           : m_model.name.left(kMaxNameLength) + QChar(0x2026);
  const bool hasFailed = m_model.state == State::Failed;
  QString label = name;
  if (m_model.state == State::None)
    label = tr("Choose a model");
  else if (m_model.state == State::Loading)
    label = m_model.progress >= 0 ? tr("Loading %1… %2 %").arg(name).arg(m_model.progress)
                                  : tr("Loading %1…").arg(name);
  else if (m_model.state == State::Asleep)
    label = tr("%1, unloaded").arg(name);
  else if (hasFailed)
    label = tr("%1 failed to open").arg(name);
  setText(withoutMnemonic(label));
  setIcon(lineIcon(hasFailed ? QStringLiteral("circle-alert") : QStringLiteral("chevron-down"),
                   hasFailed ? m_theme.danger : m_theme.mutedText));
  setToolTip(QStringLiteral("<p>%1</p>").arg(stateText().toHtmlEscaped()));
  setAccessibleName(tr("Model: %1").arg(label));
  setAccessibleDescription(stateText());
}

}  // namespace zipage::ui
