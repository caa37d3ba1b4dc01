import type { Db } from '../database/schema.ts';
import { settingRepository } from '../repositories/setting-repository.ts';
import type { TransportLink, TransportLinks } from './path-pairs.ts';

/** The setting that holds them as JSON; absent where nobody said. */
export const transportLinksKey = 'transport_links';

/** Which labels reach each other; null where nobody said, and all reach all. */
export async function readTransportLinks(db: Db): Promise<TransportLinks> {
  const text = await settingRepository.get(db, transportLinksKey);
  return text === undefined ? null : (JSON.parse(text) as TransportLink[]);
}
