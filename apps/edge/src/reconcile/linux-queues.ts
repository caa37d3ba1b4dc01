import { messageOf, shaperNamePattern } from '@patronus/core';
import type { CommandRunner } from '@patronus/linux';
import {
  parseFilteredDevices,
  parseQueues,
  parseRedirects,
  parseShapers,
  queueKinds,
  redirectPref,
  redirectText,
  shaperLinkText,
  shaperQueuesText,
  shaperRateText,
  type ObservedLink,
  type ObservedQueue,
  type ObservedShaper,
  type ShapingStep,
  type QueueKind,
} from '@patronus/netconf';
import { naming } from './batch-error.ts';

type StepOf<D extends ShapingStep['do']> = Extract<ShapingStep, { readonly do: D }>;

const hooks = ['egress', 'ingress'] as const;
/** What `tc` calls the target of a redirect whose device somebody has deleted. The filter drops what it takes. */
const goneShaper = '*';

/** The shapers of this network namespace, by way of `ip` and `tc`. */
export class LinuxQueues {
  readonly #runner: CommandRunner;
  /** The best that this kernel has; found out when the first is made. */
  #kind: QueueKind | null = null;

  constructor(runner: CommandRunner) {
    this.#runner = runner;
  }

  /** `links` are all devices: those that are no shaper need not be asked for one. */
  async observe(links: readonly ObservedLink[]): Promise<ObservedShaper[]> {
    const isAny = links.some(({ name }) => shaperNamePattern.test(name));
    const [devices, qdiscs] = await Promise.all([
      isAny ? this.#runner.run({ tool: 'ip', args: ['-j', 'link', 'show', 'type', 'ifb'] }) : '',
      this.#runner.run({ tool: 'tc', args: ['-j', 'qdisc', 'show'] }),
    ]);
    const redirects = await this.#redirects(parseFilteredDevices(qdiscs));
    const stray = { name: goneShaper, hash: '', epoch: '', queues: 0 };
    return [...parseShapers(devices, qdiscs), stray]
      .map((shaper) => ({
        ...shaper,
        redirects: redirects.filter((each) => each.shaper === shaper.name).map(({ device }) => device),
      }))
      .filter(({ name, redirects: leading }) => name !== goneShaper || leading.length > 0);
  }

  async queues(): Promise<ObservedQueue[]> {
    return parseQueues(await this.#runner.run({ tool: 'tc', args: ['-s', '-j', 'qdisc', 'show'] }));
  }

  async execute(step: ShapingStep): Promise<void> {
    switch (step.do) {
      case 'replace_shaper':
        return this.#replace(step);
      case 'set_shaper_rate':
        return this.#batch('tc', shaperRateText(step.shaper));
      case 'redirect_to_shaper':
        return this.#batch('tc', redirectText(step.shaper, step.sources));
      case 'stop_redirects':
        return this.#stopRedirects(step.name, step.devices);
      case 'delete_shaper':
        await this.#stopRedirects(step.name, step.devices);
        if (step.name === goneShaper) return;
        return this.#batch('ip', `link delete dev ${step.name}\n`);
    }
  }

  /** What waits in it is lost where it exists; what queues in it meanwhile goes out at once. */
  async #replace({ shaper, exists }: StepOf<'replace_shaper'>): Promise<void> {
    await this.#batch('ip', shaperLinkText(shaper, exists));
    const kinds = this.#kind === null ? queueKinds : [this.#kind];
    for (const kind of kinds) {
      await this.#runner
        .run({ tool: 'tc', args: ['qdisc', 'del', 'dev', shaper.name, 'root'] })
        // it has none yet
        .catch(() => undefined);
      try {
        await this.#batch('tc', shaperQueuesText(shaper, kind));
        this.#kind = kind;
        return;
      } catch (error) {
        if (kind === kinds.at(-1) || !isUnknown(error)) throw error;
      }
    }
  }

  /** A device that is gone has taken its filters along. */
  async #stopRedirects(name: string, devices: readonly string[]): Promise<void> {
    const standing = (await this.#redirects(devices)).filter(({ shaper }) => shaper === name);
    for (const { device, hook } of standing) {
      for (const pref of Object.values(redirectPref)) {
        const args = ['filter', 'del', 'dev', device, hook, 'pref', String(pref)];
        // a tunnel has only the first
        await this.#runner.run({ tool: 'tc', args }).catch(() => undefined);
      }
      await this.#removeEmptyHooks(device);
    }
  }

  /** Others may have filters on the same device. */
  async #removeEmptyHooks(device: string): Promise<void> {
    const text = hooks.map((hook) => `filter show dev ${device} ${hook}\n`).join('');
    const shown = await this.#runner.run({ tool: 'tc', args: ['-batch', '-'], stdin: text });
    if (shown.trim() === '') await this.#runner.run({ tool: 'tc', args: ['qdisc', 'del', 'dev', device, 'clsact'] });
  }

  async #redirects(devices: readonly string[]) {
    if (devices.length === 0) return [];
    try {
      return await this.#showRedirects(devices);
    } catch {
      // one of them is gone, and the answers for the others cannot be told apart
      const each = devices.map((device) => this.#showRedirects([device]).catch(() => []));
      return (await Promise.all(each)).flat();
    }
  }

  async #showRedirects(devices: readonly string[]) {
    const asked = devices.flatMap((device) => hooks.map((hook) => ({ device, hook })));
    const text = asked.map(({ device, hook }) => `filter show dev ${device} ${hook}\n`).join('');
    const json = await this.#runner.run({ tool: 'tc', args: ['-j', '-batch', '-'], stdin: text });
    return parseRedirects(json, asked);
  }

  async #batch(tool: 'ip' | 'tc', text: string): Promise<void> {
    try {
      await this.#runner.run({ tool, args: ['-batch', '-'], stdin: text });
    } catch (error) {
      throw naming(error, tool, text);
    }
  }
}

const isUnknown = (error: unknown): boolean => /kind is unknown|No such file or directory/i.test(messageOf(error));
