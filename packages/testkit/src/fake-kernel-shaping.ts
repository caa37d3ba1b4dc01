import type { ObservedQueue, ObservedShaper, ShapingStep, Shaper } from '@patronus/netconf';
import { refuse } from './fake-kernel-routing.ts';

/** Shapers of a {@link FakeKernel}: a device sends what it sends into one of them at most. */
export class FakeShaping {
  readonly #hasDevice: (device: string) => boolean;
  readonly #shapers = new Map<string, Shaper>();
  /** Which shaper a device sends into, and from which its packets come in. */
  readonly #redirects = new Map<string, Set<string>>();

  constructor(hasDevice: (device: string) => boolean) {
    this.#hasDevice = hasDevice;
  }

  observed(): ObservedShaper[] {
    return [...this.#shapers.values()].map(({ name, hash, countingEpoch: epoch, classes }) => ({
      name,
      hash,
      epoch,
      queues: Math.max(1, classes.length),
      redirects: [...this.#redirects].filter(([, shapers]) => shapers.has(name)).map(([device]) => device),
    }));
  }

  queues(): ObservedQueue[] {
    const idle = { kind: 'fifo', packets: 0, bytes: 0, drops: 0, backlogBytes: 0, delayMs: null };
    return [...this.#shapers.values()].flatMap(({ name, classes }) =>
      classes.map(({ number }) => ({ shaper: name, number, ...idle })),
    );
  }

  execute(step: ShapingStep): void {
    switch (step.do) {
      case 'replace_shaper':
        if (this.#shapers.has(step.shaper.name) !== step.exists) refuse(`${step.shaper.name} exists or not`);
        this.#shapers.set(step.shaper.name, step.shaper);
        return;
      case 'set_shaper_rate':
        if (!this.#shapers.has(step.shaper.name)) refuse(`there is no shaper ${step.shaper.name}`);
        this.#shapers.set(step.shaper.name, step.shaper);
        return;
      case 'redirect_to_shaper':
        if (!this.#shapers.has(step.shaper.name)) refuse(`there is no shaper ${step.shaper.name}`);
        for (const { device } of step.sources) {
          if (!this.#hasDevice(device)) refuse(`there is no device ${device}`);
          this.#redirects.set(device, new Set([...(this.#redirects.get(device) ?? []), step.shaper.name]));
        }
        return;
      case 'stop_redirects':
        this.#stop(step.name, step.devices);
        return;
      case 'delete_shaper':
        this.#stop(step.name, step.devices);
        if (!this.#shapers.delete(step.name)) refuse(`there is no shaper ${step.name}`);
    }
  }

  loseDevice(device: string): void {
    this.#redirects.delete(device);
  }

  #stop(name: string, devices: readonly string[]): void {
    for (const device of devices) this.#redirects.get(device)?.delete(name);
  }
}
