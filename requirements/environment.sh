# SPDX-License-Identifier: Apache-2.0
# Sourced by ./tocsin and ./check with $root set: `environment LOCK` leaves a ready virtual environment in $venv.
# The common case, nothing changed, is decided here without starting Python; environment.py does the rest.

venv=${TOCSIN_VENV:-$root/.venv}

# The newest Python >= 3.11 that can make environments, else the newest >= 3.11. A name on the PATH proves nothing
# (version managers leave shims behind), so each is asked.
find_python() {
    python=
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || continue
        python=${python:-$name}
        ! "$name" -c 'import ensurepip' 2> /dev/null || { python=$name && break; }
    done
    [ -n "$python" ] || {
        echo "tocsin: needs Python 3.11 or newer; on Debian 12, Ubuntu 24.04 or later: apt-get install python3 python3-venv" >&2
        exit 1
    }
}

environment() {
    wanted="$1 $(cksum < "$root/requirements/$1.txt") $root/src"
    if [ -x "$venv/bin/python" ] && [ -f "$venv/tocsin.stamp" ]; then
        while read -r line; do
            if [ "$line" = "$wanted" ]; then return; fi
        done < "$venv/tocsin.stamp"
    fi
    find_python
    "$python" "$root/requirements/environment.py" "$1" "$venv"
}
