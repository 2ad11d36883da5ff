# The version stands in one place, project() in the top CMakeLists.txt; the changelog tells when it came and, in its first
# paragraph, what it is. Sets ZIPAGE_RELEASE_DATE and ZIPAGE_RELEASE_SUMMARY, and makes the changelogs that packages have.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/CHANGELOG.md")
file(READ "${CMAKE_SOURCE_DIR}/CHANGELOG.md" changelog)
string(REGEX MATCH "\n## ([0-9.]+) \\(([0-9-]+)\\)\n\n([^\n]+(\n[^\n]+)*)\n\n" newest "${changelog}")
if(NOT CMAKE_MATCH_1 STREQUAL PROJECT_VERSION)
  message(FATAL_ERROR "CHANGELOG.md begins with version \"${CMAKE_MATCH_1}\", and the project has ${PROJECT_VERSION}")
endif()
set(ZIPAGE_RELEASE_DATE "${CMAKE_MATCH_2}")
string(REPLACE "\n" " " ZIPAGE_RELEASE_SUMMARY "${CMAKE_MATCH_3}")

# Debian wants a changelog of its own form beside the project's.
execute_process(COMMAND date -R -u -d "${ZIPAGE_RELEASE_DATE}" OUTPUT_VARIABLE release_time
  OUTPUT_STRIP_TRAILING_WHITESPACE)
file(CONFIGURE OUTPUT "${made}/changelog.Debian" CONTENT
"zipage (@PROJECT_VERSION@-@ZIPAGE_PACKAGE_RELEASE@) unstable; urgency=medium

  * Version @PROJECT_VERSION@; see changelog.gz.

 -- @ZIPAGE_MAINTAINER@  @release_time@
" @ONLY)
# pack_changelog(FILE NAME)
macro(pack_changelog file name)
  add_custom_command(OUTPUT "${made}/${name}" DEPENDS "${file}" VERBATIM
    COMMAND gzip -9 -n -c "${file}" > "${made}/${name}")
  list(APPEND packaged "${made}/${name}")
endmacro()
pack_changelog("${CMAKE_SOURCE_DIR}/CHANGELOG.md" changelog.gz)
pack_changelog("${made}/changelog.Debian" changelog.Debian.gz)
set(documents "${CMAKE_INSTALL_DATADIR}/doc")
install(FILES "${made}/changelog.gz" DESTINATION "${documents}/zipage" COMPONENT zipage)
install(FILES "${made}/changelog.Debian.gz" DESTINATION "${documents}/zipage" COMPONENT debian)
install(FILES "${made}/changelog.gz" "${made}/changelog.Debian.gz" DESTINATION "${documents}/zipage-cuda"
  COMPONENT zipage-cuda)
