#!/bin/sh
# The command `agent` of the image, and by links the programs whose place it takes, told by their names.
case ${0##*/} in
vault | bao | consul-template | envconsul) program=${0##*/} ;;
*) program=agent ;;
esac
# Node takes SIGUSR1 for its debugger, and must not even before the launcher runs.
exec /opt/keyturn/bin/node --disable-sigusr1 "/opt/keyturn/bin/$program.cjs" "$@"
