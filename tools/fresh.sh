#!/bin/bash
# Tries the commands of the README on a fresh machine: a bare Debian 13 with nothing but Node 20 and npm, and a clone of the last commit.
#
#   tools/fresh.sh [--keep] [[SECONDS:]COMMAND …]
#
# Without commands: npm start in 12 minutes, npm start again in 6, npm test in 15. Each runs as root without a terminal.
# Needs root, debootstrap (installed where missing), and a Node 20 on the PATH or in ATTUNE_FRESH_NODE (/its/bin/node).
# The bare system is kept as a tar in ATTUNE_FRESH_CACHE (~/.cache/attune/fresh), the machine itself only with --keep.
set -euo pipefail

say() { echo "fresh: $*" >&2; }
fail() { say "$*"; exit 1; }

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cache=${ATTUNE_FRESH_CACHE:-$HOME/.cache/attune/fresh}
suite=trixie
keep=
commands=()
for parameter in "$@"; do
  case $parameter in
    --keep) keep=yes ;;
    -*) fail "unknown option $parameter" ;;
    *) commands+=("$parameter") ;;
  esac
done
[ ${#commands[@]} -gt 0 ] || commands=('720:npm start' '360:npm start' '900:npm test')
[ "$(id -u)" = 0 ] || fail 'only root can make a machine inside a machine: sudo tools/fresh.sh'

# Prints the first Node 20 of the PATH: npm puts the Node 24 of node_modules before it.
find_node() {
  local candidate
  for candidate in ${ATTUNE_FRESH_NODE:-} $(type -ap node); do
    case $("$candidate" --version) in v20.*) readlink -f "$candidate"; return ;; esac
  done
  fail 'there is no Node 20 on the PATH: name one in ATTUNE_FRESH_NODE'
}

bare_system() {
  local tar=$cache/$suite-$(dpkg --print-architecture).tar
  if [ ! -e "$tar" ]; then
    command -v debootstrap > /dev/null || apt-get install -q --yes --no-install-recommends debootstrap < /dev/null >&2
    say "making a bare Debian ($suite) with debootstrap"
    mkdir -p "$cache/new"
    debootstrap --variant=minbase "$suite" "$cache/new" "${ATTUNE_FRESH_MIRROR:-http://deb.debian.org/debian}" > "$cache/debootstrap.log" 2>&1 \
      || fail "debootstrap failed, see $cache/debootstrap.log"
    tar --create --file "$tar.tmp" --directory "$cache/new" .
    mv "$tar.tmp" "$tar"
    rm -rf "$cache/new"
  fi
  tar --extract --file "$tar" --directory "$machine"
}

# The machine reaches packages as this one does: sources, proxies and certificates; not its pins, nor folders of its own.
copy_settings() {
  local file
  cp -L /etc/resolv.conf /etc/hosts "$machine/etc/"
  cp -r /etc/apt/apt.conf.d /etc/apt/auth.conf.d /etc/apt/keyrings /etc/apt/trusted.gpg.d "$machine/etc/apt/" 2> /dev/null || true
  rm -f "$machine/etc/apt/sources.list"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    if [ -s "$file" ] && ! grep -q 'file:' "$file"; then cp "$file" "$machine/etc/apt/${file#/etc/apt/}"; fi
  done
  if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    mkdir -p "$machine/etc/ssl/certs"
    cp -L /etc/ssl/certs/ca-certificates.crt "$machine/etc/ssl/certs/"
  fi
}

install_node() {
  local node prefix settings
  node=$(find_node)
  prefix=$(dirname "$(dirname "$node")")
  [ -d "$prefix/lib/node_modules/npm" ] || fail "there is no npm beside $node"
  mkdir -p "$machine/usr/lib/node_modules"
  cp "$node" "$machine/usr/bin/node"
  cp -r "$prefix/lib/node_modules/npm" "$machine/usr/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$machine/usr/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$machine/usr/bin/npx"
  settings=$(PATH="$(dirname "$node"):$PATH" npm config get globalconfig --prefix "$prefix" 2> /dev/null || true)
  if [ -f "$settings" ]; then mkdir -p "$machine/usr/etc"; cp -p "$settings" "$machine/usr/etc/npmrc"; fi
  if [ -f "$HOME/.npmrc" ]; then cp -p "$HOME/.npmrc" "$machine/root/.npmrc"; fi
}

# The mounts live in a namespace of their own: they are gone with the command, whatever happens to it.
inside() {
  local pass=(HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin) name
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY NODE_EXTRA_CA_CERTS SSL_CERT_FILE CI; do
    if [ -n "${!name:-}" ]; then pass+=("$name=${!name}"); fi
  done
  # shellcheck disable=SC2016
  unshare --mount --propagation private bash -c '
    mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount --rbind /sys "$1/sys" || exit 125
    root=$1 command=$2
    shift 2
    exec chroot "$root" /usr/bin/env -i "$@" bash -c "cd /root/attune && $command"
  ' fresh "$machine" "$1" "${pass[@]}" < /dev/null
}

run_command() {
  local limit= command=$1 start seconds status=0
  if [[ $command =~ ^([0-9]+):(.*)$ ]]; then limit=${BASH_REMATCH[1]} command=${BASH_REMATCH[2]}; fi
  say "$command"
  start=$(date +%s)
  inside "$command" || status=$?
  seconds=$(($(date +%s) - start))
  local line="$command: exit $status, $((seconds / 60)) min $((seconds % 60)) s"
  if [ "$status" != 0 ]; then failed=yes; fi
  if [ -n "$limit" ] && [ "$seconds" -gt "$limit" ]; then failed=yes line="$line, over its $((limit / 60)) min"; fi
  lines+=("$line, $(du -sm --one-file-system "$machine" | cut -f1) MB on disk")
  say "$line"
}

machine=$(mktemp -d "${TMPDIR:-/tmp}/attune-fresh.XXXXXX")
chmod 755 "$machine"
trap '[ -n "$keep" ] || rm -rf --one-file-system "$machine"' EXIT
bare_system
copy_settings
install_node
[ -z "$(git -C "$repository" status --porcelain --untracked-files=no)" ] || say 'changes that are not committed are left out'
git clone --quiet --no-hardlinks "$repository" "$machine/root/attune"
say "a bare Debian $(cat "$machine/etc/debian_version") with Node $("$machine/usr/bin/node" --version), commit $(git -C "$repository" rev-parse --short HEAD), in $machine"

failed=
lines=()
for command in "${commands[@]}"; do run_command "$command"; done
for line in "${lines[@]}"; do echo "$line"; done
[ -z "$failed" ]
