#include "ui/models/model_picker.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/load_form.h"
#include "ui/models/memory_bar.h"
#include "ui/models/model_list_delegate.h"
#include "ui/models/model_list_model.h"
#include "ui/models/remote_dialog.h"
#include "ui/theme/tone.h"

namespace zipage::ui {

namespace {

constexpr QSize kPickerSize(808, 560);
constexpr int kListWidth = 336;

QLabel* label(const char* tone) {
  auto* made = new QLabel;
  made->setWordWrap(true);
  made->setTextFormat(Qt::PlainText);
  made->setProperty("tone", tone);
  return made;
}

}  // namespace

ModelPicker::ModelPicker(QWidget* parent)
    : QDialog(parent),
      m_models(new ModelListModel(this)),
      m_delegate(new ModelListDelegate(this)),
      m_filter(new QLineEdit),
      m_list(new QListView),
      m_searching(label("muted")),
      m_openFile(new QPushButton(tr("Open a file…"))),
      m_openFolder(new QPushButton(tr("Open a folder…"))),
      m_lookIn(new QPushButton(tr("Look in a folder…"))),
      m_elsewhere(new QPushButton(tr("Use a server…"))),
      m_remote(new RemoteDialog(this)),
      m_name(label("heading")),
      m_detail(label("muted")),
      m_form(new LoadForm),
      m_memory(new MemoryBar),
      m_fit(label("muted")),
      m_progress(new QProgressBar),
      m_cancel(new QPushButton(tr("Cancel"))),
      m_load(new QPushButton(tr("Load"))) {
  setObjectName(QStringLiteral("modelPicker"));
  setAttribute(Qt::WA_WindowPropagation);
  setWindowTitle(tr("Choose a model"));
  auto* columns = new QHBoxLayout(this);
  columns->setContentsMargins(16, 16, 16, 16);
  columns->setSpacing(24);
  columns->addLayout(makeLeft());
  columns->addLayout(makeRight(), 1);
  resize(kPickerSize);
  connectParts();
  showState();
}

QLayout* ModelPicker::makeLeft() {
  m_filter->setPlaceholderText(tr("Search models"));
  m_filter->setAccessibleName(tr("Search models"));
  m_filter->setClearButtonEnabled(true);
  m_list->setObjectName(QStringLiteral("modelList"));
  m_list->setAccessibleName(tr("Models"));
  m_list->setModel(m_models);
  m_list->setItemDelegate(m_delegate);
  m_list->setMouseTracking(true);
  m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setFixedWidth(kListWidth);
  m_filter->setFixedWidth(kListWidth);
  m_lookIn->setToolTip(tr("Models in this folder and below are listed from now on."));
  auto* open = new QHBoxLayout;
  open->setSpacing(8);
  for (QPushButton* button : {m_openFile, m_openFolder}) {
    button->setAutoDefault(false);
    open->addWidget(button, 1);
  }
  m_elsewhere->setToolTip(tr("An engine that runs on another machine, or in another program."));
  auto* further = new QHBoxLayout;
  further->setSpacing(8);
  for (QPushButton* button : {m_lookIn, m_elsewhere}) {
    button->setAutoDefault(false);
    further->addWidget(button, 1);
  }
  auto* left = new QVBoxLayout;
  left->setSpacing(8);
  left->addWidget(m_filter);
  left->addWidget(m_list, 1);
  left->addWidget(m_searching);
  left->addLayout(open);
  left->addLayout(further);
  return left;
}

QLayout* ModelPicker::makeRight() {
  m_progress->setAccessibleName(tr("Loading"));
  m_progress->setTextVisible(false);
  m_progress->setRange(0, 100);
  m_load->setDefault(true);
  m_load->setProperty("kind", "primary");
  m_cancel->setAutoDefault(false);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(8);
  buttons->addWidget(m_progress, 1);
  buttons->addStretch(0);
  buttons->addWidget(m_cancel);
  buttons->addWidget(m_load);
  auto* right = new QVBoxLayout;
  right->setSpacing(8);
  right->addWidget(m_name);
  right->addWidget(m_detail);
  right->addSpacing(16);
  right->addWidget(m_form);
  right->addSpacing(16);
  right->addWidget(m_memory);
  right->addWidget(m_fit);
  right->addStretch(1);
  right->addLayout(buttons);
  return right;
}

void ModelPicker::connectParts() {
  connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& words) {
    m_models->setFilter(words);
    const int row = m_models->rowOf(m_chosen.path);
    m_list->setCurrentIndex(m_models->index(std::max(row, 0)));
  });
  connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
          [this](const QModelIndex& current) {
            if (current.isValid()) choose(m_models->entry(current.row()));
          });
  connect(m_list, &QListView::doubleClicked, this, &ModelPicker::load);
  connect(m_form, &LoadForm::choiceChanged, this, [this](const LoadChoice& choice) {
    m_edited.insert(m_chosen.path, choice);
    requestEstimate();
    showState();
  });
  connect(m_load, &QPushButton::clicked, this, &ModelPicker::load);
  connect(m_cancel, &QPushButton::clicked, this, [this] {
    if (m_model.state == ModelInfo::State::Loading)
      Q_EMIT cancelRequested();
    else
      close();
  });
  connect(m_openFile, &QPushButton::clicked, this, &ModelPicker::openFile);
  connect(m_openFolder, &QPushButton::clicked, this,
          [this] { pick(true, tr("Open a Hugging Face folder"), &ModelPicker::addModel); });
  connect(m_elsewhere, &QPushButton::clicked, m_remote, &QDialog::open);
  connect(m_lookIn, &QPushButton::clicked, this,
          [this] { pick(true, tr("Look for models in a folder"), &ModelPicker::folderChosen); });
}

