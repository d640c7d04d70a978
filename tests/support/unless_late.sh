#!/bin/sh
# unless_late.sh COMMAND [ARGUMENT...]: runs a test, or skips it (77) after TOMOSWEEP_TESTS_END, in seconds since 1970.
if [ -n "$TOMOSWEEP_TESTS_END" ] && [ "$(date +%s)" -ge "$TOMOSWEEP_TESTS_END" ]; then
    echo "skipped: it is after TOMOSWEEP_TESTS_END"
    exit 77
fi
exec "$@"
