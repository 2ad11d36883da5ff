// What the scheduler asks for when pages run short or a text begins, carried out by whoever owns the device.
// Every call changes the books of the sequence it names and of nobody else. One thread.
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
  /// Called before a sequence is admitted. True: something of its text lies in a PrefixStorage and is on its
  /// way; until it has come the sequence waits, and others may be admitted before it.
  virtual bool fetchesBeginning(Sequence& sequence) { return false; }
  /// The sequence is about to forget what was computed of it.
  virtual void notePreempted(const Sequence& sequence) = 0;
};

}  // namespace zipage
