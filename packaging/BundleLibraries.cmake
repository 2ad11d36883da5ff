# Run at the installation of the component bundle: the libraries that the programs and Qt's plug-ins need go to lib/zipage, as
# they are, with their licences and the list of the packages they came from. Needs: BUILD_BIN, QT_PLUGINS, PRIVATE_LIBDIR,
# DOCUMENTS, and CMAKE_INSTALL_PREFIX with $DESTDIR.
#
# What every desktop brings stays its own: the C and C++ libraries, which are only ever newer there; X11, OpenGL and their like,
# which belong to the drivers; fonts, which belong to the system's settings; D-Bus, which belongs to the session.
set(of_the_system
  "^ld-linux" "^libc\\." "^libm\\." "^libdl\\." "^librt\\." "^libpthread\\." "^libresolv\\." "^libutil\\."
  "^libstdc\\+\\+\\." "^libgcc_s\\." "^libmvec\\."
  "^libX11\\." "^libX11-xcb\\." "^libxcb\\.so\\.1$" "^libEGL\\." "^libGL\\." "^libGLX\\." "^libGLdispatch\\." "^libOpenGL\\."
  "^libGLES" "^libdrm\\." "^libgbm\\." "^libvulkan\\." "^libICE\\." "^libSM\\."
  "^libfontconfig\\." "^libfreetype\\." "^libharfbuzz\\." "^libexpat\\." "^libz\\." "^libdbus-1\\." "^libcuda\\.")
set(plugin_names
  platforms/libqxcb.so platforms/libqoffscreen.so platforms/libqminimal.so platforms/libqwayland-generic.so
  platforms/libqwayland-egl.so platformthemes/libqxdgdesktopportal.so iconengines/libqsvgicon.so imageformats/libqsvg.so)
foreach(folder platforminputcontexts tls xcbglintegrations wayland-shell-integration wayland-decoration-client
        wayland-graphics-integration-client)
  file(GLOB found RELATIVE "${QT_PLUGINS}" "${QT_PLUGINS}/${folder}/*.so")
  list(APPEND plugin_names ${found})
endforeach()

set(root "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")  # so nothing here is copied by file(INSTALL), which adds DESTDIR once more
set(libraries "${root}/${PRIVATE_LIBDIR}")
file(REMOVE_RECURSE "${libraries}/plugins")
set(plugins "")
foreach(name IN LISTS plugin_names)
  if(EXISTS "${QT_PLUGINS}/${name}")
    list(APPEND plugins "${QT_PLUGINS}/${name}")
    get_filename_component(folder "${name}" DIRECTORY)
    file(COPY "${QT_PLUGINS}/${name}" DESTINATION "${libraries}/plugins/${folder}")
  else()
    message(STATUS "Not bundled, since it is not installed: ${name}")
  endif()
endforeach()

file(GET_RUNTIME_DEPENDENCIES EXECUTABLES "${BUILD_BIN}/zipage" "${BUILD_BIN}/zipage-cli" MODULES ${plugins}
  PRE_EXCLUDE_REGEXES ${of_the_system} RESOLVED_DEPENDENCIES_VAR resolved UNRESOLVED_DEPENDENCIES_VAR missing)
if(missing)
  message(FATAL_ERROR "These libraries are missing: ${missing}")
endif()
foreach(library IN LISTS resolved)
  # Under the name that is asked for, without the links that lead to it.
  get_filename_component(name "${library}" NAME)
  file(REAL_PATH "${library}" real)
  file(COPY_FILE "${real}" "${libraries}/${name}")
endforeach()

# ask(VARIABLE COMMAND...): the first line of what it says.
function(ask variable)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE said OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  string(REGEX REPLACE "\n.*" "" said "${said}")
  set(${variable} "${said}" PARENT_SCOPE)
endfunction()

set(told "")
set(packages "")
foreach(file IN LISTS resolved plugins)
  file(REAL_PATH "${file}" real)
  string(REGEX REPLACE "^/usr" "" without_usr "${real}")  # as packages name what was in /lib before it became a link
  ask(owner sh -c "dpkg-query -S '${real}' || dpkg-query -S '${without_usr}'")
  string(REGEX REPLACE ":.*" "" package "${owner}")
  if(NOT package)
    message(FATAL_ERROR "No package owns ${real}, so its licence is not known")
  endif()
  get_filename_component(name "${file}" NAME)
  ask(version dpkg-query -W -f "\${Version} (source \${source:Package} \${source:Version})\n" "${package}")
  string(APPEND told "${name}: ${package} ${version}\n")
  list(APPEND packages "${package}")
endforeach()

list(REMOVE_DUPLICATES packages)
set(licences "${root}/${DOCUMENTS}/licences")
foreach(package IN LISTS packages)
  file(REAL_PATH "/usr/share/doc/${package}/copyright" copyright)
  file(COPY_FILE "${copyright}" "${licences}/${package}.txt")
endforeach()
# The texts that those files refer to.
foreach(name Apache-2.0 GPL-2 GPL-3 LGPL-2 LGPL-2.1 LGPL-3 MPL-1.1 MPL-2.0 CC0-1.0)
  if(EXISTS "/usr/share/common-licenses/${name}")
    file(REAL_PATH "/usr/share/common-licenses/${name}" text)
    file(COPY_FILE "${text}" "${licences}/${name}.txt")
  endif()
endforeach()
file(READ "${CMAKE_CURRENT_LIST_DIR}/bundled-libraries.md" head)
file(WRITE "${root}/${DOCUMENTS}/bundled-libraries.md" "${head}${told}")
