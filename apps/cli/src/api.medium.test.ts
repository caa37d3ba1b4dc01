import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runPatronus } from './testing/index.ts';

interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly body: unknown;
}
type Answer = { readonly status?: number; readonly body: unknown };

/** A controller's API as far as a test needs it: what it was asked, and what it answers. */
let server: Server;
let origin: string;
let home: string;
let seen: Seen[];
let answer: (request: Seen) => Answer;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'patronus-cli-'));
  seen = [];
  answer = () => ({ body: { items: [], next_cursor: null } });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await read(request);
    seen.push(asked);
    const { status = 200, body } = answer(asked);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true });
});

async function read(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    method: request.method ?? '',
    url: new URL(request.url ?? '', origin),
    authorization: request.headers.authorization,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

const patronus = (args: readonly string[], options: { env?: Record<string, string>; stdin?: string } = {}) =>
  runPatronus(home, args, {
    ...options,
    env: { PATRONUS_URL: origin, PATRONUS_DATA: join(home, 'data'), ...options.env },
  });

describe('reading', () => {
  it('prints all pages of a list as one JSON array', async () => {
    answer = ({ url }) =>
      url.searchParams.get('cursor') === 'next'
        ? { body: { items: [{ id: 'b' }], next_cursor: null } }
        : { body: { items: [{ id: 'a' }], next_cursor: 'next' } };
    const { exitCode, out } = await patronus(['paths', '--json', '--from', 'hq', '--state', 'up']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual([{ id: 'a' }, { id: 'b' }]);
    expect(Object.fromEntries(seen[1]!.url.searchParams)).toEqual({
      source_site: 'hq',
      health_status: 'up',
      cursor: 'next',
    });
  });

  it('shows traffic with its units, and asks for the history of one policy by its name', async () => {
    answer = ({ url }) => {
      if (url.pathname.endsWith('/policies')) return { body: { items: [{ id: 7, name: 'voice' }], next_cursor: null } };
      return { body: { step: 60_000, items: [{ timestamp: 0, packets_matched: 1_200, bytes_matched: '7500000' }] } };
    };
    const { exitCode, out } = await patronus([
      'stats',
      'history',
      'policies',
      'voice',
      '--since',
      '1h',
      '--step',
      '1m',
    ]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/TIME +PACKETS +BYTES +RATE\n.+ 1,200 +7\.2 MiB +1 Mbit\/s/);
    const { pathname, searchParams } = seen.at(-1)!.url;
    expect(pathname).toBe('/api/v1/stats/policies/7');
    expect(searchParams.get('step')).toBe('60000');
  });

  it('exports statistics as the controller writes them', async () => {
    answer = () => ({ body: { items: [1, 2] } });
    const { exitCode, out } = await patronus([
      'stats',
      'export',
      'paths',
      '--format',
      'json',
      '--since',
      '1d',
      '--sum',
    ]);
    expect([exitCode, out]).toEqual([0, '{"items":[1,2]}']);
    expect(seen[0]!.url.pathname).toBe('/api/v1/stats/paths');
    expect(Object.fromEntries(seen[0]!.url.searchParams)).toMatchObject({ format: 'json', aggregate: 'true' });
  });

  it('exports page after page, and asks for each when the one before is written', async () => {
    answer = ({ url }) => {
      const sequence = Number(url.searchParams.get('cursor') ?? 0) + 1;
      return { body: { items: [{ sequence }], next_cursor: sequence < 3 ? String(sequence) : null } };
    };
    const { exitCode, out } = await patronus(['audit', 'export', '--actor', 'admin']);
    expect([exitCode, out]).toEqual([0, '{"sequence":1}\n{"sequence":2}\n{"sequence":3}\n']);
    expect(Object.fromEntries(seen[1]!.url.searchParams)).toEqual({
      actor: 'admin',
      order: 'oldest',
      limit: '500',
      cursor: '1',
    });
  });

  it('says where it looked when no controller answers, and how to start one', async () => {
    const { exitCode, err, out } = await patronus(['sites'], { env: { PATRONUS_URL: 'http://127.0.0.1:1' } });
    expect(exitCode).toBe(1);
    expect(out).toBe('');
    expect(err).toBe(
      'patronus: no controller at http://127.0.0.1:1; start one with "npm start", or name another with --url or PATRONUS_URL\n',
    );
  });

  it('finds the controller of the data directory', async () => {
    mkdirSync(join(home, 'data'));
    writeFileSync(join(home, 'data', 'controller.json'), JSON.stringify({ pid: 1, http_url: origin }));
    writeFileSync(join(home, 'data', 'local-token'), 'local-secret\n');
    expect((await patronus(['sites'], { env: { PATRONUS_URL: '' } })).exitCode).toBe(0);
    expect(seen[0]?.authorization).toBe('Bearer local-secret');
  });

  it('does not show the local token to a controller elsewhere', async () => {
    mkdirSync(join(home, 'data'));
    writeFileSync(join(home, 'data', 'controller.json'), JSON.stringify({ pid: 1, http_url: 'http://127.0.0.1:1' }));
    writeFileSync(join(home, 'data', 'local-token'), 'local-secret');
    await patronus(['sites']);
    expect(seen[0]?.authorization).toBeUndefined();
  });

  it('tells from an endpoint what its site has instead', async () => {
    answer = () => ({ body: { name: 'hq', endpoints: [{ label: 'mpls' }, { label: 'lte' }] } });
    const { exitCode, err } = await patronus(['endpoints', 'show', 'hq/dsl']);
    expect(exitCode).toBe(1);
    expect(err).toBe('patronus: site hq has no endpoint "dsl"; it has: mpls, lte\n');
  });
});

describe('paths', () => {
  const path = (from: string, to: string, override: unknown = null) => {
    const [[source_site, source_label], [dest_site, dest_label]] = [from.split('/'), to.split('/')];
    return {
      id: `${from} ${to}`.replaceAll(/[/ ]/g, '-'),
      source_site,
      source_label,
      dest_site,
      dest_label,
      health_status: 'up',
      override,
    };
  };
  const paths = [path('branch/mpls', 'hq/mpls'), path('branch/lte', 'hq/mpls'), path('branch/lte', 'hq/lte')];
  const answering = (body: unknown) => {
    answer = ({ method }) => ({ body: method === 'GET' ? { items: paths, next_cursor: null } : body });
  };

  it('are found by their ends, shortly where that is clear', async () => {
    const check = { ...paths[0], cause: null, sent: 2, answered: 1, loss: 50, rtt_min: 20, rtt_median: 20.5 };
    answering({
      ...check,
      probes: [
        { answered: true, rtt: 20 },
        { answered: false, rtt: null },
      ],
    });
    const { exitCode, out } = await patronus(['paths', 'check', 'branch/mpls:hq']);
    expect(exitCode).toBe(0);
    expect([seen[1]?.method, seen[1]?.url.pathname]).toEqual(['POST', '/api/v1/paths/branch-mpls-hq-mpls/check']);
    expect(out).toMatch(/^state +up$/m);
    expect(out).toMatch(/^answered +1 of 2$/m);
    expect(out).toMatch(/^round trips +20\.0 ms, –$/m);
  });

  it.each([
    ['branch/lte:hq', 'patronus: "branch/lte:hq" fits 2 paths; write one of branch/lte:hq/mpls, branch/lte:hq/lte\n'],
    ['branch/dsl:hq', /there is no path "branch\/dsl:hq"; write its id or SITE\/LABEL:SITE\/LABEL/],
  ])('named %s are not guessed', async (name, told) => {
    answering({});
    const { exitCode, err } = await patronus(['paths', 'release', name]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(told);
    expect(seen).toHaveLength(1);
  });

  it('are taken out of use for a reason and a time, and released', async () => {
    const expires_at = new Date(2026, 10, 21, 12).getTime();
    answering({ message: 'mpls is out of use', path: { ...paths[0], override: { expires_at } } });
    const args = ['branch/mpls:hq/mpls', '--reason', 'line is rebuilt', '--for', '30m'];
    expect((await patronus(['paths', 'failover', ...args])).out).toBe(
      'mpls is out of use; until 2026-11-21 12:00:00\n',
    );
    expect(seen[1]?.body).toEqual({ reason: 'line is rebuilt', expires_in_seconds: 1800 });
    answering({ message: 'mpls may be used again' });
    expect((await patronus(['paths', 'release', 'branch/mpls:hq/mpls'])).out).toBe('mpls may be used again\n');
    expect([seen.at(-1)?.method, seen.at(-1)?.url.pathname.endsWith('/failover')]).toEqual(['DELETE', true]);
  });
});

describe('writing', () => {
  it('sends what the flags say over what the file says', async () => {
    answer = () => ({ body: { name: 'berlin', id: 'x', endpoints: [{}] } });
    const { exitCode, out } = await patronus(
      ['sites', 'create', 'berlin', '--file', '-', '--endpoint', 'label=lte,device=wwan0,nat,up=10mbit'],
      { stdin: 'name: other\nlocation: Berlin\n', env: { PATRONUS_TOKEN: 'secret' } },
    );
    expect(exitCode).toBe(0);
    expect(out).toBe('created berlin with 1 endpoint (x)\n');
    expect(seen[0]).toMatchObject({
      method: 'POST',
      authorization: 'Bearer secret',
      body: {
        name: 'berlin',
        location: 'Berlin',
        endpoints: [{ label: 'lte', device: 'wwan0', nat: true, up_bps: 10_000_000 }],
      },
    });
  });

  it('changes one bound of a policy and leaves its other ones', async () => {
    const voice = {
      id: 2,
      name: 'voice',
      match_conditions: { protocol: 'udp' },
      action: { type: 'steer', sla: { max_delay_ms: 150, max_loss_percent: 1 }, prefer: ['mpls'] },
    };
    answer = ({ method }) => ({ body: method === 'GET' ? { items: [voice], next_cursor: null } : voice });
    await patronus(['policies', 'update', 'voice', '--max-loss', '2%', '--max-delay', 'none']);
    expect([seen[1]?.method, seen[1]?.url.pathname]).toEqual(['PATCH', '/api/v1/policies/2']);
    expect(seen[1]?.body).toEqual({ action: { type: 'steer', sla: { max_loss_percent: 2 }, prefer: ['mpls'] } });
  });

  it('names every refused field with its remedy', async () => {
    const problems = [
      { field: 'name', problem: 'is taken', remedy: 'choose another' },
      { field: 'prefixes[0]', problem: 'overlaps 10.1.0.0/24 of hq' },
    ];
    answer = () => ({ status: 400, body: { code: 'invalid_input', title: 'Invalid input', problems } });
    const { exitCode, err } = await patronus(['sites', 'create', 'hq']);
    expect(exitCode).toBe(1);
    expect(err).toBe(
      'patronus: the input was refused:\n  name: is taken; choose another\n  prefixes[0]: overlaps 10.1.0.0/24 of hq\n',
    );
  });

  it('says how to sign in when that is needed', async () => {
    answer = () => ({ status: 401, body: { code: 'unauthenticated', detail: 'this needs a signed-in caller' } });
    const { exitCode, err } = await patronus(['sites', 'delete', 'hq']);
    expect(exitCode).toBe(1);
    expect(err).toBe('patronus: this needs a signed-in caller; sign in with "patronus login" or set PATRONUS_TOKEN\n');
  });
});

describe('signing in', () => {
  const logins = () => join(home, 'patronus', 'logins.json');
  const signIn = () => {
    answer = ({ url }) => ({
      body: url.pathname.endsWith('/login')
        ? { access_token: 'access-1', refresh_token: 'refresh-1' }
        : { items: [], next_cursor: null },
    });
    return patronus(['login', 'admin', '--password-stdin'], { stdin: 'Correct-horse-9\n' });
  };

  const begun = () => ({
    device_code: 'secret-1',
    user_code: 'WDJB-MJHT',
    verification_uri_complete: `${origin}/sign-in/device?code=WDJB-MJHT`,
    expires_in: 600,
    interval: 0,
  });

  it('keeps the tokens where only this user can read them, and prints none', async () => {
    const { exitCode, out, err } = await signIn();
    expect([exitCode, out]).toEqual([0, `signed in to ${origin} as admin\n`]);
    expect(seen[0]?.body).toEqual({ username: 'admin', password: 'Correct-horse-9' });
    expect(statSync(logins()).mode & 0o777).toBe(0o600);
    expect(out + err).not.toMatch(/access-1|refresh-1|horse/);
    await patronus(['sites']);
    expect(seen[1]?.authorization).toBe('Bearer access-1');
  });

  it('renews an access token that has run out, once, and keeps the new pair', async () => {
    await signIn();
    answer = ({ url, authorization }) => {
      if (url.pathname.endsWith('/refresh')) return { body: { access_token: 'access-2', refresh_token: 'refresh-2' } };
      if (authorization === 'Bearer access-1') return { status: 401, body: { detail: 'expired' } };
      return { body: { items: [], next_cursor: null } };
    };
    expect((await patronus(['sites'])).exitCode).toBe(0);
    expect(seen.slice(1).map(({ url }) => url.pathname)).toEqual([
      '/api/v1/sites',
      '/api/v1/auth/refresh',
      '/api/v1/sites',
    ]);
    expect(readFileSync(logins(), 'utf8')).toMatch(/refresh-2/);
  });

  it('forgets a sign-in that the controller has ended, and says to sign in again', async () => {
    await signIn();
    answer = () => ({ status: 401, body: { detail: 'revoked' } });
    const { exitCode, err } = await patronus(['sites']);
    expect([exitCode, err]).toEqual([1, 'patronus: your sign-in has ended; run "patronus login" again\n']);
    expect(() => statSync(logins())).toThrow(/ENOENT/);
  });

  it('waits for a browser also while the controller is away, and keeps the tokens of whoever approved it', async () => {
    const polled = ['/auth/device/token'];
    const problem = (status: number, code?: string) => ({ status, body: { code, detail: code } });
    const polls = [
      problem(400, 'authorization_pending'),
      problem(503),
      { body: { access_token: 'a', refresh_token: 'r' } },
    ];
    answer = ({ url }) => {
      if (url.pathname.endsWith('/token')) return polls.shift()!;
      return { body: url.pathname.endsWith('/device') ? begun() : { username: 'carla' } };
    };
    const { exitCode, out } = await patronus(['login', '--browser']);
    expect([exitCode, out]).toEqual([0, expect.stringContaining(`signed in to ${origin} as carla\n`)]);
    expect(out).toContain(`\n  ${origin}/sign-in/device?code=WDJB-MJHT\n`);
    expect(out).not.toContain('secret-1');
    const asked = seen.map(({ url }) => url.pathname.replace('/api/v1', ''));
    expect(asked).toEqual(['/auth/device', ...polled, ...polled, ...polled, '/account']);
    expect(seen[3]?.body).toEqual({ device_code: 'secret-1' });
    const kept = { username: 'carla', accessToken: 'a', refreshToken: 'r' };
    expect(JSON.parse(readFileSync(logins(), 'utf8'))).toEqual({ [origin]: kept });
  });

  it.each([
    ['access_denied', 'the sign-in was refused in the browser'],
    ['expired_token', 'this sign-in took too long'],
  ])('by a browser ends with what the controller says of it: %s', async (code, detail) => {
    answer = ({ url }) =>
      url.pathname.endsWith('/token') ? { status: 400, body: { code, detail } } : { body: begun() };
    const { exitCode, err } = await patronus(['login', '--browser']);
    expect([exitCode, err]).toEqual([1, `patronus: ${detail}\n`]);
    expect(() => statSync(logins())).toThrow(/ENOENT/);
  });

  it('by a browser asks nobody who they are', async () => {
    const { exitCode, err } = await patronus(['login', 'admin', '--browser']);
    expect([exitCode, err]).toEqual([1, expect.stringMatching(/with --browser give neither a user nor a password/)]);
    expect(seen).toEqual([]);
  });

  it('says no more than the controller when a password is wrong', async () => {
    answer = () => ({ status: 401, body: { detail: 'wrong user name or password' } });
    const { exitCode, err } = await patronus(['login', '--password-stdin'], { stdin: 'nonsense' });
    expect([exitCode, err]).toEqual([1, 'patronus: wrong user name or password\n']);
  });

  it('signs out', async () => {
    await signIn();
    expect((await patronus(['logout'])).out).toBe(`signed out of ${origin}\n`);
    expect(seen.at(-1)).toMatchObject({ method: 'POST', body: { refresh_token: 'refresh-1' } });
    expect((await patronus(['logout'])).out).toBe(`you were not signed in to ${origin}\n`);
  });
});

describe('usage', () => {
  it.each([
    [['nonsense'], /unknown command 'nonsense'/],
    [['sites', '--colour'], /unknown option '--colour'/],
    [['lab', 'impair', 'branch', 'mpls', '--delay', '20'], /'20' is invalid\. Write a duration with its unit/],
    [['lab', 'impair', 'branch', 'mpls'], /say what to worsen/],
    [['lab', 'break', 'branch', 'mpls', '--direction', 'up'], /Write one of out, in, both/],
    [['policies', 'create', 'x', '--drop', '--steer'], /cannot be used with/],
    [['paths', 'failover', 'branch/mpls:hq'], /required option '--reason <text>' not specified/],
    [['paths', 'failover', 'x', '--reason', 'y', '--for', '30'], /Write a duration with its unit/],
    [['sites', 'create', 'x', '--endpoint', 'label=mpls,speed=3'], /"speed" is no field of an endpoint/],
    [['controller', '--port', '99999'], /whole number from 0 to 65535/],
    [['audit', 'verify', '--known', '7:abc'], /Write ROW:HASH/],
    [['lab'], /Usage: patronus lab/],
  ])('answers %j with exit code 2 and what is wrong', async (args, told) => {
    const { exitCode, out, err } = await patronus(args);
    expect(exitCode).toBe(2);
    expect(err).toMatch(told);
    expect(out).toBe('');
    expect(seen).toEqual([]);
  });

  it('has help with examples for every command', async () => {
    const { out } = await patronus(['--help']);
    const names = [...out.matchAll(/^ {2}([a-z][a-z-]+)/gm)].map(([, name]) => name!);
    expect(names).toEqual(expect.arrayContaining(['up', 'controller', 'edge', 'lab', 'doctor', 'paths', 'login']));
    await expectHelpBelow([]);
  });

  async function expectHelpBelow(command: readonly string[]): Promise<void> {
    const { exitCode, out } = await patronus([...command, '--help']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/\nExamples:\n {2}\$ patronus /);
    const below = out.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? '';
    for (const [, name] of below.matchAll(/^ {2}([a-z][a-z-]+)/gm)) {
      if (name !== 'help') await expectHelpBelow([...command, name!]);
    }
  }
});
