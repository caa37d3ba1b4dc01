import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { AnchorKey } from '../audit/index.ts';

/** A fresh key that signs anchors, as the certificate authority's does. */
export function testAnchorKey(): AnchorKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    fingerprint: createHash('sha256')
      .update(publicKey.export({ format: 'der', type: 'spki' }))
      .digest('hex'),
    sign: (text) => sign('sha256', Buffer.from(text), privateKey).toString('base64'),
    isSignedBy: (text, signature) => verify('sha256', Buffer.from(text), publicKey, Buffer.from(signature, 'base64')),
  };
}
