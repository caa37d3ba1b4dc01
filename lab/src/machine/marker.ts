import { readdirSync, readFileSync } from 'node:fs';

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
      return [{ pid, role: environment[roleVariable] ?? '', parentPid }];
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

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}
