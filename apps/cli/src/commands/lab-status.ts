import type { Impairment, LabStatus, LineReport } from '@patronus/lab';
import { formatMs, formatPercent, formatRate, unknownFigure } from '../format.ts';
import { renderFacts, renderTable, type Column } from '../table.ts';
import type { Paint } from '../terminal.ts';

/** What of a lab runs, and what is wrong with its lines on purpose. */
export function renderLabStatus(status: LabStatus, paint: Paint): string {
  if (status.state === 'down') return 'no lab is up; "patronus lab up" builds one';
  const { controller } = status;
  const facts = renderFacts([
    [
      'lab',
      status.state === 'up' ? paint('green', 'up') : paint('yellow', 'partly up; "patronus lab down" clears it away'),
    ],
    ['topology', status.topology ?? unknownFigure],
    ['lines by', status.emulator ?? unknownFigure],
    ['controller', controller.running ? (controller.httpUrl ?? unknownFigure) : paint('red', 'not running')],
    ['data', status.dataDir],
  ]);
  return [facts, renderTable(siteColumns(paint), status.sites), renderTable(lineColumns(paint), status.lines)].join(
    '\n\n',
  );
}

/** What is wrong with a line on purpose, in a few words; empty where nothing is. */
export function faultOf(line: LineReport): string {
  const parts: string[] = [];
  if (line.carrierDown) parts.push('no carrier');
  if (line.blackout.length > 0)
    parts.push(`silent blackout ${line.blackout.length === 2 ? '' : line.blackout.join()}`.trim());
  const impaired = Object.keys(line.impaired);
  if (impaired.length > 0) parts.push(`impaired ${impaired.length === 2 ? '' : impaired.join()}`.trim());
  return parts.join(', ');
}

/** What a line does to packets, once for both directions where they are alike. */
export function passageOf(line: LineReport): string {
  const [out, into] = [describe(line.out), describe(line.in)];
  return out === into ? out : `out ${out}; in ${into}`;
}

const describe = ({ delayMs, jitterMs, lossPercent, rateBps, ...order }: Impairment): string =>
  [
    formatMs(delayMs),
    ...(jitterMs > 0 ? [`± ${formatMs(jitterMs)}`] : []),
    ...(lossPercent > 0 ? [`loss ${formatPercent(lossPercent)}`] : []),
    ...(order.reorderPercent > 0 ? [`reordering ${formatPercent(order.reorderPercent)}`] : []),
    ...(order.duplicatePercent > 0 ? [`duplication ${formatPercent(order.duplicatePercent)}`] : []),
    ...(rateBps === null ? [] : [formatRate(rateBps)]),
  ].join(' ');

const siteColumns = (paint: Paint): Column<LabStatus['sites'][number]>[] => [
  { title: 'SITE', cell: (site) => site.name },
  { title: 'EDGE', cell: (site) => (site.edgePid === null ? paint('red', 'not running') : `pid ${site.edgePid}`) },
  { title: 'HOSTS', cell: (site) => site.hosts.map(({ name, address }) => `${name} ${address}`).join(', ') },
];

const lineColumns = (paint: Paint): Column<LineReport>[] => [
  { title: 'LINE', cell: (line) => `${line.site}/${line.label}` },
  { title: 'FAULT', cell: (line) => paint('yellow', faultOf(line)) },
  { title: 'PASSAGE', cell: passageOf },
];
