/**
 * Linux reached through libc: what needs microseconds, or what no command-line tool offers. A UDP socket for probes, a
 * waiter with sub-millisecond time-outs, the next-hop switch over netlink, thread scheduling, network namespaces.
 * What an ordinary command can do in good time (`ip`, `nft`, `wg`) lives beside this folder.
 */
export * from './address.ts';
export * from './conntrack-marks.ts';
export * from './event-signal.ts';
export { closeDescriptor, Errno } from './libc.ts';
export * from './memory.ts';
export * from './namespace.ts';
export * from './next-hop-switch.ts';
export * from './nft-set-writer.ts';
export * from './packet-tap.ts';
export * from './probe-socket.ts';
export * from './protocol-detector.ts';
export * from './realtime-clock.ts';
export * from './scheduling.ts';
export * from './shed-privileges.ts';
export * from './stream-socket.ts';
export * from './tap-device.ts';
export * from './waiter.ts';
