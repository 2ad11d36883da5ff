#include "ui/composer/reply_options.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QLocale>
#include <QMenu>
#include <QToolButton>

#include "ui/theme/icons.h"

namespace zipage::ui {

namespace {

constexpr int kThinkingTokens[] = {256, 1024, 4096, 16384};
constexpr int kAnswers[] = {1, 3, 5, 8};

QString answersText(int numAnswers) {
  return numAnswers == 1 ? ReplyOptions::tr("1 answer") : ReplyOptions::tr("%1 answers").arg(numAnswers);
}

QAction* addChoice(QActionGroup* group, const QString& text, const QVariant& value) {
  auto* action = new QAction(text, group);
  action->setCheckable(true);
  action->setData(value);
  return action;
}

QToolButton* optionButton(const QString& objectName) {
  auto* button = new QToolButton;
  button->setObjectName(objectName);
  button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  button->setIconSize({kSmallIcon, kSmallIcon});
  button->setPopupMode(QToolButton::InstantPopup);
  return button;
}

/// Style sheets leave no room between icon and text.
void label(QToolButton& button, const QString& text) {
  button.setText(QLatin1Char(' ') + text);
  button.setAccessibleName(text);
}

void check(const QToolButton* button, const QVariant& value) {
  for (QAction* action : button->menu()->actions()) action->setChecked(action->data() == value);
}

}  // namespace

ReplyOptions::ReplyOptions(QWidget* parent)
    : QWidget(parent),
      m_thinking(optionButton(QStringLiteral("thinkingButton"))),
      m_answers(optionButton(QStringLiteral("answersButton"))) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins({});
  row->setSpacing(0);
  row->addWidget(m_thinking);
  row->addWidget(m_answers);
  makeThinking();
  makeAnswers();
  showChoices();
}

/// The value of a choice: the most tokens; 0: no limit; −1: no thinking.
void ReplyOptions::makeThinking() {
  auto* menu = new QMenu(m_thinking);
  auto* group = new QActionGroup(menu);
  addChoice(group, tr("No thinking"), -1);
  for (const int tokens : kThinkingTokens)
    addChoice(group, tr("Think for at most %1 tokens").arg(QLocale().toString(tokens)), tokens);
  addChoice(group, tr("Think as long as it takes"), 0);
  menu->addActions(group->actions());
  m_thinking->setMenu(menu);
  m_thinking->setToolTip(tr("How long the model may think before it answers"));
  connect(group, &QActionGroup::triggered, this, [this](const QAction* action) {
    const int tokens = action->data().toInt();
    chooseThinking(tokens >= 0, std::max(tokens, 0));
  });
}

void ReplyOptions::makeAnswers() {
  auto* menu = new QMenu(m_answers);
  auto* group = new QActionGroup(menu);
  for (const int number : kAnswers) addChoice(group, answersText(number), number);
  menu->addActions(group->actions());
  m_answers->setMenu(menu);
  m_answers->setToolTip(tr("How many answers to ask for; their boxed results are counted"));
  connect(group, &QActionGroup::triggered, this,
          [this](const QAction* action) { chooseAnswers(action->data().toInt()); });
}

void ReplyOptions::setTheme(const Theme& theme) {
  m_thinking->setIcon(lineIcon(QStringLiteral("brain"), theme.mutedText));
  m_answers->setIcon(lineIcon(QStringLiteral("layers"), theme.mutedText));
}

void ReplyOptions::setSettings(const GenerationSettings& settings) {
  m_thinks = settings.thinking;
  m_thinkingTokens = settings.thinkingTokens;
  m_numAnswers = settings.numAnswers;
  showChoices();
}

void ReplyOptions::applyTo(GenerationSettings& settings) const {
  settings.thinking = m_thinks;
  settings.thinkingTokens = m_thinkingTokens;
  settings.numAnswers = m_numAnswers;
}

void ReplyOptions::chooseThinking(bool thinks, int mostTokens) {
  m_thinks = thinks;
  m_thinkingTokens = mostTokens;
  showChoices();
  Q_EMIT chosen();
}

void ReplyOptions::chooseAnswers(int numAnswers) {
  m_numAnswers = numAnswers;
  showChoices();
  Q_EMIT chosen();
}

void ReplyOptions::showChoices() {
  check(m_thinking, m_thinks ? m_thinkingTokens : -1);
  check(m_answers, m_numAnswers);
  label(*m_thinking, !m_thinks              ? tr("No thinking")
                     : m_thinkingTokens > 0 ? tr("Thinks up to %1").arg(QLocale().toString(m_thinkingTokens))
                                            : tr("Thinks freely"));
  label(*m_answers, answersText(m_numAnswers));
}

}  // namespace zipage::ui
