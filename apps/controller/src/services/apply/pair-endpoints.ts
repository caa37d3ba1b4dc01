import type { EndpointRow } from '../../repositories/endpoint-repository.ts';
import type { EndpointInput } from '../endpoint-input.ts';

/** An endpoint that shall be, and where it stands in its document. */
interface Wanted {
  readonly wanted: Required<EndpointInput>;
  readonly index: number;
}

/** Which endpoints of a site stay, with what they shall become, which go and which come. */
export interface EndpointPairs {
  readonly kept: readonly (Wanted & { readonly row: EndpointRow })[];
  readonly gone: readonly EndpointRow[];
  readonly added: readonly Wanted[];
}

/** An endpoint keeps its id, slot and figures while its label or its device stays; the surer sign is looked for first. */
const signs: readonly ((row: EndpointRow, wanted: EndpointInput) => boolean)[] = [
  (row, { label, device }) => row.label === label && row.device === device,
  (row, { device }) => row.device === device,
  (row, { label }) => row.label === label,
];

export function pairEndpoints(
  present: readonly EndpointRow[],
  wanted: readonly Required<EndpointInput>[],
): EndpointPairs {
  let gone = [...present];
  let added: Wanted[] = wanted.map((each, index) => ({ wanted: each, index }));
  const kept: (Wanted & { row: EndpointRow })[] = [];
  for (const fits of signs) {
    for (const each of added) {
      const row = gone.find((candidate) => fits(candidate, each.wanted));
      if (row === undefined) continue;
      kept.push({ ...each, row });
      gone = gone.filter((candidate) => candidate !== row);
    }
    const indexes = new Set(kept.map(({ index }) => index));
    added = added.filter(({ index }) => !indexes.has(index));
  }
  return { kept, gone, added };
}
