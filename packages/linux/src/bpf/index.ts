/**
 * Programs in the kernel (eBPF) by way of libbpf: loading what packages/ebpf compiles, attaching it to the traffic control
 * of devices, and the maps it shares with us. No file system for BPF is needed: a program that is attached keeps itself and its
 * maps alive, and whoever comes later finds the maps through it.
 */
export * from './bpf-map.ts';
export * from './bpf-object.ts';
export * from './loaded-program.ts';
export * from './path-meter.ts';
export * from './tc-filter.ts';
