# The icon at any size, in the colour of the text, and as pictures for desktops that draw no SVG.
set(hicolor "${CMAKE_INSTALL_DATADIR}/icons/hicolor")
install(FILES icons/${id}.svg DESTINATION "${hicolor}/scalable/apps" COMPONENT zipage)
install(FILES icons/${id}-symbolic.svg DESTINATION "${hicolor}/symbolic/apps" COMPONENT zipage)

find_program(RSVG_CONVERT rsvg-convert)
if(NOT RSVG_CONVERT)
  return()  # a build that is not packaged has the SVG alone
endif()
foreach(size 48 64 128 256)
  set(picture "${made}/icons/${size}/${id}.png")
  file(MAKE_DIRECTORY "${made}/icons/${size}")
  add_custom_command(OUTPUT "${picture}" DEPENDS icons/${id}.svg VERBATIM
    COMMAND "${RSVG_CONVERT}" -w ${size} -h ${size} -o "${picture}" "${CMAKE_CURRENT_SOURCE_DIR}/icons/${id}.svg")
  list(APPEND packaged "${picture}")
  install(FILES "${picture}" DESTINATION "${hicolor}/${size}x${size}/apps" COMPONENT zipage)
endforeach()
