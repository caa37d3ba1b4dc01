import { describe, expect, it } from 'vitest';
import { addCopies, copiesIn } from './path-copies.ts';

const counts = { sent: 10, single: 1, first: 5, dropped: 4, late: 0 };

describe('copies of a path', () => {
  it('add up over reports, and the same report again adds nothing', () => {
    const first = addCopies(null, { epoch: 'a', ...counts });
    expect(copiesIn(first)).toEqual(counts);
    expect(copiesIn(addCopies(first, { epoch: 'a', ...counts }))).toEqual(counts);
    const second = addCopies(first, { epoch: 'a', ...counts, sent: 25, late: 2 });
    expect(copiesIn(second)).toEqual({ ...counts, sent: 25, late: 2 });
  });

  it('go on when the kernel counts from zero again, by its epoch', () => {
    const before = addCopies(null, { epoch: 'a', ...counts });
    expect(copiesIn(addCopies(before, { epoch: 'b', ...counts, sent: 30 }))).toEqual({
      sent: 40,
      single: 2,
      first: 10,
      dropped: 8,
      late: 0,
    });
  });

  it('are none of a path that never had to do with them', () => {
    expect(copiesIn(null)).toBeNull();
  });
});
