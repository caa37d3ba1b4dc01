import { Option, type Command } from 'commander';
import type { HostSet } from '../api/resources.ts';
import { renderFacts, renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { repeatable } from '../units.ts';
import { answer, plural, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { requestBody } from './body-file.ts';

interface HostSetOptions extends ApiOptions {
  readonly file?: string;
  readonly name?: string;
  readonly description?: string;
  readonly member?: readonly string[];
}

const withFields = (command: Command): Command =>
  withApiOptions(command)
    .option('--description <text>', 'what it is for')
    .addOption(
      new Option('--member <members>', 'prefix or address; repeat or use commas').argParser(repeatable((text) => text)),
    )
    .option('--file <file>', 'take the fields from JSON or YAML ("-" is standard input)');

export function addHostSets(program: Command, terminal: Terminal): void {
  const sets = program.command('host-sets').description('named lists of hosts and prefixes that policies match');
  withExamples(sets, [
    'host-sets',
    'host-sets create printers --member 10.7.0.9,10.7.0.32/28',
    'host-sets show printers',
  ]);

  const list = withApiOptions(sets.command('list', { isDefault: true }).description('all host sets'));
  withExamples(list, ['host-sets', 'host-sets --json']).action((options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.list<HostSet>('/host-sets'),
      (rows) => (rows.length === 0 ? 'no host sets yet' : renderTable(columns, rows)),
    ),
  );

  const show = withApiOptions(sets.command('show <set>').description('one host set, by name or id'));
  withExamples(show, ['host-sets show printers']).action((set: string, options: ApiOptions) =>
    answer(terminal, options, (api) => api.get<HostSet>(pathOf(set)), describe),
  );

  const create = withFields(sets.command('create [name]').description('make a host set'));
  withExamples(create, ['host-sets create printers --member 10.7.0.9 --member 10.7.0.32/28']).action(
    async (name: string | undefined, options: HostSetOptions) => {
      const { description, member: members } = options;
      const body = await requestBody(terminal, options.file, { name, description, members });
      await answer(
        terminal,
        options,
        (api) => api.post<HostSet>('/host-sets', { members: [], ...body }),
        (set) => `created ${set.name} with ${plural(set.members.length, 'member')} (${set.id})`,
      );
    },
  );
  changes(sets, terminal);
}

function changes(sets: Command, terminal: Terminal): void {
  const update = withFields(sets.command('update <set>').description('change fields of a host set')).option(
    '--name <name>',
    'new name',
  );
  withExamples(update, ['host-sets update printers --member 10.7.0.32/28']).action(
    async (set: string, options: HostSetOptions) => {
      const { name, description, member: members } = options;
      const body = await requestBody(terminal, options.file, { name, description, members });
      await answer(
        terminal,
        options,
        (api) => api.patch<HostSet>(pathOf(set), body),
        (updated) => `updated ${updated.name}`,
      );
    },
  );

  const remove = withApiOptions(sets.command('delete <set>').description('delete a host set that no policy names'));
  withExamples(remove, ['host-sets delete printers']).action((set: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.delete<unknown>(pathOf(set)),
      () => `deleted ${set}`,
    ),
  );
}

const pathOf = (set: string): string => `/host-sets/${encodeURIComponent(set)}`;

const columns: Column<HostSet>[] = [
  { title: 'NAME', cell: (set) => set.name },
  { title: 'MEMBERS', align: 'right', cell: (set) => String(set.members.length) },
  { title: 'DESCRIPTION', cell: (set) => set.description },
];

const describe = (set: HostSet): string =>
  renderFacts([
    ['name', set.name],
    ['id', set.id],
    ['description', set.description],
    ['members', set.members.join(', ')],
  ]);
