import { copyCounts, type CopyCounts, type PathCopies } from '@patronus/protocol';

/** What the database keeps of a path's copies: the counters as the kernel had them last, and all that ever came. */
interface PathCopyRecord {
  readonly epoch: string;
  readonly last: CopyCounts;
  readonly total: CopyCounts;
}

/** The record after a report. Counters of another epoch have begun at zero; those that are lower are an older word. */
export function addCopies(before: string | null, { epoch, ...counts }: Omit<PathCopies, 'pathId'>): string {
  const record = before === null ? null : (JSON.parse(before) as PathCopyRecord);
  const last = record?.epoch === epoch ? record.last : none;
  const grown = mapCounts((name) => Math.max(0, counts[name] - last[name]));
  const total = mapCounts((name) => (record?.total[name] ?? 0) + grown[name]);
  return JSON.stringify({ epoch, last: mapCounts((name) => counts[name]), total } satisfies PathCopyRecord);
}

/** All that ever came; null where the path never had to do with copies. */
export const copiesIn = (stored: string | null): CopyCounts | null =>
  stored === null ? null : (JSON.parse(stored) as PathCopyRecord).total;

const mapCounts = (value: (name: keyof CopyCounts) => number): CopyCounts =>
  Object.fromEntries(copyCounts.map((name) => [name, value(name)])) as unknown as CopyCounts;

const none = mapCounts(() => 0);
