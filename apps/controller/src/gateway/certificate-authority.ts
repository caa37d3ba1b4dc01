import 'reflect-metadata';
import { KeyObject, randomBytes, sign, verify, X509Certificate as NodeCertificate, type webcrypto } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509CertificateCreateParams,
} from '@peculiar/x509';
import { certificateFingerprint } from '@patronus/protocol';
import type { AnchorKey } from '../audit/index.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 24 * 3_600_000;
/** Certificates count from the week before, so that an edge whose clock is behind still connects. */
const backdateMs = 7 * dayMs;
/** Every edge pins the authority; it must outlive the hardware. */
const authorityLifeMs = 25 * 365 * dayMs;
/** The gateway makes itself a new certificate at each start; this long a running time is never reached. */
const gatewayLifeMs = 5 * 365 * dayMs;

/** What a TLS server needs to present itself: its key, and its certificate with the authority's. */
export interface ServerIdentity {
  readonly keyPem: string;
  readonly chainPem: string;
  /** SHA-256 of the certificate edges see, hex; they sign it. */
  readonly fingerprint: string;
}

/** The controller's own authority, made on its first start and kept in the data directory (`ca.key`, `ca.crt`). */
export class CertificateAuthority implements AnchorKey {
  /** SHA-256 of the authority's certificate, hex; join keys carry it. */
  readonly fingerprint: string;
  readonly #certificatePem: string;
  readonly #key: webcrypto.CryptoKey;
  readonly #publicKey: KeyObject;

  private constructor(certificatePem: string, key: webcrypto.CryptoKey) {
    this.#certificatePem = certificatePem;
    this.#key = key;
    const certificate = new NodeCertificate(certificatePem);
    this.#publicKey = certificate.publicKey;
    this.fingerprint = certificateFingerprint(certificate.raw);
  }

  static async open(dataDir: string, nowMs: number): Promise<CertificateAuthority> {
    const [keyFile, certificateFile] = [join(dataDir, 'ca.key'), join(dataDir, 'ca.crt')];
    if (!existsSync(certificateFile)) await makeAuthority(keyFile, certificateFile, nowMs);
    const key = await importKey(readFileSync(keyFile, 'utf8'));
    return new CertificateAuthority(readFileSync(certificateFile, 'utf8'), key);
  }

  /** ECDSA over P-256 with SHA-256 (FIPS 186-5), base64. */
  sign(text: string): string {
    return sign('sha256', Buffer.from(text), KeyObject.from(this.#key)).toString('base64');
  }

  isSignedBy(text: string, signature: string): boolean {
    return verify('sha256', Buffer.from(text), this.#publicKey, Buffer.from(signature, 'base64'));
  }

  /** A fresh key and certificate for the edge gateway. */
  async serverIdentity(nowMs: number): Promise<ServerIdentity> {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const authority = new NodeCertificate(this.#certificatePem);
    const certificate = await X509CertificateGenerator.create({
      serialNumber: randomBytes(16).toString('hex'),
      subject: 'CN=patronus-controller',
      issuer: authority.subject,
      notBefore: new Date(nowMs - backdateMs),
      notAfter: new Date(nowMs + gatewayLifeMs),
      publicKey: keys.publicKey,
      signingKey: this.#key,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(false),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([{ type: 'dns', value: 'patronus-controller' }]),
      ],
    } satisfies X509CertificateCreateParams);
    return {
      keyPem: await exportKey(keys.privateKey),
      chainPem: `${certificate.toString('pem')}\n${this.#certificatePem}`,
      fingerprint: certificateFingerprint(new Uint8Array(certificate.rawData)),
    };
  }
}

/** The key first, the certificate last: a start that was cut short makes both anew. */
async function makeAuthority(keyFile: string, certificateFile: string, nowMs: number): Promise<void> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: 'CN=Patronus authority',
    notBefore: new Date(nowMs - backdateMs),
    notAfter: new Date(nowMs + authorityLifeMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  writeWhole(keyFile, await exportKey(keys.privateKey), 0o600);
  writeWhole(certificateFile, certificate.toString('pem'), 0o644);
}

function writeWhole(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.new`, text, { mode, flush: true });
  renameSync(`${file}.new`, file);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  return crypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
}
