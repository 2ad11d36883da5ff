# bash completion for zipage
_zipage() {
  local current=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  case $current in
    -*) COMPREPLY=($(compgen -W '--ask --models --doctor --help --help-all --version' -- "$current")) ;;
  esac
}
complete -o default -F _zipage zipage
