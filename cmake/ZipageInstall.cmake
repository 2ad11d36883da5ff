# Where things are installed. What the program finds by its own place (the embedded model, the CUDA plug-in, bundled
# libraries and plug-ins of Qt) lies at fixed steps from bin/, so that a tree works wherever it is put.
include(GNUInstallDirs)
set(ZIPAGE_PRIVATE_LIBDIR "lib/zipage")

# The older kind of path, which counts for what a library loads as well: bundled libraries are then those of the system they
# came from, to the byte, and need no path of their own.
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${ZIPAGE_PRIVATE_LIBDIR}")

# zipage_install_program(TARGET)
function(zipage_install_program target)
  target_link_options(${target} PRIVATE -Wl,--disable-new-dtags)
  install(TARGETS ${target} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT zipage)
endfunction()
