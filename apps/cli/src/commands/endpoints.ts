import { isUuid, PatronusError } from '@patronus/core';
import type { Command } from 'commander';
import type { ApiClient } from '../api/api-client.ts';
import type { Endpoint, Site } from '../api/resources.ts';
import { formatRate, unknownFigure } from '../format.ts';
import { renderFacts, renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { orNone, parseRate, type None } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { requestBody, type Body } from './body-file.ts';
import { addEndpointDeletion, deletedEndpoints } from './endpoint-deletion.ts';
import { addEndpointDrain } from './endpoint-drain.ts';
import { endpointColumns, parseCost, parseOuterDscp, parsePort, parseProfile, parseShaping } from './endpoint-input.ts';

interface EndpointOptions extends ApiOptions {
  readonly file?: string;
  readonly label?: string;
  readonly device?: string;
  readonly address?: string | None;
  readonly port?: number;
  readonly nat?: boolean;
  readonly cost?: number;
  readonly profile?: string;
  readonly up?: number | None;
  readonly down?: number | None;
  readonly shaping?: string;
  readonly policing?: boolean;
  readonly outerDscp?: string;
}

export function addEndpoints(program: Command, terminal: Terminal): void {
  const endpoints = program.command('endpoints').description('the WAN uplinks of sites, named SITE/LABEL or by id');
  withExamples(endpoints, [
    'endpoints',
    'endpoints show branch/lte',
    'endpoints create berlin broadband --device eth0',
    'endpoints update branch/lte --cost 80',
  ]);

  const list = withApiOptions(endpoints.command('list', { isDefault: true }).description('all endpoints'));
  list
    .option('--site <site>', 'only those of one site')
    .option('--deleted', 'those that were deleted and can be restored');
  withExamples(list, ['endpoints', 'endpoints --site hq --json']).action(
    (options: ApiOptions & { readonly site?: string; readonly deleted?: boolean }) =>
      answer(
        terminal,
        options,
        async (api) => {
          if (options.deleted === true) return await deletedEndpoints(api, options.site);
          return options.site === undefined
            ? await api.list<Endpoint>('/endpoints')
            : (await api.get<Site>(`/sites/${encodeURIComponent(options.site)}`)).endpoints;
        },
        (rows) => (rows.length === 0 ? 'no endpoints' : renderTable(endpointColumns, rows)),
      ),
  );

  const show = withApiOptions(endpoints.command('show <endpoint>').description('one endpoint'));
  withExamples(show, ['endpoints show branch/lte']).action((reference: string, options: ApiOptions) =>
    answer(terminal, options, (api) => findEndpoint(api, reference), describe),
  );

  const create = withFields(
    withApiOptions(endpoints.command('create [site] [label]').description('add an uplink to a site')),
  );
  withExamples(create, [
    'endpoints create berlin broadband --device eth0 --address 192.0.2.7 --up 100mbit --down 500mbit',
    'endpoints create berlin lte --device wwan0 --nat --cost 50 --profile metered',
  ]).action(async (site: string | undefined, label: string | undefined, options: EndpointOptions) => {
    const body = await requestBody(terminal, options.file, {
      site,
      ...fieldsOf({ ...options, ...(label && { label }) }),
    });
    await answer(
      terminal,
      options,
      (api) => api.post<Endpoint>('/endpoints', body),
      (endpoint) => `created ${endpoint.site}/${endpoint.label} (${endpoint.id})`,
    );
  });

  const update = withFields(
    withApiOptions(endpoints.command('update <endpoint>').description('change fields of an uplink')),
  ).option('--label <label>', 'transport label');
  withExamples(update, ['endpoints update branch/lte --cost 80 --profile metered']).action(
    async (reference: string, options: EndpointOptions) => {
      const body = await requestBody(terminal, options.file, fieldsOf(options));
      await answer(
        terminal,
        options,
        async (api) => {
          const { id, version } = await findEndpoint(api, reference);
          return await api.patch<Endpoint>(`/endpoints/${id}`, body, version);
        },
        (endpoint) => `updated ${endpoint.site}/${endpoint.label}`,
      );
    },
  );

  addEndpointDrain(endpoints, terminal, findEndpoint);
  addEndpointDeletion(endpoints, terminal, findEndpoint);
}

/** The endpoint of an id, or of a site's name and the label. */
async function findEndpoint(api: ApiClient, reference: string): Promise<Endpoint> {
  if (isUuid(reference)) return await api.get<Endpoint>(`/endpoints/${reference}`);
  const [, siteName, label] = /^(.+)\/([^/]+)$/.exec(reference) ?? [];
  if (siteName === undefined || label === undefined) {
    throw new PatronusError(
      'invalid_input',
      `"${reference}" names no endpoint; write SITE/LABEL, such as hq/mpls, or an id`,
    );
  }
  const site = await api.get<Site>(`/sites/${encodeURIComponent(siteName)}`);
  const found = site.endpoints.find((endpoint) => endpoint.label === label);
  if (found !== undefined) return found;
  const known = site.endpoints.map((endpoint) => endpoint.label).join(', ') || 'none';
  throw new PatronusError('not_found', `site ${site.name} has no endpoint "${label}"; it has: ${known}`);
}

const withFields = (command: Command): Command =>
  command
    .option('--device <name>', 'network device on the edge, such as eth0')
    .option(
      '--address <address>',
      'public address where peers reach it; "none" when it calls out itself',
      orNone(String),
    )
    .option('--port <port>', 'first UDP port of its tunnels', parsePort)
    .option('--nat', 'it is behind NAT')
    .option('--no-nat', 'it is not behind NAT')
    .option('--cost <cost>', 'lower is preferred between otherwise equal paths', parseCost)
    .option('--profile <profile>', 'how often it is probed: fast, default or metered', parseProfile)
    .option('--up <rate>', 'bandwidth from the site, such as 100mbit; "none" when not known', orNone(parseRate))
    .option('--down <rate>', 'bandwidth to the site', orNone(parseRate))
    .option('--shaping <how>', 'queue by class: off, fixed (to --up) or auto (less under delay)', parseShaping)
    .option('--policing', 'drop what comes in faster than --down')
    .option('--no-policing', 'drop nothing of what comes in')
    .option('--outer-dscp <what>', 'code point of outer packets: none, or copy that of what is inside', parseOuterDscp)
    .option('--file <file>', 'take the fields from JSON or YAML ("-" is standard input)');

const fieldsOf = (options: EndpointOptions): Body => ({
  label: options.label,
  device: options.device,
  address: options.address,
  port: options.port,
  nat: options.nat,
  cost: options.cost,
  profile: options.profile,
  up_bps: options.up,
  down_bps: options.down,
  shaping: options.shaping,
  policing: options.policing,
  outer_dscp: options.outerDscp,
});

const describe = (endpoint: Endpoint): string =>
  renderFacts([
    ['site', endpoint.site],
    ['label', endpoint.label],
    ['id', endpoint.id],
    ['device', endpoint.device],
    ['address', endpoint.address ?? unknownFigure],
    ['port', String(endpoint.port ?? unknownFigure)],
    ['nat', endpoint.nat ? 'yes' : 'no'],
    ['NAT type', endpoint.nat_type],
    ['public address', endpoint.public_address ?? unknownFigure],
    ['cost', String(endpoint.cost)],
    ['profile', endpoint.profile],
    ['up', formatRate(endpoint.up_bps)],
    ['down', formatRate(endpoint.down_bps)],
    ['shaping', endpoint.shaping],
    ['policing', endpoint.policing ? 'yes' : 'no'],
    ['outer DSCP', endpoint.outer_dscp],
    ['slot', String(endpoint.slot)],
  ]);
