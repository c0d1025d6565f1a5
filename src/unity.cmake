# Compiles the files of a module as one: a build takes half the time. Alone stay the files of folders that are a table's
# rows (each has a `make` or a `kFields` of its own), and those on the way from seed to spike: their flags are their own,
# and tests look into their objects.
# -DSTIMGEN_UNITY=OFF compiles every file by itself: quicker after a small change, and with -DSTIMGEN_PRECOMPILE=OFF it
# shows what a file forgot to include. A name that stands twice in a module shows in a build with it.
set(modules audit base cli combine draw grammar h5 network plan recipe report run source stats store)
foreach(module IN LISTS modules)
  file(GLOB sources CONFIGURE_DEPENDS src/${module}/*.cpp)
  set_source_files_properties(${sources} PROPERTIES UNITY_GROUP ${module})
endforeach()
set_source_files_properties(src/base/maths.cpp src/base/random.cpp src/base/chunk_codec.cpp src/base/fletcher32.cpp
  PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
set_target_properties(stimgen_lib stimgen_cli PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
# A member of a type in an unnamed namespace is well where its class stands in the same source file: gcc sees an included one.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(stimgen_flags INTERFACE -Wno-subobject-linkage)
endif()
