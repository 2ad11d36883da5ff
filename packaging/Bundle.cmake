# The component bundle: what a system of another make lacks. Installed only when it is asked for by name.
if(ZIPAGE_GUI)
  get_target_property(qmake Qt6::qmake IMPORTED_LOCATION)
  execute_process(COMMAND "${qmake}" -query QT_INSTALL_PLUGINS OUTPUT_VARIABLE qt_plugins
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  install(CODE "
    set(BUILD_BIN \"${CMAKE_BINARY_DIR}/bin\")
    set(QT_PLUGINS \"${qt_plugins}\")
    set(PRIVATE_LIBDIR \"${ZIPAGE_PRIVATE_LIBDIR}\")
    set(DOCUMENTS \"${CMAKE_INSTALL_DATADIR}/doc/zipage\")
    include(\"${CMAKE_CURRENT_SOURCE_DIR}/BundleLibraries.cmake\")"
    COMPONENT bundle EXCLUDE_FROM_ALL)
endif()
