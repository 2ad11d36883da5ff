#include "ui/window/model_button.h"

#include <QFileDialog>
#include <QMenu>
#include <QStyleOptionToolButton>

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
  setPopupMode(QToolButton::InstantPopup);
  setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  setIconSize({kSmallIcon, kSmallIcon});
  setLayoutDirection(Qt::RightToLeft);  // the arrow behind the name
  auto* menu = new QMenu(this);
  menu->setLayoutDirection(Qt::LeftToRight);
  m_state = menu->addAction(QString());
  m_state->setEnabled(false);
  menu->addSeparator();
  m_openFile = menu->addAction(tr("Open a GGUF file…"));
  m_embedded = menu->addAction(tr("Embedded demonstration model"));
  m_embedded->setCheckable(true);
  setMenu(menu);
  connect(m_openFile, &QAction::triggered, this, &ModelButton::openFileDialog);
  connect(m_embedded, &QAction::triggered, this, [this] {
    showState();
    emit modelFileChosen(QString());
  });
  showState();
}

void ModelButton::setTheme(const Theme& theme) {
  m_theme = theme;
  m_openFile->setIcon(lineIcon(QStringLiteral("folder-open"), theme.text));
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
    label = tr("Loading %1…").arg(name);
  else if (hasFailed)
    label = tr("%1 failed to open").arg(name);
  setText(withoutMnemonic(label));
  setIcon(lineIcon(hasFailed ? QStringLiteral("circle-alert") : QStringLiteral("chevron-down"),
                   hasFailed ? m_theme.danger : m_theme.mutedText));
  m_state->setText(withoutMnemonic(stateText().left(200)));
  m_embedded->setChecked(m_model.state == State::Ready && m_model.path.isEmpty());
  setToolTip(QStringLiteral("<p>%1</p>").arg(stateText().toHtmlEscaped()));
  setAccessibleName(tr("Model: %1").arg(label));
  setAccessibleDescription(stateText());
}

void ModelButton::initStyleOption(QStyleOptionToolButton* option) const {
  QToolButton::initStyleOption(option);
  // The icon is the arrow; the style needs no room for one of its own.
  option->features &= ~QStyleOptionToolButton::ToolButtonFeatures(QStyleOptionToolButton::HasMenu);
}

void ModelButton::openFileDialog() {
  auto* dialog = new QFileDialog(window(), tr("Open a model"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  dialog->setNameFilters({tr("GGUF models (*.gguf)"), tr("All files (*)")});
  connect(dialog, &QFileDialog::fileSelected, this, &ModelButton::modelFileChosen);
  dialog->open();
}

}  // namespace zipage::ui
