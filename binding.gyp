{
  # For developers; the published package has native/binding.gyp alone, because npm compiles any package with a
  # binding.gyp in its root.
  'variables': {'millrace_dir': 'native/'},
  'includes': ['native/addon.gypi'],
}
