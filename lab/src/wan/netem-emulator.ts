import { runIn, type World } from '../machine/index.ts';
import { gatewayDevice, transitDevice, type LineWiring } from '../network/index.ts';
import type { LabPlan } from '../topology/index.ts';
import { queueLimitMs } from './delay-line.ts';
import type { Impairment, LineDirection, LineSetting } from './impairment.ts';
import type { LineEmulator } from './line-emulator.ts';

/** The kernel's own emulator: a `netem` queue on each side of a provider. */
export class NetemEmulator implements LineEmulator {
  readonly kind = 'netem';
  readonly wiring: LineWiring = { siteDevice: gatewayDevice, wireDevice: null };
  readonly #world: World;
  readonly #plan: LabPlan;

  constructor(world: World, plan: LabPlan) {
    this.#world = world;
    this.#plan = plan;
  }

  /** Whether this kernel has `netem`, tried on a namespace's loopback device. */
  static async available(world: World, namespace: string): Promise<boolean> {
    try {
      await runIn(world, namespace, ['tc', 'qdisc', 'replace', 'dev', 'lo', 'root', 'netem', 'delay', '0ms']);
      await runIn(world, namespace, ['tc', 'qdisc', 'del', 'dev', 'lo', 'root']);
      return true;
    } catch {
      return false;
    }
  }

  async start(): Promise<void> {
    // the kernel is there already
  }

  layScript(): string {
    return ':';
  }

  async apply(settings: readonly LineSetting[]): Promise<void> {
    await Promise.all(
      this.#plan.lines.map(async (line) => {
        const commands = settings.filter((setting) => setting.line === line.name).map(netemCommand);
        if (commands.length > 0) await runIn(this.#world, line.namespace, ['tc', '-batch', '-'], commands.join('\n'));
      }),
    );
  }
}

const deviceOf = (direction: LineDirection): string => (direction === 'out' ? transitDevice : gatewayDevice);

/** One line of a `tc` batch. */
export const netemCommand = ({ direction, impairment }: Omit<LineSetting, 'line'>): string =>
  `qdisc replace dev ${deviceOf(direction)} root netem ${netemOptions(impairment)}`;

/** netem's packets out of order overtake all that travel, where the program of `delay-line.ts` holds them back. */
function netemOptions(impairment: Impairment): string {
  const { delayMs, jitterMs, lossPercent, rateBps, reorderPercent, duplicatePercent } = impairment;
  return [
    `limit ${packetLimit(delayMs + jitterMs, rateBps)}`,
    `delay ${delayMs}ms${jitterMs > 0 ? ` ${jitterMs}ms` : ''}`,
    ...(lossPercent > 0 ? [`loss ${lossPercent}%`] : []),
    ...(reorderPercent > 0 ? [`reorder ${reorderPercent}%`] : []),
    ...(duplicatePercent > 0 ? [`duplicate ${duplicatePercent}%`] : []),
    ...(rateBps === null ? [] : [`rate ${Math.round(rateBps)}bit`]),
  ].join(' ');
}

const fullPacketBits = 1514 * 8;
/** Small packets fill a queue that is counted in packets before its time is over; room for them. */
const smallPackets = 1000;

/** netem's limit counts the packets that travel as well as those that wait for their turn. */
const packetLimit = (delayMs: number, rateBps: number | null): number =>
  smallPackets + Math.ceil(((rateBps ?? 1e9) * (delayMs + queueLimitMs)) / 1000 / fullPacketBits);
