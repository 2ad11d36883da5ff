// What an engine elsewhere says of itself at /metrics, in words. Its pages cannot be seen from here, and
// nothing is made up in their place.
#pragma once

#include <QString>
#include <QStringList>

namespace zipage {

/// A line for each figure that is known by one of the names that vLLM, SGLang, llama.cpp and this program
/// use; sums over all models. None: the text holds no such figure.
QStringList remoteFactsIn(const QString& metrics);

}  // namespace zipage
