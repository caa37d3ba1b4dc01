import type { Command } from 'commander';
import type { Flow } from '../api/resources.ts';
import { formatBytes } from '../format.ts';
import { renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { parseInteger } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

interface FlowOptions extends ApiOptions {
  readonly site?: string;
  readonly application?: string;
  readonly policy?: string;
  readonly protocol?: string;
  readonly search?: string;
  readonly unknown?: true;
  readonly top: number;
}

const shownByDefault = 50;

export function addFlows(program: Command, terminal: Terminal): void {
  const flows = withApiOptions(program.command('flows').description('what flows now, those with the most octets first'))
    .option('--site <site>', 'only flows that began at this site')
    .option('--application <name>', 'only of this application')
    .option('--unknown', 'only of applications that are not known')
    .option('--policy <name>', 'only of this policy')
    .option('--protocol <name>', 'only of this protocol')
    .option('--search <text>', 'part of an address or of a server name')
    .option('--top <count>', 'how many at most', parseInteger(1, 10_000), shownByDefault);
  withExamples(flows, ['flows', 'flows --site branch --application salesforce', 'flows --unknown --top 20']).action(
    ({ site, application, policy, protocol, search, unknown, top, ...options }: FlowOptions) => {
      const query = { site, application, policy, protocol, search, unknown: unknown && 'true', sort: '-bytes' };
      return answer(
        terminal,
        options,
        (api) => api.list<Flow>('/flows', query, top),
        (rows) => (rows.length === 0 ? 'no such flows' : renderTable(columns, rows)),
      );
    },
  );
}

const end = (address: string, port: number | null): string =>
  port === null ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const columns: Column<Flow>[] = [
  { title: 'SITE', cell: (flow) => flow.site },
  { title: 'PROTOCOL', cell: (flow) => flow.protocol },
  { title: 'SOURCE', cell: (flow) => end(flow.source, flow.source_port) },
  { title: 'DESTINATION', cell: (flow) => end(flow.destination, flow.destination_port) },
  { title: 'APPLICATION', cell: (flow) => flow.application ?? 'unknown' },
  { title: 'SERVER', cell: (flow) => flow.server_name ?? '' },
  { title: 'POLICY', cell: (flow) => flow.policy ?? '' },
  {
    title: 'PATH',
    cell: ({ source_label: from, dest_label: to, dest_site: site }) =>
      from === null || to === null ? (site ?? '') : `${from} → ${site}/${to}`,
  },
  { title: 'SENT', align: 'right', cell: (flow) => (flow.bytes_sent === null ? '' : formatBytes(flow.bytes_sent)) },
  {
    title: 'RECEIVED',
    align: 'right',
    cell: (flow) => (flow.bytes_received === null ? '' : formatBytes(flow.bytes_received)),
  },
];
