"""The command line ``urut``: every command under its name. What they do stands in `server.cli`."""

import click

from server.cli import measure, organiser, papers, people, press, program_log, serving, speech
from server.cli.doctor.command import doctor


@click.group(context_settings={"show_default": True, "max_content_width": 110})
@click.version_option(package_name="urut")
def main() -> None:
    """urut: the queue display for a service bazaar. `urut demo` shows it at work."""
    program_log.begin()


for command in (serving.demo, serving.open_, serving.hub, serving.counters, serving.redis):
    main.add_command(command)
for command in (organiser.pair, organiser.log, organiser.report, papers.paper, speech.voice):
    main.add_command(command)
for command in (doctor, press.press, people.tv, people.simulate, measure.bench):
    main.add_command(command)

if __name__ == "__main__":
    main()
