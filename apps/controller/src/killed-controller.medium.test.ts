import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkDatabase } from './database-tools/index.ts';
import { openDatabase } from './database/index.ts';
import { loadControllerSettings } from './index.ts';
import { siteRepository } from './repositories/index.ts';
import { SpawnedController, testDatabase, until, type TestDatabase } from './testing/index.ts';

let dataDir: string;
let database: TestDatabase;
let controller: SpawnedController | null = null;
beforeEach(async () => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'patronus-kills-')), 'data');
  database = await testDatabase();
});
afterEach(async () => {
  await controller?.kill();
  await database.remove();
  rmSync(join(dataDir, '..'), { recursive: true, force: true });
});

/** Writes its site's location, a number that grows, one request after the other. */
interface Writer {
  readonly site: string;
  sent: number;
  acknowledged: number;
}

async function write(writer: Writer, to: SpawnedController): Promise<void> {
  for (;;) {
    const next = ++writer.sent;
    const { status } = await to.ask('PATCH', `sites/${writer.site}`, { location: String(next) });
    if (status === 200) writer.acknowledged = next;
  }
}

/** Starts a controller, lets all write until each was acknowledged a few times more, and kills it in the midst of that. */
async function killedWhileWriting(writers: readonly Writer[], atLeast: number): Promise<void> {
  controller = await SpawnedController.start(dataDir, database.url);
  const enough = writers.map(({ acknowledged }) => acknowledged + atLeast);
  const writing = writers.map((writer) => write(writer, controller!).catch(() => undefined));
  await until('writes are acknowledged', () => writers.every((writer, index) => writer.acknowledged >= enough[index]!));
  await controller.kill();
  await Promise.all(writing);
}

/** What is stored lies between what was acknowledged last and what was sent last, and nothing is broken. */
async function expectSound(writers: readonly Writer[]): Promise<void> {
  const flags = { dataDir, databaseUrl: database.url };
  const { problems, audit } = await checkDatabase(loadControllerSettings({ env: {}, flags }));
  expect(problems).toEqual([]);
  expect(audit).toMatchObject({ valid: true });
  const db = await openDatabase(database.url);
  for (const { site, sent, acknowledged } of writers) {
    const stored = Number((await siteRepository.find(db, site))!.location);
    expect(stored).toBeGreaterThanOrEqual(acknowledged);
    expect(stored).toBeLessThanOrEqual(sent);
  }
  await db.destroy();
}

async function survives(kills: number): Promise<void> {
  const writers = Array.from({ length: 4 }, (_, index) => ({ site: `site-${index}`, sent: 0, acknowledged: 0 }));
  controller = await SpawnedController.start(dataDir, database.url);
  for (const { site } of writers) expect((await controller.ask('POST', 'sites', { name: site })).status).toBe(201);
  await controller.kill();
  for (let kill = 0; kill < kills; kill++) {
    await killedWhileWriting(writers, 1 + (kill % 7));
    await expectSound(writers);
  }
}

it('a controller that is killed under load loses no acknowledged write, whatever it was doing', () => survives(3));

const isSlowWelcome = process.env['PATRONUS_SLOW_TESTS'] === '1';
it.skipIf(!isSlowWelcome)(
  'a controller that is killed 50 times under load loses no acknowledged write (minutes: PATRONUS_SLOW_TESTS=1)',
  () => survives(50),
  600_000,
);
