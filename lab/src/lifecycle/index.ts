/**
 * The life of a lab: bringing it up, down, telling its state, and changing its lines while it runs. Here the plan, the
 * scripts, the emulator and the controller's API meet.
 */
export * from './controller-api.ts';
export * from './lab-down.ts';
export * from './lab-exec.ts';
export * from './lab-lines.ts';
export * from './lab-programs.ts';
export * from './lab-status.ts';
export * from './lab-up.ts';
export * from './running-lab.ts';
