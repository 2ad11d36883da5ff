#include "ui/preferences/server_page.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "ui/theme/tone.h"

namespace zipage::ui {

namespace {

constexpr int kFieldWidth = 224;
constexpr int kNameWidth = 144;
constexpr int kExampleLines = 4;

QLabel* wrappedLabel(const QString& text = {}) {
  auto* label = new QLabel(text);
  label->setWordWrap(true);
  label->setTextFormat(Qt::PlainText);
  label->setProperty("tone", "muted");
  return label;
}

QLabel* nameOf(QWidget* field, const QString& name) {
  auto* label = new QLabel(name);
  label->setBuddy(field);
  label->setProperty("kind", "fieldName");
  label->setIndent(0);
  label->setMinimumWidth(kNameWidth);
  field->setAccessibleName(name);
  return label;
}

QString exampleFor(const ServerInfo& info) {
  const QString key = info.key.isEmpty() ? QString() : QStringLiteral(" -H \"Authorization: Bearer $KEY\"");
  return QStringLiteral(
             "curl %1/chat/completions%2 -d '{\"messages\": [{\"role\": \"user\", \"content\": \"What is 17 "
             "+ 25?\"}]}'")
      .arg(info.address, key);
}

}  // namespace

ServerPage::ServerPage(QWidget* parent)
    : QWidget(parent),
      m_serves(new QCheckBox(tr("Serve the open model to other programs"))),
      m_port(new QSpinBox),
      m_isOpen(new QCheckBox(tr("Other machines on the network may use it"))),
      m_needsKey(new QCheckBox(tr("A key is needed"))),
      m_state(wrappedLabel()),
      m_address(new QLineEdit),
      m_copyAddress(new QPushButton(tr("Copy"))),
      m_key(new QLineEdit),
      m_copyKey(new QPushButton(tr("Copy"))),
      m_renewKey(new QPushButton(tr("New key"))),
      m_example(new QPlainTextEdit) {
  m_serves->setObjectName(QStringLiteral("serverSwitch"));
  m_state->setObjectName(QStringLiteral("serverState"));
  m_address->setObjectName(QStringLiteral("serverAddress"));
  m_key->setObjectName(QStringLiteral("serverKey"));
  m_port->setRange(1, 65535);
  m_port->setFixedWidth(kFieldWidth);
  m_port->setGroupSeparatorShown(false);
  m_port->setButtonSymbols(QAbstractSpinBox::NoButtons);
  m_port->setKeyboardTracking(false);  // each digit would be another server
  for (QLineEdit* field : {m_address, m_key}) field->setReadOnly(true);
  for (QPushButton* button : {m_copyAddress, m_copyKey, m_renewKey}) button->setAutoDefault(false);
  m_copyAddress->setAccessibleName(tr("Copy the address"));
  m_copyKey->setAccessibleName(tr("Copy the key"));
  m_example->setReadOnly(true);
  m_example->setTabChangesFocus(true);
  m_example->setAccessibleName(tr("A command that tries it"));
  m_example->setFixedHeight(fontMetrics().lineSpacing() * kExampleLines + 16);

  auto* form = new QFormLayout;
  form->setHorizontalSpacing(16);
  form->setVerticalSpacing(8);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  form->addRow(nameOf(m_port, tr("Port")), m_port);
  form->addRow(nameOf(m_address, tr("Address")), makeAddressRow());
  form->addRow(nameOf(m_key, tr("Key")), makeKeyRow());
  auto* heading = new QLabel(tr("To try it"));
  heading->setProperty("tone", "heading");
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(8);
  layout->addWidget(m_serves);
  layout->addWidget(
      wrappedLabel(tr("Programs made for the OpenAI API can use this model. Their requests share "
                      "the pages with the chats, and are seen among them.")));
  layout->addSpacing(8);
  layout->addWidget(m_isOpen);
  layout->addWidget(m_needsKey);
  layout->addSpacing(8);
  layout->addLayout(form);
  layout->addWidget(m_state);
  layout->addSpacing(8);
  layout->addWidget(heading);
  layout->addWidget(m_example);
  layout->addStretch(1);
  connect(m_serves, &QCheckBox::toggled, this, &ServerPage::choose);
  connect(m_isOpen, &QCheckBox::toggled, this, &ServerPage::choose);
  connect(m_needsKey, &QCheckBox::toggled, this, &ServerPage::choose);
  connect(m_port, &QSpinBox::valueChanged, this, &ServerPage::choose);
  showInfo();
}

QLayout* ServerPage::makeAddressRow() {
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  row->addWidget(m_address, 1);
  row->addWidget(m_copyAddress);
  connect(m_copyAddress, &QPushButton::clicked, this,
          [this] { QApplication::clipboard()->setText(m_info.address); });
  return row;
}

QLayout* ServerPage::makeKeyRow() {
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  row->addWidget(m_key, 1);
  row->addWidget(m_copyKey);
  row->addWidget(m_renewKey);
  m_key->setEchoMode(QLineEdit::Password);
  connect(m_copyKey, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_info.key); });
  connect(m_renewKey, &QPushButton::clicked, this, &ServerPage::keyRenewRequested);
  return row;
}

void ServerPage::setPreferences(const Preferences& preferences) {
  m_preferences = preferences;
  m_isShowing = true;
  m_serves->setChecked(preferences.serves);
  m_port->setValue(preferences.serverPort);
  m_isOpen->setChecked(preferences.serverIsOpen);
  m_needsKey->setChecked(preferences.serverNeedsKey || preferences.serverIsOpen);
  m_needsKey->setEnabled(!preferences.serverIsOpen);
  m_isShowing = false;
}

void ServerPage::choose() {
  if (m_isShowing) return;
  m_preferences.serves = m_serves->isChecked();
  m_preferences.serverPort = m_port->value();
  m_preferences.serverIsOpen = m_isOpen->isChecked();
  if (m_needsKey->isEnabled()) m_preferences.serverNeedsKey = m_needsKey->isChecked();
  Q_EMIT chosen(m_preferences);
}

void ServerPage::setInfo(const ServerInfo& info) {
  m_info = info;
  showInfo();
}

void ServerPage::showInfo() {
  const bool isRunning = !m_info.address.isEmpty();
  setTone(*m_state, m_info.problem.isEmpty() ? QStringLiteral("muted") : QStringLiteral("danger"));
  m_state->setText(!m_info.problem.isEmpty() ? tr("It does not run: %1.").arg(m_info.problem)
                   : m_info.isStarting       ? tr("It is being started.")
                   : isRunning               ? tr("It runs.")
                                             : tr("It is off."));
  m_address->setText(m_info.address);
  m_key->setText(m_info.key);
  m_key->setCursorPosition(0);
  m_copyAddress->setEnabled(isRunning);
  m_copyKey->setEnabled(!m_info.key.isEmpty());
  m_renewKey->setEnabled(isRunning && !m_info.key.isEmpty());
  m_example->setPlainText(isRunning ? exampleFor(m_info) : QString());
  m_example->setEnabled(isRunning);
}

}  // namespace zipage::ui
