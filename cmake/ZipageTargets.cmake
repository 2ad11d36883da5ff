# What every target of the tree shares, and the two functions that declare targets.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
# Debug information of every frame would double the build time on two cores; line tables are enough for a backtrace.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

# Some 140 test programs are linked: two seconds each with the usual linker, a third of one with this.
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options("$<$<LINK_LANGUAGE:CXX>:-fuse-ld=mold>")
endif()

# -Wrestrict: g++ 12 sees copies inside std::string overlap that do not.
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wno-unused-parameter;-Wno-maybe-uninitialized;-Wno-restrict>")
if(ZIPAGE_SANITIZE)
  string(REPLACE ";" "," sanitizers "${ZIPAGE_SANITIZE}")
  add_compile_options(-fsanitize=${sanitizers} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitizers})
endif()
add_compile_definitions(QT_NO_KEYWORDS)  # the kernels speak of slots

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
find_package(OpenMP REQUIRED)  # the bandwidth and FMA probes of `zipage-cli bench`
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Qml Test)
if(ZIPAGE_GUI)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Gui Network Widgets Svg)
endif()

# zipage_library(NAME [USES target…]): one static library out of the .cpp files of the current folder. Some are compiled
# together: most of what a compiler reads of a source of ours is Qt, the standard library and JSON, and so it reads them
# once for six. (Compiled headers were tried in its place: with ccache an eighth less for sources of the window, twice as long
# for those of the command line.)
function(zipage_library name)
  cmake_parse_arguments(arg "" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/*.h")
  add_library(${name} STATIC ${sources})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PUBLIC tl::expected ${arg_USES})
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${ZIPAGE_UNITY} UNITY_BUILD_BATCH_SIZE 6)
  if(ZIPAGE_UNITY)
    # A class that only its own source completes may hold what only that source knows; to g++ such a source is now a header.
    target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()

# zipage_tests(LABEL USES target…): a ctest for each tst_*.cpp of the current folder, named for its file.
# A source that starts with the line `// labels: slow` gets those labels as well.
function(zipage_tests label)
  set(test_timeout 300)
  if(ZIPAGE_SANITIZE)
    set(test_timeout 1500)
  endif()
  cmake_parse_arguments(arg "" "" "USES" ${ARGN})
  file(GLOB tests CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tst_*.cpp")
  foreach(source IN LISTS tests)
    get_filename_component(name "${source}" NAME_WE)
    # AUTOMOC would start a CMake for each of them to find out what is known here: that <name>.moc is included.
    set(moc "${CMAKE_CURRENT_BINARY_DIR}/${name}.moc")
    add_custom_command(OUTPUT "${moc}" COMMAND Qt6::moc -DQT_NO_KEYWORDS "${source}" -o "${moc}" DEPENDS "${source}" VERBATIM)
    add_executable(${name} "${source}" "${moc}")
    set_source_files_properties("${source}" PROPERTIES OBJECT_DEPENDS "${moc}")
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    target_include_directories(${name} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}")
    if(NOT ZIPAGE_SANITIZE)
      target_compile_options(${name} PRIVATE -O1)  # compiling a test takes longer than running it
    endif()
    target_link_libraries(${name} PRIVATE Qt6::Test ${arg_USES})
    target_compile_definitions(${name} PRIVATE ZIPAGE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" ZIPAGE_BINARY_DIR="${CMAKE_BINARY_DIR}")
    file(STRINGS "${source}" extra REGEX "^// labels: " LIMIT_COUNT 1)
    string(REPLACE "// labels: " "" extra "${extra}")
    add_test(NAME ${name} COMMAND ${name})
    set(timeout ${test_timeout})
    if("${extra}" MATCHES "slow")
      math(EXPR timeout "6 * ${test_timeout}")
    endif()
    # By itself Qt ends a function after five minutes.
    set_tests_properties(${name} PROPERTIES LABELS "${label};${extra}" TIMEOUT ${timeout}
      ENVIRONMENT "QT_QPA_PLATFORM=offscreen;QTEST_FUNCTION_TIMEOUT=${timeout}000;ZIPAGE_CHECK_BOOKS=1")
    if("${extra}" MATCHES "timed")
      set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)  # what runs beside would be measured too
    endif()
  endforeach()
endfunction()
