import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditAnchorRow, AuditRow } from '../repositories/audit-repository.ts';
import { testAnchorKey } from '../testing/test-anchor-key.ts';
import { systemActor } from './actor.ts';
import { anchorInterval, anchorText, erasureText, mustBeAnchored } from './audit-log.ts';
import { hashOfRemains, hashOfRow, nextRow, noRow, type RowMark } from './audit-row.ts';
import { AuditWalk, type AuditFault } from './audit-walk.ts';

const key = testAnchorKey();
let rows: AuditRow[];
let anchors: Map<number, AuditAnchorRow>;
let counted: number;

const signed = ({ sequence, hash }: AuditRow, by = key): AuditAnchorRow => {
  const time = 1_000 + sequence;
  return {
    sequence,
    time,
    hash,
    key_id: by.fingerprint,
    signature: by.sign(anchorText({ sequence, time, hash })),
  };
};
const row = (sequence: number): AuditRow => rows[sequence - 1]!;

/** Two intervals and some rows more, of which the last is signed, as after a stop. */
beforeEach(() => {
  rows = [];
  for (let count = 0; count < 2 * anchorInterval + 8; count++) {
    const target = { type: 'site', id: `id-${count}`, name: `site-${count}` } as const;
    const entry = { action: 'site_updated', target, details: { location: { from: '', to: `room ${count}` } } } as const;
    rows.push(nextRow(rows.at(-1) ?? noRow, 1_000 + count, systemActor, entry));
  }
  counted = rows.length;
  const anchored = rows.filter(({ sequence }) => mustBeAnchored(sequence) || sequence === rows.length);
  anchors = new Map(anchored.map((each) => [each.sequence, signed(each)]));
});

function walked(known: RowMark | null = null): AuditFault | null {
  const walk = new AuditWalk(key, known);
  for (const each of rows) {
    const fault = walk.step(each, anchors.get(each.sequence));
    if (fault !== null) return fault;
  }
  return walk.end({ counted, anchored: Math.max(0, ...anchors.keys()) });
}

/** Gives every row from this one on the hashes that it would have had. */
function recompute(from: number): void {
  for (const each of rows.slice(from - 1)) {
    each.previous_hash = rows[each.sequence - 2]?.hash ?? each.previous_hash;
    each.hash = hashOfRow(each);
  }
}

/** Takes the target out of a row, and proves it with a key. */
function erase(sequence: number, by = key): AuditAnchorRow {
  const remains = { ...row(sequence), target: 'erased', target_id: null, details: '{}', salt: null };
  rows[sequence - 1] = remains;
  const text = { sequence, time: 5_000, hash: hashOfRemains(remains) };
  return { ...text, key_id: by.fingerprint, signature: by.sign(erasureText(text)) };
}

describe('a row out of which something was taken', () => {
  const walkedWith = (erasure: AuditAnchorRow): [AuditFault | null, number] => {
    const walk = new AuditWalk(key);
    for (const each of rows) {
      const fault = walk.step(each, anchors.get(each.sequence), each.sequence === 5 ? erasure : undefined);
      if (fault !== null) return [fault, walk.erased];
    }
    return [walk.end({ counted, anchored: 0 }), walk.erased];
  };

  it('keeps the log whole where the controller itself did it', () => {
    expect(walkedWith(erase(5))).toEqual([null, 1]);
  });

  it('is found where it was changed afterwards, or somebody else did it', () => {
    const erasure = erase(5);
    rows[4] = { ...row(5), actor: 'mallory' };
    expect(walkedWith(erasure)[0]).toMatchObject({ sequence: 5, code: 'row_changed' });
    expect(walkedWith(erase(5, testAnchorKey()))[0]).toMatchObject({ sequence: 5, code: 'row_changed' });
    const other = { ...erase(5), sequence: 6 };
    expect(walkedWith(other)[0]).toMatchObject({ sequence: 5, code: 'row_changed' });
  });

  it('leaves its own hash where it was: another one does not follow', () => {
    rows[4] = { ...row(5), hash: 'f'.repeat(64) };
    expect(walkedWith(erase(5))[0]).toMatchObject({ sequence: 6, code: 'chain_broken' });
  });
});

describe('rows', () => {
  it('of the same content have hashes of their own, by their salt', () => {
    const target = { type: 'site', id: 'x', name: 'x' } as const;
    const twins = [1, 2].map(() => nextRow(noRow, 1, systemActor, { action: 'site_created', target }));
    expect(new Set(twins.map(({ hash }) => hash)).size).toBe(2);
  });

  it('of earlier versions, without one, are in order', () => {
    for (const each of rows) each.salt = null;
    recompute(1);
    anchors = new Map([...anchors.keys()].map((sequence) => [sequence, signed(row(sequence))]));
    expect(walked()).toBeNull();
  });
});

