import { describe, expect, it } from 'vitest';
import type { SentEvent } from './enqueue-event.ts';
import { syslogMessage } from './syslog-message.ts';

const event: SentEvent = {
  id: '6ecd4e43-19d5-4f1f-a3ff-3b2a1d6a4a11',
  timestamp: Date.UTC(2030, 0, 2, 3, 4, 5, 6),
  event_type: 'path_down',
  severity: 'warning',
  message: 'Path mpls → mpls to branch is down',
  metadata: { cause: 'x' },
  site_id: 'id',
  site: 'hq',
};
const origin = { hostname: 'ctl.example.net', pid: 42 };

describe('a syslog message (RFC 5424)', () => {
  it('has priority, time, origin, type and data in its head, and its text marked as UTF-8', () => {
    expect(syslogMessage(event, 16, origin)).toBe(
      '<132>1 2030-01-02T03:04:05.006Z ctl.example.net patronus 42 path_down ' +
        '[event@32473 id="6ecd4e43-19d5-4f1f-a3ff-3b2a1d6a4a11" site="hq" metadata="{\\"cause\\":\\"x\\"}"] ' +
        '\u{FEFF}Path mpls → mpls to branch is down',
    );
  });

  it('tells severities by their numbers', () => {
    const priority = (severity: SentEvent['severity']) =>
      syslogMessage({ ...event, severity }, 0, origin).split('>')[0];
    expect([priority('error'), priority('warning'), priority('info')]).toEqual(['<3', '<4', '<6']);
  });

  it('escapes what would end its data, and keeps to one line', () => {
    const text = syslogMessage({ ...event, site: 'a"b]c\\d', message: 'one\ntwo\r\n<0>1 forged' }, 16, origin);
    expect(text).toContain('site="a\\"b\\]c\\\\d"');
    expect(text).toMatch(/one two <0>1 forged$/);
    expect(text).not.toMatch(/[\r\n]/);
  });

  it('leaves out what would make it longer than receivers must take', () => {
    const long = syslogMessage({ ...event, metadata: { ids: 'x'.repeat(3_000) } }, 16, origin);
    expect(long).not.toContain('metadata');
    expect(long).toContain('is down');
    const longer = syslogMessage({ ...event, message: 'ü'.repeat(2_000) }, 16, origin);
    expect(Buffer.byteLength(longer)).toBeLessThanOrEqual(2_048);
    expect(longer).toMatch(/üü$/);
  });
});
