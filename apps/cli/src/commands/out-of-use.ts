import type { Command } from 'commander';
import { parseDuration } from '../units.ts';
import type { ApiOptions } from './api-command.ts';

/** What a command takes that keeps traffic off something. */
export interface OutOfUseOptions extends ApiOptions {
  readonly reason: string;
  /** ms; absent until it is undone. */
  readonly for?: number;
}

/** Adds those options; `undone` says what ends it otherwise. */
export const withOutOfUseOptions = (command: Command, undone: string): Command =>
  command
    .requiredOption('--reason <text>', 'why, for those who see traffic move')
    .option('--for <duration>', `for how long, such as 30m; otherwise until it is ${undone}`, parseDuration);

/** The same as the API takes it. */
export const outOfUseBody = ({ reason, for: durationMs }: OutOfUseOptions) => ({
  reason,
  ...(durationMs === undefined ? {} : { expires_in_seconds: Math.round(durationMs / 1000) }),
});
