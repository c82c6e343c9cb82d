#!/usr/bin/env python3
"""Makes assets/icd-10-cm.tsv.gz, the table of diagnoses that is built into the program.

    pip download --no-deps --dest /tmp/icd simple-icd-10-cm==1.5.0
    python3 scripts/icd10cm.py /tmp/icd/simple_icd_10_cm-1.5.0-py3-none-any.whl

The package holds the tabular list as the National Center for Health Statistics publishes it, and knows how the seventh
characters are spelled out. For another edition: change the four lines below, run this, look at the count, and raise
RELEASE in src/diagnosis_codes/built_in.rs to the same date, which makes every hospital take it at its next start.
"""

import gzip
import hashlib
import pathlib
import sys

VERSION = "1.5.0"
SHA256 = "6d461d71dc26aedc530ae65f02cfb578a154e49507c32e8241e75f701d4b7e42"
EDITION = "ICD-10-CM 2026, release of April 1, 2026"
AT_LEAST = 98_000

TARGET = pathlib.Path(__file__).parent.parent / "assets" / "icd-10-cm.tsv.gz"


def cell(text):
    """One line without tabs and doubled spaces, whatever the source's line breaks were."""
    return " ".join(text.split())


def main():
    wheel = pathlib.Path(sys.argv[1])
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{wheel} is not simple-icd-10-cm {VERSION}")
    sys.path.insert(0, str(wheel))
    import simple_icd_10_cm as icd

    rows = {}
    for code in icd.get_all_codes(with_dots=True):
        # Chapters and blocks are headings of the book, not codes. A block of one category has that category's name.
        if icd.is_category_or_subcategory(code):
            terms = "; ".join(cell(term) for term in icd.get_includes(code) + icd.get_inclusion_term(code))
            rows[code] = (code, "1" if icd.is_leaf(code) else "0", cell(icd.get_description(code)), terms)
    if len(rows) < AT_LEAST:
        sys.exit(f"only {len(rows)} codes were found")
    lines = ["\t".join(row) for _, row in sorted(rows.items())]
    content = "\n".join(["code\tbillable\tdescription\tterms", *lines, ""]).encode()
    # Without a name and a time in its head, so that the same source makes the same file.
    TARGET.write_bytes(gzip.compress(content, 9, mtime=0))
    billable = sum(row[1] == "1" for row in rows.values())
    print(f"{EDITION}: {len(rows)} codes, {billable} of them billable, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
