#!/bin/sh
# The command `agent` of the image. Node takes SIGUSR1 for its debugger, and must not even before the launcher runs.
exec /opt/keyturn/bin/node --disable-sigusr1 /opt/keyturn/bin/agent.cjs "$@"
