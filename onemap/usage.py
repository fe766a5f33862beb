"""What is wrong with a command line, told as every other error: what is wrong, and what to do about it."""

from __future__ import annotations

import click
from click.exceptions import NoSuchCommand

from onemap.errors import nearest
from onemap.text import tr


def explain_usage(fault: click.ClickException) -> tuple[str, str]:
    """Return a message and a hint for a fault that click found."""
    context = fault.ctx if isinstance(fault, click.UsageError) else None
    see_help = tr("see: {command} --help", command=context.command_path if context else "onemap")
    match fault:
        case NoSuchCommand():
            commands = context.command.commands if context and isinstance(context.command, click.Group) else ()
            meant = nearest(fault.command_name, commands)
            message = tr('there is no command "{command}"', command=fault.command_name)
        case click.NoSuchOption():
            meant = fault.possibilities[0] if fault.possibilities else None
            message = tr('there is no option "{option}"', option=fault.option_name)
        case click.MissingParameter():
            meant = None
            message = tr("{name} is missing", name=_name(fault.param))
        case click.BadParameter():
            meant = None
            message = tr("{name}: {fault}", name=_name(fault.param), fault=_bad_value(fault))
        case _:
            meant = None
            message = tr("the command is not understood: {fault}", fault=fault.format_message())
    return message, tr('did you mean "{meant}"?', meant=meant) if meant else see_help


def _name(parameter: click.Parameter | None) -> str:
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    return (parameter.name or "").upper() if parameter else ""


def _bad_value(fault: click.BadParameter) -> str:
    kind = fault.param.type if fault.param else None
    if isinstance(kind, click.Choice):
        return tr("choose one of: {choices}", choices=", ".join(kind.choices))
    return fault.message
