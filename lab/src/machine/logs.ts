import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabHome } from './lab-home.ts';

/** Where a program of the lab writes what it says. */
export const logFile = (home: LabHome, role: string): string => join(home.logDir, `${role.replace(':', '-')}.log`);

/** Opens a log to be added to. Logs may hold a link for a first sign-in: others may not read them. */
export function openLog(home: LabHome, role: string): number {
  mkdirSync(home.logDir, { recursive: true, mode: 0o700 });
  return openSync(logFile(home, role), 'a', 0o600);
}

/** What a program has said, after the first so many letters; empty where it has not been started yet. */
export function readLog(home: LabHome, role: string, after = 0): string {
  try {
    return readFileSync(logFile(home, role), 'utf8').slice(after);
  } catch {
    return '';
  }
}

export const logLength = (home: LabHome, role: string): number => readLog(home, role).length;
