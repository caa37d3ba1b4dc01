import type { Db } from '../database/schema.ts';
import { settingRepository } from '../repositories/setting-repository.ts';
import type { TransportLink, TransportLinks } from './path-pairs.ts';

/** The setting that holds them as JSON; absent where nobody said. */
export const transportLinksKey = 'transport_links';

/** The setting that counts their changes; absent before the first. */
export const transportLinksVersionKey = 'transport_links_version';

/** Grows with every change of the links; 1 before the first. */
export const readTransportLinksVersion = async (db: Db): Promise<number> =>
  Number((await settingRepository.get(db, transportLinksVersionKey)) ?? 1);

/** Which labels reach each other; null where nobody said, and all reach all. */
export async function readTransportLinks(db: Db): Promise<TransportLinks> {
  const text = await settingRepository.get(db, transportLinksKey);
  return text === undefined ? null : (JSON.parse(text) as TransportLink[]);
}
