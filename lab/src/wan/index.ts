/**
 * Emulation of wide-area lines: what a line does to packets, and the two means to do it, `netem` in the kernel or a
 * program of ours between TAP devices.
 */
export * from './impairment.ts';
export * from './line-emulator.ts';
export * from './netem-emulator.ts';
export * from './tap-emulator.ts';
