# How CPack makes .deb and .rpm of what is installed; ./dev package calls it, and makes the archive itself
# (archive.sh). A .deb takes its libraries from the distribution; an .rpm brings those that distributions have in many versions,
# as the archive does, since it is built on Debian.
set(CPACK_PACKAGE_NAME zipage)
set(CPACK_PACKAGE_VENDOR "The Zipage authors")
set(CPACK_PACKAGE_CONTACT "${ZIPAGE_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_HOMEPAGE_URL "${PROJECT_HOMEPAGE_URL}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_PROJECT_CONFIG_FILE "${CMAKE_CURRENT_SOURCE_DIR}/ForGenerator.cmake")
set(CPACK_OUTPUT_FILE_PREFIX "${CMAKE_BINARY_DIR}/packages")
set(CPACK_VERBATIM_VARIABLES ON)

set(about_program
"Reasoning models think for thousands of tokens, and their KV cache is what runs
out. Zipage gives every chat a fixed number of pages; when they are full, the
tokens that matter least are evicted in place and the model goes on thinking.
The window shows the pages, who holds them, and each compression. A small model
is included; others are opened as GGUF files or Hugging Face folders.")
set(about_cuda
"The plug-in with which Zipage computes on NVIDIA GPUs of compute capability 8.0
and later, with the library of matrix products that it uses. The driver comes
from elsewhere.")

set(CPACK_COMPONENTS_ALL zipage debian bundle)
if(ZIPAGE_HAS_CUDA)
  list(APPEND CPACK_COMPONENTS_ALL zipage-cuda)
endif()

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${ZIPAGE_PACKAGE_RELEASE})
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME zipage)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "${about_program}")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "qt6-wayland, qt6-gtk-platformtheme")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS zipage-cuda)
set(CPACK_DEBIAN_CUDA_PACKAGE_NAME zipage-cuda)
set(CPACK_DEBIAN_CUDA_PACKAGE_SECTION non-free/utils)
set(CPACK_DEBIAN_CUDA_DESCRIPTION "${about_cuda}")
set(CPACK_DEBIAN_CUDA_PACKAGE_DEPENDS
  "zipage (= ${PROJECT_VERSION}-${ZIPAGE_PACKAGE_RELEASE})")

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE ${ZIPAGE_PACKAGE_RELEASE})
set(CPACK_RPM_COMPRESSION_TYPE xz)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_PACKAGE_URL "${PROJECT_HOMEPAGE_URL}")
# What is needed is computed by requirements.sh, which knows what is bundled; rpm's own search does not.
set(CPACK_RPM_PACKAGE_AUTOREQPROV no)
set(CPACK_RPM_SPEC_MORE_DEFINE "%define _build_id_links none\n%define __strip /bin/true")
set(CPACK_RPM_PROGRAM_PACKAGE_NAME zipage)
set(CPACK_RPM_PROGRAM_PACKAGE_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RPM_PROGRAM_PACKAGE_DESCRIPTION "${about_program}")
set(CPACK_RPM_CUDA_PACKAGE_NAME zipage-cuda)
set(CPACK_RPM_CUDA_PACKAGE_SUMMARY "NVIDIA GPUs for Zipage")
set(CPACK_RPM_CUDA_PACKAGE_DESCRIPTION "${about_cuda}")
set(CPACK_RPM_CUDA_PACKAGE_REQUIRES "zipage = ${PROJECT_VERSION}-${ZIPAGE_PACKAGE_RELEASE}")
# Folders that belong to the system.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /usr/lib /usr/share/applications /usr/share/metainfo
  /usr/share/mime /usr/share/mime/packages /usr/share/man /usr/share/man/man1 /usr/share/doc /usr/share/icons
  /usr/share/icons/hicolor /usr/share/bash-completion /usr/share/bash-completion/completions /usr/share/zsh
  /usr/share/zsh/site-functions /usr/share/fish /usr/share/fish/vendor_completions.d)
foreach(size scalable symbolic 48x48 64x64 128x128 256x256)
  list(APPEND CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /usr/share/icons/hicolor/${size} /usr/share/icons/hicolor/${size}/apps)
endforeach()

include(CPack)
cpack_add_component_group(program)
cpack_add_component_group(cuda)
cpack_add_component(zipage GROUP program)
cpack_add_component(debian GROUP program)
cpack_add_component(bundle GROUP program)
cpack_add_component(zipage-cuda GROUP cuda)
