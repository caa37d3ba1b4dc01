import { Option, type Command } from 'commander';
import type { Site } from '../api/resources.ts';
import { formatTime } from '../format.ts';
import { renderFacts, renderTable, type Column } from '../table.ts';
import type { Paint, Style, Terminal } from '../terminal.ts';
import { parsePlace, repeatable } from '../units.ts';
import { answer, plural, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { requestBody, type Body } from './body-file.ts';
import { endpointColumns, parseEndpointInput } from './endpoint-input.ts';
import { addSiteDeletion } from './site-deletion.ts';

interface ListOptions extends ApiOptions {
  readonly deleted?: boolean;
}

interface SiteOptions extends ApiOptions {
  readonly file?: string;
  readonly name?: string;
  readonly location?: string;
  readonly prefix?: readonly string[];
  readonly tag?: readonly string[];
  readonly timeZone?: string;
  readonly place?: readonly [latitude: number, longitude: number];
  readonly endpoint?: readonly Body[];
}

const prefixOption = () =>
  new Option('--prefix <prefix>', 'LAN prefix of the site; repeat for more').argParser(repeatable((text) => text));

const tagOption = () =>
  new Option('--tag <tags>', 'what policies may know it by; repeat or use commas').argParser(
    repeatable((text) => text),
  );
const placeOption = () =>
  new Option('--place <coordinates>', 'where it is on a map, in degrees, such as 48.21,16.37').argParser(parsePlace);
const timeZoneOption = () => new Option('--time-zone <name>', 'of its clocks, such as Europe/Vienna');

export function addSites(program: Command, terminal: Terminal): void {
  const sites = program.command('sites').description('the places that Patronus connects');
  withExamples(sites, ['sites', 'sites show hq', 'sites create berlin --prefix 10.7.0.0/24', 'sites delete berlin']);

  const list = withApiOptions(sites.command('list', { isDefault: true }).description('all sites'));
  list.option('--deleted', 'those that were deleted and can be restored');
  withExamples(list, ['sites', 'sites --json', 'sites list --deleted']).action((options: ListOptions) =>
    answer(
      terminal,
      options,
      (api) => api.list<Site>('/sites', { deleted: options.deleted }),
      (rows, paint) => {
        if (rows.length === 0) return options.deleted === true ? 'no deleted sites' : 'no sites yet';
        return renderTable(options.deleted === true ? deletedColumns : columns(paint), rows);
      },
    ),
  );

  const show = withApiOptions(sites.command('show <site>').description('one site, by name or id, with its endpoints'));
  withExamples(show, ['sites show hq', 'sites show hq --json']).action((site: string, options: ApiOptions) =>
    answer(terminal, options, (api) => api.get<Site>(`/sites/${encodeURIComponent(site)}`), describe),
  );

  const create = withApiOptions(sites.command('create [name]').description('make a site, and its endpoints with it'))
    .option('--location <text>', 'where it is')
    .addOption(prefixOption())
    .addOption(tagOption())
    .addOption(timeZoneOption())
    .addOption(placeOption())
    .option(
      '--endpoint <fields>',
      'an uplink as label=…,device=… and any of address, port, nat, cost, profile, up, down; repeat for more',
      (text, previous: readonly Body[] | undefined) => [...(previous ?? []), parseEndpointInput(text)],
    )
    .option('--file <file>', 'take the fields from JSON or YAML ("-" is standard input)');
  withExamples(create, [
    'sites create berlin --location "Berlin, DE" --prefix 10.7.0.0/24 \\\n      --endpoint label=broadband,device=eth0,address=192.0.2.7,up=100mbit,down=500mbit \\\n      --endpoint label=lte,device=wwan0,nat,cost=50,profile=metered',
    'sites create --file berlin.yaml',
  ]).action(async (name: string | undefined, options: SiteOptions) => {
    const body = await requestBody(terminal, options.file, {
      name,
      location: options.location,
      prefixes: options.prefix,
      tags: options.tag,
      time_zone: options.timeZone,
      latitude: options.place?.[0],
      longitude: options.place?.[1],
      endpoints: options.endpoint,
    });
    await answer(
      terminal,
      options,
      (api) => api.post<Site>('/sites', body),
      (site) => `created ${site.name} with ${plural(site.endpoints.length, 'endpoint')} (${site.id})`,
    );
  });

  addUpdate(sites, terminal);
  addSiteDeletion(sites, terminal);
}

function addUpdate(sites: Command, terminal: Terminal): void {
  const update = withApiOptions(sites.command('update <site>').description('change fields of a site'))
    .option('--name <name>', 'new name')
    .option('--location <text>', 'where it is')
    .addOption(prefixOption())
    .addOption(tagOption())
    .addOption(timeZoneOption())
    .addOption(placeOption())
    .option('--file <file>', 'take the fields from JSON or YAML ("-" is standard input)');
  withExamples(update, [
    'sites update berlin --prefix 10.7.0.0/24 --prefix 10.8.0.0/24',
    'sites update berlin --tag retail,eu',
  ]).action(async (site: string, options: SiteOptions) => {
    const fields = {
      name: options.name,
      location: options.location,
      prefixes: options.prefix,
      tags: options.tag,
      time_zone: options.timeZone,
      latitude: options.place?.[0],
      longitude: options.place?.[1],
    };
    const body = await requestBody(terminal, options.file, fields);
    await answer(
      terminal,
      options,
      (api) => api.patch<Site>(`/sites/${encodeURIComponent(site)}`, body),
      (updated) => `updated ${updated.name}`,
    );
  });
}

const statusStyle: Record<Site['status'], Style> = { online: 'green', offline: 'red', new: 'dim' };
const configStyle: Record<Site['config']['status'], Style> = {
  applied: 'green',
  pending: 'yellow',
  rejected: 'red',
  offline: 'dim',
};

const columns = (paint: Paint): Column<Site>[] => [
  { title: 'NAME', cell: (site) => site.name },
  { title: 'STATUS', cell: (site) => paint(statusStyle[site.status], site.status) },
  { title: 'CONFIG', cell: (site) => paint(configStyle[site.config.status], site.config.status) },
  { title: 'PREFIXES', cell: (site) => site.prefixes.join(' ') },
  { title: 'ENDPOINTS', cell: (site) => site.endpoints.map((endpoint) => endpoint.label).join(' ') },
  { title: 'LOCATION', cell: (site) => site.location },
];

const deletedColumns: Column<Site>[] = [
  { title: 'NAME', cell: (site) => site.name },
  { title: 'DELETED', cell: (site) => formatTime(site.deleted_at) },
  { title: 'RESTORABLE UNTIL', cell: (site) => formatTime(site.purge_at) },
  { title: 'PREFIXES', cell: (site) => site.prefixes.join(' ') },
  { title: 'ENDPOINTS', cell: (site) => site.endpoints.map((endpoint) => endpoint.label).join(' ') },
  { title: 'ID', cell: (site) => site.id },
];

function describe(site: Site, paint: Paint): string {
  const { config } = site;
  const facts = renderFacts([
    ['name', site.name],
    ['id', site.id],
    ['location', site.location],
    ['prefixes', site.prefixes.join(', ')],
    ['tags', site.tags.join(', ')],
    ['time zone', site.time_zone],
    ['place', site.latitude === null ? '' : `${site.latitude}, ${site.longitude}`],
    ['status', paint(statusStyle[site.status], site.status)],
    ['config', paint(configStyle[config.status], config.status) + (config.reason === null ? '' : `: ${config.reason}`)],
    ['applied', formatTime(config.applied_at)],
  ]);
  return site.endpoints.length === 0
    ? facts
    : `${facts}\n\n${renderTable(
        endpointColumns.filter(({ title }) => title !== 'SITE'),
        site.endpoints,
      )}`;
}
