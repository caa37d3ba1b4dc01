import type { EventMark } from '../../shared/charts/chart-data.ts';
import { labelsText } from '../../shared/figures/format.ts';
import type { NetworkEvent } from '../../shared/live/network-documents.ts';

/** Types of events that speak of paths. */
export const pathEventTypes = [
  'path_up',
  'path_degraded',
  'path_down',
  'path_override_set',
  'path_override_cleared',
  'failover',
  'failback',
  'better_path',
  'policy_unserved',
];

interface NamedPath {
  readonly path_id?: string;
  readonly label?: string;
  readonly remote_label?: string;
}

const pathsIn = (value: unknown): readonly NamedPath[] => (Array.isArray(value) ? (value as NamedPath[]) : []);

/** Whether an event is about a path: its state, or traffic that left it or came to it. */
export function concerns({ metadata }: NetworkEvent, pathId: string): boolean {
  const isPath = ({ path_id: id }: NamedPath): boolean => id === pathId;
  return (
    metadata['path_id'] === pathId || pathsIn(metadata['from']).some(isPath) || pathsIn(metadata['to']).some(isPath)
  );
}

const stateMarks: Readonly<Record<string, readonly [text: string, color: string]>> = {
  path_up: ['up', '--up'],
  path_degraded: ['degraded', '--degraded'],
  path_down: ['down', '--down'],
  path_override_set: ['kept off', '--accent'],
  path_override_cleared: ['released', '--accent'],
};

/** An event as an upright line on the curves of a path. */
export function markOf(event: NetworkEvent, pathId: string): EventMark {
  const state = stateMarks[event.event_type];
  if (state !== undefined) return { at: event.timestamp, text: state[0], color: state[1] };
  const came = pathsIn(event.metadata['to']).some(({ path_id: id }) => id === pathId);
  const policy = String(event.metadata['policy']);
  const [other] = pathsIn(event.metadata[came ? 'from' : 'to']);
  const name = other === undefined ? 'none' : labelsText(other.label ?? '', other.remote_label ?? '');
  return { at: event.timestamp, text: came ? `${policy} ← ${name}` : `${policy} → ${name}`, color: '--accent' };
}
