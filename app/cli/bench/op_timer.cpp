#include "app/cli/bench/op_timer.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

namespace zipage {

namespace {

constexpr int kRounds = 5;
// A stream takes about a thousand launches before the next one has to wait, and an op is a few of them: with
// more, the time of enqueueing would hold the time of waiting.
constexpr int kMostRepetitions = 256;

struct Round {
  double seconds = 0.0;
  double enqueueSeconds = 0.0;
};

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class Rounds {
 public:
  Rounds(Device& device, Stream& stream, const std::function<void(int)>& enqueue)
      : m_device(device), m_stream(stream), m_enqueue(enqueue) {}

  Result<Round> run(int repetitions) {
    const auto start = std::chrono::steady_clock::now();
    if (m_recording == nullptr || !m_device.replay(m_stream, *m_recording)) enqueueAll(repetitions);
    Round round;
    round.enqueueSeconds = secondsSince(start);
    if (auto done = m_device.synchronize(m_stream); !done)
      return failure(ErrorCode::Device, done.error().message);
    round.seconds = secondsSince(start);
    return round;
  }

  /// Rounds of as many repetitions are asked for with one call from now on, where the device can do that.
  void record(int repetitions) {
    m_recording = m_device.record(m_stream, [&] { enqueueAll(repetitions); });
  }

 private:
  void enqueueAll(int repetitions) {
    for (int i = 0; i < repetitions; ++i) m_enqueue(m_next++);
  }

  Device& m_device;
  Stream& m_stream;
  const std::function<void(int)>& m_enqueue;
  std::unique_ptr<Recording> m_recording;
  int m_next = 0;
};

}  // namespace

Result<OpTime> timeOp(Device& device, Stream& stream, double roundSeconds,
                      const std::function<void(int)>& enqueue) {
  Rounds rounds(device, stream, enqueue);
  int repetitions = 1;
  if (auto warm = rounds.run(repetitions); !warm) return tl::unexpected(warm.error());
  for (;;) {
    const auto round = rounds.run(repetitions);
    if (!round) return tl::unexpected(round.error());
    if (round->seconds >= roundSeconds / 2.0 || repetitions >= kMostRepetitions) break;
    const double wanted = roundSeconds / std::max(round->seconds, 1e-7) * repetitions;
    // Ten times as many at most: the first few are no measure for many.
    repetitions =
        std::min({kMostRepetitions, repetitions * 10, std::max(repetitions + 1, static_cast<int>(wanted))});
  }
  rounds.record(repetitions);
  if (auto warm = rounds.run(repetitions); !warm) return tl::unexpected(warm.error());
  std::vector<double> seconds;
  double enqueueSeconds = 0.0;
  double total = 0.0;
  for (int i = 0; i < kRounds; ++i) {
    const auto round = rounds.run(repetitions);
    if (!round) return tl::unexpected(round.error());
    seconds.push_back(round->seconds / repetitions);
    enqueueSeconds += round->enqueueSeconds;
    total += round->seconds;
  }
  std::ranges::sort(seconds);
  return OpTime{seconds[seconds.size() / 2], seconds.front(), seconds.back(), repetitions,
                enqueueSeconds / total};
}

}  // namespace zipage
