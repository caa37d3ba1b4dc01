import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { nodeIdOf, unusedSettings } from './cluster-settings.ts';
import { describeSettings, loadControllerSettings } from './settings.ts';

const directory = mkdtempSync(join(tmpdir(), 'patronus-settings-'));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (content: string): string => {
  const path = join(directory, 'settings.json');
  writeFileSync(path, content);
  return path;
};

describe('settings', () => {
  it('come from defaults, file, environment and flags, the later ones winning', () => {
    const path = file('{"port": 1, "edgePort": 1, "host": "10.0.0.1"}');
    const env = { PATRONUS_PORT: '2', PATRONUS_EDGE_PORT: '2' };
    const settings = loadControllerSettings({ file: path, env, flags: { port: 3, edgePort: undefined } });
    expect(settings).toMatchObject({
      port: 3,
      edgePort: 2,
      host: '10.0.0.1',
      logLevel: 'warn',
      anonymousReads: 'auto',
    });
  });

  it('name every bad one at once, and where it came from', () => {
    const path = file('{"anonymousReads": "sometimes", "prot": 80}');
    const env = { PATRONUS_PORT: 'http', PATRONUS_LOG_LEVEL: 'loud', PATRONUS_EDGE_URL: 'http://x' };
    const load = () => loadControllerSettings({ file: path, env, flags: { edgePort: 70_000 } });
    for (const told of [
      /PATRONUS_PORT: "http"/,
      /LOG_LEVEL.*info/,
      /EDGE_URL/,
      /anonymousReads in the file/,
      /prot in the file/,
      /--edge-port: 70000/,
    ]) {
      expect(load).toThrow(told);
    }
  });

  it('of several controllers are known, held to their form, and say what is not supported', () => {
    const load = (env: Record<string, string>) => loadControllerSettings({ env });
    const alone = load({
      PATRONUS_NODE_ID: 'node1',
      PATRONUS_REDIS_URL: 'redis://cache:6379',
      PATRONUS_ETCD_ENDPOINTS: 'a:2379,https://b:2379',
    });
    expect(nodeIdOf(alone)).toBe('node1');
    expect(unusedSettings(alone)).toEqual([
      expect.stringMatching(/REDIS_URL is not used/) as string,
      expect.stringMatching(/ETCD_ENDPOINTS is not used/) as string,
    ]);
    expect(nodeIdOf(load({}))).toMatch(/^[A-Za-z0-9._-]+$/);
    expect(() => load({ PATRONUS_CLUSTER_PEERS: 'node2:8081,node3:8082' })).toThrow(/clusterPeers.*not supported/);
    const wrong = {
      PATRONUS_CLUSTER_PEERS: 'node2',
      PATRONUS_NODE_ID: 'a b',
      PATRONUS_REDIS_URL: 'http://u:hunter2@x',
    };
    for (const told of [/CLUSTER_PEERS: "node2"/, /NODE_ID: "a b"/, /REDIS_URL: the value/]) {
      expect(() => load(wrong)).toThrow(told);
    }
    expect(() => load(wrong)).not.toThrow(/hunter2/);
  });

  it('of single sign-on that do not fit together are told, each with what to do', () => {
    const load = (env: Record<string, string>) => () => loadControllerSettings({ env });
    expect(load({ PATRONUS_OIDC_ISSUER: 'https://id.example.net' })).toThrow(/oidcClientId: is missing/);
    expect(load({ PATRONUS_LOCAL_SIGN_IN: 'off' })).toThrow(/no other way to sign in/);
    const told = { PATRONUS_OIDC_CLIENT_SECRET: 'x', PATRONUS_OIDC_CLIENT_SECRET_FILE: '/x' };
    expect(load(told)).toThrow(/beside the secret itself/);
    expect(load({ PATRONUS_OIDC_ISSUER: 'http://id.example.net' })).toThrow(/PATRONUS_OIDC_ISSUER.*https/);
    expect(load({ PATRONUS_OIDC_ROLES: 'noc=root' })).toThrow(/PATRONUS_OIDC_ROLES.*VALUE=ROLE/);
  });

  it('never show a secret, not even a wrong one', () => {
    const load = () => loadControllerSettings({ env: { PATRONUS_DATABASE_URL: 'mysql://user:hunter2@db/patronus' } });
    expect(load).toThrow(/PATRONUS_DATABASE_URL: the value will not do; use sqlite:FILE, or postgres:/);
    expect(load).not.toThrow(/hunter2/);
  });

  it('take an empty variable for none', () => {
    expect(loadControllerSettings({ env: { PATRONUS_PORT: '' } }).port).toBe(8080);
  });
});

test('docs/configuration.md says what the program says', async () => {
  const rows = describeSettings().map(({ name, variable, fallback, values, about }) =>
    [`\`${variable}\``, `\`${name}\``, fallback, values, about].join(' | '),
  );
  const page = [
    '# Settings of the controller',
    '',
    'Defaults, then the file given by `--config` (JSON, with the names of the second column), then the environment, then flags; the later one wins.',
    'A bad value stops the start with a message that names every bad one and where it came from.',
    '',
    'This page is written by the tests from the program itself: `npx vitest run --project unit apps/controller/src/settings.test.ts -u`.',
    '',
    'variable | in the file | default | values | what',
    '--- | --- | --- | --- | ---',
    ...rows,
    '',
  ].join('\n');
  await expect(page).toMatchFileSnapshot('../../../docs/configuration.md');
});
