import type { Command } from 'commander';
import { dataDir } from '../data-dir.ts';
import type { Terminal } from '../terminal.ts';

export interface LabOptions {
  readonly data?: string;
  readonly json?: boolean;
}

export const withLabData = (command: Command): Command =>
  command.option('--data <dir>', 'data directory of the lab and its controller (PATRONUS_DATA)');

export const labDataDir = (terminal: Terminal, options: LabOptions): string => dataDir(terminal, options.data);
