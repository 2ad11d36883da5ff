#pragma once

namespace zipage {

/// Where plug-ins of Qt lie in lib/zipage/plugins, Qt takes them from there and from nowhere else: those of
/// the system may be of another version. REQUIRES: there is no application object yet.
void useBundledPlugins();

}  // namespace zipage
