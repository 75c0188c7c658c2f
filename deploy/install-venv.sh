#!/bin/sh
# Debian ships Python without the part that makes virtual environments. The Makefile calls this only where it is missing.
set -eu

# Debian names the package after the interpreter's own version: python3.11-venv.
package=$("${PYTHON:-python3}" -c 'import sys; sys.stdout.write("python%d.%d-venv" % sys.version_info[:2])')

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Palier needs Python's venv module: install $package with your system's package manager, then run make again." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$package"
