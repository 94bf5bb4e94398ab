#!/bin/sh
# Turns a plain Debian (by debootstrap, or the python:3.11-slim image) into the base of both images:
# python3.11 with venv, git, CA certificates, security updates, and nothing that nobody reads.
set -eu
[ ! -e /etc/openjupyter-base ] || exit 0
export DEBIAN_FRONTEND=noninteractive

packages="git ca-certificates"
command -v python3.11 >/dev/null || packages="$packages python3.11-venv"
apt-get update -q
apt-get upgrade -q -y --no-install-recommends
# shellcheck disable=SC2086  # several packages
apt-get install -q -y --no-install-recommends $packages

# git needs Perl only for git-send-email, git-svn and the like; perl-base stays.
dpkg --purge --force-depends perl perl-modules-5.36 libperl5.36 liberror-perl

apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/log/* /tmp/* \
    /usr/share/doc/* /usr/share/man/* /usr/share/info/* /usr/share/locale/* /usr/share/bash-completion \
    /usr/share/lintian /usr/share/perl /usr/lib/*/gconv /usr/lib/*/perl
# Nobody becomes another user in these containers.
find / -xdev -perm /6000 -type f -exec chmod a-s {} +
touch /etc/openjupyter-base
