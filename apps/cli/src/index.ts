/**
 * The command line: reads arguments, calls the controller's API or starts a program, prints. No domain rules live here.
 * `commands/` holds one file per command group, `api/` the client of the controller; the rest is reading and writing text.
 */
export { exitCodes } from './exit.ts';
export { runCli } from './run-cli.ts';
export { processTerminal, type Output, type Terminal } from './terminal.ts';
