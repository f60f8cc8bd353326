"""Wheels are unpacked as they were packed, for the target's Python and machine, all of them and no other."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import sys
import zipfile
from argparse import Namespace
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "image-build" / "install" / "unpack.py"
LOCK = """\
flask==3.1.3 ; sys_platform == 'linux' \\
    --hash=sha256:00
numpy==2.4.6 ; python_full_version < '3.12' and sys_platform == 'linux' \\
    --hash=sha256:00
numpy==2.5.5 ; python_full_version >= '3.12' and sys_platform == 'linux' \\
    --hash=sha256:00
pyalsaaudio==0.11.0 ; sys_platform == 'linux' \\
    --hash=sha256:00
setuptools==84.2.1 ; sys_platform == 'linux' \\
    --hash=sha256:00
"""
NAMES = (
    "flask-3.1.3-py3-none-any.whl",
    "numpy-2.5.5-cp313-cp313-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl",
    "pjsua2-2.17-cp313-cp313-linux_aarch64.whl",
    "callbox-0.1.0-py3-none-any.whl",
)


@pytest.fixture
def unpack() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("callbox_unpack", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def wheel(folder: Path, name: str, **more: str) -> Path:
    """A small wheel with one module, and more files as given (with "/" for "__")."""
    package = name.partition("-")[0]
    files = {f"{package}/__init__.py": f"name = {package!r}\n"}
    files |= {key.replace("__", "/"): text for key, text in more.items()}
    record = f"{package}-1.dist-info/RECORD"
    with zipfile.ZipFile(folder / name, "w") as archive:
        lines = []
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={digest},{len(text)}")
            archive.writestr(path, text)
        archive.writestr(record, "\n".join([*lines, f"{record},,"]) + "\n")
    return folder / name


@pytest.fixture
def given(tmp_path: Path) -> Namespace:
    """Everything as it should be, for Python 3.13 on a Raspberry Pi, with alsaaudio from Debian."""
    (tmp_path / "lock").write_text(LOCK, encoding="utf-8")
    debian = tmp_path / "debian"
    debian.mkdir()
    (debian / "alsaaudio.cpython-313-aarch64-linux-gnu.so").touch()
    (tmp_path / "site").mkdir()
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    return Namespace(
        python="3.13",
        machine="aarch64",
        lock=tmp_path / "lock",
        debian=debian,
        site=tmp_path / "site",
        wheels=[wheel(wheels, name) for name in NAMES],
    )


def test_all_that_is_locked_is_unpacked(unpack: ModuleType, given: Namespace) -> None:
    unpack.install(given)
    for package in ("flask", "numpy", "pjsua2", "callbox"):
        assert (given.site / package / "__init__.py").read_text("utf-8") == f"name = {package!r}\n"
    link = given.site / "alsaaudio.cpython-313-aarch64-linux-gnu.so"
    assert str(link.readlink()).startswith("/usr/lib/python3/dist-packages/")


@pytest.mark.parametrize("left_out", range(len(NAMES)))
def test_a_missing_wheel_is_named(unpack: ModuleType, given: Namespace, left_out: int) -> None:
    package = given.wheels.pop(left_out).name.partition("-")[0]
    with pytest.raises(unpack.UnfitError, match=f"No wheel is there for {package}"):
        unpack.install(given)


def test_debian_must_have_what_has_no_wheel(unpack: ModuleType, given: Namespace) -> None:
    next(given.debian.iterdir()).unlink()
    with pytest.raises(unpack.UnfitError, match="pyalsaaudio"):
        unpack.install(given)


@pytest.mark.parametrize(
    "name",
    [
        "numpy-2.5.5-cp313-cp313-manylinux_2_27_x86_64.whl",
        "numpy-2.5.5-cp311-cp311-manylinux_2_27_aarch64.whl",
        "numpy-2.4.6-cp313-cp313-manylinux_2_27_aarch64.whl",
        "numpy-2.5.5-cp313-cp313-macosx_11_0_arm64.whl",
        "requests-2.0-py3-none-any.whl",
        "numpy.zip",
    ],
)
def test_what_does_not_fit_is_refused(unpack: ModuleType, given: Namespace, name: str) -> None:
    given.wheels[1] = wheel(given.wheels[1].parent, name)
    with pytest.raises(unpack.UnfitError):
        unpack.install(given)


def test_a_changed_file_is_found(unpack: ModuleType, given: Namespace) -> None:
    path = given.wheels[0]
    content = path.read_bytes()
    path.write_bytes(content.replace(b"name = 'flask'\n", b"name = 'flusk'\n"))
    with pytest.raises((unpack.UnfitError, zipfile.BadZipFile)):
        unpack.install(given)


def test_a_record_that_lies_is_found(unpack: ModuleType, tmp_path: Path) -> None:
    record = "x-1.dist-info/RECORD"
    with zipfile.ZipFile(tmp_path / "x-1-py3-none-any.whl", "w") as archive:
        archive.writestr("x.py", "evil")
        archive.writestr(record, f"x.py,sha256=AAAA,4\n{record},,\n")
    with pytest.raises(unpack.UnfitError, match=r"x\.py"):
        unpack.unpack(tmp_path / "x-1-py3-none-any.whl", tmp_path / "site", None)
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("path", ["../outside.py", "a/../../outside.py", "/outside.py"])
def test_nothing_leaves_the_folder(unpack: ModuleType, given: Namespace, path: str) -> None:
    given.wheels[0] = wheel(given.wheels[0].parent, NAMES[0], **{path.replace("/", "__"): "evil"})
    with pytest.raises(unpack.UnfitError, match="leads out"):
        unpack.install(given)
    assert not (given.site.parent / "outside.py").exists()


def test_scripts_stay_out_and_data_comes_in(unpack: ModuleType, given: Namespace) -> None:
    more = {"flask-1.data__scripts__run": "x", "flask-1.data__purelib__extra.py": "y"}
    given.wheels[0] = wheel(given.wheels[0].parent, NAMES[0], **more)
    unpack.install(given)
    assert (given.site / "extra.py").read_text("utf-8") == "y"
    assert not list(given.site.rglob("run"))


def test_of_some_packages_a_part_is_taken(unpack: ModuleType, given: Namespace) -> None:
    names = (
        "moonshine_voice/libmoonshine.so",
        "moonshine_voice.libs/libonnxruntime-1.so",
        "moonshine_voice/assets/tiny-en/encoder_model.ort",
        "onnxruntime/capi/libonnxruntime.so.1",
        "onnxruntime/capi/onnxruntime_pybind11_state.so",
        "onnxruntime/tools/x.py",
        "pocketsphinx/model/en-us/en-us.lm.bin",
        "pocketsphinx/model/en-us/en-us/mdef",
    )
    more = {name.replace("/", "__"): "x" for name in names}
    given.wheels[0] = wheel(given.wheels[0].parent, NAMES[0], **more)
    unpack.install(given)
    there = {str(path.relative_to(given.site)) for path in given.site.rglob("*") if path.is_file()}
    assert [name for name in names if name in there] == [names[2], names[4], names[7]]


def test_times_are_those_of_the_build(
    unpack: ModuleType, given: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")
    unpack.install(given)
    assert {path.stat().st_mtime for path in given.site.rglob("*.py")} == {1760000000.0}


@pytest.mark.parametrize(("python", "numpy"), [("3.11", "2.4.6"), ("3.12", "2.5.5"), ("3.13", "2.5.5")])
def test_the_lock_is_read_for_the_targets_python(unpack: ModuleType, python: str, numpy: str) -> None:
    assert unpack.pins(LOCK, python)["numpy"] == numpy


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("a-1-cp38-abi3-manylinux_2_28_aarch64.whl", True),
        ("a-1-cp314-abi3-manylinux_2_28_aarch64.whl", False),
        ("a-1-py2.py3-none-any.whl", True),
        ("a-1-cp313-cp313t-manylinux_2_28_aarch64.whl", False),
        ("a-1-cp313-none-any.whl", True),
    ],
)
def test_tags(unpack: ModuleType, name: str, fits: bool) -> None:
    if fits:
        assert unpack.wheel_of(Path(name), "3.13", "aarch64") == ("a", "1")
    else:
        with pytest.raises(unpack.UnfitError):
            unpack.wheel_of(Path(name), "3.13", "aarch64")
