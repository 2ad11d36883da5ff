# fish completion for zipage
complete -c zipage -l ask -x -d 'Ask this in a new chat as soon as the model is ready'
complete -c zipage -l models -d 'Show the list of models at once'
complete -c zipage -l doctor -d 'Show at once what this computer has and what is missing'
complete -c zipage -s h -l help -d 'List the options'
complete -c zipage -l help-all -d 'List those of Qt as well'
complete -c zipage -s v -l version -d 'Print the version'
