import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const labVariable = 'PATRONUS_LAB';
const roleVariable = 'PATRONUS_LAB_ROLE';

/** Environment that every program of a lab carries, and its children with it: by this alone they are known as ours. */
export const markerOf = (id: string, role: string): Record<string, string> => ({
  [labVariable]: id,
  [roleVariable]: role,
});

export interface LabProgram {
  readonly pid: number;
  /** What it was started as: `controller`, `wan`, `edge:hq` …; its children have the same. */
  readonly role: string;
  readonly parentPid: number;
  /** Whether Node runs it, as all programs that the lab starts, unlike those that they start: `ip`, `wireguard-go`. */
  readonly isNode: boolean;
}

/** Every living process that carries the lab's marker. Processes of other users, whose environment is hidden, are not ours. */
export function findPrograms(id: string): LabProgram[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const pid = Number(entry);
      if (pid === process.pid) return [];
      const environment = environmentOf(pid);
      const parentPid = livingParentOf(pid);
      if (environment?.[labVariable] !== id || parentPid === null) return [];
      return [{ pid, role: environment[roleVariable] ?? '', parentPid, isNode: runsNode(pid) }];
    });
}

function environmentOf(pid: number): Record<string, string> | null {
  const text = readProc(pid, 'environ');
  if (text === null) return null;
  return Object.fromEntries(
    text.split('\0').map((line) => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

/** The parent's pid; null for a process that is gone or only waits to be reaped. */
function livingParentOf(pid: number): number | null {
  const stat = readProc(pid, 'stat');
  if (stat === null) return null;
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? null : Number(parent);
}

/** The command line names it from the start, also while `nsenter` or a shell still stands before it. */
const runsNode = (pid: number): boolean =>
  (readProc(pid, 'cmdline') ?? '').split('\0').some((argument) => basename(argument) === basename(process.execPath));

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}
