"""What a bundle is made of, as CycloneDX: the packages by ``cyclonedx-bom``, the interpreter and the system's libraries besides."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import contents
import packing

Component = dict[str, Any]


def write(target: Path, root: Path, program: Path, told: dict[str, str], epoch: int) -> None:
    """Write the list for a built bundle, and refuse one that is not valid."""
    bom = environment(epoch)
    wanted = {contents.canonical(one.name) for one in contents.runtime(root)}
    packages = [one for one in bom["components"] if contents.canonical(one["name"]) in wanted]
    parts = [*packages, *interpreter(), *libraries(program)]
    refs = {one["bom-ref"] for one in parts}
    clerk = {"bom-ref": "clerk", "type": "application", "name": "clerk", "version": told["version"]}
    bom["metadata"]["component"] = clerk
    bom["metadata"]["properties"] = [
        {"name": f"clerk:{name}", "value": told[name]} for name in ("commit", "platform", "tree")
    ]
    bom["components"] = sorted(parts, key=lambda one: str(one["bom-ref"]))
    needs = {one["ref"]: [ref for ref in one.get("dependsOn", []) if ref in refs] for one in bom["dependencies"]}
    bom["dependencies"] = [
        {"ref": "clerk", "dependsOn": sorted(refs)},
        *({"ref": ref, "dependsOn": sorted(needs.get(ref, []))} for ref in sorted(refs)),
    ]
    text = json.dumps(bom, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    validate(text)
    target.write_text(text, encoding="utf-8")


def environment(epoch: int) -> dict[str, Any]:
    """Return what ``cyclonedx-bom`` says of the environment that the bundle was built from."""
    words = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--short-PURLs"]
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    done = subprocess.run([*words, sys.executable], capture_output=True, check=True, env=env)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def interpreter() -> list[Component]:
    """Return Python and the two of its libraries that bear most of the weight."""
    named = (
        ("cpython", platform.python_version(), "python", "python"),
        ("openssl", ssl.OPENSSL_VERSION.split()[1], "openssl", "openssl"),
        ("sqlite", sqlite3.sqlite_version, "sqlite", "sqlite"),
    )
    return [
        {
            "bom-ref": f"{name}=={version}",
            "type": "library",
            "name": name,
            "version": version,
            "cpe": f"cpe:2.3:a:{vendor}:{product}:{version}:*:*:*:*:*:*:*",
            "purl": f"pkg:generic/{name}@{version}",
        }
        for name, version, vendor, product in named
    ]


def libraries(program: Path) -> list[Component]:
    """Return the libraries of the build system that lie in the bundle, by their hashes."""
    found = (
        path for path in sorted((program / "_internal").iterdir()) if ".so" in path.suffixes or path.suffix == ".dll"
    )
    return [
        {
            "bom-ref": f"file:{path.name}",
            "type": "file",
            "name": path.name,
            "hashes": [{"alg": "SHA-256", "content": packing.sha256(path)}],
        }
        for path in found
        if path.is_file() and not path.is_symlink()
    ]


def validate(text: str) -> None:
    """Raise ``ValueError`` where the text is not what the specification says."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise ValueError(f"the list of components is not CycloneDX: {wrong}")
