#include "ui/window/empty_state.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/window/sample_button.h"

namespace zipage::ui {

namespace {

constexpr int kMaxWidth = 560;

QLabel* centered(const QString& tone) {
  auto* label = new QLabel;
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setProperty("tone", tone);
  return label;
}

}  // namespace

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent),
      m_title(centered(QStringLiteral("heading"))),
      m_hint(centered(QStringLiteral("muted"))),
      m_samples(new QWidget),
      m_models(centered(QStringLiteral("muted"))),
      m_choose(new QPushButton(tr("Choose a model…"))) {
  setObjectName(QStringLiteral("emptyState"));
  setAttribute(Qt::WA_StyledBackground);
  m_title->setObjectName(QStringLiteral("emptyTitle"));
  m_choose->setObjectName(QStringLiteral("chooseModel"));
  m_choose->setProperty("kind", "link");
  m_models->setText(
      tr("Other models: drop a .gguf file or a Hugging Face folder onto this window. Those in the Hugging "
         "Face cache, and "
         "in folders that you name, are found by themselves. Models are read where they lie; nothing is "
         "copied or sent."));
  connect(m_choose, &QPushButton::clicked, this, &EmptyState::modelsRequested);
  auto* column = new QWidget;
  column->setMaximumWidth(kMaxWidth);
  auto* layout = new QVBoxLayout(column);
  layout->setSpacing(8);
  layout->addWidget(m_title);
  layout->addWidget(m_hint);
  layout->addSpacing(16);
  layout->addWidget(m_samples);
  layout->addSpacing(16);
  layout->addWidget(m_models);
  layout->addWidget(m_choose, 0, Qt::AlignLeft);
  m_sampleLayout = new QVBoxLayout(m_samples);
  m_sampleLayout->setContentsMargins(0, 0, 0, 0);
  m_sampleLayout->setSpacing(8);

  auto* center = new QHBoxLayout;
  center->addStretch(1);
  center->addWidget(column, 8);
  center->addStretch(1);
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(24, 24, 24, 24);
  outer->addStretch(2);
  outer->addLayout(center);
  outer->addStretch(3);
  setModel({});
  setSampleQuestions(defaultSampleQuestions());
}

void EmptyState::setTheme(const Theme& theme) {
  m_theme = theme;
  for (auto* button : m_samples->findChildren<SampleButton*>()) button->setTheme(theme);
}

void EmptyState::setModel(const ModelInfo& model) {
  using State = ModelInfo::State;
  m_title->setText(model.state == State::Ready ? tr("What shall it work out?") : tr("Ask a local model"));
  switch (model.state) {
    case State::None:
      m_hint->setText(tr("Choose one below, or drop a file onto this window."));
      break;
    case State::Loading:
      m_hint->setText(tr("%1 is being loaded.").arg(model.name));
      break;
    case State::Ready:
      m_hint->setText(
          tr("%1 thinks on this computer, in a memory of fixed size. Write a message, or try one of these.")
              .arg(model.name));
      break;
    case State::Asleep:
      m_hint->setText(
          tr("%1 was unloaded while nobody used it. It comes back with the next question.").arg(model.name));
      break;
    case State::Failed:
      m_hint->setText(tr("%1 could not be opened. Choose another model at the top.").arg(model.name));
      break;
  }
  m_samples->setEnabled(model.state == State::Ready || model.state == State::Asleep);
}

void EmptyState::setSampleQuestions(const QStringList& questions) {
  while (QLayoutItem* item = m_sampleLayout->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  for (const QString& question : questions) {
    auto* button = new SampleButton(question);
    button->setTheme(m_theme);
    connect(button, &SampleButton::clicked, this, [this, question] { Q_EMIT questionChosen(question); });
    m_sampleLayout->addWidget(button);
  }
}

QStringList defaultSampleQuestions() {
  return {
      EmptyState::tr(
          "Tom has 14 apples. Ann has 9 more apples than Tom. How many apples do Tom and Ann have together?"),
      EmptyState::tr("Cid has 12 coins. Zoe has 5 coins. Cid gives 3 coins to Zoe. Zoe finds 4 coins. "
                     "How many coins does Zoe have now?"),
      EmptyState::tr("Solve 3x + 7 = 31."),
  };
}

}  // namespace zipage::ui
