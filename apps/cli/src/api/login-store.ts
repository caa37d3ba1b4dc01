import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Terminal } from '../terminal.ts';

export interface Login {
  readonly username: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Sign-ins of this user by controller address, in a file that only this user can read. */
export class LoginStore {
  readonly #file: string;

  constructor(terminal: Terminal) {
    const config = terminal.env['XDG_CONFIG_HOME'] || join(terminal.env['HOME'] ?? homedir(), '.config');
    this.#file = join(config, 'patronus', 'logins.json');
  }

  get(url: string): Login | null {
    return this.#read()[url] ?? null;
  }

  set(url: string, login: Login): void {
    this.#write({ ...this.#read(), [url]: login });
  }

  /** Whether there was one. */
  delete(url: string): boolean {
    const { [url]: removed, ...rest } = this.#read();
    if (removed !== undefined) this.#write(rest);
    return removed !== undefined;
  }

  #read(): Readonly<Record<string, Login>> {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, Login>;
    } catch {
      return {};
    }
  }

  #write(logins: Readonly<Record<string, Login>>): void {
    if (Object.keys(logins).length === 0) {
      rmSync(this.#file, { force: true });
      return;
    }
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(logins, null, 2), { mode: 0o600 });
    renameSync(draft, this.#file);
  }
}