void ModelPicker::pick(bool wantsFolder, const QString& title, void (ModelPicker::*use)(const QString&)) {
  auto* dialog = new QFileDialog(this, title);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(wantsFolder ? QFileDialog::Directory : QFileDialog::ExistingFile);
  if (!wantsFolder) dialog->setNameFilters({tr("GGUF models (*.gguf)"), tr("All files (*)")});
  connect(dialog, &QFileDialog::fileSelected, this, use);
  dialog->open();
}

/// A file that was opened by hand stands among the others, chosen.
void ModelPicker::addModel(const QString& path) {
  if (std::none_of(m_entries.begin(), m_entries.end(), [&](const auto& entry) { return entry.path == path; }))
    m_entries.append({ModelEntry::Origin::Recent, path, path.section(QLatin1Char('/'), -1), path, {}});
  m_filter->clear();
  m_models->setEntries(m_entries);
  choose(path);
}

void ModelPicker::setTheme(const Theme& theme) {
  m_delegate->setTheme(theme);
  m_memory->setTheme(theme);
  m_list->viewport()->update();
}

void ModelPicker::setModels(const QVector<ModelEntry>& models, bool isSearching) {
  const QString chosen = m_chosen.path;
  m_entries = models;
  m_models->setEntries(models);
  m_searching->setText(isSearching ? tr("Looking for models…") : QString());
  m_searching->setVisible(isSearching);
  choose(chosen);
}

void ModelPicker::setOffer(const LoadOffer& offer) { m_form->setOffer(offer); }

void ModelPicker::choose(const QString& path) {
  const int row = m_models->rowOf(path);
  if (row >= 0) m_list->setCurrentIndex(m_models->index(row));
}

void ModelPicker::choose(const ModelEntry& entry) {
  m_chosen = entry;
  m_form->setChoice(m_edited.value(entry.path, m_choices.value(entry.path)));
  m_memory->setEstimate({});
  m_fit->setText(entry.isRemote
                     ? tr("It runs there, so nothing is loaded here, and its pages cannot be seen.")
                     : QString());
  setTone(*m_fit, QStringLiteral("muted"));
  requestEstimate();
  showState();
}

void ModelPicker::requestEstimate() {
  if (!m_chosen.isRemote) Q_EMIT estimateRequested(m_chosen.path, m_form->choice());
}

void ModelPicker::setEstimate(const QString& path, const LoadChoice& choice, const LoadEstimate& estimate) {
  if (path != m_chosen.path || choice != m_form->choice()) return;
  m_memory->setEstimate(estimate);
  m_memory->setVisible(estimate.problem.isEmpty());
  m_fit->setText(fitText(estimate));
  const bool isBad = !estimate.problem.isEmpty() || isTooLarge(estimate);
  setTone(*m_fit, isBad ? QStringLiteral("danger") : QStringLiteral("muted"));
}

void ModelPicker::setModel(const ModelInfo& model) {
  const bool wasLoading = m_model.state == ModelInfo::State::Loading;
  m_model = model;
  if (wasLoading && model.state == ModelInfo::State::Ready) close();
  showState();
}

void ModelPicker::showState() {
  using State = ModelInfo::State;
  const bool isLoading = m_model.state == State::Loading;
  const bool isThere = m_model.state == State::Ready || m_model.state == State::Asleep;
  const bool isOpen = isThere && m_model.path == m_chosen.path;
  m_name->setText(m_chosen.name);
  m_detail->setText(m_chosen.path.isEmpty() || m_chosen.detail == m_chosen.path
                        ? m_chosen.detail
                        : m_chosen.detail + QLatin1Char('\n') + m_chosen.path);
  m_progress->setVisible(isLoading);
  m_progress->setRange(0, m_model.progress >= 0 ? 100 : 0);
  m_progress->setValue(std::max(0, m_model.progress));
  m_load->setEnabled(!isLoading && m_chosen.problem.isEmpty() && !m_chosen.name.isEmpty());
  m_load->setText(m_chosen.isRemote ? tr("Use") : isOpen ? tr("Load again") : tr("Load"));
  m_form->setVisible(!m_chosen.isRemote);
  if (m_chosen.isRemote) m_memory->hide();
  m_cancel->setText(isLoading ? tr("Cancel loading") : tr("Close"));
}

void ModelPicker::load() {
  if (!m_load->isEnabled()) return;
  m_edited.remove(m_chosen.path);
  Q_EMIT loadRequested(m_chosen.path, m_form->choice());
}

void ModelPicker::openFile() {
  show();
  pick(false, tr("Open a model"), &ModelPicker::addModel);
}

void ModelPicker::showEvent(QShowEvent* event) {
  QDialog::showEvent(event);
  Q_EMIT opened();
  choose(m_model.path);
  m_filter->setFocus(Qt::PopupFocusReason);
}

}  // namespace zipage::ui
