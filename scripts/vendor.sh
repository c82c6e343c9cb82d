#!/bin/sh
# Fetches the front-end libraries into static/vendor and rebuilds the icon sprite.
# The result is committed: building and running Infirmary needs neither npm nor a network.
#
# To move a library to a new version, change its pin below, run this, and look at the diff.
# The pin holds the package's own checksum, so a re-published or tampered archive is refused.
set -eu
cd "$(dirname "$0")/.."

TABLER=@tabler/core@1.6.1
ICONS=@tabler/icons@3.51.0
HTMX=htmx.org@2.0.11
CALENDAR=@event-calendar/build@5.10.1
SIGNATURE=signature_pad@5.1.4

pin() { # the sha512 of each archive, as the registry publishes it
    case $1 in
    @tabler/core@1.6.1) echo lgmR9gcxRp5JlLxcmRi9Rz85JrEvH6Bz71KnlcPVSa97wtwQNjgSs3g3fxwbAlulHyRMghhIV04QUuW3pqDsIg== ;;
    htmx.org@2.0.11) echo Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA== ;;
    @event-calendar/build@5.10.1) echo iAR/l5oeFwqt7mfjBGsrpTiWFOt8yfI7PxV0OqnGaTzZGxvre2QeI0TNNlTpuefoMPd15qseQlfWpxiORzJOMA== ;;
    signature_pad@5.1.4) echo q0wO5a+U+AWPVcVmiNXz7FY4Ad1QiE8wto/3Yn41WVqepoVVYMvkb1CTokaWPUUAHWDLLabH3/acODeWM9jCrg== ;;
    @tabler/icons@3.51.0) echo 0pinvPZz7YeX+OSfxuEAbnEPWbocVXW5iU8h5lh41pYG8sZuQfpWECC980lxOT0clGIcNGn8xsBr+zKaRGdA/g== ;;
    *) echo "no checksum is pinned for $1" >&2; exit 1 ;;
    esac
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# unpack NAME@VERSION FOLDER: fetch, verify, unpack to $work/FOLDER/package
unpack() {
    mkdir -p "$work/$2"
    archive=$work/$2/$(npm pack --silent --pack-destination "$work/$2" "$1" | tail -n 1)
    sum=$(openssl dgst -sha512 -binary "$archive" | openssl base64 -A)
    [ "$sum" = "$(pin "$1")" ] || { echo "$1: checksum does not match" >&2; exit 1; }
    tar -xzf "$archive" -C "$work/$2"
}

# place FOLDER VERSIONED-NAME: an empty static/vendor/FOLDER with its VERSION
place() {
    rm -rf "static/vendor/$1"
    mkdir -p "static/vendor/$1"
    echo "$2" > "static/vendor/$1/VERSION"
}

# copy FROM TO: without the reference to a source map that is not shipped
copy() { sed -e 's|//# sourceMappingURL=.*$||' -e 's|/\*# sourceMappingURL=[^*]*\*/||' "$1" > "$2"; }

# mit FILE COPYRIGHT…: the licence text, for packages published without a copy of it
mit() {
    file=$1; shift
    {
        echo "The MIT License (MIT)"; echo
        for line in "$@"; do echo "$line"; done
        cat <<'END'

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
END
    } > "$file"
}

# Only the style sheet: the menus and dialogs here are the browser's own, so Tabler's script is not needed.
unpack $TABLER tabler
place tabler $TABLER
copy "$work/tabler/package/dist/css/tabler.min.css" static/vendor/tabler/tabler.min.css
mit static/vendor/tabler/LICENSE "Copyright (c) 2018-2026 The Tabler Authors" "Copyright (c) 2018-2026 codecalm.net Paweł Kuna"
mit static/vendor/tabler/LICENSE-bootstrap "Copyright (c) 2011-2026 The Bootstrap Authors"

unpack $HTMX htmx
place htmx $HTMX
copy "$work/htmx/package/dist/htmx.min.js" static/vendor/htmx/htmx.min.js
cp "$work/htmx/package/LICENSE" static/vendor/htmx/LICENSE

unpack $CALENDAR calendar
place event-calendar $CALENDAR
copy "$work/calendar/package/dist/event-calendar.min.js" static/vendor/event-calendar/event-calendar.min.js
copy "$work/calendar/package/dist/event-calendar.min.css" static/vendor/event-calendar/event-calendar.min.css
mit static/vendor/event-calendar/LICENSE "Copyright (c) 2021 vkurko"
mit static/vendor/event-calendar/LICENSE-svelte "Copyright (c) 2016-2025 Svelte Contributors"

unpack $SIGNATURE signature
place signature-pad $SIGNATURE
copy "$work/signature/package/dist/signature_pad.umd.min.js" static/vendor/signature-pad/signature_pad.umd.min.js
cp "$work/signature/package/LICENSE" static/vendor/signature-pad/LICENSE

# The sprite: one <symbol> per name in static/icons.txt, and our own mark.
# No stroke-width on the symbols, so that the style sheet decides how heavy the lines are.
unpack $ICONS icons
place tabler-icons $ICONS
cp "$work/icons/package/LICENSE" static/vendor/tabler-icons/LICENSE
{
    echo '<svg xmlns="http://www.w3.org/2000/svg"><!-- Tabler Icons (MIT, static/vendor/tabler-icons/LICENSE). Made by scripts/vendor.sh. -->'
    echo '<symbol id="infirmary" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#0e7c86"/><path d="M13 6.5h6V13h6.5v6H19v6.5h-6V19H6.5v-6H13z" fill="#fff"/><path d="M6.5 16h6l2-3.6 3 7.2 2-3.6h6" fill="none" stroke="#0e7c86" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/></symbol>'
    grep -v '^#' static/icons.txt | grep . | sort -u | while read -r name; do
        source=$work/icons/package/icons/outline/$name.svg
        [ -f "$source" ] || { echo "there is no icon named $name" >&2; exit 1; }
        printf '<symbol id="%s" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">' "$name"
        tr '\n' ' ' < "$source" | sed -e 's/<!--.*-->//' -e 's/<svg[^>]*>//' -e 's|</svg>||' -e 's|<path stroke="none" d="M0 0h24v24H0z" fill="none" */>||' -e 's/> *</></g' -e 's/^ *//' -e 's/ *$//' -e 's| />|/>|g'
        echo '</symbol>'
    done
    echo '</svg>'
} > "$work/icons.svg"
mv "$work/icons.svg" static/icons.svg

for version in static/vendor/*/VERSION; do cat "$version"; done
