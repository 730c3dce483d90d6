# SPDX-License-Identifier: Apache-2.0
#
# The target `iotsim_flags` carries language level, warnings, hardening and
# sanitizers. Everything that is compiled here links it privately.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

add_library(iotsim_flags INTERFACE)
target_compile_features(iotsim_flags INTERFACE c_std_11)
target_compile_definitions(iotsim_flags INTERFACE _GNU_SOURCE
  OPENSSL_API_COMPAT=30000)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)

set(warnings
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual
  -Wcast-align -Wwrite-strings -Wpointer-arith -Wstrict-prototypes
  -Wmissing-prototypes -Wmissing-declarations -Wold-style-definition
  -Wredundant-decls -Wundef -Wvla -Walloca -Wformat=2 -Wimplicit-fallthrough
  -Wswitch-enum -Wnull-dereference -Wdouble-promotion -Wbad-function-cast)
if(NOT IOTSIM_SANITIZE AND NOT IOTSIM_FUZZ) # sanitizers pad the frames
  list(APPEND warnings -Wframe-larger-than=4096)
endif()
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND warnings
    -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init
    -Wtrampolines -Wformat-overflow=2 -Wformat-truncation=2
    -Wformat-signedness -Wstringop-overflow=4 -Warith-conversion)
else()
  list(APPEND warnings
    -Wcomma -Wconditional-uninitialized -Wshorten-64-to-32 -Wunreachable-code
    -Wassign-enum -Wthread-safety)
endif()
if(IOTSIM_WERROR)
  list(APPEND warnings -Werror)
endif()
target_compile_options(iotsim_flags INTERFACE ${warnings})

# Add each flag that the compiler knows.
function(iotsim_add_flags)
  foreach(flag IN LISTS ARGN)
    string(MAKE_C_IDENTIFIER "have${flag}" have)
    check_c_compiler_flag(${flag} ${have})
    if(${have})
      target_compile_options(iotsim_flags INTERFACE ${flag})
    endif()
  endforeach()
endfunction()

if(IOTSIM_HARDEN)
  iotsim_add_flags(-fstack-protector-strong -fstack-clash-protection
    -fcf-protection=full -fno-strict-overflow -fno-delete-null-pointer-checks
    -fno-common -ftrivial-auto-var-init=zero)
  if(NOT IOTSIM_SANITIZE)
    target_compile_options(iotsim_flags INTERFACE -U_FORTIFY_SOURCE
      -D_FORTIFY_SOURCE=3)
  endif()
  target_link_options(iotsim_flags INTERFACE -Wl,-z,relro,-z,now
    -Wl,-z,noexecstack)
endif()

if(IOTSIM_SANITIZE)
  target_compile_options(iotsim_flags INTERFACE
    -fsanitize=${IOTSIM_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer -g -O1)
  target_link_options(iotsim_flags INTERFACE -fsanitize=${IOTSIM_SANITIZE})
elseif(NOT IOTSIM_FUZZ) # sanitizers leave symbols to the program
  target_link_options(iotsim_flags INTERFACE -Wl,-z,defs -Wl,--as-needed)
endif()
if(IOTSIM_FUZZ)
  target_compile_options(iotsim_flags INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -g -O1)
  target_link_options(iotsim_flags INTERFACE -fsanitize=address,undefined)
endif()
if(IOTSIM_COVERAGE)
  target_compile_options(iotsim_flags INTERFACE --coverage)
  target_link_options(iotsim_flags INTERFACE --coverage)
endif()
