#include "ui/memory/work_time.h"

#include <algorithm>

namespace zipage::ui {

namespace {

/// `part` of `whole`, of something as long as `of`.
Duration shareOf(Duration part, Duration whole, Duration of) {
  const double share = static_cast<double>(part.count()) / static_cast<double>(whole.count());
  return Duration(static_cast<Duration::rep>(share * static_cast<double>(of.count())));
}

}  // namespace

WorkTime::WorkTime(const SampleHistory& samples) {
  const auto& spans = samples.spans();
  if (spans.empty()) return;
  m_start = spans.front().from;
  Duration saved{};
  for (std::size_t i = 1; i < spans.size(); ++i) {
    if (!areApart(spans[i - 1], spans[i])) continue;
    const Duration from = spans[i - 1].last.at, to = spans[i].from;
    m_idles.push_back({from, to, from - m_start - saved});
    saved += to - from - kGlance;
  }
}

Duration WorkTime::workAt(Duration moment) const {
  const auto after = std::upper_bound(m_idles.begin(), m_idles.end(), moment,
                                      [](Duration value, const Idle& idle) { return value < idle.from; });
  if (after == m_idles.begin()) return moment - m_start;
  const Idle& idle = *std::prev(after);
  if (moment >= idle.to) return idle.work + kGlance + (moment - idle.to);
  return idle.work + shareOf(moment - idle.from, idle.to - idle.from, kGlance);
}

Duration WorkTime::momentAt(Duration work) const {
  const auto after = std::upper_bound(m_idles.begin(), m_idles.end(), work,
                                      [](Duration value, const Idle& idle) { return value < idle.work; });
  if (after == m_idles.begin()) return m_start + work;
  const Idle& idle = *std::prev(after);
  if (work >= idle.work + kGlance) return idle.to + (work - idle.work - kGlance);
  return idle.from + shareOf(work - idle.work, kGlance, idle.to - idle.from);
}

}  // namespace zipage::ui
