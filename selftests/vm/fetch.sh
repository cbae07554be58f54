# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Sourced by what fetches Debian packages into the cache without installing.

# shellcheck disable=SC2034
cache=${VBUF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vbuf}

# Where nobody is there to answer, sudo must not ask. The terminal is asked for
# here, because download() has none.
sudo=(sudo)
[ -t 0 ] || sudo=(sudo -n)

update_lists()
{
	if [ "$(id -u)" = 0 ]; then
		apt-get -q update
	else
		"${sudo[@]}" apt-get -q update
	fi
}

# download PACKAGE VERSION: into the working directory. Package lists may be
# older than what the servers hold, and servers may hold only a newer version.
download()
{
	apt-get -q download "$1=$2" ||
	apt-get -q download "$1" ||
	{ update_lists && apt-get -q download "$1=$2"; } ||
	apt-get -q download "$1"
}

# fetch PACKAGE VERSION FOLDER: says which file came
fetch()
{
	echo "fetching $1 $2" >&2
	if ! (cd "$3" && download "$1" "$2") >"$3/log" 2>&1 </dev/null; then
		cat "$3/log" >&2
		echo "cannot fetch Debian's package $1" >&2
		return 1
	fi
	echo "$3"/*.deb
}

# unpack_source PACKAGE VERSION FOLDER NEW [FILE...]: the kernel's source, or
# only some files of it, in the folder NEW; FOLDER is for what passes through
unpack_source()
{
	local package=$1 deb folder=$4

	deb=$(fetch "$1" "$2" "$3")
	shift 4
	mkdir "$folder"
	# The package holds one archive of everything.
	dpkg-deb --fsys-tarfile "$deb" |
		tar -x -O "./usr/src/$package.tar.xz" |
		tar -x -J -C "$folder" --strip-components=1 "${@/#/$package/}"
	rm "$deb"
}
