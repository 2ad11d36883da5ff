# Read by cpack for each kind of package: which components it holds and, for .rpm, what it needs of the system. STAGED is the
# folder in which the same lies installed (cpack -D CPACK_ZIPAGE_STAGED=...).
if(CPACK_GENERATOR STREQUAL "DEB")
  list(REMOVE_ITEM CPACK_COMPONENTS_ALL bundle)
elseif(CPACK_GENERATOR STREQUAL "RPM")
  list(REMOVE_ITEM CPACK_COMPONENTS_ALL debian)
  execute_process(COMMAND bash "${CMAKE_CURRENT_LIST_DIR}/requirements.sh" "${CPACK_ZIPAGE_STAGED}"
    OUTPUT_VARIABLE needed OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "What the programs need of the system could not be found out")
  endif()
  string(REPLACE "\n" ", " CPACK_RPM_PROGRAM_PACKAGE_REQUIRES "${needed}")
endif()
