import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from './caller.ts';

/**
 * The token in `<data>/local-token`: whoever can read that file could read the database beside it, and counts as an
 * administrator. It stays the same across restarts, so that programs that hold it keep working.
 */
export class LocalToken {
  readonly file: string;
  readonly #digest: Buffer;

  private constructor(file: string, token: string) {
    this.file = file;
    this.#digest = digest(token);
  }

  static open(dataDir: string): LocalToken {
    const file = join(dataDir, 'local-token');
    const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    if (form.test(kept)) return new LocalToken(file, kept);
    const token = `ptl_${randomBytes(32).toString('base64url')}`;
    writeFileSync(`${file}.new`, `${token}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return new LocalToken(file, token);
  }

  /** The caller that a bearer token stands for, or null when it is another one. */
  caller(bearer: string): Caller | null {
    return form.test(bearer) && timingSafeEqual(digest(bearer), this.#digest) ? holder : null;
  }
}

const holder: Caller = {
  type: 'local_token',
  id: null,
  name: 'local',
  role: 'admin',
  userId: null,
  sessionId: null,
  scopes: null,
};

const form = /^ptl_[A-Za-z0-9_-]{43}$/;
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
