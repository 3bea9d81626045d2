"""`%load_ext trackgate`, then `%%trackgate run NAME`: a cell that is a run.

IPython calls the two functions for extensions (IPython, "Writing IPython extensions").
It is imported late: whoever loads an extension has it, and nobody else needs it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from trackgate.fluent.files import log_text
from trackgate.fluent.runs import start_run
from trackgate.notebooks import runs

_MAGIC = "trackgate"
_SOURCE_FILE = "cell.py"
_QUOTES = ("'", '"')


def load_ipython_extension(shell: Any) -> None:
    """Add the magic to a shell."""

    def trackgate(line: str, cell: str) -> None:
        """Make a cell a run:  %%trackgate run [NAME]

        The run is inside the active one, if there is any. The cell's text is kept in
        the file cell.py; an error makes the run FAILED, an interrupt KILLED.
        """
        # The shell leaves such frames out, so that tracebacks show cells only.
        __tracebackhide__ = True
        run_cell(shell, run_name(line), cell)

    shell.register_magic_function(trackgate, "cell", _MAGIC)


def unload_ipython_extension(shell: Any) -> None:
    """Take the magic away again."""
    shell.magics_manager.magics["cell"].pop(_MAGIC, None)


def run_name(line: str) -> str | None:
    """The name that a magic's line gives the run; raises UsageError."""
    from IPython.core.error import UsageError  # noqa: PLC0415 - see above

    verb, _, rest = line.strip().partition(" ")
    if verb != "run":
        raise UsageError(f"Use it as:  %%{_MAGIC} run [NAME]")
    name = rest.strip()
    if name[:1] in _QUOTES and name[:1] == name[-1:]:
        name = name[1:-1]
    return name or None


def run_cell(shell: Any, name: str | None, cell: str) -> None:
    """Run a cell inside a run of its own, and show the run.

    What the cell raises goes on, so that no cell below it is run.
    """
    __tracebackhide__ = True
    run = start_run(run_name=name, nested=True)
    try:
        with run:
            log_text(cell, _SOURCE_FILE)
            _execute(shell, cell)
    finally:
        shown = {"text/plain": repr(run), "text/html": runs.html(run)}
        shell.display_pub.publish(shown)


def _execute(shell: Any, cell: str) -> None:
    """Run a text as the shell runs a cell, magics and the value at its end too."""
    __tracebackhide__ = True
    source = shell.transform_cell(cell)
    name = shell.compile.cache(source, shell.execution_count, cell)
    tree = shell.transform_ast(shell.compile.ast_parse(source, filename=name))
    for part, mode in _parts(tree, is_silent=cell.rstrip().endswith(";")):
        exec(shell.compile(part, name, mode), shell.user_ns)  # noqa: S102 - a cell


def _parts(tree: ast.Module, *, is_silent: bool) -> Iterator[tuple[ast.AST, str]]:
    """All but an expression at the end, then that, whose value is to be shown."""
    shown: list[ast.stmt] = []
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not is_silent:
        shown.append(tree.body.pop())
    yield tree, "exec"
    if shown:
        yield ast.Interactive(shown), "single"
