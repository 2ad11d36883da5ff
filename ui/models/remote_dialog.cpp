#include "ui/models/remote_dialog.h"

#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme/tone.h"

namespace zipage::ui {

namespace {

constexpr QSize kDialogSize(520, 440);

QLabel* fieldName(QWidget* field, const QString& name) {
  auto* label = new QLabel(name);
  label->setBuddy(field);
  label->setProperty("kind", "fieldName");
  label->setIndent(0);
  field->setAccessibleName(name);
  return label;
}

QLabel* muted(const QString& text) {
  auto* label = new QLabel(text);
  label->setWordWrap(true);
  label->setTextFormat(Qt::PlainText);
  label->setProperty("tone", "muted");
  return label;
}

}  // namespace

RemoteDialog::RemoteDialog(QWidget* parent)
    : QDialog(parent),
      m_address(new QLineEdit),
      m_key(new QLineEdit),
      m_ask(new QPushButton(tr("Ask for its models"))),
      m_state(muted({})),
      m_models(new QListWidget),
      m_use(new QPushButton(tr("Use"))) {
  setObjectName(QStringLiteral("remoteDialog"));
  setAttribute(Qt::WA_WindowPropagation);
  setWindowTitle(tr("Use an engine elsewhere"));
  m_address->setObjectName(QStringLiteral("remoteAddress"));
  m_address->setPlaceholderText(QStringLiteral("http://gpu.example:8000/v1"));
  m_key->setObjectName(QStringLiteral("remoteKey"));
  m_key->setEchoMode(QLineEdit::Password);
  m_key->setPlaceholderText(tr("Where it wants one"));
  m_ask->setObjectName(QStringLiteral("remoteAsk"));
  m_state->setObjectName(QStringLiteral("remoteState"));
  m_models->setObjectName(QStringLiteral("remoteModels"));
  m_models->setAccessibleName(tr("Its models"));
  m_use->setObjectName(QStringLiteral("remoteUse"));
  m_use->setProperty("kind", "primary");
  auto* form = new QFormLayout;
  form->setHorizontalSpacing(16);
  form->setVerticalSpacing(8);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  form->addRow(fieldName(m_address, tr("Address")), m_address);
  form->addRow(fieldName(m_key, tr("Key")), m_key);
  auto* cancel = new QPushButton(tr("Cancel"));
  for (QPushButton* button : {m_ask, cancel, m_use}) button->setAutoDefault(false);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(8);
  buttons->addWidget(m_ask);
  buttons->addStretch(1);
  buttons->addWidget(cancel);
  buttons->addWidget(m_use);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(8);
  layout->addWidget(
      muted(tr("Any server that speaks as OpenAI's does: vLLM, SGLang, llama-server, or Zipage on another "
               "machine. What you write goes there.")));
  layout->addSpacing(8);
  layout->addLayout(form);
  layout->addWidget(m_state);
  layout->addWidget(m_models, 1);
  layout->addLayout(buttons);
  resize(kDialogSize);
  connect(m_ask, &QPushButton::clicked, this, &RemoteDialog::ask);
  connect(m_address, &QLineEdit::returnPressed, this, &RemoteDialog::ask);
  connect(m_key, &QLineEdit::returnPressed, this, &RemoteDialog::ask);
  connect(m_address, &QLineEdit::textEdited, this, &RemoteDialog::forget);
  connect(m_key, &QLineEdit::textEdited, this, &RemoteDialog::forget);
  connect(m_models, &QListWidget::currentRowChanged, this, &RemoteDialog::showState);
  connect(m_models, &QListWidget::itemActivated, this, &RemoteDialog::use);
  connect(m_use, &QPushButton::clicked, this, &RemoteDialog::use);
  connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
  showState();
}

void RemoteDialog::ask() {
  if (!m_ask->isEnabled()) return;
  m_models->clear();
  m_problem.clear();
  m_isAsking = true;
  showState();
  Q_EMIT modelsRequested(m_address->text(), m_key->text());
}

void RemoteDialog::setModels(const QStringList& models, const QString& problem) {
  if (!m_isAsking) return;
  m_isAsking = false;
  m_problem = problem;
  m_models->clear();
  m_models->addItems(models);
  if (!models.isEmpty()) {
    m_models->setCurrentRow(0);
    m_models->setFocus();
  }
  showState();
}

/// What was listed was another server's.
void RemoteDialog::forget() {
  m_isAsking = false;
  m_problem.clear();
  m_models->clear();
  showState();
}

void RemoteDialog::use() {
  if (!m_use->isEnabled()) return;
  Q_EMIT chosen(m_address->text(), m_key->text(), m_models->currentItem()->text());
  accept();
}

void RemoteDialog::showState() {
  m_ask->setEnabled(!m_isAsking && !m_address->text().trimmed().isEmpty());
  m_use->setEnabled(m_models->currentRow() >= 0);
  setTone(*m_state, m_problem.isEmpty() ? QStringLiteral("muted") : QStringLiteral("danger"));
  m_state->setText(m_isAsking ? tr("Asking…") : m_problem);
  m_state->setVisible(!m_state->text().isEmpty());
}

}  // namespace zipage::ui
