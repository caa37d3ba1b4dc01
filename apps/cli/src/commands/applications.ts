import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Application, ApplicationPort, ApplicationSignature } from '../api/resources.ts';
import { renderFacts, renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { orNone, parseDscp, parsePortRange, repeatable } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { requestBody, type Body } from './body-file.ts';

interface Fields extends ApiOptions {
  readonly file?: string;
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
  readonly category?: string;
  readonly domain?: readonly string[];
  readonly prefix?: readonly string[];
  readonly port?: readonly ApplicationPort[];
  readonly dscp?: unknown;
}

interface ListOptions extends ApiOptions {
  readonly search?: string;
  readonly category?: string;
  readonly custom?: true;
}

const words = repeatable((text) => text);

/** `tcp/8000-8009`. */
function parsePort(text: string): ApplicationPort {
  const [protocol, ports = ''] = text.trim().toLowerCase().split('/');
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') {
    throw new InvalidArgumentError('Write protocol and ports, such as tcp/443 or udp/8801-8810.');
  }
  return { protocol, ...parsePortRange(ports) };
}

const withFields = (command: Command): Command =>
  withApiOptions(command)
    .option('--title <text>', 'what people call it')
    .option('--description <text>', 'what it is for')
    .option('--category <category>', 'its kind; "custom" where nothing is said')
    .addOption(
      new Option('--domain <domains>', 'names of its servers, such as erp.example.com or *.example.com').argParser(
        words,
      ),
    )
    .addOption(new Option('--prefix <prefixes>', 'where its servers are').argParser(words))
    .addOption(
      new Option('--port <ports>', 'where it listens, such as tcp/443 or udp/8801-8810').argParser(
        repeatable(parsePort),
      ),
    )
    .addOption(
      new Option('--dscp <value>', 'what its packets usually carry, such as af41; "none" for nothing').argParser(
        orNone(parseDscp),
      ),
    )
    .option('--file <file>', 'take the fields from JSON or YAML ("-" is standard input)');

/** Domains, prefixes and ports given by flags are one signature; more of them are written in a file. */
const bodyOf = (
  terminal: Terminal,
  { file, name, title, description, category, dscp, ...fields }: Fields,
): Promise<Body> => {
  const { domain: domains, prefix: prefixes, port: ports } = fields;
  const signature = { ...(domains && { domains }), ...(prefixes && { prefixes }), ...(ports && { ports }) };
  const signatures = Object.keys(signature).length === 0 ? undefined : [signature];
  return requestBody(terminal, file, { name, title, description, category, dscp, signatures });
};

export function addApplications(program: Command, terminal: Terminal): void {
  const applications = program
    .command('applications')
    .description('the catalogue of applications that policies may name, and your own');
  withExamples(applications, [
    'applications --category voice-video',
    'applications show microsoft-teams',
    'applications create erp --domain erp.example.com --port tcp/8000-8009',
  ]);

  const list = withApiOptions(applications.command('list', { isDefault: true }).description('all applications'))
    .option('--search <text>', 'part of name, title or domains')
    .option('--category <category>', 'only of this kind')
    .option('--custom', 'only your own');
  withExamples(list, ['applications', 'applications --search google', 'applications --custom']).action(
    ({ search, category, custom, ...options }: ListOptions) =>
      answer(
        terminal,
        options,
        (api) => api.list<Application>('/applications', { search, category, custom: custom && 'true' }),
        (rows) => (rows.length === 0 ? 'no such applications' : renderTable(columns, rows)),
      ),
  );

  const show = withApiOptions(applications.command('show <application>').description('one application, by name or id'));
  withExamples(show, ['applications show zoom']).action((application: string, options: ApiOptions) =>
    answer(terminal, options, (api) => api.get<Application>(pathOf(application)), describe),
  );
  changes(applications, terminal);
}

function changes(applications: Command, terminal: Terminal): void {
  const create = withFields(applications.command('create [name]').description('add an application'));
  withExamples(create, [
    'applications create erp --domain erp.example.com --port tcp/8000-8009',
    'applications create cameras --prefix 10.9.0.0/24 --port tcp/554 --category streaming --dscp af41',
  ]).action(async (name: string | undefined, options: Fields) => {
    const body = await bodyOf(terminal, { ...options, ...(name === undefined ? {} : { name }) });
    await answer(
      terminal,
      options,
      (api) => api.post<Application>('/applications', { signatures: [], ...body }),
      (made) => `created ${made.name} (${made.id})`,
    );
  });

  const update = withFields(applications.command('update <application>').description('change one of your own')).option(
    '--name <name>',
    'new name',
  );
  withExamples(update, ['applications update erp --domain *.erp.example.com']).action(
    async (application: string, options: Fields) => {
      const body = await bodyOf(terminal, options);
      await answer(
        terminal,
        options,
        (api) => api.patch<Application>(pathOf(application), body),
        (updated) => `updated ${updated.name}`,
      );
    },
  );

  const remove = withApiOptions(
    applications.command('delete <application>').description('delete one of your own that no policy names'),
  );
  withExamples(remove, ['applications delete erp']).action((application: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.delete<unknown>(pathOf(application)),
      () => `deleted ${application}`,
    ),
  );
}

const pathOf = (application: string): string => `/applications/${encodeURIComponent(application)}`;

const ports = ({ ports: own = [] }: ApplicationSignature): string[] =>
  own.map(({ protocol, from, to }) => `${protocol}/${from === to ? from : `${from}-${to}`}`);

const recognised = (signature: ApplicationSignature): string => {
  const servers = [...(signature.domains ?? []), ...(signature.prefixes ?? [])].join(' ');
  const listens = ports(signature).join(' ');
  return servers !== '' && listens !== '' ? `${servers} on ${listens}` : servers + listens;
};

const maxShown = 60;
const short = (text: string): string => (text.length > maxShown ? `${text.slice(0, maxShown - 1)}…` : text);

const columns: Column<Application>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'TITLE', cell: ({ title }) => title },
  { title: 'CATEGORY', cell: ({ category }) => category },
  { title: 'RECOGNISED BY', cell: ({ signatures }) => short(signatures.map(recognised).join(', or ')) },
];

const describe = (application: Application): string =>
  renderFacts([
    ['name', application.name],
    ['title', application.title],
    ['category', application.category],
    ...(application.description === '' ? [] : [['description', application.description] as const]),
    ['recognised by', application.signatures.map(recognised).join('\nor ')],
    ['DSCP', application.dscp === null ? 'none' : String(application.dscp)],
    ['from', application.custom ? 'an operator' : 'the catalogue'],
  ]);
