#compdef zipage
_arguments \
  '--ask[ask this in a new chat as soon as the model is ready]:text:' \
  '--models[show the list of models at once]' \
  '--doctor[show at once what this computer has and what is missing]' \
  '(-h --help)'{-h,--help}'[list the options]' \
  '--help-all[list those of Qt as well]' \
  '(-v --version)'{-v,--version}'[print the version]' \
  ':model:_files'
