import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateWireguardKeys, WireguardKeyStore, wireguardPublicKey } from './wireguard-keys.ts';

describe('WireGuard keys', () => {
  it('derives the public key that `wg pubkey` answers', () => {
    const octets = Buffer.alloc(32, 1);
    expect(wireguardPublicKey(octets.toString('base64'))).toBe('pOCSkrZRwni5dyxWn1+puxPZBrRqtoyd+dwrRAn4ogk=');
  });

  it('makes pairs that fit', () => {
    const { privateKey, publicKey } = generateWireguardKeys();
    expect(Buffer.from(privateKey, 'base64')).toHaveLength(32);
    expect(wireguardPublicKey(`${privateKey}\n`)).toBe(publicKey);
  });

  it('refuses what is no key without showing it', () => {
    expect(() => wireguardPublicKey('c2VjcmV0')).toThrow(/32 octets/);
    expect(() => wireguardPublicKey('c2VjcmV0')).not.toThrow(/c2VjcmV0/);
  });

  describe('on disk', () => {
    let directory: string;
    beforeEach(() => {
      directory = mkdtempSync(path.join(tmpdir(), 'patronus-keys-'));
    });
    afterEach(() => rmSync(directory, { recursive: true }));

    it('keeps one key per tunnel, for its owner only, until it is removed', () => {
      const store = new WireguardKeyStore(path.join(directory, 'keys'));
      const first = store.ensure('pt0-0');
      expect(new WireguardKeyStore(path.join(directory, 'keys')).ensure('pt0-0')).toBe(first);
      expect(store.ensure('pt0-1')).not.toBe(first);
      expect(statSync(store.pathOf('pt0-0')).mode & 0o777).toBe(0o600);
      expect(statSync(path.join(directory, 'keys')).mode & 0o777).toBe(0o700);
      expect(readFileSync(store.pathOf('pt0-0'), 'utf8')).not.toContain(first);
      store.remove('pt0-0');
      expect(store.ensure('pt0-0')).not.toBe(first);
    });
  });
});
