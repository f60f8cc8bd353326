"""`compileall` for the packages that core and page hold in memory, leaving out their docstrings.

    python image-build/setup/lean.py [--site PACKAGES] -q -f [any option of compileall]

What Python finds are ordinary compiled files; asserts stay, unlike with `python -OO`. Where one of these is
missing or older than its source Python makes it anew, with docstrings: only memory depends on them.
"""

from __future__ import annotations

import ast
import compileall
import sys
import sysconfig
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

PACKAGES = (
    "annotated_types", "argon2", "babel", "click", "flask", "flask_babel", "flask_wtf", "h11", "itsdangerous",
    "jinja2", "markupsafe", "phonenumbers", "pjsua2.py", "pydantic", "pydantic_core", "pytz", "serial",
    "sqlalchemy", "tinydb", "typing_extensions.py", "typing_inspection", "waitress", "werkzeug", "wtforms",
)  # fmt: skip
# What is in them but never loaded, or has no docstrings worth the while.
_UNUSED = r"/(data|debug|ext|geodata|messages|mssql|mysql|oracle|orm|postgresql|shortdata|testing|tools|v1)/"
_HAVE_DOCSTRINGS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_docstrings(tree: ast.Module) -> ast.Module:
    """The same tree; a class or function that was nothing but its docstring does nothing."""
    for node in ast.walk(tree):
        if isinstance(node, _HAVE_DOCSTRINGS) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
            if not node.body and not isinstance(node, ast.Module):
                node.body.append(ast.Pass(lineno=node.lineno, col_offset=node.col_offset))
    return tree


def lean(_loader: object, data: bytes, path: str, *, _optimize: int = -1) -> CodeType:
    """Stands in for `SourceFileLoader.source_to_code`, by which compileall compiles."""
    tree: Any = without_docstrings(ast.parse(data, path))
    code: CodeType = compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)
    return code


def main() -> int:
    """0 when all was compiled."""
    SourceFileLoader.source_to_code = lean  # type: ignore[method-assign, assignment]
    site = Path(sysconfig.get_path("purelib"))
    if sys.argv[1:2] == ["--site"]:
        site = Path(sys.argv[2])
        del sys.argv[1:3]
    sys.argv += ["-x", _UNUSED, *(str(site / name) for name in PACKAGES if (site / name).exists())]
    return 0 if compileall.main() else 1  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
