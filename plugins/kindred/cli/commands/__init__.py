"""The commands: they read options, call the modules of `kindred.cli`, and print."""

import typer

from kindred.cli.commands import batches, nights, running, texts

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Which customers feel connected to us, what made them so, and what is it worth?",
)

for command in (  # as `kindred --help` lists them
    running.up,
    nights.run,
    nights.backfill,
    nights.reconcile,
    running.down,
    running.status,
    running.dsn,
    running.doctor,
    batches.release,
    batches.replace,
    texts.score,
    running.migrate,
):
    app.command()(command)
