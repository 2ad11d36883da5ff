// Unguessable stand-ins for the texts of a conversation, so that a rendered template can be taken apart again
// into what the template wrote and what people wrote.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/prompt_encoder.h"

namespace zipage {

/// A piece of a rendering: the template's own text, or the place of text number `index`.
struct RenderedPiece {
  std::string text;  // of the template; empty for a place
  int index = -1;    // -1: the template's
};

class TextMarkers {
 public:
  /// Draws a new secret.
  TextMarkers();

  /// The stand-in of text number `index`: letters and digits only, so no filter of a template has reason to
  /// change it.
  std::string markerOf(int index) const;
  /// Splits a rendering of stand-ins at them.
  std::vector<RenderedPiece> split(std::string_view rendering) const;

 private:
  std::string m_secret;
};

/// The segments of `direct`, the rendering of the texts themselves, told apart by `pieces`, the rendering of
/// their stand-ins. Texts may have lost white space at either end. Nothing when the two renderings differ in
/// any other way.
std::optional<std::vector<PromptSegment>> alignTexts(const std::vector<RenderedPiece>& pieces,
                                                     const std::vector<std::string>& texts,
                                                     std::string_view direct);

}  // namespace zipage
