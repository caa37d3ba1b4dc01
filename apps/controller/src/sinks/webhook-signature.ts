import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A new key of 32 bytes, as https://www.standardwebhooks.com writes them. */
export const newWebhookSecret = (): string => prefix + randomBytes(32).toString('base64');

/** HMAC-SHA256 (RFC 2104) of `id.timestamp.body`, Base64, after its version: the Standard Webhooks signature. */
export function webhookSignature(secret: string, id: string, timestampSeconds: number, body: string): string {
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64')}`;
}
