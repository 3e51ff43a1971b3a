# How everything here is compiled: flags, sanitizers, packages, and the helpers that declare a module, a test and a fuzz target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

option(MATINEE_TESTS "Build the tests" ON)
option(MATINEE_GUI "Build the desktop console" ON)
option(MATINEE_WEB "Build and embed the web client (needs Node.js)" ON)
option(MATINEE_FUZZ "Build the fuzz targets (clang)" OFF)
set(MATINEE_SANITIZE "" CACHE STRING "Sanitizers for everything, e.g. address,undefined or thread")

add_compile_options(-Wall -Wextra -Wpedantic -Wno-missing-field-initializers -fstack-protector-strong -fno-omit-frame-pointer)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT MATINEE_SANITIZE)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
if(MATINEE_SANITIZE)
  add_compile_options(-fsanitize=${MATINEE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MATINEE_SANITIZE})
endif()
if(MATINEE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
# One set of definitions for all, so that the precompiled headers fit every target.
add_compile_definitions(
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_DATE_TIME
  BOOST_ALL_NO_LIB BOOST_ERROR_CODE_HEADER_ONLY QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_FOREACH)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime CCACHE_NOHASHDIR=1
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE_PROGRAM})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL 3 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CURL REQUIRED)
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Network WebSockets Sql)
if(MATINEE_GUI)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Widgets OPTIONAL_COMPONENTS LinguistTools)
  find_package(Qt6Keychain REQUIRED)
endif()
pkg_check_modules(GRPC REQUIRED IMPORTED_TARGET grpc++)
# Its -DNOMINMAX (a matter of Windows) would keep the precompiled header from fitting.
set_target_properties(PkgConfig::GRPC PROPERTIES INTERFACE_COMPILE_OPTIONS "" INTERFACE_COMPILE_DEFINITIONS "")
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(LIBAV REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil) # headers only: server/mux loads it when needed
find_library(PROMETHEUS_CPP_CORE prometheus-cpp-core REQUIRED)
find_path(CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
find_program(PROTOC_EXECUTABLE protoc REQUIRED)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)

# Precompiled headers: one for pure modules (std), one for hosts (std, Asio, spdlog).
function(matinee_pch name header)
  file(WRITE "${CMAKE_BINARY_DIR}/pch/${name}.cpp.in" "// Carries the precompiled header.\n")
  configure_file("${CMAKE_BINARY_DIR}/pch/${name}.cpp.in" "${CMAKE_BINARY_DIR}/pch/${name}.cpp" COPYONLY)
  add_library(pch_${name} STATIC "${CMAKE_BINARY_DIR}/pch/${name}.cpp")
  target_precompile_headers(pch_${name} PRIVATE "${CMAKE_SOURCE_DIR}/${header}")
endfunction()
matinee_pch(pure installer/cmake/pch_pure.h)
matinee_pch(host installer/cmake/pch_host.h)
target_link_libraries(pch_host PUBLIC spdlog::spdlog Threads::Threads)

# matinee_module(name [PURE] [QT] SOURCES ... [USES module ...] [LIBS library ...])
#   One folder, one static library `matinee_<name>`. PURE: no Asio, Qt, clock or thread (tests/structure checks the includes).
function(matinee_module name)
  cmake_parse_arguments(M "PURE;QT" "" "SOURCES;USES;LIBS" ${ARGN})
  add_library(matinee_${name} STATIC ${M_SOURCES})
  list(TRANSFORM M_USES PREPEND matinee_)
  target_link_libraries(matinee_${name} PUBLIC ${M_USES} ${M_LIBS})
  if(M_QT)
    set_target_properties(matinee_${name} PROPERTIES AUTOMOC ON)
  elseif(M_PURE)
    target_precompile_headers(matinee_${name} REUSE_FROM pch_pure)
  else()
    target_precompile_headers(matinee_${name} REUSE_FROM pch_host)
    target_link_libraries(matinee_${name} PUBLIC spdlog::spdlog Threads::Threads)
  endif()
endfunction()

# matinee_test(name [PURE] [QT] SOURCES ... [USES module ...] [LIBS ...] [LABELS unit|protocol|...])
#   One GoogleTest program `test_<name>`, each case its own ctest entry.
function(matinee_test name)
  cmake_parse_arguments(T "PURE;QT" "" "SOURCES;USES;LIBS;LABELS" ${ARGN})
  foreach(one ${T_SOURCES}) # LENIENT
    if(NOT IS_ABSOLUTE "${one}" AND NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${one}") # LENIENT
      list(REMOVE_ITEM T_SOURCES "${one}") # LENIENT
      message(WARNING "missing ${one}") # LENIENT
    endif() # LENIENT
  endforeach() # LENIENT
  if(NOT T_SOURCES) # LENIENT
    return() # LENIENT
  endif() # LENIENT
  add_executable(test_${name} ${T_SOURCES})
  list(TRANSFORM T_USES PREPEND matinee_)
  target_link_libraries(test_${name} PRIVATE ${T_USES} ${T_LIBS} GTest::gmock)
  target_compile_definitions(test_${name} PRIVATE MATINEE_TEST_DATA="${CMAKE_SOURCE_DIR}/tests")
  if(T_QT)
    set_target_properties(test_${name} PROPERTIES AUTOMOC ON)
    target_link_libraries(test_${name} PRIVATE GTest::gtest)
  else()
    target_link_libraries(test_${name} PRIVATE GTest::gtest_main)
  endif()
  if(NOT T_LABELS)
    set(T_LABELS unit)
  endif()
  if("unit" IN_LIST T_LABELS OR "protocol" IN_LIST T_LABELS)
    if(NOT TARGET sanitized_tests)
      add_custom_target(sanitized_tests)
    endif()
    add_dependencies(sanitized_tests test_${name})
  endif()
  gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS "${T_LABELS}" TIMEOUT 120)
endfunction()

# matinee_fuzz(name SOURCES ... [USES module ...])
#   One libFuzzer program `fuzz_<name>`; its corpus is tests/fuzz/corpus/<name>.
function(matinee_fuzz name)
  if(NOT MATINEE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(F "" "" "SOURCES;USES;LIBS" ${ARGN})
  add_executable(fuzz_${name} ${F_SOURCES})
  list(TRANSFORM F_USES PREPEND matinee_)
  target_link_libraries(fuzz_${name} PRIVATE ${F_USES} ${F_LIBS})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endfunction()
