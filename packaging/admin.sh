#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One command of the administrator's, as root. What takes data and keys at once is carried out over both, and what it
# wrote then belongs to the user that it is for; everything else, while the key holder runs, as the server's own user.
#   docker compose run --rm admin init --url https://security.example.org --policy /etc/tocsin/policy.toml ...
#   tocsin-admin recovery make
#   tocsin-admin people list
# `LISTEN` is where a new installation binds instead of loopback: in a container, 0.0.0.0.
set -eu
data=/var/lib/tocsin keys=/var/lib/tocsin-keys here=/etc/tocsin
told=$(sed -n 's/^data = "\([^"]*\)".*/\1/p' "$here/tocsin.toml" 2> /dev/null || :) # an older one lies elsewhere
data=${told:-$data}
PATH=$PATH:/opt/tocsin/bin
export TOCSIN_CONFIG=$here/tocsin.toml CREDENTIALS_DIRECTORY=$here

server() {
    setpriv --reuid tocsin --regid tocsin --clear-groups tocsin "$@"
}

# The server has no keys, so what it signs sessions with comes to it as a credential. It stays among the keys as well:
# so it is in the recovery kit, and no second factor is lost with the machine.
secret() {
    if [ -f "$keys/desk.secret" ]; then
        install -o tocsin -g tocsin -m 0600 "$keys/desk.secret" "$here/desk.secret"
    elif [ -f "$here/desk.secret" ]; then
        install -m 0600 "$here/desk.secret" "$keys/desk.secret"
    fi
}

mine() {
    secret
    chown -R tocsin:tocsin "$data"
    chown -R tocsin-keys:tocsin "$keys"
    chmod 0750 "$data" # the key holder's group reads the public file there
    for each in "$here"/*.url; do # addresses of the database
        [ ! -f "$each" ] || chown tocsin:tocsin "$each"
    done
}

case ${1:-} in
    init | recovery | keys) ;;
    *) if server keys show > /dev/null 2>&1; then
        server "$@"
        exit
    fi ;;
esac

trap mine EXIT
if [ "${1:-}" = init ]; then
    shift
    tocsin init --dir "$here" --data "$data" --keys "$keys" "$@"
    [ -z "${LISTEN:-}" ] || sed -i "s/\"127\.0\.0\.1:\(808[01]\)\"/\"$LISTEN:\1\"/" "$here/tocsin.toml"
    printf '\n[keys]\nusers = ["tocsin"]\nsocket = "/run/tocsin/holder.socket"\n' >> "$here/tocsin.toml"
    exit
fi
# Keys are read from files of one's own only. Where the key holder answers, it alone reads them.
secret
chown root "$data/intake.json"
tocsin keys show > /dev/null 2>&1 || chown -R root "$keys"
tocsin "$@"
