#pragma once

#include <QDialog>
#include <QHash>

#include "ui/chat_values.h"
#include "ui/models/model_values.h"
#include "ui/theme/theme.h"

class QLabel;
class QLineEdit;
class QListView;
class QProgressBar;
class QPushButton;

namespace zipage::ui {

class LoadForm;
class MemoryBar;
class ModelListDelegate;
class ModelListModel;
class RemoteDialog;

/// Choosing a model and how it is loaded, with what it will take of memory said beforehand. Stays open while
/// a model loads and closes when it is ready.
class ModelPicker final : public QDialog {
  Q_OBJECT

 public:
  explicit ModelPicker(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setModels(const QVector<ModelEntry>& models, bool isSearching);
  void setOffer(const LoadOffer& offer);
  /// How each model was loaded last, by path.
  void setChoices(const QHash<QString, LoadChoice>& choices) { m_choices = choices; }
  /// Ignored unless it is about what is chosen now.
  void setEstimate(const QString& path, const LoadChoice& choice, const LoadEstimate& estimate);
  void setModel(const ModelInfo& model);
  /// Asks for a file, which then stands among the others.
  void openFile();

  RemoteDialog& remoteDialog() { return *m_remote; }
  QString chosenPath() const { return m_chosen.path; }
  void choose(const QString& path);

 Q_SIGNALS:
  void opened();  // time to look for models
  void estimateRequested(const QString& path, const zipage::ui::LoadChoice& choice);
  void loadRequested(const QString& path, const zipage::ui::LoadChoice& choice);
  void cancelRequested();
  void folderChosen(const QString& folder);  // to look for models in, from now on

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QLayout* makeLeft();
  QLayout* makeRight();
  void connectParts();
  void choose(const ModelEntry& entry);
  void requestEstimate();
  void load();
  void showState();
  void pick(bool wantsFolder, const QString& title, void (ModelPicker::*use)(const QString&));
  void addModel(const QString& path);

  ModelListModel* m_models;
  ModelListDelegate* m_delegate;
  QLineEdit* m_filter;
  QListView* m_list;
  QLabel* m_searching;
  QPushButton* m_openFile;
  QPushButton* m_openFolder;
  QPushButton* m_lookIn;
  QPushButton* m_elsewhere;
  RemoteDialog* m_remote;
  QLabel* m_name;
  QLabel* m_detail;
  LoadForm* m_form;
  MemoryBar* m_memory;
  QLabel* m_fit;
  QProgressBar* m_progress;
  QPushButton* m_cancel;
  QPushButton* m_load;
  QVector<ModelEntry> m_entries;
  QHash<QString, LoadChoice> m_choices;  // as they were loaded last
  QHash<QString, LoadChoice> m_edited;   // since, and not loaded yet
  ModelEntry m_chosen;
  ModelInfo m_model;
};

}  // namespace zipage::ui
