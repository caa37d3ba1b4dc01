import type { EdgeStatus } from '@patronus/edge';
import { formatAge, formatBytes, formatMs, formatPercent, formatTime, unknownFigure } from '../format.ts';
import { renderFacts, renderTable, type Column } from '../table.ts';
import { healthStyle, type Paint } from '../terminal.ts';

/** What an edge is doing, for a person. */
export function renderEdgeStatus(status: EdgeStatus, paint: Paint, nowMs = Date.now()): string {
  const parts = [facts(status, paint)];
  if (status.paths.length > 0) parts.push(renderTable(pathColumns(paint, nowMs), status.paths));
  if (status.decisions.length > 0) parts.push(renderTable(decisionColumns(paint), status.decisions));
  return parts.join('\n\n');
}

function facts(status: EdgeStatus, paint: Paint): string {
  const { controller, document, telemetry } = status;
  const waiting =
    telemetry.waitingBatches === 0
      ? 'all reports delivered'
      : `${telemetry.waitingBatches} reports (${formatBytes(telemetry.waitingBytes)}) wait for the controller`;
  return renderFacts([
    [
      'edge',
      status.running ? `runs (pid ${status.pid}) since ${formatTime(status.startedAt)}` : paint('red', 'not running'),
    ],
    ['site', status.site?.name ?? 'none; join one with "patronus edge join URL KEY"'],
    ['state', status.stateDir],
    [
      'controller',
      controller === null ? unknownFigure : `${controller.url} ${controller.state}${because(controller.problem)}`,
    ],
    ['document', document === null ? unknownFigure : `${document.version.slice(0, 12)}${because(document.problem)}`],
    ['uplinks', status.uplinks.map((uplink) => uplink.device).join(', ') || unknownFigure],
    ['names', learningText(status.learning)],
    ['inspection', inspectionText(status.learning.inspection)],
    ['telemetry', waiting],
    ...(document?.unavailable ?? []).map(({ feature, reason }): [string, string] => [
      'unavailable',
      paint('yellow', `${feature}: ${reason}`),
    ]),
  ]);
}

const ways = { hold: 'learned before packets go on', copy: 'learned while packets go on', off: 'not learned' };

function learningText({ mode, problem, addresses, counts }: EdgeStatus['learning']): string {
  const learned = `; ${addresses} addresses known by ${counts.dnsAnswers} DNS answers and ${counts.serverNames} greetings`;
  return `${ways[mode]}${mode === 'off' ? '' : learned}${because(problem)}`;
}

function inspectionText({ on, version, problem, services }: EdgeStatus['learning']['inspection']): string {
  const found = `nDPI ${version} tells flows that show no name; ${services} services found`;
  return `${on ? found : 'flows that show no name stay unknown'}${because(problem)}`;
}

const because = (problem: string | null): string => (problem === null ? '' : `: ${problem}`);

const pathColumns = (paint: Paint, nowMs: number): Column<EdgeStatus['paths'][number]>[] => [
  { title: 'UPLINK', cell: (path) => path.label },
  { title: 'TO', cell: (path) => `${path.remoteSite}/${path.remoteLabel}` },
  { title: 'STATE', cell: (path) => paint(healthStyle[path.health], path.health) },
  { title: 'DELAY', align: 'right', cell: (path) => formatMs(path.quality.forward.delayMs) },
  { title: 'JITTER', align: 'right', cell: (path) => formatMs(path.quality.forward.jitterMs) },
  { title: 'LOSS', align: 'right', cell: (path) => formatPercent(path.quality.forward.lossPercent) },
  { title: 'SINCE', align: 'right', cell: (path) => formatAge(path.since, nowMs) },
];

const ends = ({ label, remoteLabel }: { label: string; remoteLabel: string }): string => `${label} → ${remoteLabel}`;

const decisionColumns = (paint: Paint): Column<EdgeStatus['decisions'][number]>[] => [
  { title: 'POLICY', cell: (decision) => decision.policy },
  { title: 'TO', cell: (decision) => decision.remoteSite },
  {
    title: 'OVER',
    cell: (decision) =>
      [
        decision.paths.map(ends).join(', ') || paint('red', 'no path'),
        ...(decision.copy === null ? [] : [ends(decision.copy)]),
      ].join(' and '),
  },
  { title: 'SLA', cell: (decision) => (decision.slaMet ? 'met' : paint('yellow', 'not met')) },
  { title: 'WHY', cell: (decision) => decision.reason },
];
