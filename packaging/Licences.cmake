# The licences of all that is shipped: what is compiled or bundled in (licences.mjs), what CUDA allows to be passed on;
# those of bundled libraries are gathered with them (BundleLibraries.cmake).
get_property(lists GLOBAL PROPERTY ZIPAGE_BUNDLED_PACKAGES)
add_custom_command(OUTPUT "${made}/copyright"
  COMMAND "${NODE_PROGRAM}" "${CMAKE_CURRENT_SOURCE_DIR}/licences.mjs" "${CMAKE_SOURCE_DIR}/LICENSE"
          "${ZIPAGE_NPM_DIR}/node_modules" "${made}" ${lists}
  DEPENDS licences.mjs "${CMAKE_SOURCE_DIR}/LICENSE" ${lists} "${ZIPAGE_NPM_STAMP}" zipage_npm
  COMMENT "Gathering licences" VERBATIM)
list(APPEND packaged "${made}/copyright")
set(documents "${CMAKE_INSTALL_DATADIR}/doc/zipage")
install(FILES "${made}/copyright" DESTINATION "${documents}" COMPONENT zipage)
install(DIRECTORY "${made}/licences" DESTINATION "${documents}" COMPONENT zipage)

if(ZIPAGE_HAS_CUDA)
  install(FILES cuda.copyright RENAME copyright DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/zipage-cuda"
    COMPONENT zipage-cuda)
  if(ZIPAGE_CUDA_LICENCE)
    install(FILES "${ZIPAGE_CUDA_LICENCE}" RENAME CUDA-Toolkit-EULA.txt COMPONENT zipage-cuda
      DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/zipage-cuda")
  endif()
endif()
