#pragma once

#include <QWidget>

#include "engine/trace/compression_look.h"
#include "ui/memory/memory_model.h"
#include "ui/theme/theme.h"

class QComboBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace zipage::ui {

class HeadBands;
class HeadGrid;
class ScoreChart;

/// The last compression of the shown moment: what it took and left, its scores with the cut, what each layer
/// and head made of the chosen word, what heads hold of which part of the text, and how they differ. Left and
/// Right step through compressions, with Alt by ten, with Shift by a hundred.
class EvictionPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit EvictionPanel(MemoryModel& model, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  /// Whether the transcript shows what the model still sees, so that a word can be clicked on.
  void setShadesShown(bool shown);
  /// All of it in words.
  QString text() const;

 Q_SIGNALS:
  void shadesWanted();
  void settingsWanted();  // those of the chat's memory

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  enum View { Word, Position, Recency, Agreement, Age };

  void makeBar();
  void follow();
  void showCompression();
  QString titleText() const;
  void showWord(const CompressionRecord& record, const CompressionLook& look);
  void showHeads(const CompressionRecord& record, const CompressionLook& look);
  void showBands(const CompressionRecord& record, const CompressionLook& look);
  void showSpot();
  void showCell(int head);
  void goWhereItWent();
  void showMenu(const QPoint& globalPosition);

  MemoryModel& m_model;
  QLabel* m_title;
  QToolButton* m_previous;
  QToolButton* m_next;
  QLabel* m_summary;
  QPushButton* m_openSettings;
  ScoreChart* m_chart;
  QLabel* m_chartText;
  QLabel* m_wordText;
  QPushButton* m_showShades;
  QPushButton* m_whereItWent;
  QComboBox* m_view;
  HeadGrid* m_grid;
  HeadBands* m_bands;
  QLabel* m_cellText;
  bool m_areShadesShown = false;
  std::int64_t m_number = -2;  // of the compression that is shown; −1: none
};

}  // namespace zipage::ui
