import type { ResultOf } from '../../shared/api/graphql.ts';
import type { trafficQuery } from './traffic-documents.ts';

export type TrafficPoint = ResultOf<typeof trafficQuery>['trafficHistory'][number];
export type Kind = 'policy' | 'site' | 'endpoint' | 'path' | 'application';
/** What is counted of something. */
export type Measure = 'bytes_matched' | 'bytes_sent' | 'bytes_received';

interface TrafficKind {
  readonly value: Kind;
  readonly label: string;
  readonly measures: readonly Measure[];
  /** Where one of them is shown. */
  readonly path: (id: string, name: string) => string;
}

/** What traffic is counted of (docs/statistics.md). */
export const trafficKinds: readonly TrafficKind[] = [
  { value: 'policy', label: 'Policies', measures: ['bytes_matched'], path: (id) => `/policies/${id}` },
  {
    value: 'site',
    label: 'Sites',
    measures: ['bytes_matched', 'bytes_sent', 'bytes_received'],
    path: (_id, name) => `/sites/${encodeURIComponent(name)}`,
  },
  {
    value: 'endpoint',
    label: 'Uplinks',
    measures: ['bytes_sent', 'bytes_received'],
    path: (_id, name) => `/sites/${encodeURIComponent(name.split('/')[0] ?? name)}`,
  },
  { value: 'path', label: 'Paths', measures: ['bytes_sent', 'bytes_received'], path: (id) => `/paths/${id}` },
  {
    value: 'application',
    label: 'Applications',
    measures: ['bytes_sent', 'bytes_received'],
    path: (id) => (id === 'unknown' ? '/flows?unknown=yes' : `/applications/${id}`),
  },
];

const measureNames: Readonly<Record<Measure, string>> = {
  bytes_matched: 'Entered from LANs',
  bytes_sent: 'Sent by tunnels',
  bytes_received: 'Received by tunnels',
};

/** Of applications flows are counted, as the side that opened them sees them. */
export const measureName = (kind: Kind, measure: Measure): string =>
  kind === 'application' ? measureNames[measure].replace('tunnels', 'flows') : measureNames[measure];

/** `hq/mpls:branch/mpls` as people read it. */
export const readable = (name: string): string => name.replace(':', ' → ').replaceAll('/', ' ');
