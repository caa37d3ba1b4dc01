import { createConnection } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PatronusError } from '@patronus/core';
import { nodeArguments, startProgram, type LabHome, type World } from '../machine/index.ts';
import { gatewayDevice, ipBatch, type LineWiring } from '../network/index.ts';
import type { LabPlan, LinePlan } from '../topology/index.ts';
import { until } from '../until.ts';
import type { LineSetting } from './impairment.ts';
import type { LineEmulator } from './line-emulator.ts';
import type { TapProcessOptions } from './tap-process.ts';

const wireDevice = 'wire';
const startDeadlineMs = 30_000;
const answerDeadlineMs = 2000;

/** Lines whose wire is a program of ours, for kernels without `netem`. */
export class TapEmulator implements LineEmulator {
  readonly kind = 'tap';
  readonly wiring: LineWiring = { siteDevice: 'site', wireDevice };
  readonly #home: LabHome;
  readonly #world: World;
  readonly #plan: LabPlan;

  constructor(home: LabHome, world: World, plan: LabPlan) {
    this.#home = home;
    this.#world = world;
    this.#plan = plan;
  }

  async start(): Promise<void> {
    const options: TapProcessOptions = {
      socket: this.#home.wanSocket,
      lines: this.#plan.lines.map((line) => ({
        line: line.name,
        siteDevice: temporaryName(line, 'site'),
        networkDevice: temporaryName(line, 'network'),
      })),
    };
    const program = fileURLToPath(new URL(`./tap-process${extname(import.meta.url)}`, import.meta.url));
    const child = startProgram(this.#home, this.#world, {
      role: 'wan',
      argv: [...nodeArguments(), program, JSON.stringify(options)],
      namespace: this.#plan.coreNamespace,
    });
    await until('the emulator of lines to start (its log is logs/wan.log)', startDeadlineMs, async () => {
      if (child.exitCode !== null) throw new PatronusError('internal', 'the emulator of lines ended; see logs/wan.log');
      return (await this.#tell([])) === 'ok';
    });
  }

  layScript(line: LinePlan): string {
    return ipBatch(this.#plan.coreNamespace, [
      `link set ${temporaryName(line, 'site')} netns ${line.namespace} name ${wireDevice} up`,
      `link set ${temporaryName(line, 'network')} netns ${line.namespace} name ${gatewayDevice} up`,
    ]);
  }

  async apply(settings: readonly LineSetting[]): Promise<void> {
    const answer = await this.#tell(settings);
    if (answer !== 'ok') {
      throw new PatronusError(
        'unreachable',
        `the emulator of lines does not answer (${answer}); run "patronus lab down"`,
      );
    }
  }

  #tell(settings: readonly LineSetting[]): Promise<string> {
    return new Promise((resolve) => {
      const socket = createConnection(this.#home.wanSocket);
      let text = '';
      const settle = (answer: string): void => {
        socket.destroy();
        resolve(answer);
      };
      socket.setTimeout(answerDeadlineMs, () => settle('no answer'));
      socket.on('error', (error) => settle(error.message));
      socket.on('close', () => settle('it hung up'));
      socket.on('data', (chunk) => {
        text += chunk.toString();
        if (text.endsWith('\n')) settle(text.trim());
      });
      socket.write(`${JSON.stringify(settings)}\n`);
    });
  }
}

/** TAP devices are made in the core namespace and moved to their provider's; until then their names must differ. */
const temporaryName = (line: LinePlan, side: 'site' | 'network'): string => `tap${line.index}-${side}`;
