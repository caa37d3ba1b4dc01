/**
 * What this machine and its kernel can do for Patronus, found out by trying. Nothing here changes the machine.
 */
export * from './inspect-machine.ts';
