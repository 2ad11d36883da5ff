// What the scheduler asks for when pages run short, carried out by whoever owns the device. Every call
// changes the books of the sequence it names and of nobody else. One thread.
#pragma once

namespace zipage {

struct Sequence;

class PageRelief {
 public:
  virtual ~PageRelief() = default;

  /// Compresses the sequence down to its budget, or begins to. False: it could not.
  virtual bool compress(Sequence& sequence) = 0;
  /// Copies what the sequence holds to host memory; its pages and query slot are free afterwards. False: no
  /// memory for it, nothing has changed.
  virtual bool swapOut(Sequence& sequence) = 0;
  /// The way back, into the pages and the query slot the sequence has been given. False: the device is lost.
  virtual bool swapIn(Sequence& sequence) = 0;
  /// The sequence is about to forget what was computed of it.
  virtual void notePreempted(const Sequence& sequence) = 0;
};

}  // namespace zipage
