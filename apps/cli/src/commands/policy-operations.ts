import type { Command } from 'commander';
import type { FlowExplanation, Policy, PolicyFinding, PolicyPreview } from '../api/resources.ts';
import { renderFacts, renderTable } from '../table.ts';
import type { Paint, Terminal } from '../terminal.ts';
import { parseDscp, parseInteger, parseTime, parseWord } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { findPolicy } from '../api/find-policy.ts';
import { warningLines } from './policy-warnings.ts';

interface ExplainOptions extends ApiOptions {
  readonly sourcePort?: number;
  readonly dscp?: number;
  readonly serverName?: string;
  readonly at?: number;
  readonly all?: boolean;
}

const protocol = parseWord(['tcp', 'udp', 'icmp', 'sctp', 'gre', 'esp']);
const port = parseInteger(0, 65_535);

/** What is asked about policies and done with all of them, beside reading and writing one. */
export function addPolicyOperations(policies: Command, terminal: Terminal): void {
  addExplain(policies, terminal);

  const findings = withApiOptions(
    policies.command('findings').description('policies that never match, and those that compete'),
  );
  withExamples(findings, ['policies findings']).action((options: ApiOptions) =>
    answer(
      terminal,
      options,
      async (api) => (await api.get<{ items: PolicyFinding[] }>('/policies/findings')).items,
      (items, paint) => (items.length === 0 ? 'nothing to say of any policy' : warningLines(items, paint).join('\n')),
    ),
  );

  const reorder = withApiOptions(
    policies
      .command('reorder <policies...>')
      .description('put all policies but the default one into this order, first to be looked at first'),
  );
  withExamples(reorder, ['policies reorder voice no-telnet backup']).action(
    (references: readonly string[], options: ApiOptions) =>
      answer(
        terminal,
        options,
        async (api) => {
          const order: { id: number; version: number }[] = [];
          for (const reference of references) {
            const { id, version } = await findPolicy(api, reference);
            order.push({ id, version });
          }
          return (await api.put<{ items: Policy[] }>('/policies/order', { order })).items;
        },
        (items) => items.map(({ name, priority }) => `${priority} ${name}`).join('\n'),
      ),
  );
}

function addExplain(policies: Command, terminal: Terminal): void {
  const explain = withApiOptions(
    policies
      .command('explain <source> <destination> <protocol> [port]')
      .description('which policy a flow meets, which path it takes, and why; ends are addresses or sites'),
  )
    .option('--source-port <port>', 'port that it comes from', port)
    .option('--dscp <value>', 'DSCP of its first packet, such as 46 or ef', parseDscp)
    .option('--server-name <name>', 'name by which the server is known, such as erp.example.com')
    .option('--at <time>', 'time for schedules, such as 2026-01-31T08:00Z; now, if not given', parseTime)
    .option('--all', 'show the policies behind the one that it meets as well');
  withExamples(explain, [
    'policy explain 10.1.0.10 10.0.0.10 udp 16384',
    'policy explain branch hq tcp 443 --dscp af41 --at 2026-01-31T08:00Z',
  ]).action(
    (source: string, destination: string, name: string, portText: string | undefined, options: ExplainOptions) => {
      const question = {
        source,
        destination,
        protocol: protocol(name),
        destination_port: portText === undefined ? undefined : port(portText),
        source_port: options.sourcePort,
        dscp: options.dscp,
        server_name: options.serverName,
        at: options.at,
      };
      return answer(
        terminal,
        options,
        (api) => api.get<FlowExplanation>('/policies/explain', question),
        (told, paint) => describe(told, options.all === true, paint),
      );
    },
  );
}

function describe(told: FlowExplanation, all: boolean, paint: Paint): string {
  const end = (address: string, site: string | null): string => (site === null ? address : `${address} (${site})`);
  const facts = renderFacts([
    ['from', end(told.source, told.source_site)],
    ['to', end(told.destination, told.dest_site)],
    ['flow', `${told.protocol} ${told.destination_port ?? ''}`.trim() + (told.dscp === 0 ? '' : `, DSCP ${told.dscp}`)],
    ['policy', told.policy ?? 'none'],
    ['outcome', paint(told.outcome === 'drop' ? 'red' : 'green', told.outcome)],
    ['why', told.reason],
  ]);
  const upTo = told.policies.findIndex(({ chosen }) => chosen);
  const shown = all || upTo < 0 ? told.policies : told.policies.slice(0, upTo + 1);
  const policies = renderTable(
    [
      { title: 'PRIORITY', align: 'right', cell: ({ priority }) => String(priority) },
      { title: 'POLICY', cell: ({ policy, chosen }) => (chosen ? paint('green', policy) : policy) },
      { title: 'WHY', cell: ({ reason }) => reason },
    ],
    shown,
  );
  const paths = renderTable(
    [
      { title: 'PATH', cell: ({ source_label, dest_label }) => `${source_label} → ${dest_label}` },
      { title: 'HEALTH', cell: ({ health_status }) => health_status },
      { title: 'WHY', cell: ({ chosen, reason }) => (chosen ? paint('green', reason) : reason) },
    ],
    told.paths,
  );
  return [facts, ...(shown.length > 0 ? [policies] : []), ...(told.paths.length > 0 ? [paths] : [])].join('\n\n');
}

/** What a change that was only thought of would do. */
export const previewText = ({ policies, sites, warnings }: PolicyPreview, paint: Paint): string =>
  [
    ...policies.map(({ policy, change }) => `policy ${policy} would be ${change}`),
    `concerns ${sites.length === 0 ? 'no site' : sites.map(({ site }) => site).join(', ')}`,
    ...warningLines(warnings, paint),
  ].join('\n');
