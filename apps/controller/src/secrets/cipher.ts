import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

export const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/** A key of AES-256-GCM (NIST SP 800-38D), told by the start of its hash. */
export interface CipherKey {
  readonly id: string;
  readonly bytes: Buffer;
}

export const cipherKey = (bytes: Buffer): CipherKey => ({
  id: createHash('sha256').update('patronus key id').update(bytes).digest('hex').slice(0, 16),
  bytes,
});

export const newCipherKey = (): CipherKey => cipherKey(randomBytes(keyBytes));

/** Nonce, tag and cipher text as base64url. `place` must be the same to read it again: a text cannot be moved elsewhere. */
export function encrypt({ bytes }: CipherKey, place: string, text: Buffer): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', bytes, iv).setAAD(Buffer.from(place));
  const encrypted = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64url');
}

/** Throws where key, place or text are not those that it was encrypted with. */
export function decrypt({ bytes }: CipherKey, place: string, encrypted: string): Buffer {
  const whole = Buffer.from(encrypted, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', bytes, whole.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(place))
    .setAuthTag(whole.subarray(ivBytes, ivBytes + tagBytes));
  return Buffer.concat([decipher.update(whole.subarray(ivBytes + tagBytes)), decipher.final()]);
}
