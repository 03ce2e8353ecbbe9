#!/usr/bin/env bash
# Installs what the commands need, and nothing twice: Debian packages that are missing, then .venv from the lock.
#   usage: scripts/setup.sh check|demo|bench|test
# check: only .venv; demo: the broker too; bench: and PostgreSQL; test: all that tests are run against as well.
# Exit code 3, with one sentence, when something is missing that only an administrator can install.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
DEBIANS=/usr/bin/python3.11

# Debian's own, where it can be used, before another that comes first in the PATH: the image runs it, and it is built with
# profiles, so that everything takes a quarter less.
python() {
  if [[ -x $DEBIANS ]] && { [[ $(id -u) == 0 ]] || "$DEBIANS" -c 'import venv, ensurepip' 2>/dev/null; }; then
    echo "$DEBIANS"
  else
    echo python3.11
  fi
}
PYTHON=${PYTHON:-$(python)}

missing_packages() {
  local servers=(/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server)
  if [[ $1 != check && ! -e ${servers[0]} ]]; then echo rabbitmq-server; fi
  local databases=(/usr/lib/postgresql/*/bin/initdb)
  if [[ $1 =~ ^(test|bench)$ && ! -e ${databases[0]} ]]; then echo postgresql; fi
  if [[ $1 == test && ! -x /usr/sbin/clamd ]]; then echo clamav-daemon; fi
  # tests skip, and say so, without these: nothing to stop for, and no other mail server is replaced
  if [[ $1 == test && $(id -u) == 0 ]]; then
    if [[ ! -e /usr/sbin/sendmail ]]; then echo postfix; fi
    if ! command -v swaks >/dev/null; then echo swaks; fi
    if ! command -v msmtp >/dev/null; then echo msmtp; fi
    if ! command -v chromium >/dev/null; then echo chromium; fi
    if ! command -v promtool >/dev/null; then echo prometheus; fi
    if [[ ! -e /usr/lib/softhsm/libsofthsm2.so ]]; then echo softhsm2; fi
  fi
  if ! "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null; then echo python3.11-venv; fi
}

# The packages start their servers when they are installed. Carnet runs private ones and leaves the
# system's alone, so installation is told not to; a policy that the machine already has is kept.
forbid_starting_servers() {
  local policy=/usr/sbin/policy-rc.d
  if [[ -e $policy ]]; then return; fi
  trap "rm -f $policy" EXIT
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 0755 $policy
}

install_packages() {
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    echo "Carnet needs packages that are missing here; as an administrator, run: apt-get install $*" >&2
    exit 3
  fi
  echo "Installing Debian packages: $* (about a minute)"
  local log=var/setup-packages.log
  export DEBIAN_FRONTEND=noninteractive
  forbid_starting_servers
  if ! { apt-get update -q && apt-get install -q -y --no-install-recommends "$@"; } >$log 2>&1; then
    tail -n 20 $log >&2
    echo "Installing $* failed; the whole output is in $log" >&2
    exit 1
  fi
}

show_progress() {
  awk -v total="$1" -v terminal="$([[ -t 1 ]] && echo 1 || echo 0)" '
    function show(text) { if (terminal) printf "\r\033[K  %s", text; else print "  " text; fflush() }
    /^Collecting/ { n++; if (terminal || n % 20 == 0 || n == total) show(n " of " total " fetched") }
    /^Installing collected/ { show("installing") }
    END { if (terminal) printf "\r\033[K" }'
}

install_python_packages() {
  local stamp=.venv/lock.sha256 wanted
  wanted=$(sha256sum <requirements.lock)
  if [[ -f $stamp && $(<$stamp) == "$wanted" ]]; then return; fi
  if [[ -L .venv ]]; then  # clearing it would empty what the link leads to
    echo ".venv is a link: what it leads to is somebody else's, and is used as it is" >&2
    return
  fi
  echo "Installing Python packages into .venv (about a minute)"
  "$PYTHON" -m venv --clear .venv
  touch .venv/incomplete  # until all is there: `carnet` looks for it
  # pip's own warnings about the machine's index settings are kept for when something fails
  if ! .venv/bin/python -m pip install --disable-pip-version-check --only-binary :all: --require-hashes \
    -r requirements.lock 2>var/setup-pip.log | show_progress "$(grep -c '==' requirements.lock)"; then
    grep -v '^WARNING' var/setup-pip.log >&2
    exit 1
  fi
  echo "$wanted" >$stamp
  rm .venv/incomplete
}

case ${1:-} in check | demo | bench | test) ;; *) sed -n '2,5s/^# *//p' "${BASH_SOURCE[0]}"; exit 2 ;; esac
mkdir -p var
exec 9>var/setup.lock
flock 9
mapfile -t missing < <(missing_packages "$1")
if ((${#missing[@]})); then install_packages "${missing[@]}"; fi
install_python_packages
