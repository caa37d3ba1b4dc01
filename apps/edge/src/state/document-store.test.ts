import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { siteDocument } from '@patronus/testkit';
import { DocumentStore } from './document-store.ts';

const first = siteDocument({ confirmWindowMs: 10_000 });
const second = siteDocument({ confirmWindowMs: 20_000 });
let root: string;
let store: DocumentStore;
let lastGood: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'patronus-documents-'));
  store = new DocumentStore(join(root, 'documents'));
  lastGood = join(root, 'documents', 'last-good.json');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('has nothing at first', async () => {
  expect(await store.load()).toEqual({ document: null, damaged: [] });
});

it('gives back the document that was kept last, and lets nobody else read it', async () => {
  await store.save(first);
  await store.save(second);
  expect(await store.load()).toEqual({ document: second, damaged: [] });
  expect(statSync(lastGood).mode & 0o077).toBe(0);
});

it.each([
  ['cut short', (text: string) => text.slice(0, text.length / 2)],
  ['changed in one place', (text: string) => text.replace('"hq"', '"hk"')],
  ['empty', () => ''],
])('puts a document aside that is %s, and gives the one before it', async (_damage, damage) => {
  await store.save(first);
  await store.save(second);
  writeFileSync(lastGood, damage(readFileSync(lastGood, 'utf8')));
  const { document, damaged } = await store.load();
  expect(document).toEqual(first);
  expect(damaged).toEqual([{ reason: expect.any(String) as string, movedTo: `${lastGood}.damaged` }]);
  expect(readdirSync(join(root, 'documents'))).toContain('last-good.json.damaged');
});

it('keeps the one before when it is asked to keep a new one over a damaged one', async () => {
  await store.save(first);
  await store.save(second);
  writeFileSync(lastGood, '{');
  await store.save(second);
  writeFileSync(lastGood, '{');
  expect((await store.load()).document).toEqual(first);
});

it('only looks when it is asked to look', async () => {
  await store.save(first);
  await store.save(second);
  writeFileSync(lastGood, '{');
  expect(await store.peek()).toEqual(first);
  expect(readFileSync(lastGood, 'utf8')).toBe('{');
});

it('has the document before when a crash came between moving the old one away and writing the new one', async () => {
  await store.save(first);
  await store.save(second);
  rmSync(lastGood);
  expect((await store.load()).document).toEqual(first);
});
