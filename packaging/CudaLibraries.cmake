# What the CUDA Toolkit allows to be passed on and the plug-in opens: cuBLASLt, with the agreement that allows it.
set(toolkit_places "${CUDAToolkit_ROOT}" "${CMAKE_CUDA_TOOLKIT_ROOT_DIRECTORY}")
get_filename_component(compiler_folder "${ZIPAGE_NVCC}" DIRECTORY)
list(APPEND toolkit_places "${compiler_folder}/.." /usr/local/cuda)
string(REGEX MATCH "^[0-9]+" cuda_major "${CMAKE_CUDA_COMPILER_VERSION}")
find_file(ZIPAGE_CUBLASLT "libcublasLt.so.${cuda_major}" PATHS ${toolkit_places} NO_DEFAULT_PATH
  PATH_SUFFIXES lib64 lib targets/x86_64-linux/lib)
file(GLOB agreements /usr/local/cuda/EULA.txt "${compiler_folder}/../EULA.txt"
  "${compiler_folder}/../dist-info/nvidia_cublas-*/licenses/License.txt")
list(APPEND agreements "")
list(GET agreements 0 ZIPAGE_CUDA_LICENCE)
if(ZIPAGE_CUBLASLT)
  file(REAL_PATH "${ZIPAGE_CUBLASLT}" library)
  install(FILES "${library}" RENAME "libcublasLt.so.${cuda_major}" DESTINATION "${ZIPAGE_PRIVATE_LIBDIR}"
    COMPONENT zipage-cuda)
else()
  message(STATUS "libcublasLt.so.${cuda_major} was not found: the package zipage-cuda will lack it")
endif()
