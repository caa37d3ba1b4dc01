/**
 * Classes of service: how packets share a line that is full. Not to be confused with forwarding classes, which say by
 * which path they go.
 */
export interface QosClass {
  /** Allocated once; the queue of the class has it in every kernel, see {@link qosClassId}. */
  readonly number: number;
  readonly name: string;
  /** What the class gets of a full line whatever others want, percent of it; the sum over all classes is at most 100. */
  readonly guaranteePercent: number;
  /** The most it gets, also of an idle line, percent of it. */
  readonly ceilingPercent: number;
  /** 0 to 7; what is left above the guarantees goes to the lowest number first. */
  readonly priority: number;
  /** DSCP code points (RFC 2474) that lead here what no policy gives a class. */
  readonly trustDscp: readonly number[];
  /** The code point that packets of this class leave with; null leaves theirs alone. */
  readonly setDscp: number | null;
  /** Takes what nothing else leads anywhere. Exactly one class is the default. */
  readonly isDefault: boolean;
}

/** Each takes two queues in the kernel on every uplink; more than this no line can be shared out among sensibly. */
export const maxQosClasses = 32;

/** How an uplink is shaped: not at all, to its bandwidth, or to what delay under load lets it carry. */
export type Shaping = 'off' | 'fixed' | 'auto';
export const shapings: readonly Shaping[] = ['off', 'fixed', 'auto'];

/** The code point of the outer packets of a tunnel: none, or that of the packet inside. */
export type OuterDscp = 'none' | 'copy';
export const outerDscps: readonly OuterDscp[] = ['none', 'copy'];

/**
 * The slowest line that can be shaped, bit/s: a packet of 1,500 octets takes 120 ms on it, longer than any call can bear, and
 * the kernel's clock for queues becomes coarse below.
 */
export const minShapedBps = 100_000;

/** The handle of our queues, `5051:` as `tc` writes it; no other program numbers its own so. */
const qosMajor = 0x5051;
/** The class that is the whole line. */
export const lineMinor = 1;
const firstClassMinor = 0x10;

/** The kernel's number of the queue of a class: what `skb->priority` holds and `tc` shows as `5051:11`. */
export const qosClassId = (number: number): string => qosMinorId(firstClassMinor + number);
export const qosMinorId = (minor: number): string => `${qosHandle}${minor.toString(16)}`;
export const qosHandle = `${qosMajor.toString(16)}:`;

/** The class of a queue that `tc` shows; null for the line itself and what is not ours. */
export function qosClassNumber(classId: string): number | null {
  if (!classId.startsWith(qosHandle)) return null;
  const number = Number.parseInt(classId.slice(qosHandle.length), 16) - firstClassMinor;
  return number > 0 && number <= maxQosClasses ? number : null;
}

/** The device that packets of an uplink queue in: what leaves by it, tunnelled or not; or what comes in by it. */
export const shaperName = (slot: number, direction: 'out' | 'in'): string =>
  `${direction === 'out' ? 'ptq' : 'ptd'}${slot}`;
/** Every device with such a name is ours. */
export const shaperNamePattern = /^pt[qd]\d+$/;
/** The slot whose packets queue in such a device when they leave; null for any other device. */
export function shapedSlot(device: string): number | null {
  const match = /^ptq(\d+)$/.exec(device);
  return match === null ? null : Number(match[1]);
}
