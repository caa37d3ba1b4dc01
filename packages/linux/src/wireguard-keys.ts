import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PatronusError } from '@patronus/core';

/** A new Curve25519 pair in the base64 form that `wg` reads (RFC 7748 keys, 32 octets each). */
export function generateWireguardKeys(): { privateKey: string; publicKey: string } {
  const { privateKey } = generateKeyPairSync('x25519');
  const { d, x } = privateKey.export({ format: 'jwk' });
  return { privateKey: fromBase64Url(d!), publicKey: fromBase64Url(x!) };
}

/** The public half of a private key, as `wg pubkey` answers it; throws where the text is no key. */
export function wireguardPublicKey(privateKey: string): string {
  const octets = Buffer.from(privateKey.trim(), 'base64');
  if (octets.length !== 32) throw new PatronusError('invalid_input', 'a WireGuard private key has 32 octets in base64');
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Head, octets]), format: 'der', type: 'pkcs8' });
  return fromBase64Url(createPublicKey(key).export({ format: 'jwk' }).x!);
}

/** PKCS #8 frame of an X25519 private key (RFC 8410, section 7), up to the 32 octets of the key. */
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex');

const fromBase64Url = (text: string): string => Buffer.from(text, 'base64url').toString('base64');

/** Private keys of tunnels, one file each that only its owner can read. They leave the directory by `wg` alone. */
export class WireguardKeyStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The public key of a tunnel, whose private key is made where there is none yet. */
  ensure(tunnel: string): string {
    const file = this.pathOf(tunnel);
    if (existsSync(file)) return wireguardPublicKey(readFileSync(file, 'utf8'));
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    chmodSync(this.#directory, 0o700);
    const { privateKey, publicKey } = generateWireguardKeys();
    writeFileSync(`${file}.new`, `${privateKey}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return publicKey;
  }

  pathOf(tunnel: string): string {
    return path.join(this.#directory, `${tunnel}.key`);
  }

  remove(tunnel: string): void {
    rmSync(this.pathOf(tunnel), { force: true });
  }
}
