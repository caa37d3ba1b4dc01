import { describe, expect, it } from 'vitest';
import type { AuditRow } from '../repositories/audit-repository.ts';
import { PersonalData } from './personal-data.ts';

const alice = { username: 'alice', name: 'Alice Gruber', ids: ['u-1', 'key-1'] };
const data = new PersonalData(alice, 'erased-1');
const row = (fields: Partial<AuditRow>): AuditRow => ({
  sequence: 1,
  time: 1,
  actor_type: 'user',
  actor_id: 'u-2',
  actor: 'bob',
  address: '192.0.2.1',
  action: 'site_updated',
  target_type: 'site',
  target_id: 's-1',
  target: 'hq',
  result: 'success',
  details: '{}',
  salt: 's',
  previous_hash: 'p',
  hash: 'h',
  ...fields,
});

describe('of the audit log', () => {
  it('what somebody did loses who and from where, and keeps what', () => {
    const remains = data.remainsOf(row({ actor_id: 'u-1', actor: 'alice', details: '{"location":{"to":"Graz"}}' }));
    expect(remains).toEqual({
      actor_id: 'erased-1',
      actor: 'erased-1',
      address: null,
      target_id: 's-1',
      target: 'hq',
      details: '{"location":{"to":"Graz"}}',
    });
  });

  it('what others did with them loses their names, also those that they had before', () => {
    const details = JSON.stringify({ name: { from: 'Alice Huber', to: 'Alice Gruber' }, role: { to: 'admin' } });
    const remains = data.remainsOf(row({ target_type: 'user', target_id: 'u-1', target: 'alice', details }));
    expect(remains).toMatchObject({ actor: 'bob', address: '192.0.2.1', target: 'erased-1', target_id: 'erased-1' });
    expect(remains!.details).toBe('{"name":"erased-1","role":{"to":"admin"}}');
  });

  it.each([
    ['a key of theirs', row({ actor_type: 'api_key', actor_id: 'key-1', actor: 'alice/ci' })],
    ['a key that is gone', row({ actor_type: 'api_key', actor_id: 'key-9', actor: 'Alice/old' })],
    [
      'somebody who tried to be them',
      row({ actor_type: 'anonymous', actor_id: null, target_type: 'user', target: 'alice' }),
    ],
    ['their telephone', row({ target_type: 'passkey', target: 'phone of A.', details: '{"user":"alice"}' })],
    ['a refusal', row({ actor: 'alice', details: '{"reason":"alice is viewer; this needs the role admin"}' })],
  ])('%s leads to nobody', (_what, told) => {
    expect(JSON.stringify(data.remainsOf(told))).not.toMatch(/alice|Gruber|phone of|"192\.0\.2\.1".*anonymous/i);
  });

  it('what is called the same but is no user stays', () => {
    expect(data.remainsOf(row({ target: 'alice', details: '{"location":{"from":"alice springs"}}' }))).toBeNull();
    expect(data.remainsOf(row({ actor: 'alice2', actor_type: 'user' }))).toBeNull();
  });
});

describe('of events', () => {
  const event = { event_type: 'sign_in', message: '', metadata: '{}', acknowledged_by: null };

  it('sentences that name them name nobody', () => {
    expect(data.remainsOfEvent({ ...event, message: 'alice signed in' })!.message).toBe('erased-1 signed in');
    const ended = { event_type: 'path_override_cleared', message: 'released by alice.', metadata: '{"by":"alice"}' };
    expect(data.remainsOfEvent({ ...event, ...ended })).toMatchObject({
      message: 'released by erased-1.',
      metadata: '{"by":"erased-1"}',
    });
    expect(data.remainsOfEvent({ ...event, event_type: 'path_down', acknowledged_by: 'alice' })).toMatchObject({
      acknowledged_by: 'erased-1',
    });
  });

  it('a longer name, and a site of the same name, stay', () => {
    for (const message of [
      'alice2 signed in',
      'malice signed in',
      'alice.b signed in',
      'alice@example.net signed in',
    ]) {
      expect(data.remainsOfEvent({ ...event, message })).toBeNull();
    }
    const created = { event_type: 'object_created', message: 'Site alice was created', metadata: '{"object":"site"}' };
    expect(data.remainsOfEvent({ ...event, ...created })).toBeNull();
  });
});
