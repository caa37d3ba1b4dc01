import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from './api/api-client.ts';
import { followEvents } from './api/event-feed.ts';
import type { ApiKey, AuditEntry, EnrolmentKey, NetworkEvent, Policy, Site } from './api/resources.ts';
import { processTerminal } from './terminal.ts';
import { startTestController, until, type TestController } from './testing/index.ts';

let controller: TestController;
const json = async <T>(...args: string[]): Promise<T> => {
  const { exitCode, out, err } = await controller.patronus([...args, '--json']);
  expect([exitCode, err]).toEqual([0, '']);
  return JSON.parse(out) as T;
};
const says = async (...args: string[]): Promise<string> => {
  const { exitCode, out, err } = await controller.patronus(args);
  expect([exitCode, err]).toEqual([0, '']);
  return out;
};

beforeAll(async () => {
  controller = await startTestController();
  await says(
    'sites',
    'create',
    'hq',
    '--prefix',
    '10.1.0.0/24',
    '--endpoint',
    'label=mpls,device=eth0,address=192.0.2.1',
  );
  await says('sites', 'create', 'branch', '--prefix', '10.2.0.0/24', '--endpoint', 'label=mpls,device=eth0,nat');
});
afterAll(() => controller.stop());

describe('against a real controller, on the machine where it runs', () => {
  it('creates, shows, changes and deletes a site without a sign-in', async () => {
    await says('sites', 'create', 'berlin', '--location', 'Berlin, DE', '--prefix', '10.7.0.0/24');
    expect(await says('sites')).toMatch(/^berlin +new +/m);
    await says('sites', 'update', 'berlin', '--prefix', '10.7.0.0/24,10.8.0.0/24');
    expect(await json<Site>('sites', 'show', 'berlin')).toMatchObject({
      location: 'Berlin, DE',
      prefixes: ['10.7.0.0/24', '10.8.0.0/24'],
    });
    expect(await says('sites', 'delete', 'berlin')).toMatch(
      /^berlin has 0 endpoints, 0 paths, 0 enrolment keys, 0 edges\nSite berlin was deleted .* can be restored until /,
    );
    expect((await controller.patronus(['sites', 'show', 'berlin'])).exitCode).toBe(1);
  });

  it('restores a deleted site, and says why it cannot when another has its place', async () => {
    await says('sites', 'create', 'graz', '--prefix', '10.9.0.0/24', '--endpoint', 'label=lte,device=wwan0,nat');
    await says('enrolment-keys', 'create', 'graz');
    const before = await json<Site>('sites', 'show', 'graz');
    expect(await says('sites', 'dependencies', 'graz')).toBe(
      'graz has 1 endpoint, 2 paths, 1 enrolment key, 0 edges\n',
    );
    await says('sites', 'delete', 'graz');
    const again = await controller.patronus(['sites', 'delete', 'graz']);
    expect([again.exitCode, again.err]).toEqual([1, expect.stringMatching(/deleted already.*restore it, or purge it/)]);
    expect(await says('sites', 'list', '--deleted')).toMatch(/^graz +\d{4}-.* 10\.9\.0\.0\/24 +lte /m);
    await says('sites', 'create', 'linz', '--prefix', '10.9.0.0/16');
    const taken = await controller.patronus(['sites', 'restore', 'graz']);
    expect([taken.exitCode, taken.err]).toEqual([
      1,
      expect.stringMatching(/prefixes\[0\].*of site "linz"; each prefix/),
    ]);
    await says('sites', 'delete', 'linz', '--purge');
    expect(await says('sites', 'restore', 'graz')).toBe('restored graz with 1 endpoint\n');
    const { id, prefixes, endpoints } = before;
    expect(await json('sites', 'show', 'graz')).toMatchObject({ id, prefixes, endpoints });
    expect(await says('sites', 'delete', 'graz', '--purge')).toMatch(/removed for good/);
    expect(await says('sites', 'list', '--deleted')).not.toMatch(/graz|linz/);
  });

  it('deletes a site that a policy names only by force, and restores a deleted policy by name', async () => {
    await says('sites', 'create', 'wien');
    await says('policies', 'create', 'backup', '--priority', '7', '--dest-site', 'wien');
    expect((await controller.patronus(['sites', 'delete', 'wien'])).err).toMatch(/named by policy "backup"; .*force/);
    expect(await says('sites', 'delete', 'wien', '--force')).toMatch(
      /named by policy backup\n.*"backup" .* matches nothing/,
    );
    expect(await says('policies', 'delete', 'backup')).toMatch(/^Policy backup was deleted; it can be restored until/);
    expect(await says('policies', 'list', '--deleted')).toMatch(/ backup +\d{4}-/);
    expect(await says('policies', 'restore', 'backup')).toBe('restored backup\n');
    expect((await controller.patronus(['policies', 'restore', 'backup'])).err).toMatch(/no deleted policy "backup"/);
    await says('policies', 'delete', 'backup');
    expect(await says('policies', 'delete', 'backup', '--purge')).toMatch(/removed for good/);
    await says('sites', 'delete', 'wien', '--purge');
  });

  it('refuses overlapping prefixes by name of the field and of the other site', async () => {
    const { exitCode, err } = await controller.patronus(['sites', 'create', 'other', '--prefix', '10.1.0.128/25']);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/prefixes.*10\.1\.0\.0\/24.*hq/s);
  });

  it('adds an endpoint, finds it by site and label, changes and deletes it', async () => {
    await says('endpoints', 'create', 'hq', 'lte', '--device', 'wwan0', '--nat', '--cost', '50', '--up', '10mbit');
    expect(await says('endpoints', 'show', 'hq/lte')).toMatch(/^up +10 Mbit\/s$/m);
    await says('endpoints', 'update', 'hq/lte', '--cost', '80', '--up', 'none');
    expect(await json('endpoints', 'show', 'hq/lte')).toMatchObject({ cost: 80, up_bps: null, nat: true });
    await says('endpoints', 'delete', 'hq/lte');
    expect(await says('endpoints')).not.toMatch(/lte/);
  });

  it('lists every directed path, before anything is measured without figures', async () => {
    const paths = await json<{ source_site: string; dest_site: string; latency: number | null }[]>('paths');
    expect(paths.map((path) => `${path.source_site} ${path.dest_site} ${path.latency}`).toSorted()).toEqual([
      'branch hq null',
      'hq branch null',
    ]);
    expect(await says('paths', '--from', 'hq')).toMatch(/^hq\/mpls +→ +branch\/mpls +unknown .*–/m);
  });

  it('takes a path out of use, says that its edge is away, shows it, and releases it', async () => {
    const failover = ['paths', 'failover', 'hq/mpls:branch', '--reason', 'line is rebuilt', '--for', '30m'];
    expect(await says(...failover)).toMatch(
      /^mpls → mpls from hq to branch is out of use; site hq is offline, and its edge applies this when it is back; until /,
    );
    expect(await says('paths', '--from', 'hq')).toMatch(/unknown \(no report\) \(out of use\)/);
    expect(await says('paths', 'show', 'hq/mpls:branch/mpls')).toMatch(
      /^override +line is rebuilt \(local, since .*, until .*\)$/m,
    );
    const check = await controller.patronus(['paths', 'check', 'hq/mpls:branch']);
    expect([check.exitCode, /site hq is offline/.test(check.err)]).toEqual([1, true]);
    const release = await says('paths', 'release', 'hq/mpls:branch');
    expect(release).toBe('mpls → mpls from hq to branch may be used again; traffic returns as after any failover\n');
    expect(await says('paths', '--from', 'hq')).not.toMatch(/out of use/);
  });

  it('creates a policy, changes one of its bounds, and refuses what does not exist', async () => {
    const voice = ['--priority', '200', '--protocol', 'udp', '--dest-port', '16384-32767', '--dest-site', 'hq'];
    await says('policies', 'create', 'voice', ...voice, '--max-delay', '150ms', '--max-loss', '1%', '--prefer', 'mpls');
    await says('policies', 'update', 'voice', '--max-loss', '2%', '--dscp', 'ef');
    const policy = await json<Policy>('policies', 'show', 'voice');
    expect(policy.action).toMatchObject({ sla: { max_delay_ms: 150, max_loss_percent: 2 }, prefer: ['mpls'] });
    expect(policy.match_conditions).toMatchObject({ protocol: 'udp', dscp: [46] });
    expect(await says('policies')).toMatch(/voice +enabled[\s\S]*default/);
    const { exitCode, err } = await controller.patronus(['policies', 'update', 'voice', '--dest-site', 'nowhere']);
    expect([exitCode, /nowhere/.test(err)]).toEqual([1, true]);
  });

  it('manages users, their sessions and API keys, and signs in as one of them', async () => {
    const made = await says('users', 'create', 'alice', '--role', 'operator', '--name', 'Alice Gruber');
    expect(made).toMatch(
      /^created alice as operator\nalice chooses a password at this link, once, until .*\n\n {2}http.*\/setup\?user=alice#/,
    );
    expect(
      (await controller.patronus(['users', 'password', 'alice', '--password-stdin'], { stdin: 'Password1234!' })).err,
    ).toMatch(/password: is a common password/);
    const stdin = 'Violet-Kettle-42-Orbit';
    expect((await controller.patronus(['users', 'password', 'alice', '--password-stdin'], { stdin })).out).toBe(
      'alice has a new password, and was signed out\n',
    );
    expect(await says('users')).toMatch(/^alice +operator +enabled .* Alice Gruber$/m);
    const key = await json<ApiKey>('api-keys', 'create', 'deploy', '--scopes', 'network:read', '--user', 'alice');
    expect(await says('api-keys', 'list', '--user', 'alice')).toMatch(
      new RegExp(`^${key.id} +deploy +alice +network:read `, 'm'),
    );
    expect(await says('api-keys', 'delete', key.id)).toMatch(/^API key deploy works no more; it can be restored until/);
    expect(await says('api-keys', 'restore', key.id)).toBe('restored deploy\n');
    expect((await controller.patronus(['account'])).err).toMatch(/local token belongs to no user/);

    expect((await controller.patronus(['login', 'alice', '--password-stdin'], { stdin })).out).toMatch(/ as alice\n$/);
    expect(await says('account')).toMatch(/^role +operator$/m);
    expect(await says('account', 'passkeys')).toBe('no passkeys\n');
    expect(await says('sessions')).toMatch(/127\.0\.0\.1 .* this one$/m);
    expect((await controller.patronus(['users'])).err).toMatch(/alice is operator; this needs the role admin/);
    const lines = `${stdin}\nLoud-Lamp-78-River\n`;
    const changed = await controller.patronus(['account', 'password', '--password-stdin'], { stdin: lines });
    expect(changed.out).toBe('your password was changed; you are signed out everywhere else\n');
    expect(await says('account')).toMatch(/^user +alice$/m);
    await says('logout');
    expect(await says('users', 'delete', 'alice')).toMatch(
      /^User alice was deleted and signed out; they can be restored/,
    );
    expect(await says('users', 'restore', 'alice')).toBe('restored alice\n');
    expect(await says('users', 'delete', 'alice', '--purge')).toMatch(/removed for good/);
  });

  it('sets up an app for codes, and asks for one at the sign-in', async () => {
    const stdin = 'Violet-Kettle-42-Orbit';
    await controller.patronus(['users', 'create', 'bob', '--password-stdin'], { stdin });
    await controller.patronus(['login', 'bob', '--password-stdin'], { stdin });
    const begun = await controller.patronus(['account', 'totp', 'begin', '--password-stdin', '--json'], { stdin });
    const totp = new TOTP({ secret: Secret.fromBase32((JSON.parse(begun.out) as { secret: string }).secret) });
    const codes = await says('account', 'totp', 'confirm', '--code', totp.generate());
    const [recovery] = /[0-9a-z]{4}(-[0-9a-z]{4}){3}/.exec(codes)!;
    await says('logout');
    const asked = await controller.patronus(['login', 'bob', '--password-stdin'], { stdin });
    expect([asked.exitCode, asked.err]).toEqual([1, expect.stringMatching(/send the code of your authenticator app/)]);
    const again = await controller.patronus(['login', 'bob', '--password-stdin', '--code', recovery], { stdin });
    expect(again.out).toMatch(/ as bob\n$/);
    await says('logout');
    expect(await says('users', 'reset-totp', 'bob')).toBe('bob is asked for no code any more\n');
    await says('users', 'delete', 'bob', '--purge');
  });

  it('changes the keys that sign tokens and encrypt secrets', async () => {
    expect(await says('signing-keys')).toMatch(/ signs$/m);
    expect(await says('signing-keys', 'rotate')).toMatch(/ signs from now on\n$/);
    expect(await says('signing-keys')).toMatch(/ checks until /);
    expect(await says('secrets', 'rotate')).toMatch(/^\d+ secrets encrypted anew; the key file is another one now/);
  });

  it('makes an enrolment key, shows its secret once, and revokes it', async () => {
    const text = await says('enrolment-keys', 'create', 'hq', '--expires', '2h');
    expect(text).toMatch(/patronus edge join https:\/\/\S+ pt1\.[0-9a-f]{64}\.\S+/);
    const [key] = await json<EnrolmentKey[]>('enrolment-keys');
    expect(key).toMatchObject({ site: 'hq', uses: 0, max_uses: 1 });
    expect(key).not.toHaveProperty('key');
    await says('enrolment-keys', 'delete', key!.id);
    expect(await says('enrolment-keys')).toMatch(/revoked|no enrolment keys/);
  });

  it('sets which labels reach each other, and takes the paths of the others away', async () => {
    expect(await says('transport-links')).toBe('every label reaches every other\n');
    await says('transport-links', 'set', 'mpls=broadband');
    expect(await json('paths')).toEqual([]);
    await says('transport-links', 'clear');
    expect(await json('paths')).toHaveLength(2);
  });

  it('lists who did what, and finds the log whole against a row that was noted', async () => {
    await says('sites', 'update', 'hq', '--location', 'Vienna');
    expect(await says('audit', '--action', 'site_updated', '--target', 'hq')).toMatch(
      /^ *ROW +TIME +ACTOR[\s\S]*local +(127\.0\.0\.1|::1) +site_updated +hq +success$/m,
    );
    const [newest] = await json<AuditEntry[]>('audit', 'list', '--limit', '1');
    expect(newest).toMatchObject({ actor_type: 'local_token', details: { location: { to: 'Vienna' } } });
    const verdict = await says('audit', 'verify');
    expect(verdict).toMatch(/^the audit log is whole: \d+ rows, \d+ signed anchors?\nlast row \d+:[0-9a-f]{64}\n$/);
    await says('sites', 'update', 'hq', '--location', 'Graz');
    const known = /last row (\S+)/.exec(verdict)![1]!;
    expect(await json('audit', 'verify', '--known', known)).toMatchObject({ valid: true, fault: null });
    const other = `${known.split(':')[0]}:${'0'.repeat(64)}`;
    const { exitCode, out, err } = await controller.patronus(['audit', 'verify', '--known', other]);
    expect([exitCode, err]).toEqual([1, '']);
    expect(out).toMatch(/row \d+ has another hash than the one known elsewhere/);
  });

  it('exports every row of the audit log, one per line, oldest first', async () => {
    const lines = (await says('audit', 'export')).trimEnd().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as AuditEntry & { previous_hash: string });
    expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index + 1));
    for (const [index, row] of rows.entries()) {
      expect(row.previous_hash).toBe(index === 0 ? '0'.repeat(64) : rows[index - 1]!.hash);
    }
    expect((await says('audit', 'export', '--action', 'site_created')).match(/\n/g)?.length).toBeGreaterThan(1);
  });

  it('names the first bad row of the audit log, and ends with exit code 1', async () => {
    await controller.whileStopped(async () => {
      const sqlite = new DatabaseSync(join(controller.home, 'data', 'patronus.db'));
      sqlite.exec(`DROP TRIGGER sdwan_audit_log_no_delete; DELETE FROM sdwan_audit_log WHERE sequence = 3`);
      sqlite.close();
    });
    const { exitCode, out, err } = await controller.patronus(['audit', 'verify']);
    expect([exitCode, err]).toEqual([1, '']);
    expect(out).toBe(
      'the audit log was changed: row 3 is missing: the next one there is row 4; 2 rows before it are whole\n',
    );
  });

  it('follows events over a restart of the controller, and misses none', async () => {
    const env = { PATRONUS_DATA: `${controller.home}/data`, XDG_CONFIG_HOME: controller.home };
    const api = new ApiClient({ ...processTerminal(), env }, {});
    const messages: string[] = [];
    const told: string[] = [];
    const feed = followEvents(api, [], {
      event: (event: NetworkEvent) => messages.push(event.message),
      disconnected: () => told.push('disconnected'),
      connected: () => told.push('connected'),
    });
    try {
      await until('the feed gives a first event', async () => {
        await says('sites', 'update', 'hq', '--location', `room ${messages.length}`);
        return messages.length > 0;
      });
      await controller.whileStopped(() => until('the feed tells of it', () => told.length > 0));
      await says('sites', 'create', 'late', '--prefix', '10.99.0.0/24');
      await until('the event from before the reconnection arrives', () =>
        messages.some((text) => text.includes('late')),
      );
      expect(told).toEqual(['disconnected', 'connected']);
      expect(messages.filter((text) => text.includes('late'))).toHaveLength(1);
    } finally {
      feed.close();
    }
  });
});

