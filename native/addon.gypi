{
  'targets': [{
    'target_name': 'millrace',
    'sources': ['<!@(node <(millrace_dir)sources.cjs <(millrace_dir))'],
    'include_dirs': ['<(millrace_dir).', '<!(node -p "require(\'node-addon-api\').include_dir")'],
    # A worker thread that is terminated refuses calls at any moment, in the middle of a binding too; without the last
    # of these node-addon-api ends the whole process then.
    'defines': [
      'NAPI_VERSION=9', 'NAPI_DISABLE_CPP_EXCEPTIONS', 'NODE_ADDON_API_DISABLE_DEPRECATED',
      'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
    ],

    # Node's own defaults are C++17 without exceptions; ours is C++20, where exceptions exist only so that
    # std::bad_alloc becomes an error. There is no -march: every instruction set beyond the baseline is chosen at run
    # time (simd/dispatch). No -ffast-math either: the two flags below do not change a result. Functions begin on cache
    # lines and loops on halves, or the speed of a loop follows from the size of the code before it, by up to a tenth.
    'cflags_cc!': ['-fno-exceptions', '-std=gnu++17', '-std=gnu++20', '-O3'],
    'cflags_cc': [
      '-std=c++20', '-fexceptions', '-fno-rtti', '-O3', '-fno-math-errno', '-fno-trapping-math',
      '-fvisibility=hidden', '-fvisibility-inlines-hidden', '-ffunction-sections', '-fdata-sections',
      '-falign-functions=64', '-falign-loops=32', '-Wall', '-Wextra', '-Wno-unused-parameter',
    ],

    'conditions': [
      ['OS=="linux"', {
        'ldflags': [
          # Threads of the pool still run when Node unloads an addon whose worker has ended.
          '-Wl,-z,nodelete',
          # The node binary exports its own libstdc++ and zlib symbols; ours must never meet them.
          '-Wl,-Bsymbolic', '-Wl,--exclude-libs,ALL', '-static-libstdc++', '-static-libgcc',
          '-Wl,--version-script=<(module_root_dir)/<(millrace_dir)exports.map',
          '-Wl,-z,relro', '-Wl,-z,now', '-Wl,-z,noexecstack', '-Wl,--gc-sections',
        ],
      }],
      ['OS=="mac"', {
        'xcode_settings': {
          'CLANG_CXX_LANGUAGE_STANDARD': 'c++20',
          'CLANG_CXX_LIBRARY': 'libc++',
          'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
          'GCC_ENABLE_CPP_RTTI': 'NO',
          'GCC_OPTIMIZATION_LEVEL': '3',
          'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
          'GCC_INLINES_ARE_PRIVATE_EXTERN': 'YES',
          'MACOSX_DEPLOYMENT_TARGET': '11.0',
          'OTHER_CPLUSPLUSFLAGS': ['-fno-math-errno', '-fno-trapping-math'],
          'OTHER_LDFLAGS': ['-Wl,-dead_strip'],
        },
      }],
      ['OS=="win"', {
        'defines': ['NOMINMAX', 'WIN32_LEAN_AND_MEAN', '_CRT_SECURE_NO_WARNINGS'],
        'msvs_settings': {
          'VCCLCompilerTool': {
            'ExceptionHandling': 1,
            'RuntimeTypeInfo': 'false',
            'AdditionalOptions!': ['-std:c++17', '/std:c++17'],
            'AdditionalOptions': ['/std:c++20', '/O2', '/utf-8', '/Zc:__cplusplus'],
          },
          'VCLinkerTool': {'AdditionalOptions': ['/OPT:REF', '/OPT:ICF']},
        },
      }],
    ],
  }],
}
