import type { Rates } from '../../shared/figures/rates.ts';
import type { Flow } from './flow-documents.ts';

export interface Talker {
  readonly name: string;
  readonly flows: number;
  /** Both directions, since the flows began; null where no edge counts. */
  readonly bytes: number | null;
  /** Both directions now; null until it is known of one of the flows. */
  readonly bitsPerSecond: number | null;
}

/** What flows are summed by: how one of them is called in it. */
export const talkerKinds = [
  { value: 'source', label: 'Sources', nameOf: ({ source }: Flow) => source },
  {
    value: 'destination',
    label: 'Destinations',
    nameOf: ({ server_name: server, destination }: Flow) => server ?? destination,
  },
  { value: 'application', label: 'Applications', nameOf: ({ application }: Flow) => application ?? 'unknown' },
  { value: 'sites', label: 'Sites', nameOf: ({ site, dest_site: dest }: Flow) => `${site} → ${dest ?? 'Internet'}` },
  { value: 'policy', label: 'Policies', nameOf: ({ policy }: Flow) => policy ?? 'none' },
] as const;

export type TalkerKind = (typeof talkerKinds)[number];

/** Octets of both directions. */
export const bytesOf = ({ bytes_sent: sent, bytes_received: received }: Flow): number | null => plus(sent, received);

/** Flows summed by whom they are of, those with the most octets first. */
export function talkersOf(
  flows: readonly Flow[],
  { nameOf }: TalkerKind,
  ratesOf: (id: string) => Rates,
): readonly Talker[] {
  const talkers = [...Map.groupBy(flows, nameOf)].map(([name, own]) => ({
    name,
    flows: own.length,
    bytes: own.map(bytesOf).reduce(plus, null),
    bitsPerSecond: own.map(({ id }) => ratesOf(id).bitsPerSecond).reduce(plus, null),
  }));
  return talkers.toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0));
}

/** What is not known adds nothing, and only nothing known is not known. */
function plus(a: number | null, b: number | null): number | null {
  return a === null ? b : a + (b ?? 0);
}
