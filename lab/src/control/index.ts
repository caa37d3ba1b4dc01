/**
 * The door by which a controller works on the lab that runs on its data directory: HTTP on a Unix socket, which only this
 * user can open. It says the same as the command line and holds no logic of its own.
 */
export * from './control-server.ts';
export * from './start-control.ts';
