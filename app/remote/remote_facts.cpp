#include "app/remote/remote_facts.h"

#include <QCoreApplication>
#include <QHash>
#include <QLocale>
#include <optional>

namespace zipage {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(RemoteFacts)
};

/// Sums by name, labels left out.
QHash<QString, double> sumsIn(const QString& metrics) {
  QHash<QString, double> sums;
  for (const QString& line : metrics.split(QLatin1Char('\n'))) {
    if (line.startsWith(QLatin1Char('#'))) continue;
    const qsizetype labels = line.indexOf(QLatin1Char('{'));
    const qsizetype labelsEnd = line.lastIndexOf(QLatin1Char('}'));
    const QString name = line.left(labels >= 0 ? labels : line.indexOf(QLatin1Char(' '))).trimmed();
    const QString rest = line.mid(labels >= 0 ? labelsEnd + 1 : name.size()).trimmed();
    bool isNumber = false;
    const double value = rest.section(QLatin1Char(' '), 0, 0).toDouble(&isNumber);
    if (isNumber && !name.isEmpty()) sums[name] += value;
  }
  return sums;
}

std::optional<double> firstOf(const QHash<QString, double>& sums, const QStringList& names) {
  for (const QString& name : names) {
    if (const auto found = sums.find(name); found != sums.end()) return *found;
  }
  return std::nullopt;
}

}  // namespace

QStringList remoteFactsIn(const QString& metrics) {
  const QHash<QString, double> sums = sumsIn(metrics);
  const QLocale locale;
  QStringList lines;
  const auto addCount = [&](const QString& text, const QStringList& names) {
    if (const auto value = firstOf(sums, names)) lines << text.arg(locale.toString(*value, 'f', 0));
  };
  addCount(Words::tr("Requests running: %1"),
           {QStringLiteral("zipage:num_requests_running"), QStringLiteral("vllm:num_requests_running"),
            QStringLiteral("sglang:num_running_reqs"), QStringLiteral("llamacpp:requests_processing")});
  addCount(Words::tr("Requests waiting: %1"),
           {QStringLiteral("zipage:num_requests_waiting"), QStringLiteral("vllm:num_requests_waiting"),
            QStringLiteral("sglang:num_queue_reqs"), QStringLiteral("llamacpp:requests_deferred")});
  const auto used =
      firstOf(sums, {QStringLiteral("zipage:kv_cache_usage_perc"), QStringLiteral("vllm:kv_cache_usage_perc"),
                     QStringLiteral("vllm:gpu_cache_usage_perc"), QStringLiteral("sglang:token_usage"),
                     QStringLiteral("llamacpp:kv_cache_usage_ratio")});
  if (used) lines << Words::tr("KV cache in use: %1 %").arg(locale.toString(*used * 100.0, 'f', 1));
  addCount(Words::tr("Pages held: %1"), {QStringLiteral("zipage:kv_pages_used")});
  addCount(Words::tr("Tokens live: %1"),
           {QStringLiteral("zipage:kv_tokens_live"), QStringLiteral("sglang:num_used_tokens"),
            QStringLiteral("llamacpp:kv_cache_tokens")});
  addCount(Words::tr("Tokens evicted since its start: %1"),
           {QStringLiteral("zipage:kv_tokens_evicted_total")});
  addCount(Words::tr("Compressions since its start: %1"),
           {QStringLiteral("zipage:kv_compression_seconds_count")});
  addCount(Words::tr("Preemptions since its start: %1"),
           {QStringLiteral("zipage:num_preemptions_total"), QStringLiteral("vllm:num_preemptions_total")});
  addCount(
      Words::tr("Tokens generated since its start: %1"),
      {QStringLiteral("zipage:generation_tokens_total"), QStringLiteral("vllm:generation_tokens_total"),
       QStringLiteral("sglang:generation_tokens_total"), QStringLiteral("llamacpp:tokens_predicted_total")});
  return lines;
}

}  // namespace zipage
