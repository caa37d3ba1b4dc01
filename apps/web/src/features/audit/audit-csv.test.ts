import { describe, expect, it } from 'vitest';
import { auditCsv } from './audit-csv.ts';

const entry = {
  sequence: 7,
  time: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  actor_type: 'user',
  actor: 'ada',
  address: null,
  action: 'site.create',
  target_type: 'site',
  target: 'hq',
  result: 'success',
  details: { name: 'hq' },
  hash: 'ab',
};
const rowOf = (changes: Partial<typeof entry>) => auditCsv([{ ...entry, ...changes }]).split('\r\n')[1];

describe('an export of the audit log', () => {
  it('has a heading and a line for each row, with times in UTC', () => {
    expect(auditCsv([entry])).toBe(
      'sequence,time,actor_type,actor,address,action,target_type,target,result,details,hash\r\n' +
        '7,2026-01-02T03:04:05.006Z,user,ada,,site.create,site,hq,success,"{""name"":""hq""}",ab\r\n',
    );
  });

  it('keeps commas, quotes and lines within their field', () => {
    expect(rowOf({ target: 'a "b", c' })).toContain('"a ""b"", c"');
  });

  it('gives a spreadsheet no formula to run', () => {
    expect(rowOf({ actor: '=HYPERLINK("x")' })).toContain(`"'=HYPERLINK(""x"")"`);
  });
});
