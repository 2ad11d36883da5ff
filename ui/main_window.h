// The window: chats, transcript, composer, inspector. It emits what the user asks for and shows what it is
// told.
#pragma once

#include <QMainWindow>
#include <memory>

#include "engine/cache/cache_snapshot.h"
#include "ui/chat_values.h"
#include "ui/memory_figures.h"
#include "ui/preferences/preferences.h"
#include "ui/preferences/server_values.h"
#include "ui/preferences/storage_values.h"

class QDialog;

namespace zipage::ui {

class CompareDialog;
class DoctorDialog;
class MemoryModel;
class ModelPicker;

class MainWindow final : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(QWidget* parent = nullptr);
  ~MainWindow() override;

  void setChats(const QVector<ChatItem>& chats);  // latest first
  void updateChat(const ChatItem& chat);          // inserts or changes one
  void removeChat(qint64 chatId);
  /// What a search for `query` has found.
  void setSearchHits(const QString& query, const QVector<ChatHit>& hits);
  /// What is in the trash, once it was asked for.
  void setTrash(const QVector<TrashItem>& chats);
  /// Switches the transcript to a chat. `draft` and `files` fill the composer.
  void showChat(qint64 chatId, const QVector<MessageItem>& messages, const GenerationSettings& settings,
                const QString& draft, const QVector<AttachmentItem>& files = {});
  /// Shows another branch of a chat. Ignored for chats that are not shown.
  void showBranch(qint64 chatId, const QVector<MessageItem>& messages);
  void addMessage(qint64 chatId, const MessageItem& message);
  /// Text that was generated since the last call. Ignored for chats that are not shown.
  void appendToMessage(qint64 chatId, qint64 messageId, const QString& reasoning, const QString& text);
  /// State and figures of a message; its text and reasoning are taken as well when they differ.
  void updateMessage(qint64 chatId, const MessageItem& message);
  /// The composer's text after a send that could not be served, so that nothing typed is lost.
  void restoreDraft(qint64 chatId, const QString& text, const QVector<AttachmentItem>& files = {});
  /// Of what stands in the composer; −1: not known.
  void setTokenCount(int numTokens);

  /// What a new chat starts with. Ignored while another chat is shown.
  void setNewChatSettings(const GenerationSettings& settings);
  void setModel(const ModelInfo& model);
  void setCacheSnapshot(std::shared_ptr<const CacheSnapshot> snapshot);
  void setFigures(const MemoryFigures& figures);
  /// A message that stays until closed, above the transcript; not a dialog.
  void showProblem(const QString& text, const QString& actionText = {}, const QString& actionId = {});
  /// What is known of a run that did not end properly.
  void showReport(const QString& report);
  /// A message that goes away by itself, with an optional action ("Undo").
  void showNotice(const QString& text, const QString& actionText = {}, const QString& actionId = {});

  /// Reports drafts and settings that were not reported yet.
  void flush();

  void setSampleQuestions(const QStringList& questions);
  void setPreferences(const Preferences& preferences);
  void setStorageReport(const StorageReport& report);
  void setServerInfo(const ServerInfo& info);
  CompareDialog& compareDialog();
  /// What an engine elsewhere says of its memory, line by line.
  void setRemoteFacts(const QStringList& lines);
  void setPresets(const QVector<Preset>& presets);
  /// What the open model's own file says of sampling.
  void setModelDefaults(const GenerationSettings& defaults);
  /// What the memory views show; whoever knows of the engine tells it.
  MemoryModel& memory();
  ModelPicker& modelPicker();
  DoctorDialog& doctor();
  void chooseModel();
  /// Shows the doctor's page, which asks for a look at this computer.
  void openDoctor();
  void openComparison();

  /// Size and place of the window, of its docks and of the sidebar.
  QByteArray saveLayout() const;
  void restoreLayout(const QByteArray& layout);  // one that nobody knows changes nothing

  qint64 currentChat() const;

 Q_SIGNALS:
  void newChatRequested();
  void chatSelected(qint64 chatId);
  void chatRenamed(qint64 chatId, const QString& title);
  void chatCommanded(qint64 chatId, zipage::ui::ChatCommand command);
  void hitChosen(qint64 chatId, qint64 messageId);
  void searchRequested(const QString& query);
  void trashRequested();
  void restoreRequested(qint64 chatId);  // from the trash
  void emptyTrashRequested();
  /// No ids: all chats.
  void exportRequested(const QVector<qint64>& chatIds, const QString& path, zipage::ui::ExportFormat format);
  void importRequested(const QString& path);
  /// Chat 0: into a new chat.
  void sendRequested(qint64 chatId, const QString& text,
                     const QVector<zipage::ui::AttachmentItem>& files = {});
  /// Another version of a question.
  void resendRequested(qint64 chatId, qint64 messageId, const QString& text,
                       const QVector<zipage::ui::AttachmentItem>& files);
  /// Message 0: the last one.
  void messageCommanded(qint64 chatId, qint64 messageId, zipage::ui::MessageCommand command);
  void stopRequested(qint64 chatId);
  void settingsChanged(qint64 chatId, const zipage::ui::GenerationSettings& settings);
  void draftChanged(qint64 chatId, const QString& text,
                    const QVector<zipage::ui::AttachmentItem>& files = {});
  void tokenCountRequested(const QString& text);
  void modelFileChosen(const QString& path);            // empty: the embedded model
  void noticeActionRequested(const QString& actionId);  // empty: undo the last deletion
  void unloadRequested();
  void preferencesChanged(const zipage::ui::Preferences& preferences);
  /// Somebody looks at what is kept of prefixes: setStorageReport() is wanted.
  void storageReportRequested();
  void serverKeyRenewRequested();
  void storageClearRequested(qint64 model, qint64 chat);  // kEveryModel, kEveryChat: all
  void layoutChanged(const QByteArray& layout);           // when the window closes
  void presetSaved(const zipage::ui::Preset& preset);
  void presetDeleteRequested(const QString& name);
  void memoryWatched(bool watched);  // nobody watches: no snapshots needed
  void traceSaveRequested(const QString& path);
  void traceOpenRequested(const QString& path);
  /// Tokens of a request's text are to be kept from eviction, in place of those before.
  void pinsRequested(zipage::RequestId request, const std::vector<std::int32_t>& tokens);

 protected:
  bool event(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void arrange();
  void connectActions();
  void connectMessageActions();
  void connectPanels();
  void connectComposer();
  void connectMemory();
  void showShades();
  void pinSelection();
  void sendPins(RequestId request);
  void pinFor(qint64 message);
  void showTitle();
  void showPins();
  enum class Side { Chats, Inspector };
  void makeRoomFor(Side side);
  void chooseTrace(bool saves);
  void changeSettings(GenerationSettings settings);
  void revealHit(qint64 chatId, qint64 messageId, const QString& words);
  void chooseExport(const QVector<qint64>& chatIds, const QString& name, ExportFormat format);
  void chooseImport();
  void showTrash();
  void applyTheme();
  void leaveChat();
  void send(const QString& text, const QVector<AttachmentItem>& files);
  void stepChat(int steps);
  void showContext();
  void choosePreferences(const Preferences& preferences);
  void chooseZoom(double zoom);
  void showWindow(QDialog* dialog);

  struct Parts;
  std::unique_ptr<Parts> m_parts;
};

}  // namespace zipage::ui
