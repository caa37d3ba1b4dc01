/** Packets for tests: what real programs sent, and what tests make up. Nothing here is imported by the program. */
export * from './captures.ts';
export * from './packets.ts';
