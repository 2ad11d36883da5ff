#include <algorithm>
#include <chrono>
#include <utility>

#include "app/common/model_finder.h"
#include "app/gui/application.h"
#include "app/gui/stored_prefixes.h"
#include "ui/models/model_picker.h"
#include "ui/models/remote_dialog.h"
#include "ui/window/doctor_dialog.h"

namespace zipage {

void Application::connectModels() {
  ui::ModelPicker* picker = &m_window->modelPicker();
  connect(picker, &ui::ModelPicker::opened, this, &Application::searchModels);
  connect(picker, &ui::ModelPicker::estimateRequested, m_library.get(), &ModelLibrary::estimate);
  connect(picker, &ui::ModelPicker::loadRequested, m_host.get(), &EngineHost::load);
  connect(picker, &ui::ModelPicker::cancelRequested, m_host.get(), &EngineHost::cancelLoading);
  connect(picker, &ui::ModelPicker::folderChosen, this, [this](const QString& folder) {
    ui::Preferences preferences = m_preferences;
    if (!preferences.modelFolders.contains(folder)) preferences.modelFolders << folder;
    m_window->setPreferences(preferences);
    usePreferences(preferences);
    searchModels();
  });
  connect(m_library.get(), &ModelLibrary::modelsFound, this,
          [this](const QVector<ui::ModelEntry>& models) { showModels(models, false); });
  connect(m_library.get(), &ModelLibrary::estimated, picker, &ui::ModelPicker::setEstimate);
  connect(m_library.get(), &ModelLibrary::offered, picker, &ui::ModelPicker::setOffer);
  connect(m_window.get(), &ui::MainWindow::unloadRequested, this, [this] {
    if (m_chats->isGenerating())
      m_window->showNotice(tr("A reply is being written. The model can be unloaded when it is done."));
    else
      m_host->unload();
  });
  connect(m_host.get(), &EngineHost::modelChanged, this, &Application::noteModel);
  connectRemote();
  connectDoctor();
}

/// Engines elsewhere: asked for their models by the dialog, told by the memory's panel.
void Application::connectRemote() {
  ui::RemoteDialog* dialog = &m_window->modelPicker().remoteDialog();
  RemoteEngine* remote = &m_host->remote();
  connect(dialog, &ui::RemoteDialog::modelsRequested, this,
          [remote, dialog](const QString& address, const QString& key) {
            const auto base = remoteBaseFrom(address);
            if (!base) return dialog->setModels({}, tr("This is no address of a server."));
            remote->listModels(*base, key.isEmpty() ? remote->keys().keyFor(*base) : key);
          });
  connect(remote, &RemoteEngine::modelsListed, dialog, [dialog](const QUrl&, const RemoteModels& models) {
    dialog->setModels(models.ids, models.problem);
  });
  connect(dialog, &ui::RemoteDialog::chosen, this,
          [this, remote](const QString& address, const QString& key, const QString& model) {
            const auto base = remoteBaseFrom(address);
            if (!base) return;
            const auto kept = key.isEmpty() ? Result<void>() : remote->keys().setKey(*base, key);
            if (!kept) m_window->showProblem(QString::fromStdString(kept.error().message));
            m_host->load(RemoteAddress{*base, model}.path());
          });
  connect(remote, &RemoteEngine::factsChanged, m_window.get(), &ui::MainWindow::setRemoteFacts);
}

void Application::connectDoctor() {
  ui::DoctorDialog* doctor = &m_window->doctor();
  connect(m_check.get(), &MachineCheck::finished, doctor, &ui::DoctorDialog::showReport);
  connect(doctor, &ui::DoctorDialog::checkRequested, this, [this, doctor] {
    doctor->showBusy();
    MachineQuestions questions{.paths = appPaths()};
    for (const QString& folder : m_preferences.modelFolders)
      questions.modelFolders.emplace_back(folder.toStdString());
    m_check->start(std::move(questions));
  });
}

/// Until the search is done, what was found before is there, and what was opened since.
void Application::searchModels() {
  if (m_models.isEmpty()) {
    m_library->askForDevices();
    m_models.append({ui::ModelEntry::Origin::Embedded, {}, tr("Zipage Demo"), {}, {}});
  }
  const QStringList recent = m_settings->recentModels();
  for (auto path = recent.crbegin(); path != recent.crend(); ++path) {
    const auto isListed = [&](const ui::ModelEntry& entry) { return entry.path == *path; };
    if (std::any_of(m_models.begin(), m_models.end(), isListed)) continue;
    const auto remote = remoteAddressOf(*path);
    m_models.insert(1, remote ? remoteEntry(*remote)
                              : ui::ModelEntry{ui::ModelEntry::Origin::Recent,
                                               *path,
                                               QString::fromStdString(nameFromPath(path->toStdString())),
                                               {},
                                               {}});
  }
  showModels(m_models, true);
  m_library->search(m_preferences.modelFolders, recent);
}

void Application::showModels(const QVector<ui::ModelEntry>& models, bool isSearching) {
  m_models = models;
  m_window->modelPicker().setChoices(m_settings->loadChoices());
  m_window->modelPicker().setModels(models, isSearching);
}

void Application::noteModel(const ui::ModelInfo& model) {
  using State = ui::ModelInfo::State;
  if (model.state == State::Ready && !std::exchange(m_isOnCpuForNow, false))
    m_settings->noteModel(model.path, m_host->choice());
  if (model.state == State::Ready) m_log->write(QStringLiteral("model open: ") + model.description);
  if (model.state == State::Failed) m_log->write(QStringLiteral("model refused: ") + model.problem);
}

void Application::connectSettings() {
  m_preferences = m_settings->preferences();
  m_window->setPreferences(m_preferences);
  m_window->setPresets(m_settings->presets());
  connect(m_server.get(), &ServerDesk::changed, m_window.get(), &ui::MainWindow::setServerInfo);
  connect(m_window.get(), &ui::MainWindow::serverKeyRenewRequested, m_server.get(), &ServerDesk::renewKey);
  usePreferences(m_preferences);
  connect(m_window.get(), &ui::MainWindow::preferencesChanged, this, &Application::usePreferences);
  connect(m_window.get(), &ui::MainWindow::layoutChanged, this,
          [this](const QByteArray& layout) { m_settings->saveLayout(layout); });
  connect(m_window.get(), &ui::MainWindow::presetSaved, this, &Application::savePreset);
  connect(m_window.get(), &ui::MainWindow::presetDeleteRequested, this, &Application::deletePreset);
}

void Application::usePreferences(const ui::Preferences& preferences) {
  m_preferences = preferences;
  m_settings->savePreferences(preferences);
  m_host->setUnloadAfter(std::chrono::minutes(preferences.unloadMinutes));
  m_server->use(preferences);
  m_prefixes->setBudget(*prefixOptions(preferences).budgetBytes);
}

void Application::savePreset(const ui::Preset& preset) {
  QVector<ui::Preset> presets = m_settings->presets();
  presets.removeIf([&](const ui::Preset& other) { return other.name == preset.name; });
  presets.append(preset);
  m_settings->savePresets(presets);
  m_window->setPresets(m_settings->presets());
}

void Application::deletePreset(const QString& name) {
  QVector<ui::Preset> presets = m_settings->presets();
  const QString action = QStringLiteral("restore-preset-") + name;
  for (const ui::Preset& preset : presets) {
    if (preset.name == name) m_deletedPresets[action] = preset;
  }
  presets.removeIf([&](const ui::Preset& preset) { return preset.name == name; });
  m_settings->savePresets(presets);
  m_window->setPresets(m_settings->presets());
  m_window->showNotice(tr("The preset “%1” was deleted.").arg(name), tr("Undo"), action);
}

}  // namespace zipage
