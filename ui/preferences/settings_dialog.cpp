#include "ui/preferences/settings_dialog.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>
#include <cmath>

#include "ui/preferences/key_page.h"
#include "ui/preferences/server_page.h"
#include "ui/preferences/storage_page.h"

namespace zipage::ui {

namespace {

constexpr QSize kDefaultSize(640, 520);
constexpr int kSettingWidth = 224;
constexpr int kZoomPercents[] = {70, 80, 90, 100, 110, 125, 150, 175, 200};
constexpr int kUnloadMinutes[] = {0, 5, 15, 30, 60, 240};

int percentOf(double zoom) { return static_cast<int>(std::lround(zoom * 100)); }

QLabel* mutedLabel(const QString& text) {
  auto* label = new QLabel(text);
  label->setWordWrap(true);
  label->setTextFormat(Qt::PlainText);
  label->setProperty("tone", "muted");
  return label;
}

QString unloadText(int minutes) {
  if (minutes == 0) return SettingsDialog::tr("Never");
  if (minutes % 60 == 0)
    return minutes == 60 ? SettingsDialog::tr("After 1 hour")
                         : SettingsDialog::tr("After %1 hours").arg(minutes / 60);
  return SettingsDialog::tr("After %1 minutes").arg(minutes);
}

/// Values that were chosen elsewhere are among those to choose from as well.
void select(QComboBox& box, int value, const QString& text) {
  if (box.findData(value) < 0) box.addItem(text, value);
  box.setCurrentIndex(box.findData(value));
}

void addRow(QFormLayout& form, const QString& name, QWidget* field, const QString& meaning) {
  auto* label = new QLabel(name);
  label->setBuddy(field);
  label->setProperty("kind", "fieldName");
  label->setIndent(0);
  label->setMinimumWidth(144);
  field->setFixedWidth(kSettingWidth);
  field->setAccessibleName(name);
  field->setAccessibleDescription(meaning);
  field->setToolTip(meaning);
  form.addRow(label, field);
}

}  // namespace

SettingsDialog::SettingsDialog(const WindowActions& actions, QWidget* parent)
    : QDialog(parent),
      m_scheme(new QComboBox),
      m_zoom(new QComboBox),
      m_unload(new QComboBox),
      m_folders(new QListWidget),
      m_removeFolder(new QPushButton(tr("Remove"))),
      m_storage(new StoragePage),
      m_server(new ServerPage),
      m_keys(new KeyPage(actions)) {
  setObjectName(QStringLiteral("settingsDialog"));
  setAttribute(Qt::WA_WindowPropagation);
  setWindowTitle(tr("Settings"));
  auto* tabs = new QTabWidget;
  tabs->setDocumentMode(true);
  tabs->setAccessibleName(tr("Settings"));
  tabs->tabBar()->setAccessibleName(tr("Pages of the settings"));
  tabs->tabBar()->setExpanding(false);
  tabs->tabBar()->setDrawBase(false);
  tabs->addTab(makeGeneralPage(), tr("General"));
  tabs->addTab(makeModelPage(), tr("Models"));
  tabs->addTab(m_storage, tr("Storage"));
  tabs->addTab(m_server, tr("Server"));
  tabs->addTab(m_keys, tr("Keys"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(tabs);
  connect(m_keys, &KeyPage::keysChosen, this, [this](const QHash<QString, QStringList>& keys) {
    change([&](Preferences& preferences) { preferences.keys = keys; });
  });
  connect(m_storage, &StoragePage::budgetChosen, this, [this](int gibibytes) {
    change([&](Preferences& preferences) { preferences.prefixGibibytes = gibibytes; });
    Q_EMIT storageReportRequested();
  });
  connect(m_server, &ServerPage::chosen, this, [this](const Preferences& chosen) {
    change([&](Preferences& preferences) {
      preferences.serves = chosen.serves;
      preferences.serverPort = chosen.serverPort;
      preferences.serverNeedsKey = chosen.serverNeedsKey;
      preferences.serverIsOpen = chosen.serverIsOpen;
    });
  });
  connect(m_server, &ServerPage::keyRenewRequested, this, &SettingsDialog::serverKeyRenewRequested);
  connect(m_storage, &StoragePage::reportRequested, this, &SettingsDialog::storageReportRequested);
  connect(m_storage, &StoragePage::clearRequested, this, &SettingsDialog::storageClearRequested);
  resize(kDefaultSize);
  showPreferences();
}

QWidget* SettingsDialog::makeGeneralPage() {
  m_scheme->addItem(tr("As the system has them"), static_cast<int>(ColorScheme::System));
  m_scheme->addItem(tr("Light"), static_cast<int>(ColorScheme::Light));
  m_scheme->addItem(tr("Dark"), static_cast<int>(ColorScheme::Dark));
  for (const int percent : kZoomPercents) m_zoom->addItem(tr("%1 %").arg(percent), percent);
  auto* page = new QWidget;
  auto* form = new QFormLayout;
  form->setHorizontalSpacing(16);
  form->setVerticalSpacing(8);
  form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  addRow(*form, tr("Colours"), m_scheme, tr("The accent is always the system's."));
  addRow(*form, tr("Size"), m_zoom, tr("Of everything in the window."));
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(16);
  layout->addLayout(form);
  layout->addStretch(1);
  connect(m_scheme, &QComboBox::currentIndexChanged, this, [this] {
    change([this](Preferences& preferences) {
      preferences.scheme = static_cast<ColorScheme>(m_scheme->currentData().toInt());
    });
  });
  connect(m_zoom, &QComboBox::currentIndexChanged, this, [this] {
    change([this](Preferences& preferences) { preferences.zoom = m_zoom->currentData().toInt() / 100.0; });
  });
  return page;
}

QWidget* SettingsDialog::makeModelPage() {
  for (const int minutes : kUnloadMinutes) m_unload->addItem(unloadText(minutes), minutes);
  m_folders->setObjectName(QStringLiteral("modelFolders"));
  m_folders->setAccessibleName(tr("Folders with models"));
  auto* add = new QPushButton(tr("Add a folder…"));
  for (QPushButton* button : {add, m_removeFolder}) button->setAutoDefault(false);
  auto* form = new QFormLayout;
  form->setHorizontalSpacing(16);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
  addRow(*form, tr("Unload when idle"), m_unload,
         tr("Frees the memory of a model that nobody uses. It comes back with the next question."));
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(8);
  buttons->addWidget(add);
  buttons->addWidget(m_removeFolder);
  buttons->addStretch(1);
  auto* heading = new QLabel(tr("Folders to look for models in"));
  heading->setProperty("tone", "heading");
  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(8);
  layout->addLayout(form);
  layout->addWidget(mutedLabel(m_unload->toolTip()));
  layout->addSpacing(16);
  layout->addWidget(heading);
  layout->addWidget(
      mutedLabel(tr("The cache of Hugging Face is always looked through. Nothing is copied: models stay "
                    "where they are.")));
  layout->addWidget(m_folders, 1);
  layout->addLayout(buttons);
  connect(add, &QPushButton::clicked, this, &SettingsDialog::addFolder);
  connect(m_removeFolder, &QPushButton::clicked, this, [this] {
    const int row = m_folders->currentRow();
    if (row >= 0) change([row](Preferences& preferences) { preferences.modelFolders.removeAt(row); });
  });
  connect(m_folders, &QListWidget::currentRowChanged, this,
          [this](int row) { m_removeFolder->setEnabled(row >= 0); });
  connect(m_unload, &QComboBox::currentIndexChanged, this, [this] {
    change([this](Preferences& preferences) { preferences.unloadMinutes = m_unload->currentData().toInt(); });
  });
  return page;
}

void SettingsDialog::addFolder() {
  auto* dialog = new QFileDialog(this, tr("Look for models in a folder"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::Directory);
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
    change([&](Preferences& preferences) {
      if (!preferences.modelFolders.contains(folder)) preferences.modelFolders << folder;
    });
  });
  dialog->open();
}

void SettingsDialog::setPreferences(const Preferences& preferences) {
  m_preferences = preferences;
  showPreferences();
}

void SettingsDialog::setStorageReport(const StorageReport& report) { m_storage->setReport(report); }

void SettingsDialog::setServerInfo(const ServerInfo& info) { m_server->setInfo(info); }

void SettingsDialog::showPreferences() {
  m_isShowing = true;
  m_scheme->setCurrentIndex(m_scheme->findData(static_cast<int>(m_preferences.scheme)));
  const int percent = percentOf(m_preferences.zoom);
  select(*m_zoom, percent, tr("%1 %").arg(percent));
  select(*m_unload, m_preferences.unloadMinutes, unloadText(m_preferences.unloadMinutes));
  const int row = m_folders->currentRow();
  m_folders->clear();
  m_folders->addItems(m_preferences.modelFolders);
  m_folders->setCurrentRow(std::min<int>(row, m_folders->count() - 1));
  m_removeFolder->setEnabled(m_folders->currentRow() >= 0);
  m_storage->setBudget(m_preferences.prefixGibibytes);
  m_server->setPreferences(m_preferences);
  m_keys->setKeys(m_preferences.keys);
  m_isShowing = false;
}

void SettingsDialog::change(const std::function<void(Preferences&)>& edit) {
  if (m_isShowing) return;
  edit(m_preferences);
  Q_EMIT preferencesChanged(m_preferences);
  showPreferences();
}

}  // namespace zipage::ui
