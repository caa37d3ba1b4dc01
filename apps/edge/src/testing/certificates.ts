import './reflect-stub.ts';
import { webcrypto, X509Certificate } from 'node:crypto';
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509';
import { certificateFingerprint } from '@patronus/protocol';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const hourMs = 3_600_000;

interface Validity {
  readonly from?: number;
  readonly to?: number;
}

export interface TestAuthority {
  readonly pem: string;
  readonly fingerprint: string;
  /** A server's certificate from this authority, with its key. */
  issue(validity?: Validity): Promise<{ cert: string; key: string }>;
}

const dates = ({ from, to }: Validity): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(from ?? Date.now() - 24 * hourMs),
  notAfter: new Date(to ?? Date.now() + 24 * hourMs),
});

const newKeys = (): Promise<CryptoKeyPair> => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

type CryptoKeyPair = webcrypto.CryptoKeyPair;

/** A certificate authority as a controller makes one at its first start. */
export async function testAuthority(name = 'test authority'): Promise<TestAuthority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    ...dates({}),
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const pem = certificate.toString('pem');
  return {
    pem,
    fingerprint: certificateFingerprint(new X509Certificate(pem).raw),
    issue: async (validity = {}) => {
      const leafKeys = await newKeys();
      const leaf = await X509CertificateGenerator.create({
        subject: 'CN=gateway',
        issuer: certificate.subject,
        publicKey: leafKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        ...dates(validity),
      });
      const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey));
      const key = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
      return { cert: leaf.toString('pem'), key };
    },
  };
}
