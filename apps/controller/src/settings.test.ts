import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadControllerSettings } from './settings.ts';

const file = (content: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'patronus-settings-')), 'settings.json');
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

  it('never show a secret, not even a wrong one', () => {
    const load = () =>
      loadControllerSettings({ env: { PATRONUS_DATABASE_URL: 'postgres://user:hunter2@db/patronus' } });
    expect(load).toThrow(/PATRONUS_DATABASE_URL: the value will not do; use sqlite:FILE/);
    expect(load).not.toThrow(/hunter2/);
  });

  it('take an empty variable for none', () => {
    expect(loadControllerSettings({ env: { PATRONUS_PORT: '' } }).port).toBe(8080);
  });
});
