#include "ui/memory/comparison.h"

#include <QCoreApplication>
#include <QLocale>

namespace zipage::ui {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(Comparison)
};

QString nextWord(const ComparedReply& reply) {
  return reply.text.mid(reply.sameLength, reply.nextLength).replace(QLatin1Char('\n'), QStringLiteral("⏎"));
}

QString parting(const Comparison& comparison) {
  const QLocale locale;
  const QString same = locale.toString(comparison.sameTokens);
  if (comparison.differs)
    return Words::tr("%1 tokens are the same; then the first goes on with “%2”, the second with “%3”.")
        .arg(same, nextWord(comparison.first), nextWord(comparison.second));
  if (comparison.isRunning()) return Words::tr("%1 tokens so far are the same.").arg(same);
  return comparison.first.tokens == comparison.second.tokens
             ? Words::tr("All %1 tokens are the same.").arg(same)
             : Words::tr("%1 tokens are the same; then one of them ends.").arg(same);
}

QString answers(const Comparison& comparison) {
  const QString& first = comparison.first.answer;
  const QString& second = comparison.second.answer;
  if (first.isEmpty() && second.isEmpty()) return {};
  if (first == second) return Words::tr("Both answer %1.").arg(first);
  const auto orNothing = [](const QString& answer) {
    return answer.isEmpty() ? Words::tr("nothing") : answer;
  };
  return Words::tr("The first answers %1, the second %2.").arg(orNothing(first), orNothing(second));
}

}  // namespace

QString policyText(const GenerationSettings& settings) {
  const QLocale locale;
  const QString size = QStringLiteral("%1 + %2").arg(locale.toString(settings.budgetTokens),
                                                     locale.toString(settings.periodTokens));
  switch (settings.policy) {
    case MemoryPolicy::Full:
      return Words::tr("full");
    case MemoryPolicy::Budget:
      return Words::tr("budget of %1").arg(size);
    case MemoryPolicy::Auto:
      return Words::tr("auto, %1 when pages run short").arg(size);
    case MemoryPolicy::Grow:
      break;
  }
  return Words::tr("grow from %1").arg(size);
}

QString comparisonText(const Comparison& comparison) {
  for (const ComparedReply* reply : {&comparison.first, &comparison.second}) {
    if (!reply->problem.isEmpty()) return reply->problem;
  }
  if (comparison.first.tokens == 0 && comparison.second.tokens == 0)
    return comparison.isRunning() ? Words::tr("The question is being read.") : QString();
  QStringList sentences{parting(comparison)};
  if (comparison.sameTokens > 0) {
    const QLocale locale;
    sentences << Words::tr("Over them the log probability drifts by %1 in the mean and %2 at most.")
                     .arg(locale.toString(comparison.meanDrift, 'f', 3),
                          locale.toString(comparison.mostDrift, 'f', 3));
  }
  if (!comparison.isRunning()) sentences << answers(comparison);
  sentences.removeAll(QString());
  return sentences.join(QLatin1Char(' '));
}

QVector<QStringList> comparisonRows(const Comparison& comparison) {
  const QLocale locale;
  QVector<QStringList> rows;
  const auto add = [&](const QString& name, auto value) {
    rows.append({name, value(comparison.first), value(comparison.second)});
  };
  add(Words::tr("Tokens"), [&](const ComparedReply& reply) { return locale.toString(reply.tokens); });
  add(Words::tr("Answer"),
      [](const ComparedReply& reply) { return reply.answer.isEmpty() ? QStringLiteral("–") : reply.answer; });
  add(Words::tr("Pages at most"),
      [&](const ComparedReply& reply) { return locale.toString(reply.peakPages); });
  add(Words::tr("Compressions"),
      [&](const ComparedReply& reply) { return locale.toString(reply.compressions); });
  add(Words::tr("Tokens evicted"),
      [&](const ComparedReply& reply) { return locale.toString(reply.tokensEvicted); });
  add(Words::tr("Tokens a second"),
      [&](const ComparedReply& reply) { return locale.toString(reply.tokensPerSecond, 'f', 1); });
  return rows;
}

QString comparisonMarkdown(const ComparisonPlan& plan, const Comparison& comparison) {
  QString text = QStringLiteral("> %1\n\n%2\n\n| | %3 | %4 |\n|---|---|---|\n")
                     .arg(QString(plan.question).replace(QLatin1Char('\n'), QStringLiteral("\n> ")),
                          comparisonText(comparison), policyText(plan.first), policyText(plan.second));
  for (const QStringList& row : comparisonRows(comparison))
    text += QStringLiteral("| %1 |\n").arg(row.join(QStringLiteral(" | ")));
  for (const auto& [settings, reply] :
       {std::pair(&plan.first, &comparison.first), {&plan.second, &comparison.second}})
    text += QStringLiteral("\n**%1**\n\n%2\n").arg(policyText(*settings), reply->text);
  return text;
}

}  // namespace zipage::ui
