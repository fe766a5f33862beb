"""The command line. Data goes to stdout, talk to stderr.

0 done, 1 done but blocked, 2 could not run; 130 broken off with Ctrl-C, 143 by the system.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from onemap import console, pipeline, scaffold
from onemap.bars import progress_bars
from onemap.errors import OnemapError, ProjectError
from onemap.handover import FORMATS, Request, hand_over
from onemap.interruption import heeding_signals, interrupted
from onemap.model import Atlas
from onemap.record import explain, open_build
from onemap.returned import check_file, is_project
from onemap.sketch import check_layer, sketch
from onemap.spec.catalogue import load_catalogue
from onemap.spec.project import load_project
from onemap.text import LANGUAGES, VARIABLE, asked_language, speaking, tr
from onemap.usage import explain_usage

DEMO_FOLDER: Final = "onemap-demo"
BUILD_FOLDER: Final = "build"

DONE, BLOCKED, FAILED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status.

    Parameters
    ----------
    arguments
        The words after the program's name; None takes those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A Windows pipe in GBK has no place for rare characters; a name with one is no reason to stop.
            stream.reconfigure(errors="backslashreplace")
    # The language comes first: help and errors of the command line itself speak it too.
    with speaking(asked_language(words)), heeding_signals() as ending:
        try:
            return int(_program().main(words or ["--help"], prog_name="onemap", standalone_mode=False) or DONE)
        except OnemapError as fault:
            return _fail(fault.message, fault.hint)
        except click.ClickException as fault:
            return _fail(*explain_usage(fault))
        except (click.Abort, KeyboardInterrupt):
            console.say(interrupted())
            return ending.status


def _fail(message: str, hint: str) -> int:
    console.say(f"error: {_line(message)}")
    console.say(f"hint: {_line(hint)}")
    return FAILED


def _line(text: str) -> str:
    return " ".join(text.split())


def _program() -> click.Group:
    """Return the command line; made anew so that its help speaks the language of the run."""
    program = click.Group(
        "onemap",
        help=tr("From a folder of bureau files to a county's soil-pollution one map and its lists."),
        params=_common(),
        commands=[_demo(), _init(), _sketch(), _check(), _build(), _why(), _export(), _layers()],
    )
    version = click.version_option(
        package_name="onemap", message="%(prog)s %(version)s", help=tr("Show the version and exit.")
    )
    return version(program)


def _common() -> list[click.Parameter]:
    """Return the options that every command takes."""

    def show_help(context: click.Context, option: click.Parameter, value: bool) -> None:
        if value and not context.resilient_parsing:
            console.show(context.get_help())
            context.exit()

    language = click.Option(
        ["--lang"],
        type=click.Choice(list(LANGUAGES)),
        envvar=VARIABLE,
        expose_value=False,
        help=tr("Language of messages and products; also by the variable {variable}.", variable=VARIABLE),
    )
    text = tr("Show this message and exit.")
    help_option = click.Option(
        ["--help"], is_flag=True, is_eager=True, expose_value=False, callback=show_help, help=text
    )
    return [language, help_option]


def _json() -> click.Option:
    return click.Option(["as_json", "--json"], is_flag=True, help=tr("Write JSON."))


def _county() -> click.Option:
    help_text = tr("Code of the county; left out: that of the project above.")
    return click.Option(["--county"], callback=_matching(r"\d{6}"), help=help_text)


def _folder(name: str, **properties: Any) -> click.Argument:
    return click.Argument([name], type=click.Path(path_type=Path), **properties)


def _demo() -> click.Command:
    def run(folder: Path) -> int:
        scaffold.copy_sample(folder)
        return _build_into(folder, folder / BUILD_FOLDER)

    text = tr(
        "Copy the sample county into DIR (default: {folder}), build it, and say what to open.", folder=DEMO_FOLDER
    )
    return click.Command(
        "demo",
        callback=run,
        help=text,
        short_help=text,
        params=[_folder("folder", metavar="[DIR]", default=DEMO_FOLDER), *_common()],
    )


def _init() -> click.Command:
    def run(folder: Path, county: str, name: str, period: str) -> int:
        for path in scaffold.start_project(folder, county, name, period):
            console.show(str(path))
        console.say(tr("Next: fill in the workbooks or put your own files beside them, and name them in project.toml."))
        return DONE

    today = dt.date.today()
    params = [
        _folder("folder", metavar="DIR"),
        click.Option(
            ["--county"], required=True, callback=_matching(r"\d{6}"), help=tr("Code of the county, GB/T 2260.")
        ),
        click.Option(["--name"], required=True, help=tr("Name of the county.")),
        click.Option(
            ["--period"],
            default=f"{today:%Y-%m}",
            callback=_matching(r"\d{4}(-\d{2}(-\d{2})?)?"),
            help=tr("Period that the map is for, as 2026-11; this month if left out."),
        ),
        *_common(),
    ]
    text = tr("Start a project in DIR: project.toml, and for each bureau a workbook to fill in.")
    return click.Command("init", callback=run, help=text, short_help=text, params=params)


def _sketch() -> click.Command:
    def run(file: Path, county: str | None, layer: str | None) -> int:
        for text in sketch(file, county, layer):
            console.show(text)
        return DONE

    params = [
        _folder("file", metavar="FILE"),
        _county(),
        click.Option(["--as", "layer"], metavar="LAYER", help=tr("Layer that it fills; left out: the likeliest.")),
        *_common(),
    ]
    text = tr("Say what an unknown FILE (or folder) is: an entry for project.toml, or a draft of a layer file.")
    return click.Command("sketch", callback=run, help=text, short_help=text, params=params)


def _check() -> click.Command:
    def run(project: Path, county: str | None, as_json: bool) -> int:
        alone = not is_project(project)
        if county and not alone:
            message = tr("--county is for a file that was sent; a project says its own")
            raise ProjectError(message, tr("leave --county out, or name a file"))
        with progress_bars() as report:
            atlas = check_file(project, county, report) if alone else pipeline.check(load_project(project), report)
        if as_json:
            console.show_json(console.issue_rows(atlas))
        else:
            console.show_sources(atlas)
            console.show_issues(atlas)
        if alone:
            console.say_layers(atlas)
        console.say(console.verdict_line(atlas))
        return _status(atlas)

    text = tr("Read and prove the data of PROJECT, without analysis: the table of its issues.")
    more = tr(
        "Or of a FILE (or a folder without a project) that a bureau sent: which layer each sheet is, and the same."
    )
    params = [_folder("project", metavar="PROJECT|FILE"), _county(), _json(), *_common()]
    return click.Command("check", callback=run, help=f"{text} {more}", short_help=text, params=params)


def _build() -> click.Command:
    def run(project: Path, out: Path | None, strict: bool, **asked: tuple[str, ...] | None) -> int:
        home = project.parent if project.suffix == ".toml" else project
        return _build_into(project, out or home / BUILD_FOLDER, strict, **asked)

    products, further = ",".join(pipeline.WRITERS), ",".join(pipeline.FURTHER)
    params = [
        _folder("project"),
        click.Option(["--out"], type=click.Path(path_type=Path), metavar="DIR",
                     help=tr("Folder of the build; the folder \"build\" in the project if left out.")),
        click.Option(["--only"], callback=_products, metavar="PRODUCT,…",
                     help=tr("Write only these products, of {products}. The folder then holds no others, not even "
                             "those of an earlier build.", products=products)),
        click.Option(["--also"], callback=_products, metavar="PRODUCT,…",
                     help=tr("Write these products besides, of {products}; --only takes them too.", products=further)),
        # The public edition has yet to be made; asking for it is refused, never answered with the internal one.
        click.Option(["--edition"], type=click.Choice(["internal"]), default="internal", expose_value=False,
                     help=tr("Edition to write; only the internal one so far.")),
        click.Option(["--strict"], is_flag=True, help=tr("Exit status 1 also for warnings.")),
        *_common(),
    ]  # fmt: skip
    text = tr("Build PROJECT: map, GeoPackage, shapefiles, lists, issues, manifest.")
    more = tr(
        "An earlier build in the folder is replaced as a whole; files that you put there stay. "
        "Exit status 1 if errors in the data block a list."
    )
    return click.Command("build", callback=run, help=f"{text} {more}", short_help=text, params=params)


def _why() -> click.Command:
    def run(build: Path, key: str, as_json: bool) -> int:
        opened = open_build(build)
        found = explain(opened, key)
        if as_json:
            console.show_json([asdict(known) for known in found])
            return DONE
        for number, known in enumerate(found):
            if number:
                console.show()
            console.show_known(known, opened.catalogue)
        return DONE

    text = tr("Tell all that the folder BUILD knows of the feature with the code or name KEY.")
    params = [_folder("build"), click.Argument(["key"]), _json(), *_common()]
    return click.Command("why", callback=run, help=text, short_help=text, params=params)


def _export() -> click.Command:
    def run(build: Path, **asked: Any) -> int:
        with progress_bars() as report:
            handed = hand_over(open_build(build), Request(**asked), report)
        console.show(str(handed.path))
        console.say_handed(handed)
        return DONE

    known = ",".join(FORMATS)
    params = [
        _folder("build"),
        click.Option(["--format"], required=True, type=click.Choice([*FORMATS]), metavar="FORMAT",
                     help=tr("One of {formats}.", formats=known)),
        click.Option(["--layer", "layers"], multiple=True, callback=_words, metavar="LAYER,…",
                     help=tr("Layers by id or title, findings, issues, or lists by rule or title; all if left out.")),
        click.Option(["--fields"], multiple=True, callback=_words, metavar="FIELD,…",
                     help=tr("Only these fields, by id or title; the key always stays.")),
        click.Option(["--township"], default="", metavar="NAME", help=tr("Only what lies in this township.")),
        click.Option(["--level", "levels"], multiple=True, callback=_words, metavar="LEVEL,…",
                     help=tr("Of lists only records of these levels: high, medium, low, unknown.")),
        click.Option(["--crs"], default="", metavar="EPSG:…|lonlat",
                     help=tr("Another CRS on CGCS2000 or WGS 84; areas and lengths in the fields stay.")),
        click.Option(["--out"], type=click.Path(path_type=Path), metavar="PATH",
                     help=tr("File or folder to write; left out, one beside the build whose name says what it is.")),
        click.Option(["--overwrite"], is_flag=True, help=tr("Replace what an earlier export has written there.")),
        *_common(),
    ]  # fmt: skip
    text = tr("Write layers or lists of the folder BUILD in another format, for whoever asks for them.")
    more = tr("{formats} are always in degrees of CGCS2000, which is WGS 84 to centimetres.", formats=_in_degrees())
    return click.Command("export", callback=run, help=f"{text} {more}", short_help=text, params=params)


def _in_degrees() -> str:
    return ", ".join(name for name, form in FORMATS.items() if form.crs == "degrees")


def _words(context: click.Context, option: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of an option that may be repeated, and have commas."""
    return tuple(word.strip() for text in value for word in re.split("[,，]", text) if word.strip())


