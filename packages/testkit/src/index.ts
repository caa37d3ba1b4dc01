/**
 * What tests share: ready-made domain objects, fakes that hold state, virtual time. Nothing here is imported by a program.
 */
export * from './fake-kernel-fault.ts';
export * from './fake-kernel.ts';
export * from './kernel-contract.ts';
export * from './seeded-random.ts';
export * from './site-document.ts';
export * from './virtual-time.ts';
