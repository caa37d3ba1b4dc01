import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { InvalidInputError, messageOf, PatronusError } from '@patronus/core';
import { cipherKey, keyBytes, newCipherKey, type CipherKey } from './cipher.ts';

/** Where the master key is told. */
export interface MasterKeySettings {
  /** Base64 of 32 bytes; null: the key is in the file. */
  readonly secretKey: string | null;
  /** The one before, while the change from it is under way. */
  readonly previousSecretKey: string | null;
  readonly secretKeyFile: string;
}

/**
 * The keys that data keys are encrypted with: from the environment, or from a file that is made on the first start. The first
 * one is used for what is encrypted from now on.
 */
export class MasterKeys {
  /** The file that holds them; null where they come from the environment, and are not ours to change. */
  readonly #file: string | null;
  #keys: readonly CipherKey[];

  private constructor(file: string | null, keys: readonly CipherKey[]) {
    this.#file = file;
    this.#keys = keys;
  }

  /** Errors: `invalid_input` for a key that is none. */
  static open({ secretKey, previousSecretKey, secretKeyFile: file }: MasterKeySettings): MasterKeys {
    if (secretKey !== null) {
      const texts = [secretKey, ...(previousSecretKey === null ? [] : [previousSecretKey])];
      return new MasterKeys(
        null,
        texts.map((text) => parsed(text, 'PATRONUS_SECRET_KEY')),
      );
    }
    const keys = existsSync(file) ? read(file) : [newCipherKey()];
    if (!existsSync(file)) write(file, keys);
    return new MasterKeys(file, keys);
  }

  get current(): CipherKey {
    return this.#keys[0]!;
  }

  /** Whether a rotation makes a new one. */
  get areOurs(): boolean {
    return this.#file !== null;
  }

  find(id: string): CipherKey | undefined {
    return this.#keys.find((key) => key.id === id);
  }

  /** Puts a new key before the others, where they are ours; they stay until {@link forgetOld}. */
  rotate(): CipherKey {
    if (this.#file !== null) this.#keep(this.#file, [newCipherKey(), ...this.#keys]);
    return this.current;
  }

  /** Drops all but the current one. */
  forgetOld(): void {
    if (this.#file !== null && this.#keys.length > 1) this.#keep(this.#file, [this.current]);
  }

  #keep(file: string, keys: readonly CipherKey[]): void {
    write(file, keys);
    this.#keys = keys;
  }
}

function read(file: string): CipherKey[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PatronusError('invalid_input', `the key file ${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
  return text
    .trim()
    .split('\n')
    .map((line) => parsed(line.trim(), file));
}

function write(file: string, keys: readonly CipherKey[]): void {
  const text = keys.map(({ bytes }) => `${bytes.toString('base64')}\n`).join('');
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}

function parsed(text: string, field: string): CipherKey {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === keyBytes) return cipherKey(bytes);
  const remedy = 'make one with: openssl rand -base64 32';
  throw new InvalidInputError([{ field, problem: `is not base64 of ${keyBytes} bytes`, remedy }]);
}
