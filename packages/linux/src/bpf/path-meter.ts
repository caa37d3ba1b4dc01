import koffi from 'koffi';
import { messageOf, PatronusError, tcPriority } from '@patronus/core';
import { errnoText, lastErrno, libc } from '../native/libc.ts';
import { BpfMap } from './bpf-map.ts';
import { BpfObject } from './bpf-object.ts';
import { programById } from './loaded-program.ts';
import { attachedProgram, attachProgram, detachProgram, type TcPlace } from './tc-filter.ts';

/** Far ends of tunnels that can be counted at once; packages/ebpf/src/path-meter.bpf.c has the same. */
export const maxMeteredFlows = 4096;

/** Both hooks of an uplink, and the program that counts there. */
const hooks = [
  ['ingress', 'pt_meter_in'],
  ['egress', 'pt_meter_out'],
] as const;
const places = (device: string): TcPlace[] => hooks.map(([hook]) => ({ device, hook, priority: tcPriority.measure }));

/** What other threads open the counters with. */
export interface PathMeterDescriptors {
  readonly flows: number;
  readonly counts: number;
}

/**
 * Counts at uplinks how the packets of tunnels arrive, by a program at their traffic control. The programs of an earlier run
 * are replaced; they count nothing that anybody reads.
 */
export class PathMeter {
  readonly #object: BpfObject;
  readonly #watched = new Set<string>();

  private constructor(object: BpfObject) {
    this.#object = object;
  }

  /** @throws PatronusError `unsupported_kernel`, `kernel_refused` where this machine cannot count */
  static load(): PathMeter {
    return new PathMeter(BpfObject.load('path-meter'));
  }

  get descriptors(): PathMeterDescriptors {
    return { flows: this.#object.map('meter_flows').fd, counts: this.#object.map('meter_counts').fd };
  }

  /**
   * Counts at these devices of this network namespace and at no others. Returns those at which the kernel refuses, with the
   * reason; a device that is not there is none of them. May be called again for the same: a device may have been made anew.
   */
  watch(devices: readonly string[]): ReadonlyMap<string, string> {
    const refused = new Map<string, string>();
    for (const device of this.#watched) if (!devices.includes(device)) this.#leave(device);
    for (const device of devices) {
      if (libc().if_nametoindex(device) === 0) continue;
      try {
        for (const [index, place] of places(device).entries()) {
          attachProgram(place, this.#object.program(hooks[index]![1]));
        }
        this.#watched.add(device);
      } catch (error) {
        refused.set(device, messageOf(error));
      }
    }
    return refused;
  }

  /** Takes the programs away. */
  close(): void {
    for (const device of this.#watched) this.#leave(device);
    this.#object.close();
  }

  #leave(device: string): void {
    this.#watched.delete(device);
    if (libc().if_nametoindex(device) !== 0) for (const place of places(device)) detachProgram(place);
  }
}

/** Takes such programs away from these devices, whichever run left them; those at which it found one. */
export function removePathMeters(devices: readonly string[]): string[] {
  return devices.filter((device) => {
    const ours = places(device).filter((place) => {
      const id = attachedProgram(place);
      return id !== null && hooks.some(([, name]) => programById(id).name === name);
    });
    for (const place of ours) detachProgram(place);
    return ours.length > 0;
  });
}

/** The far end of a tunnel as the uplink sees it: IPv4 address as a 32-bit number, and the UDP ports. */
export interface MeteredFlow {
  readonly remoteAddress: number;
  readonly remotePort: number;
  readonly localPort: number;
}

/** Counts of packets since the flow was set, modulo 2^32; see the C program for what they mean. */
export interface FlowCounts {
  sent: number;
  expected: number;
  received: number;
  overtaken: number;
  doubled: number;
}

const hashMap = 1;
const keySize = 8;
/** `struct meter`: five counters of 64 bits, the number of the present session, and two sessions. */
const meterSize = 48 + 2 * (16 + 64 * 8);
const sharedMapping = 1;
const readWrite = 3;

/** The counters, read from the kernel's own memory without a system call. Any thread may open them. */
export class FlowCounters {
  readonly #flows: BpfMap;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #keys = new Map<number, string>();

  constructor(descriptors: PathMeterDescriptors) {
    const shape = { type: hashMap, keySize, valueSize: 4, maxEntries: maxMeteredFlows, flags: 0 };
    this.#flows = new BpfMap('meter_flows', descriptors.flows, shape);
    const length = maxMeteredFlows * meterSize;
    const pointer = libc().mmap(0, length, readWrite, sharedMapping, descriptors.counts, 0);
    if (pointer === 0xffff_ffff_ffff_ffffn || pointer === -1n) {
      throw new PatronusError('kernel_refused', `could not map the counters of tunnels: ${errnoText(lastErrno())}`);
    }
    const buffer = koffi.view(pointer, length);
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /** Counts this flow in a slot, 0 to {@link maxMeteredFlows} − 1, from zero on; null for none. A flow is in one slot at most. */
  set(slot: number, flow: MeteredFlow | null): void {
    const before = this.#keys.get(slot);
    const key = flow === null ? undefined : Buffer.from(keyOf(flow)).toString('hex');
    if (before === key) return;
    if (before !== undefined) this.#flows.delete(Buffer.from(before, 'hex'));
    this.#keys.delete(slot);
    this.#bytes.fill(0, slot * meterSize, (slot + 1) * meterSize);
    if (flow === null || key === undefined) return;
    const value = new Uint8Array(4);
    new DataView(value.buffer).setUint32(0, slot, true);
    this.#flows.set(keyOf(flow), value);
    this.#keys.set(slot, key);
  }

  /** Reads the counts of a slot. */
  read(slot: number, into: FlowCounts): void {
    const at = slot * meterSize;
    const view = this.#view;
    into.sent = view.getUint32(at, true);
    into.expected = view.getUint32(at + 8, true);
    into.received = view.getUint32(at + 16, true);
    into.overtaken = view.getUint32(at + 24, true);
    into.doubled = view.getUint32(at + 32, true);
  }
}

function keyOf({ remoteAddress, remotePort, localPort }: MeteredFlow): Uint8Array {
  const key = new DataView(new ArrayBuffer(keySize));
  key.setUint32(0, remoteAddress, false);
  key.setUint16(4, remotePort, true);
  key.setUint16(6, localPort, true);
  return new Uint8Array(key.buffer);
}
