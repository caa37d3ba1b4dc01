import { loadControllerSettings, startController } from '@patronus/controller';
import { tellCpu } from './tell-cpu.ts';
import { tellMemory } from './tell-memory.ts';

/* A controller in a process of its own, for the benches `api` and `hostile`: told where its data is, it tells where it is reached. */

const dataDir = process.argv[2] ?? '';
const env = {
  PATRONUS_LOG_LEVEL: 'silent',
  PATRONUS_ANONYMOUS_READS: 'never',
  // one caller stands for many
  PATRONUS_RATE_LIMIT: '0',
  PATRONUS_ADMIN_PASSWORD: process.env['PATRONUS_ADMIN_PASSWORD'],
};
const controller = await startController(
  loadControllerSettings({ env, flags: { dataDir, port: 0, edgePort: 0, host: '127.0.0.1' } }),
);
tellCpu();
tellMemory();
process.send?.({ port: Number(new URL(controller.httpUrl).port) });
process.once('disconnect', () => void controller.stop());
