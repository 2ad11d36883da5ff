// One question under two memory policies, as plain values.
#pragma once

#include <QMetaType>
#include <QString>
#include <QStringList>
#include <QVector>

#include "ui/chat_values.h"

namespace zipage::ui {

/// What is to be compared.
struct ComparisonPlan {
  QString question;
  GenerationSettings first;
  GenerationSettings second;
};

struct ComparedReply {
  QString text;              // as it was generated, marks of reasoning included
  qsizetype sameLength = 0;  // characters at its beginning that come from tokens both have
  qsizetype nextLength = 0;  // of the first token that differs
  QString answer;            // the last boxed one; empty: there is none
  qint64 tokens = 0;
  qint64 compressions = 0;
  qint64 tokensEvicted = 0;
  qint64 peakPages = 0;
  double tokensPerSecond = 0.0;
  bool isRunning = false;
  QString problem;
};

struct Comparison {
  ComparedReply first;
  ComparedReply second;
  qint64 sameTokens = 0;
  bool differs = false;    // a token that is not the same has come
  double meanDrift = 0.0;  // between the log probabilities of the tokens that are the same
  double mostDrift = 0.0;

  bool isRunning() const { return first.isRunning || second.isRunning; }
};

/// What came of it, in sentences: where they part, how far the probabilities had drifted, what they answer.
QString comparisonText(const Comparison& comparison);

/// A row for each figure: name, first, second.
QVector<QStringList> comparisonRows(const Comparison& comparison);

/// Sentences, figures and both texts, for pasting elsewhere.
QString comparisonMarkdown(const ComparisonPlan& plan, const Comparison& comparison);

/// "full", "budget of 512 + 128"
QString policyText(const GenerationSettings& settings);

}  // namespace zipage::ui

Q_DECLARE_METATYPE(zipage::ui::Comparison)
