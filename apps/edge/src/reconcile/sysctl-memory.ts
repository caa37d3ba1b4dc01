import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Remembers on disk which sysctls had which value before we changed them, so that any later run can put them back. */
export class SysctlMemory {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** The first value of each key is the one that counts. */
  remember(key: string, value: string): void {
    const known = this.all();
    if (key in known) return;
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(`${this.#file}.new`, `${JSON.stringify({ ...known, [key]: value }, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }

  all(): Readonly<Record<string, string>> {
    if (!existsSync(this.#file)) return {};
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, string>;
    } catch {
      return {};
    }
  }

  forget(): void {
    rmSync(this.#file, { force: true });
  }
}