describe('a log as it was written', () => {
  it('is whole, and so is an empty one', () => {
    expect(walked()).toBeNull();
    expect(new AuditWalk(key).end({ counted: 0, anchored: 0 })).toBeNull();
  });

  it('has the row that was noted elsewhere', () => {
    expect(walked({ sequence: 20, hash: row(20).hash })).toBeNull();
  });
});

describe('what is found', () => {
  it.each(
    Object.keys(nextRow(noRow, 0, systemActor, { action: 'sign_in', target: { type: 'user', id: null, name: null } })),
  )('is an edited %s', (column) => {
    if (column === 'sequence') return;
    const edited = rows[19] as unknown as Record<string, unknown>;
    edited[column] = typeof edited[column] === 'number' ? 1 : 'edited';
    expect(walked()).toMatchObject({ sequence: 20, code: 'row_changed' });
  });

  it('is an edited row with a hash that fits it', () => {
    row(20).actor = 'somebody else';
    row(20).hash = hashOfRow(row(20));
    expect(walked()).toMatchObject({ sequence: 21, code: 'chain_broken' });
  });

  it('is a removed row', () => {
    rows.splice(19, 1);
    expect(walked()).toMatchObject({ sequence: 20, code: 'row_missing' });
  });

  it('is a removed first row', () => {
    rows.shift();
    expect(walked()).toMatchObject({ sequence: 1, code: 'row_missing' });
  });

  it('is a removed row whose followers were numbered and chained anew', () => {
    rows.splice(19, 1);
    rows.forEach((each, index) => (each.sequence = index + 1));
    recompute(20);
    expect(walked()).toMatchObject({ sequence: anchorInterval + 1, code: 'anchor_mismatch' });
  });

  it('are two rows that changed places', () => {
    const [a, b] = [row(20), row(21)];
    [rows[19], rows[20]] = [
      { ...b, sequence: 20 },
      { ...a, sequence: 21 },
    ];
    expect(walked()).toMatchObject({ sequence: 20, code: 'row_changed' });
  });

  it.each([1, 10, anchorInterval, anchorInterval + 1])('is a tail of %d that was cut off', (cut) => {
    rows.length -= cut;
    expect(walked()).toMatchObject({ sequence: rows.length + 1, code: 'row_missing' });
  });

  it('is a tail cut off with its anchors, by what the database has counted and by what was noted elsewhere', () => {
    const noted = { sequence: row(60).sequence, hash: row(60).hash };
    rows.length = 40;
    anchors = new Map([...anchors].filter(([sequence]) => sequence <= 40));
    expect(walked()).toMatchObject({ sequence: 41, code: 'row_missing' });
    counted = 40;
    expect(walked()).toBeNull();
    expect(walked(noted)).toMatchObject({ sequence: 41, code: 'row_missing' });
  });

  it('is an edit after which the whole chain was computed anew', () => {
    row(5).actor = 'somebody else';
    recompute(5);
    expect(walked()).toMatchObject({ sequence: anchorInterval + 1, code: 'anchor_mismatch' });
  });

  it('are anchors that were taken away, so that a chain computed anew could pass', () => {
    row(5).actor = 'somebody else';
    recompute(5);
    anchors.delete(anchorInterval + 1);
    expect(walked()).toMatchObject({ sequence: anchorInterval + 1, code: 'anchor_missing' });
  });

  it('are anchors that somebody else signed', () => {
    const other = testAnchorKey();
    recompute(1);
    anchors.set(1, signed(row(1), other));
    expect(walked()).toMatchObject({ sequence: 1, code: 'anchor_invalid' });
    anchors.set(1, { ...signed(row(1), other), key_id: key.fingerprint });
    expect(walked()).toMatchObject({ sequence: 1, code: 'anchor_invalid' });
  });

  it('is an anchor of another row', () => {
    anchors.set(anchorInterval + 1, { ...anchors.get(1)!, sequence: anchorInterval + 1 });
    expect(walked()).toMatchObject({ sequence: anchorInterval + 1, code: 'anchor_invalid' });
  });

  it('is another row than the one noted elsewhere', () => {
    expect(walked({ sequence: 20, hash: row(21).hash })).toMatchObject({ sequence: 20, code: 'known_mismatch' });
  });
});

describe('details', () => {
  it('that are very long are left out, and told by their length', () => {
    const target = { type: 'site', id: 'x', name: 'x' } as const;
    const prefixes = Array.from({ length: 5_000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
    const { details } = nextRow(noRow, 0, systemActor, { action: 'site_created', target, details: { prefixes } });
    expect(JSON.parse(details)).toEqual({ left_out_characters: JSON.stringify({ prefixes }).length });
  });
});
