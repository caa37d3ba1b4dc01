import { resolve } from 'node:path';
import type { ControllerSettings } from '@patronus/controller';
import type { Command } from 'commander';
import { dataDir } from '../data-dir.ts';
import { interrupted } from '../interrupt.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { parseInteger } from '../units.ts';
import { withExamples } from './api-command.ts';

export interface ControllerOptions {
  readonly port?: number;
  readonly edgePort?: number;
  readonly host?: string;
  readonly data?: string;
  readonly config?: string;
}

export const parseListenPort = parseInteger(0, 65_535);

export function addController(program: Command, terminal: Terminal): void {
  const controller = program
    .command('controller')
    .description('run the controller in the foreground, until Ctrl-C')
    .option('--port <port>', 'port of the API and the web page (PATRONUS_PORT, 8080)', parseListenPort)
    .option('--edge-port <port>', 'port on which edges call in (PATRONUS_EDGE_PORT, 8443)', parseListenPort)
    .option('--host <address>', 'address to listen on for the API (PATRONUS_HOST, 127.0.0.1)')
    .option('--data <dir>', 'where it keeps what it knows (PATRONUS_DATA)')
    .option('--config <file>', 'settings file');
  withExamples(controller, ['controller', 'controller --port 9090 --data /var/lib/patronus-controller']).action(
    async (options: ControllerOptions) => {
      const running = await startControllerHere(terminal, options);
      printLine(terminal.stdout, `controller at ${running.httpUrl}, edges call in at ${running.edgeUrl}`);
      if (running.setupUrl !== null) printLine(terminal.stdout, `first sign-in: ${running.setupUrl}`);
      using interrupt = interrupted();
      await interrupt.first;
      await Promise.race([running.stop(), interrupt.second]);
    },
  );
}

/** Starts a controller in this process, with the settings of flags, environment and file. */
export async function startControllerHere(terminal: Terminal, options: ControllerOptions) {
  const { startController } = await import('@patronus/controller');
  return await startController(await controllerSettings(terminal, options));
}

/** Settings of flags, environment and file, the later ones first. */
export async function controllerSettings(terminal: Terminal, options: ControllerOptions): Promise<ControllerSettings> {
  const { loadControllerSettings } = await import('@patronus/controller');
  const { port, edgePort, host, config } = options;
  const flags = { port, edgePort, host, dataDir: dataDir(terminal, options.data) };
  const file = config === undefined ? {} : { file: resolve(terminal.cwd, config) };
  return loadControllerSettings({ ...file, env: terminal.env, flags });
}
