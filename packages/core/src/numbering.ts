import { addressAt, type Address, type Prefix } from './prefix.ts';
import { shaperNamePattern } from './qos.ts';

/**
 * How Patronus numbers what it puts into a kernel. Every number follows from three allocated ones (the index of a site,
 * the slot of an endpoint in its site, the class of a policy), so that nothing moves when others come and go.
 */

/** Endpoints a site can have: a slot is four bits of a port and of a probe address. */
export const maxSlots = 16;
/** Sites of one overlay: 100.64.0.0/10 holds 2^14 blocks of 256 probe addresses. */
export const maxSites = 16_384;
/** Forwarding classes: twelve bits of the packet mark. Class 1 is the default policy's. */
export const maxClasses = 4095;
export const defaultClass = 1;

export const defaultOverlay = '100.64.0.0/10' as Prefix;
export const defaultBasePort = 51_820;

/** Bits of a packet mark that are ours; the rest are left to others on the host. */
export const markMask = 0x1fff_0000;
/** Bits of a conntrack mark that are ours: the class, and the generation of the policies that chose it. */
export const ctGenerationMask = 0x0000_ff00;
/** The queue, or the log group, of packets that may tell a name. Below 1,000 other programs choose theirs. */
export const learningGroup = 5380;
/** The log group of flows that policies log. */
export const flowLogGroup = 5381;
/** The log group of packets whose flow is to be told by what they look like. */
export const inspectionGroup = 5382;
/** The bit of a conntrack mark that says that the flow's packets may still tell a name. */
export const ctWatchMark = 0x1000_0000;
/** The bit of a conntrack mark that says that the flow's application is looked for in its packets. */
export const ctInspectMark = 0x2000_0000;

/** The packet mark of a forwarding class: bits 16–27. */
export const classMark = (forwardingClass: number): number => forwardingClass << 16;
/** The packet mark that pins encrypted packets to the uplink in a slot: bit 28 and the slot. */
export const uplinkMark = (slot: number): number => 0x1000_0000 | (slot << 16);

/** Routing tables: one per class, one per uplink. */
export const classTable = (forwardingClass: number): number => 0x5000 + forwardingClass;
export const uplinkTable = (slot: number): number => 0x6000 + slot;

/** Next-hop objects: one per tunnel interface, one group per class and site. */
export const tunnelNextHop = (localSlot: number, remoteSlot: number): number =>
  0x2000_0000 + localSlot * maxSlots + remoteSlot;
export const blackholeNextHop = 0x2000_ffff;
export const groupNextHop = (forwardingClass: number, siteIndex: number): number =>
  0x1000_0000 + forwardingClass * maxSites + siteIndex;

/** The routing-protocol number that labels our routes, rules and next hops (`ip route … proto 80`). */
export const routeProtocol = 80;

export const tunnelName = (localSlot: number, remoteSlot: number): string => `pt${localSlot}-${remoteSlot}`;
/** Every device with such a name is ours. */
export const tunnelNamePattern = /^pt\d+-\d+$/;
/** Tunnels, and the devices that packets queue in. */
export const isOurDevice = (name: string): boolean => tunnelNamePattern.test(name) || shaperNamePattern.test(name);

/** Where our filters stand at a device's traffic control, and so which of them sees a packet first. */
export const tcPriority = { measure: 5, duplicate: 10, outerDscp: 12 } as const;

/** The UDP port on which the tunnel from our slot to theirs listens; the peer's for us has the slots exchanged. */
export const tunnelPort = (basePort: number, localSlot: number, remoteSlot: number): number =>
  basePort + localSlot * maxSlots + remoteSlot;

/** The probe address of a site's tunnel interface, from the overlay range. */
export const probeAddress = (overlay: Prefix, siteIndex: number, localSlot: number, remoteSlot: number): Address =>
  addressAt(overlay, siteIndex * maxSlots * maxSlots + localSlot * maxSlots + remoteSlot);