describe('the network as files', () => {
  const berlin = [
    'apiVersion: patronus/v1',
    'kind: Site',
    'metadata: { name: potsdam }',
    'spec:',
    '  prefixes: [10.77.0.0/24]',
    '  endpoints:',
    '    - { label: mpls, device: eth0, address: 192.0.2.77 }',
    '',
  ].join('\n');
  const file = (name: string, text: string): string => {
    const path = join(controller.home, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };

  it('is shown as a diff, applied, and exported so that applying the export changes nothing', async () => {
    const path = file('berlin.yaml', berlin);
    const shown = await says('apply', '-f', path, '--dry-run');
    expect(shown.split('\n').slice(0, 4)).toEqual([
      '--- /dev/null',
      '+++ Site potsdam',
      '@@ -0,0 +1,11 @@',
      '+apiVersion: patronus/v1',
    ]);
    expect(shown).toMatch(/^dry run: would create 1 object, change 0, delete 0, leave 0 as they are$/m);
    expect((await controller.patronus(['sites', 'show', 'potsdam'])).exitCode).toBe(1);
    expect(await says('apply', '-f', path)).toBe('Site potsdam created\n');
    const exported = await says('export');
    const again = await controller.patronus(['apply', '-f', '-', '--prune', '--json'], { stdin: exported });
    const { objects } = JSON.parse(again.out) as { objects: { outcome: string }[] };
    expect(objects.length).toBeGreaterThan(3);
    expect(objects.filter(({ outcome }) => outcome !== 'unchanged')).toEqual([]);
  });

  it('is refused with file and line of everything that is wrong, also across files', async () => {
    file('wrong/a.yaml', `${berlin.replace('potsdam', 'a')}---\nkind: Site\nmetadata: { name: b }\nspec: {}\n`);
    file('wrong/b.yaml', berlin.replace('location', 'locaton').replace('eth0', 'e th0').replace('potsdam', 'c'));
    file('wrong/ignored.txt', 'no document');
    const shape = await controller.patronus(['apply', '-f', join(controller.home, 'wrong')]);
    expect([shape.exitCode, shape.err]).toEqual([
      1,
      `patronus: ${join(controller.home, 'wrong/a.yaml')}:9: apiVersion: is missing\n`,
    ]);
    const path = join(controller.home, 'wrong/b.yaml');
    const refused = await controller.patronus(['apply', '-f', path]);
    expect(refused.err.split('\n').map((line) => line.trim().replace(controller.home, ''))).toEqual([
      'patronus: the input was refused:',
      expect.stringMatching(
        /^\/wrong\/b\.yaml:5: spec\.prefixes\[0\]: 10\.77\.0\.0\/24 overlaps 10\.77\.0\.0\/24 of site/,
      ) as string,
      expect.stringMatching(
        /^\/wrong\/b\.yaml:7: spec\.endpoints\[0\]\.device: "e th0" is not a device name/,
      ) as string,
      expect.stringMatching(
        /^\/wrong\/b\.yaml:7: spec\.endpoints\[0\]\.address: 192\.0\.2\.77 is already the endpoint/,
      ) as string,
      '',
    ]);
    const broken = await controller.patronus(['apply', '-f', '-'], { stdin: 'kind: [Site\n---\njust text\n' });
    expect(broken.err).toMatch(/standard input:2: Flow sequence[\s\S]*standard input:3: is no object/);
  });

  it('takes note of events that a filter leaves', async () => {
    expect(await says('events', 'acknowledge', '--all', '--type', 'object_created')).toMatch(
      /^acknowledged \d+ events\n/,
    );
    expect(await says('events', '--unacknowledged', '--type', 'object_created')).toBe('no events\n');
    const [event] = await json<NetworkEvent[]>('events', '--type', 'object_created', '--limit', '1');
    expect(event).toMatchObject({ acknowledged_by: 'local' });
  });
});

describe('event sinks', () => {
  it('are made, shown without what is secret, tested, changed and deleted', async () => {
    const password = join(controller.home, 'password');
    writeFileSync(password, 'Mail-Secret-1\n');
    const mail = ['--email', 'ops@example.net', '--from', 'a@example.net', '--smtp', 'smtps://192.0.2.1:1'];
    const account = ['--username', 'a', '--password-file', password];
    expect(await says('sinks', 'create', 'mail', ...mail, ...account, '--severity', 'error')).toBe('created mail\n');
    expect(
      await says('sinks', 'create', 'hook', '--webhook', 'https://192.0.2.1/x', '--type', 'failover', '--site', 'hq'),
    ).toMatch(/^created hook\nkey that signs .* only now:\n\n {2}whsec_\S{44}\n$/);
    expect(await says('sinks')).toMatch(/^hook +webhook +ok +0 +0 +failover hq +https:\/\/192\.0\.2\.1\/x$/m);
    const shown = (await says('sinks', 'show', 'mail', '--json')) + (await says('sinks', '--json'));
    expect(shown).toContain('ops@example.net');
    expect(shown).not.toMatch(/Mail-Secret|whsec_/);
    const refused = await controller.patronus(['sinks', 'create', 'near', '--webhook', 'http://127.0.0.1/']);
    expect(refused.err).toMatch(/^patronus: webhook\.url: 127\.0\.0\.1 is a private address; PATRONUS_PRIVATE_TARGETS/);
    await says('sinks', 'update', 'hook', '--disable', '--severity', 'warning');
    expect(await says('sinks')).toMatch(/^hook +webhook +disabled +0 +0 +warning /m);
    expect(await says('sinks', 'dead-letters', 'hook')).toBe('no events were given up\n');
    expect(await says('sinks', 'redeliver', 'hook')).toBe('0 events will be sent again\n');
    expect(await says('sinks', 'renew-secret', 'hook')).toMatch(/whsec_/);
    await says('sinks', 'delete', 'hook');
    await says('sinks', 'delete', 'mail');
    expect(await says('sinks')).toBe('no event sinks\n');
  });

  it('that do not take the test say why, with an exit code', async () => {
    await says('sinks', 'create', 'nowhere', '--syslog', 'tcp://no-such-host.invalid');
    const test = await controller.patronus(['sinks', 'test', 'nowhere']);
    expect([test.exitCode, test.out]).toEqual([1, 'not delivered: the name no-such-host.invalid leads nowhere\n']);
    await says('sinks', 'delete', 'nowhere');
  });
});
