/**
 * Where the lab's namespaces live and how programs are started, found and ended there. This folder alone decides which
 * commands stand in front of others to enter a namespace.
 */
export * from './lab-home.ts';
export * from './programs.ts';
