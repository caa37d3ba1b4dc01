/**
 * The controller: knows what the network shall be, tells edges, and hears from them. It is never in the path of a packet.
 */
export { startController, type RunningController } from './start-controller.ts';
export * as databaseTools from './database-tools/index.ts';
export { loadControllerSettings, type ControllerSettings, type SettingSources } from './settings.ts';
