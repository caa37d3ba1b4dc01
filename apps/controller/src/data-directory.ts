import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { messageOf, PatronusError } from '@patronus/core';

/** What other programs on this machine may know of a running controller. */
export interface ControllerFile {
  readonly pid: number;
  readonly http_url: string;
  readonly edge_url: string;
  readonly edge_socket: string;
}

/**
 * The directory in which a controller keeps everything, held by one controller at a time. The hold is a lock of the
 * operating system on `controller.lock`, taken through SQLite, so that it ends with the process however that ends.
 */
export class DataDirectory implements Disposable {
  readonly path: string;
  readonly #lock: SqliteFile.Database;

  private constructor(path: string, lock: SqliteFile.Database) {
    this.path = path;
    this.#lock = lock;
  }

  /** Makes the directory if it is missing. Errors: `conflict` while another controller holds it. */
  static hold(path: string): DataDirectory {
    makeDirectory(path);
    const lock = new SqliteFile(join(path, 'controller.lock'), { timeout: 0 });
    try {
      lock.pragma('journal_mode = MEMORY');
      lock.pragma('locking_mode = EXCLUSIVE');
      lock.exec('BEGIN EXCLUSIVE');
    } catch (cause) {
      lock.close();
      throw heldError(path, cause);
    }
    const directory = new DataDirectory(path, lock);
    rmSync(directory.#controllerFile, { force: true });
    return directory;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Tells other programs where the controller is. */
  announce(facts: ControllerFile): void {
    const next = `${this.#controllerFile}.new`;
    writeFileSync(next, `${JSON.stringify(facts, null, 2)}\n`);
    renameSync(next, this.#controllerFile);
  }

  /** Gives the directory free. */
  [Symbol.dispose](): void {
    rmSync(this.#controllerFile, { force: true });
    this.#lock.close();
  }

  get #controllerFile(): string {
    return this.file('controller.json');
  }
}

function makeDirectory(path: string): void {
  try {
    if (existsSync(path)) return;
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o700);
  } catch (cause) {
    const text = `the data directory ${path} cannot be made: ${messageOf(cause)}; choose another with --data`;
    throw new PatronusError('invalid_input', text, { cause });
  }
}

function heldError(path: string, cause: unknown): PatronusError {
  const isHeld = (cause as { code?: unknown }).code === 'SQLITE_BUSY';
  if (!isHeld) {
    const text = `the data directory ${path} cannot be used: ${messageOf(cause)}; check who owns it`;
    return new PatronusError('invalid_input', text, { cause });
  }
  const holder = readHolder(path);
  const who = holder === null ? 'another controller' : `a controller (process ${holder.pid}, ${holder.http_url})`;
  return new PatronusError('conflict', `${who} runs on ${path} already; stop it, or choose another with --data`, {
    cause,
    facts: { dataDir: path, ...(holder === null ? {} : { pid: holder.pid }) },
  });
}

function readHolder(path: string): ControllerFile | null {
  try {
    return JSON.parse(readFileSync(join(path, 'controller.json'), 'utf8')) as ControllerFile;
  } catch {
    return null;
  }
}
