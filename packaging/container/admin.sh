#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One command of the administrator's, over data and keys at once; what it wrote then belongs to the user that it is for.
#   docker compose run --rm admin init --url https://security.example.org --policy /etc/tocsin/policy.toml ...
#   docker compose run --rm admin recovery make
set -eu
data=/var/lib/tocsin keys=/var/lib/tocsin-keys here=/etc/tocsin

mine() {
    chown -R tocsin:tocsin "$data"
    chown -R tocsin-keys:tocsin "$keys"
}

if [ "${1:-}" = init ]; then
    shift
    tocsin init --dir "$here" --data "$data" --keys "$keys" "$@"
    # The server has no keys, so what it signs sessions with comes to it as a secret; ports are published by compose.
    mv "$keys/desk.secret" "$here/desk.secret"
    chown tocsin:tocsin "$here/desk.secret"
    sed -i 's/"127\.0\.0\.1:\(808[01]\)"/"0.0.0.0:\1"/' "$here/tocsin.toml"
    printf '\n[keys]\nusers = ["tocsin"]\n' >> "$here/tocsin.toml"
    mine
    exit
fi
# Keys are read from files of one's own only, so the server should be down meanwhile.
trap mine EXIT
chown -R root "$keys" "$data/intake.json"
CREDENTIALS_DIRECTORY=$here tocsin "$@"