def _layers() -> click.Command:
    def run(layer: str | None, as_json: bool) -> int:
        specs = load_catalogue().layers
        if layer is not None:
            check_layer(layer, specs)
        shown = [specs[layer]] if layer else list(specs.values())
        if as_json:
            told = [spec.model_dump(mode="json", by_alias=True) for spec in shown]
            console.show_json(told[0] if layer else told)
        elif layer:
            console.show_layer(specs[layer])
        else:
            console.show_layers(specs)
        return DONE

    text = tr("List the catalogue of layers, or tell all of the layer ID.")
    params = [click.Argument(["layer"], metavar="[ID]", required=False), _json(), *_common()]
    return click.Command("layers", callback=run, help=text, short_help=text, params=params)


def _build_into(
    project: Path,
    folder: Path,
    strict: bool = False,
    only: tuple[str, ...] | None = None,
    also: tuple[str, ...] | None = None,
) -> int:
    with progress_bars() as report:
        atlas = pipeline.run(load_project(project), folder, only, report, also or ())
    console.show_summary(atlas, folder)
    return _status(atlas, strict)


def _status(atlas: Atlas, strict: bool = False) -> int:
    blocked = atlas.verdict == "blocked" or (strict and atlas.verdict != "pass")
    return BLOCKED if blocked else DONE


def _products(context: click.Context, option: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """Return the names in a list with commas."""
    if value is None:
        return None
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    unknown = next((name for name in names if name not in {**pipeline.WRITERS, **pipeline.FURTHER}), None)
    if unknown is not None or not names:
        known = ", ".join([*pipeline.WRITERS, *pipeline.FURTHER])
        message = tr('there is no product "{name}"; known: {names}', name=unknown or value, names=known)
        raise click.BadParameter(message, context, option)
    return names


def _matching(pattern: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Return a callback that refuses what does not match; what is left out matches."""

    def check(context: click.Context, option: click.Parameter, value: Any) -> Any:
        if value is not None and not re.fullmatch(pattern, value):
            message = tr('"{value}" is not of the form {pattern}', value=value, pattern=pattern)
            raise click.BadParameter(message, context, option)
        return value

    return check
