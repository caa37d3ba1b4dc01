import type { Store } from '../database/index.ts';
import { MasterKeys, SecretBox } from '../secrets/index.ts';

/** A box for the secrets of a test's database, which every call opens with the same key. */
export const testSecrets = (store: Store): Promise<SecretBox> =>
  SecretBox.open(
    store,
    MasterKeys.open({ secretKey: Buffer.alloc(32, 7).toString('base64'), previousSecretKey: null, secretKeyFile: '' }),
  );
