"""The commands: each reads its options, calls modules of `kindred.cli`, and prints."""

import typer

from kindred.cli.commands import corrections, machine, nights, tools

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Which customers feel connected to us, what made them so, and what is it worth?",
)

for command in (  # as `kindred --help` lists them
    machine.up,
    nights.run,
    nights.backfill,
    corrections.reconcile,
    machine.down,
    machine.status,
    machine.dsn,
    machine.doctor,
    corrections.release,
    corrections.replace,
    tools.score,
    machine.migrate,
):
    app.command()(command)

for tool in (tools.dbt, tools.airflow):
    app.command(context_settings=tools.PASSED_THROUGH, add_help_option=False)(tool)
