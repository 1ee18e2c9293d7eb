{
  # Builds the addon from the published package: node-gyp rebuild --directory=node_modules/millrace/native
  'variables': {'millrace_dir': ''},
  'includes': ['addon.gypi'],
}
