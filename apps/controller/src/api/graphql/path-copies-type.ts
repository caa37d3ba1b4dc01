import type { CopyCounts } from '@patronus/protocol';
import { builder } from './builder.ts';

const copyMeanings: Readonly<Record<keyof CopyCounts, string>> = {
  sent: 'Second copies that left by this path',
  single: 'Packets that left by this path alone, as they could not be stamped',
  first: 'Packets that arrived by this path before their twin',
  dropped: 'Copies that arrived by this path after their twin, and were dropped',
  late: 'Copies that arrived too late to tell, and were dropped',
};

export const pathCopiesType = builder.objectRef<CopyCounts>('PathCopies').implement({
  fields: (t) => {
    const counter = (name: keyof CopyCounts) =>
      t.field({ type: 'BigInt', description: copyMeanings[name], resolve: (copies) => BigInt(copies[name]) });
    return {
      sent: counter('sent'),
      single: counter('single'),
      first: counter('first'),
      dropped: counter('dropped'),
      late: counter('late'),
    };
  },
});
