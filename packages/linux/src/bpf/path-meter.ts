import koffi from 'koffi';
import { PatronusError, tcPriority } from '@patronus/core';
import { errnoText, lastErrno, libc } from '../native/libc.ts';
import { BpfMap } from './bpf-map.ts';
import { mapsOf, programById } from './loaded-program.ts';
import { attachedProgram } from './tc-filter.ts';

/** Far ends of tunnels that can be counted at once; packages/ebpf/src/path-meter.bpf.c has the same. */
export const maxMeteredFlows = 4096;

/** What other threads open the counters with. */
export interface PathMeterDescriptors {
  readonly flows: number;
  readonly counts: number;
}

/** The maps of the program that counts at some of these devices, each opened once per process; null where none does. */
export function findPathMeter(devices: readonly string[]): PathMeterDescriptors | null {
  for (const device of devices) {
    if (libc().if_nametoindex(device) === 0) continue;
    const id = attachedProgram({ device, hook: 'ingress', priority: tcPriority.measure });
    const program = id === null ? null : programById(id);
    if (program?.name !== 'pt_meter_in') continue;
    const key = program.mapIds.join();
    const maps = opened?.key === key ? opened.maps : mapsOf(program);
    opened = { key, maps };
    return { flows: maps.get('meter_flows')!.fd, counts: maps.get('meter_counts')!.fd };
  }
  return null;
}

let opened: { readonly key: string; readonly maps: ReadonlyMap<string, BpfMap> } | undefined;

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

/**
 * The counters of `packages/ebpf/src/path-meter.bpf.c`, read from the kernel's own memory without a system call. Any thread may open
 * them; whoever does begins with no flow, whatever an earlier run left.
 */
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
    for (const key of this.#flows.keys()) this.#flows.delete(key);
    this.#bytes.fill(0);
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
