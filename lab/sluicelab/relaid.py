"""
A next release of the bundle of the XDP data plane whose maps have another layout: a counter is elsewhere, and entries are
larger. Made from our sources with a few words changed, in C and in Java alike, so that both work with it.
"""

import os
import pathlib
import re
import shutil
import sysconfig
import zipfile

from sluicelab.namespace import run

SOURCES = pathlib.Path(__file__).parent.parent.parent / "bundles/dataplane-xdp/src/main"
PACKAGE = "sluice/dataplane/xdp"
LAYOUT = "layout.h"
TABLE = f"{PACKAGE}/SubscriberTable.java"
OBJECT = f"{PACKAGE}/dataplane.o"
MANIFEST = "META-INF/MANIFEST.MF"
GROWTH = 64  # bytes of an entry, a cache line

# Pattern and replacement; each pattern must be there once.
NEW_LAYOUT = (
    (r"__u64 packets4;(.*?)__u64 policed_packets;", r"__u64 policed_packets;\1__u64 packets4;"),
    (r"(\nstruct subscriber {\n[^}]*)(};)", rf"\1\t__u8 later[{GROWTH}];\n\2"),
)
NEW_TABLE = (
    (r"( PACKETS4_AT = )(\d+)(.*? POLICED_PACKETS_AT = )(\d+)", r"\1\4\3\2"),
    (r"(ENTRY_BYTES = \d+)", rf"\1 + {GROWTH}"),
)


def with_version(bundle: pathlib.Path, version: str, made: pathlib.Path, others: dict[str, bytes] | None = None) -> pathlib.Path:
    """The same bundle under another version; `others` has the entries that are not the same."""
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            content = (others or {}).get(entry.filename) or old.read(entry)
            if entry.filename == MANIFEST:
                lines = content.decode().splitlines(keepends=True)
                content = "".join(
                    f"Bundle-Version: {version}\r\n" if line.startswith("Bundle-Version:") else line for line in lines
                ).encode()
            new.writestr(entry, content)
    return made


def with_layout(bundle: pathlib.Path, version: str, libraries: pathlib.Path, work: pathlib.Path) -> pathlib.Path:
    """
    The bundle with maps of another layout, as another version.

    :param libraries: the appliance's bundles, which ours is compiled with
    :param work: an empty directory
    """
    others = {OBJECT: _programs(work / "bpf"), **_classes(work / "java", [bundle, *libraries.rglob("*.jar")])}
    with zipfile.ZipFile(bundle) as old:
        assert others.keys() <= set(old.namelist()), "every changed entry takes the place of one"
    return with_version(bundle, version, work / bundle.name, others)


def _programs(work: pathlib.Path) -> bytes:
    shutil.copytree(SOURCES / "bpf", work)
    _change(work / LAYOUT, NEW_LAYOUT)
    headers = f"/usr/include/{sysconfig.get_config_var('MULTIARCH')}"
    run("clang", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-target", "bpfel", "-mcpu=v3",
        "-idirafter", headers, "-c", work / "dataplane.bpf.c", "-o", work / "dataplane.o")  # fmt: skip
    return (work / "dataplane.o").read_bytes()


def _classes(work: pathlib.Path, libraries: list[pathlib.Path]) -> dict[str, bytes]:
    """The one class that knows where the fields of an entry are."""
    source = work / TABLE
    source.parent.mkdir(parents=True)
    shutil.copy(SOURCES / "java" / TABLE, source)
    _change(source, NEW_TABLE)
    compiler = pathlib.Path(os.environ["SLUICE_JAVA_HOME"]) / "bin/javac"
    run(compiler, "-parameters", "-proc:none", "-cp", ":".join(map(str, libraries)), "-d", work / "classes", source)
    classes = work / "classes"
    return {str(made.relative_to(classes)): made.read_bytes() for made in classes.rglob("*.class")}


def _change(source: pathlib.Path, changes: tuple[tuple[str, str], ...]) -> None:
    text = source.read_text()
    for pattern, replacement in changes:
        text, count = re.subn(pattern, replacement, text, flags=re.DOTALL)
        assert count == 1, f"{source.name} has {pattern} {count} times: its layout has changed, change it here too"
    source.write_text(text)
